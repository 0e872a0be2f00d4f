"""Judging times of two versions of a model that ran in turn in one browser session.

The ratio and its interval are made again of the times that stand in the evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xport.comparison.change import Changes
from xport.comparison.paired_speed import AFTER, BEFORE, SpeedPair
from xport.judgement.environment_checks import environment_problems
from xport.judgement.verdict import Check, Status
from xport.judgement.witness_checks import problems_of
from xport.plan.baseline import ChangeLimits
from xport.plan.plan import Leg, Plan, PlannedModel

CHANGE = "baseline"
"""What stands among legs for a model against the other release's."""
SLOWDOWN = "slowdown on {} (max_slowdown)"


def slowdown_checks(
    limits: ChangeLimits,
    changes: Changes | None,
    of: tuple[Plan, PlannedModel],
    absent: str | None = None,
) -> Iterator[Check]:
    """The limit on time of one model, on every leg that ships in browsers.

    FAILED where the ratio of medians is over the limit and its interval excludes no change, PASSED
    where the interval ends within the limit, and else NOT_RUN: then more rounds are needed.

    Args:
        limits: what was declared.
        changes: what was compared, with the times.
        of: the plan of the new release, and a model of it.
        absent: why there is nothing to compare the model with.
    """
    plan, model = of
    pairs = {(pair.model, pair.leg): pair for pair in changes.speeds} if changes else {}
    for leg in timed_legs(plan, model):
        pair = pairs.get((model.id, leg.name))
        status, said, ratio = Status.NOT_RUN, absent or "", None
        if not absent:
            status, said, ratio = _judged(limits, pair, plan, model, leg)
        yield Check(
            name=SLOWDOWN.format(leg.name),
            model=model.id,
            leg=CHANGE,
            output=None,
            status=status,
            message=f"{leg.name}: {said} (max_slowdown {limits.max_slowdown:g})",
            measured=ratio,
            bound=limits.max_slowdown,
        )


def timed_legs(plan: Plan, model: PlannedModel) -> list[Leg]:
    """The legs of what ships, in browsers."""
    return [
        leg
        for leg in plan.legs_of(model)
        if leg.backend is not None and leg.artifact == plan.shipped_artifact
    ]


def _judged(
    limits: ChangeLimits, pair: SpeedPair | None, plan: Plan, model: PlannedModel, leg: Leg
) -> tuple[Status, str, float | None]:
    """Status, what is said, and the ratio."""
    assert limits.max_slowdown is not None
    if pair is None:
        return (
            Status.NOT_RUN,
            "not run in turn; times recorded apart are not judged",
            None,
        )
    if pair.failure is not None:
        return Status.NOT_RUN, f"both could not be run in turn: {pair.failure}", None
    if pair.files_before == model.artifacts[plan.shipped_artifact].files:
        return Status.PASSED, "the same files ship as before, and take the same time", 1.0
    problems = [*_problems(limits, pair, plan, model, leg)]
    found = pair.ratio()
    if problems or found is None:
        return Status.NOT_RUN, "; ".join(problems) or "the times are no times", None
    said = (
        f"{found.estimate:.3f} times the time of before (95 % interval {found.low:.3f} to "
        f"{found.high:.3f}), {pair.rounds} rounds in turn"
    )
    if found.estimate > limits.max_slowdown and found.low > 1:
        return Status.FAILED, said, found.estimate
    if found.high <= limits.max_slowdown:
        return Status.PASSED, said, found.estimate
    return (
        Status.NOT_RUN,
        f"{said}: the interval reaches beyond the limit, and does not show that it is broken; ask "
        f"for more rounds than {limits.min_rounds} (min_rounds), on an idle machine",
        found.estimate,
    )


def _problems(
    limits: ChangeLimits, pair: SpeedPair, plan: Plan, model: PlannedModel, leg: Leg
) -> Iterator[str]:
    """Why times are not of this model on this leg, or of too few rounds."""
    if pair.rounds < limits.min_rounds:
        yield f"{pair.rounds} rounds in turn, {limits.min_rounds} are wanted (min_rounds)"
    web = pair.environment
    if web is None:
        yield "there is no account of the browser"
        return
    if web.model_files != played_files(pair.files_before, model.artifacts[leg.artifact].files):
        yield "the model files that the page loaded are not those that ship"
    yield from environment_problems(plan, leg, web)
    yield from problems_of(plan, leg, web, 2 * (pair.rounds + 1))


def played_files(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    """The digests of both versions' files, as the page that runs both names them."""
    sides = ((BEFORE, before), (AFTER, after))
    return {f"{side}/{name}": digest for side, files in sides for name, digest in files.items()}


def paired_findings(plan: Plan, pairs: Sequence[SpeedPair]) -> Iterator[str]:
    """Times of no leg that ships, twice, or of another page than the plan's."""
    legs = {(model.id, leg.name) for model in plan.models for leg in timed_legs(plan, model)}
    seen: set[tuple[str, str]] = set()
    for pair in pairs:
        key = (pair.model, pair.leg)
        place = f"baseline: times of {pair.model} on {pair.leg}"
        if key not in legs or key in seen:
            yield f"{place}: of no leg that ships, or twice"
        seen.add(key)
        web = pair.environment
        if web is None or plan.page is None:
            continue
        shared = web.files.keys() & plan.page.files.keys()
        if any(web.files[name] != plan.page.files[name] for name in shared) or not shared:
            yield f"{place}: of another page than the plan's"
