"""Failures that a policy waives for a while: one check each, with a bound, an owner and an end.

Only a measured distance can be waived. NaN, an output that is missing or constant, a backend that
fell back, probes that did not run and a reference that contradicts itself never are.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Sequence

from xport.common.numbers import short
from xport.judgement.reference_checks import is_own_distance
from xport.judgement.verdict import Case, Check, Status
from xport.plan.policy import Waiver


def day_of(made: str) -> datetime.date | None:
    """The day of a time in ISO 8601; None of what is none."""
    try:
        return datetime.datetime.fromisoformat(made).date()
    except ValueError:
        return None


def waived(case: Case, checks: Sequence[Check], *, weak: bool) -> tuple[Check, ...]:
    """The same checks; those that failed and are waived carry the waiver.

    One that is named by a waiver and is not waived says why in its message.

    Args:
        weak: the policy lies below the floor of every policy: it waives nothing.
    """
    return tuple(_waived(case, check, weak) for check in checks)


def waiver_sentences(case: Case, checks: Sequence[Check]) -> Iterator[str]:
    """What is waived, and which waivers are of no check or are not needed."""
    found = {key_of(check): check for check in checks}
    for waiver in case.plan.policy.waivers:
        check = found.get(waiver.key)
        said = f"{waiver.place}: {waiver.check!r}"
        if check is None:
            yield f"{said} is no check of this run: the waiver of {waiver.owner} is of nothing"
        elif check.waiver is not None:
            yield f"{said}: {_of(check)}, waived {waiver.terms()}"
        elif check.status is Status.PASSED:
            yield f"{said} passed: the waiver of {waiver.owner} is not needed"
        else:
            yield f"{said} is not waived: {check.message}"


def key_of(check: Check) -> tuple[str, str, str | None, str]:
    """What a waiver names a check by."""
    return check.model, check.leg, check.output, check.name


def _waived(case: Case, check: Check, weak: bool) -> Check:
    waiver = case.plan.policy.waiver_of(*key_of(check))
    if waiver is None or check.status is Status.PASSED or check.advisory:
        return check
    refused = _refused(case, check, waiver, weak)
    if refused:
        return check.model_copy(update={"message": f"{check.message}; not waived: {refused}"})
    return check.model_copy(update={"waiver": waiver})


def _refused(case: Case, check: Check, waiver: Waiver, weak: bool) -> str:
    """Why a waiver does not hold, or nothing where it does."""
    measured = check.measured
    if check.status is not Status.FAILED:
        return "what did not run cannot be"
    if measured is None or check.bound is None or is_own_distance(check):
        return "only a measured distance can be"
    if not math.isfinite(measured):
        return "what is no number cannot be"
    if weak:
        return "a policy below the floor of every policy waives nothing"
    if case.day is None or case.day > waiver.until:
        return f"the waiver of {waiver.owner} ended on {waiver.until}"
    if not measured <= waiver.bound:
        return (
            f"{short(measured)} is more than the {short(waiver.bound)} that {waiver.owner} waived"
        )
    return ""


def _of(check: Check) -> str:
    """What was measured of what is allowed."""
    assert check.measured is not None
    assert check.bound is not None
    return f"{short(check.measured)} of {short(check.bound)} allowed"
