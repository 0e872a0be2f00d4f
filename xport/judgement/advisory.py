"""Legs that a policy lets differ: their failures stand beside the verdict and do not decide it.

A runtime on the way may be the one that is wrong, while what ships says what PyTorch says. Nothing
but a measured distance is ever let pass, and never one of the legs that ship, or of PyTorch itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from xport.comparison.parity import Role
from xport.judgement.limits import limits_of
from xport.judgement.verdict import Case, Check, Status
from xport.plan.plan import Leg
from xport.plan.policy import Advisory

RUNTIMES = {"onnx": "ONNX Runtime", "savedmodel": "TensorFlow"}
"""What runs a leg that is neither PyTorch's nor a browser's, by artifact."""


def advised(case: Case, checks: Sequence[Check]) -> tuple[Check, ...]:
    """The same checks; those that failed and do not decide carry the policy's reason for that."""
    return tuple(
        check.model_copy(update={"advisory": reason}) if (reason := _reason(case, check)) else check
        for check in checks
    )


def advisory_of(case: Case, model: str, leg_name: str, output: str | None) -> Advisory | None:
    """What the policy says of a leg that may be advisory: none that ships, nor the reference."""
    leg = next((leg for leg in case.plan.legs if leg.name == leg_name), None)
    if leg is None or leg.artifact == case.plan.shipped_artifact:
        return None
    planned = case.plan.model(model)
    if leg.name in (planned.reference, *planned.second_opinions):
        return None
    return case.plan.policy.advisory_of(model, leg_name, output)


def _reason(case: Case, check: Check) -> str | None:
    """Why a failed check does not decide, or None where it does."""
    measured = check.measured
    if check.status is not Status.FAILED or measured is None or math.isnan(measured):
        return None
    if check.against is None or check.output is None:
        return None
    own = advisory_of(case, check.model, check.leg, check.output)
    if own is not None:
        return own.rationale
    leg = next((leg for leg in case.plan.legs if leg.name == check.leg), None)
    if leg is None or check.against not in (leg.predecessor, leg.counterpart):
        return None
    theirs = advisory_of(case, check.model, check.against, check.output)
    if theirs is None or agrees(case, check.model, check.against, check.output):
        return None
    if not agrees(case, check.model, check.leg, check.output):
        return None
    return f"{check.against} is advisory: {theirs.rationale}"


def agrees(case: Case, model: str, leg: str, output: str) -> bool:
    """Whether a leg's output is within the policy's limits of PyTorch, float32 and float64."""
    limits = limits_of(case, model, output)
    found = [
        case.comparisons.get((model, leg, output, role)) for role in (Role.REFERENCE, Role.FLOAT64)
    ]
    return bool(limits) and all(
        comparison is not None and limit.met_by(comparison)
        for comparison in found
        for limit in limits
    )


def odd_one_out(case: Case, model: str, leg_name: str, output: str | None) -> str:
    """What to say of a leg that differs while every browser agrees with PyTorch; else nothing."""
    leg = next((leg for leg in case.plan.legs if leg.name == leg_name), None)
    own = case.comparisons.get((model, leg_name, output or "", Role.REFERENCE))
    if leg is None or leg.artifact not in RUNTIMES or output is None or own is None:
        return ""
    if math.isnan(own.pooled.max_abs) or agrees(case, model, leg_name, output):
        return ""
    browsers = [one.name for one in _after(case, leg) if one.backend is not None]
    if not browsers or not all(agrees(case, model, name, output) for name in browsers):
        return ""
    return (
        f"{RUNTIMES[leg.artifact]} is the odd one out: {', '.join(browsers)} made from the same "
        "file agree with PyTorch in float32 and float64; if it is known to be wrong here, list "
        f'leg = "{leg_name}" and output = "{output}" under [[policy.advisory]], with the reason'
    )


def _after(case: Case, leg: Leg) -> Iterator[Leg]:
    """Every leg that is made from this one, directly or through others."""
    for one in case.plan.legs:
        if one.predecessor == leg.name:
            yield one
            yield from _after(case, one)


def sentences(checks: Sequence[Check]) -> list[str]:
    """What stands beside the verdict: one sentence per leg and output that is advisory."""
    groups: dict[tuple[str, str, str | None], list[Check]] = {}
    for check in checks:
        if check.advisory:
            groups.setdefault((check.model, check.leg, check.output), []).append(check)
    return [
        f"ADVISORY: {model}/{leg}{f' {output}' if output else ''}: "
        f"{'; '.join(dict.fromkeys(check.message for check in found))} ({found[0].advisory})"
        for (model, leg, output), found in groups.items()
    ]
