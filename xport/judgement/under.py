"""Stored evidence under a policy that whoever receives it demands: at least that was held.

What the evidence's own policy asked as strictly is proved by its verdict. Where it asked less, the
stored numbers are judged again under both; what it did not ask for at all is proved by nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xport.common.numbers import short
from xport.errors import VerdictError
from xport.judgement.again import case_of
from xport.judgement.environment_checks import ENVIRONMENT
from xport.judgement.evidence import Evidence
from xport.judgement.judge import judge
from xport.judgement.preprocessing_checks import PREPROCESSING
from xport.judgement.slowdown_checks import CHANGE
from xport.judgement.verdict import Check, Status
from xport.plan.policy import Policy
from xport.plan.presets import spelt_out_for
from xport.plan.strictness import Shortfall, merged, shortfalls_under

REMEDY = "it may have passed, but not under this policy: ask for a release that does"


@dataclass(frozen=True)
class Held:
    """What a demanded policy comes to on evidence, as sentences that name keys and both values.

    `met` are keys of which the evidence's policy asked less, and the numbers satisfy what is
    demanded; `broken` those that they do not satisfy; `unasked` those that it was not held to.
    """

    met: tuple[str, ...]
    broken: tuple[str, ...]
    unasked: tuple[str, ...]


def held_under(evidence: Evidence, asked: Policy) -> Held:
    """Hold evidence, of which the verdict was passed again, to a policy that is demanded.

    What that says of every output or map, it demands of each that it does not name.
    """
    asked = spelt_out_for(evidence.plan, asked)
    found = list(shortfalls_under(asked, evidence.plan.policy))
    met: list[str] = []
    broken: list[str] = []
    unasked: list[str] = []
    checks: Sequence[Check] = ()
    if any(one.kind for one in found):
        policy = merged(asked, evidence.plan.policy)
        plan = evidence.plan.model_copy(update={"policy": policy})
        checks = judge(replace(case_of(evidence), plan=plan)).checks
    for one in found:
        if one.kind == "baseline":
            same = _compared_with(evidence) == one.asked
            (met if same else unasked).append(one.words())
            continue
        about = [check for check in checks if one.kind and _is_about(check, one)]
        failed = [c for c in about if c.status is not Status.PASSED and not c.beside]
        if not about and one.lets_through:
            met.append(f"{one.words()}; nothing was let through by it")
        elif not about:
            unasked.append(one.words())
        elif failed:
            what = broken if any(c.status is Status.FAILED for c in failed) else unasked
            what.append(f"{one.words()}; {_place(failed[0])}: {failed[0].message}")
        else:
            met.append(f"{one.words()}; {_measured(about)}")
    return Held(tuple(met), tuple(broken), tuple(unasked))


def require_held(evidence: Evidence, asked: Policy, where: str, file: str) -> tuple[str, ...]:
    """Refuse evidence that does not say PASSED under at least this policy; what numbers met.

    Args:
        evidence: of a bundle that was checked.
        asked: what is demanded.
        where: the bundle.
        file: the policy's file.

    Raises:
        VerdictError: FAILED where a number breaks what is demanded, NOT_RUN where all that is wrong
            is that something was not asked for. Every key is named, with both values.
    """
    held = held_under(evidence, asked)
    refused = [*held.broken, *held.unasked]
    if not refused:
        return held.met
    status = Status.FAILED if held.broken else Status.NOT_RUN
    error = VerdictError(
        f"{status} under {file}: {refused[0]}",
        where,
        REMEDY,
        "\n".join(f"also: {one}" for one in refused[1:]),
    )
    error.status, error.findings = status.value, tuple(refused)
    error.exit_code = status.code()
    raise error


def _is_about(check: Check, one: Shortfall) -> bool:
    """Whether a check measures what a policy asked less of."""
    named = ((one.model, check.model), (one.leg, check.leg), (one.output, check.output))
    if any(wanted is not None and wanted != found for wanted, found in named):
        return False
    prepared = check.leg.startswith(PREPROCESSING)
    if one.kind == "probes":
        return check.name == "recorded" and not prepared
    if one.kind == "age":
        return check.name in ("recorded", "images prepared")
    if one.kind == "images":
        return check.name == "images prepared"
    if one.kind == "bits":
        return check.name == ENVIRONMENT
    if one.kind == "change":
        return check.leg == CHANGE and (one.check is None or f"({one.check})" in check.name)
    if one.kind in ("criterion", "waived"):
        return check.name == one.check
    return check.bound is not None or check.status is not Status.PASSED


def _measured(checks: Sequence[Check]) -> str:
    """What was measured of a key, in words: the largest number beside its bound, or how many."""
    numbers = [c for c in checks if c.measured is not None and c.bound]
    if not numbers:
        return f"it is met: {_place(checks[0])}: {checks[0].message}"
    worst = max(numbers, key=lambda c: (c.measured or 0.0) / (c.bound or 1.0))
    return (
        f"it is met by what was measured: at most {short(worst.measured or 0.0)} of "
        f"{short(worst.bound or 0.0)}, {_place(worst)}: {worst.name}"
    )


def _place(check: Check) -> str:
    return f"{check.model}/{check.leg}" + (f" {check.output}" if check.output else "")


def _compared_with(evidence: Evidence) -> str | None:
    """The SHA-256 of the evidence that was compared with as baseline."""
    changes = evidence.baseline.changes if evidence.baseline else None
    return changes.before.evidence_sha256 if changes else None
