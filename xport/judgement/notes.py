"""What is said beside a verdict wherever it is shown, whatever the verdict is."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence

from xport.exchange.recording import Recording
from xport.judgement.advisory import sentences
from xport.judgement.derived import far_sentences
from xport.judgement.reference_checks import is_own_distance
from xport.judgement.reuse import reused_sentences
from xport.judgement.slowdown_checks import CHANGE
from xport.judgement.verdict import Case, Check, Note, NoteKind, Status
from xport.judgement.waivers import waiver_sentences
from xport.judgement.weakness import below_floor
from xport.plan.plan import Plan, PlannedModel

NEAR = 0.8
"""A distance that takes more of its bound leaves less than a fifth to every user's device."""
LONGEST = datetime.timedelta(days=5 * 365)
"""How long a version of xport may be in use before a clock is doubted."""
APART = 60.0
"""Seconds by which the clocks of one machine's programs may differ."""
REDUCED = ("float16", "uint16", "uint8")


def notes_of(case: Case, checks: Sequence[Check]) -> Iterator[Note]:
    """Every note, what weighs most first."""
    told: tuple[tuple[NoteKind, Iterator[str]], ...] = (
        ("below-floor", below_floor(case)),
        ("waiver", waiver_sentences(case, checks)),
        ("other-policy", _other_policy(case)),
        ("advisory", iter(sentences(checks))),
        ("half-precision", _half_precision(case)),
        ("reduced-weights", _reduced_weights(case.plan)),
        ("near-tolerance", _near_tolerance(checks)),
        ("wide-tolerance", far_sentences(case)),
        ("no-second-route", _without_second_route(case.plan)),
        ("baseline", _own_numbers(case.plan)),
        ("reused", reused_sentences(case)),
        ("clock", clock_sentences(case.recordings.values())),
    )
    for kind, texts in told:
        for text in texts:
            yield Note(kind=kind, text=text)


def _other_policy(case: Case) -> Iterator[str]:
    if case.other is not None:
        yield (
            f"judged under another policy, {case.other.file} (SHA-256 {case.other.sha256}): "
            "not the release's own verdict"
        )


def _half_precision(case: Case) -> Iterator[str]:
    for one in case.plan.policy.half_precision:
        models = [model.id for model in case.plan.models if one.leg in model.legs]
        if models:
            yield f"{', '.join(models)}: {one.leg} may compute at half precision ({one.rationale})"


def _reduced_weights(plan: Plan) -> Iterator[str]:
    """Weights of what ships that are other numbers than PyTorch's; lossless ones are the same."""
    for model in plan.models:
        shipped = model.artifacts.get(plan.shipped_artifact)
        stored = shipped.weights if shipped else ()
        for row in stored:
            if row.dtype in REDUCED and row.lossless < row.tensors:
                every = sum(one.tensors for one in stored)
                yield (
                    f"{model.id}: {row.tensors - row.lossless} of {every} weights that ship are "
                    f"rounded to {row.dtype}"
                )


def _near_tolerance(checks: Sequence[Check]) -> Iterator[str]:
    """Distances that passed with less than a fifth to spare, the worst of every output."""
    worst: dict[tuple[str, str | None, str], tuple[float, Check]] = {}
    for check in checks:
        if check.status is not Status.PASSED or check.leg == CHANGE or is_own_distance(check):
            continue
        if check.measured is None or not check.bound:
            continue
        share, key = check.measured / check.bound, (check.model, check.output, check.name)
        if share > NEAR and share > worst.get(key, (0.0, check))[0]:
            worst[key] = (share, check)
    for (model, output, name), (share, check) in worst.items():
        yield (
            f"{model}/{check.leg} {output}: {check.measured:.3g} is {share:.0%} of the "
            f"{check.bound:.3g} that is allowed ({name})"
        )


def _own_numbers(plan: Plan) -> Iterator[str]:
    """Limits on decisions that are kept by other numbers of labelled images than usual."""
    baseline = plan.policy.baseline
    if baseline is not None and baseline.own_numbers:
        yield f"limits on decisions against {baseline.release.name} ask for {baseline.numbers()}"


def clock_sentences(recordings: Iterable[Recording]) -> Iterator[str]:
    """Clocks that are years off, the first of them for all; and a page's that is another time's.

    What is said rests on the recordings alone, so that it is the same whenever it is judged.
    """
    clocks = {f"{one.model}/{one.leg}": one.clock for one in recordings if one.clock is not None}
    for place, clock in clocks.items():
        day = clock.python.date()
        early = day < clock.built
        if early or day > clock.built + LONGEST:
            side = "before" if early else f"more than {LONGEST.days // 365} years after"
            yield (
                f"the clock of the machine that recorded said {day} ({place}), {side} this version "
                f"of xport was made ({clock.built}): set it, and record again"
            )
            break
    for place, clock in clocks.items():
        ahead = clock.browser_ahead
        if ahead is not None and not abs(ahead) <= APART:
            order = "ahead of" if ahead > 0 else "behind"
            yield f"{place}: the browser's clock was {abs(ahead):.0f} s {order} Python's"


def _without_second_route(plan: Plan) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for model in plan.models:
        if model.kind != "explanation" and not _has_second_route(plan, model):
            found = (one.reason for one in plan.missing_routes if one.model == model.id)
            reason = next(found, "one route alone was taken")
            reasons.setdefault(reason, []).append(model.id)
    told = "; ".join(f"{', '.join(models)}: {reason}" for reason, models in reasons.items())
    if told:
        yield f"without a second route: {told}"


def _has_second_route(plan: Plan, model: PlannedModel) -> bool:
    return any(leg.counterpart in model.legs for leg in plan.legs_of(model) if leg.counterpart)
