"""Judging legs that may compute at half precision: one at full precision must pass beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xport.judgement.verdict import Case, Check, Status
from xport.plan.plan import Leg

NAME = "full precision beside"


def full_precision_beside(case: Case, checks: Sequence[Check]) -> Iterator[Check]:
    """For every model and leg that is declared half precision: another leg of what ships passed."""
    for model in case.plan.models:
        legs = case.plan.legs_of(model)
        full = [
            leg.name
            for leg in legs
            if leg.backend
            and leg.artifact == case.plan.shipped_artifact
            and not case.plan.policy.half(leg.name)
        ]
        passed = [name for name in full if _all_passed(checks, model.id, name)]
        for leg in legs:
            if case.plan.policy.half(leg.name):
                yield _check(model.id, leg, full, passed)


def _all_passed(checks: Sequence[Check], model: str, leg: str) -> bool:
    found = [check.status for check in checks if (check.model, check.leg) == (model, leg)]
    return bool(found) and all(status is Status.PASSED for status in found)


def _check(model: str, leg: Leg, full: Sequence[str], passed: Sequence[str]) -> Check:
    message = f"{', '.join(passed)} passed at full precision"
    if not passed:
        message = f"no leg at full precision passed: {', '.join(full) or 'there is none'}"
    return Check(
        name=NAME,
        model=model,
        leg=leg.name,
        output=None,
        status=Status.PASSED if passed else Status.FAILED,
        message=message,
    )
