"""Judging the reference: PyTorch float32 is held to its own float64, and the gap is capped."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xport.comparison.parity import Role
from xport.judgement.limits import Limit, own_limits_of
from xport.judgement.verdict import Case, Check, Status
from xport.plan.plan import FLOAT64_LEG, REFERENCE_LEG, PlannedModel

OWN_DISTANCE = f"own distance from {FLOAT64_LEG}"


def own_distance(case: Case, model: PlannedModel, output: str) -> Iterator[Check]:
    """PyTorch float32 and float64 say the same, as far as rounding explains; else NOT_RUN.

    What disagrees with itself is no reference: nothing compared with it is known to be right or
    wrong.
    """
    for limit in own_limits_of(case, model.id, output):
        yield _check(case, model, output, limit)


def is_own_distance(check: Check) -> bool:
    """Whether a check is of the reference against itself."""
    return check.name.startswith(OWN_DISTANCE)


def contradicts_itself(check: Check) -> bool:
    """Whether a check found the reference beyond what rounding explains, by a finite distance."""
    measured = check.measured
    return (
        is_own_distance(check)
        and check.status is not Status.PASSED
        and measured is not None
        and math.isfinite(measured)
    )


def _check(case: Case, model: PlannedModel, output: str, limit: Limit) -> Check:
    comparison = case.comparisons.get((model.id, REFERENCE_LEG, output, Role.FLOAT64))
    status, measured = Status.NOT_RUN, None
    message = f"cannot be compared with {FLOAT64_LEG}: probes or shapes differ"
    if comparison is not None and limit.bound is not None:
        measured = limit.measure(comparison)
        worst = limit.worst_probe(comparison)
        message = f"{limit.what} {measured:.3g} from {FLOAT64_LEG} (at most {limit.bound:.3g}), "
        if measured <= limit.bound:
            status, message = Status.PASSED, f"{message}worst on {worst}"
        else:
            message += f"worst on {worst}: PyTorch contradicts itself and is no reference"
    return Check(
        name=f"{OWN_DISTANCE}, {limit.what}",
        model=model.id,
        leg=REFERENCE_LEG,
        output=output,
        status=status,
        message=message,
        against=FLOAT64_LEG,
        measured=measured,
        bound=limit.bound,
        rationale=limit.rationale,
    )
