"""What limits against another release share: the check, what is lacking, and in which words."""

from __future__ import annotations

from xport.comparison.change import Changes
from xport.judgement.slowdown_checks import CHANGE
from xport.judgement.verdict import Check, Status
from xport.plan.baseline import ChangeLimits
from xport.plan.plan import PlannedModel


def absent(changes: Changes | None, model: PlannedModel, reason: str) -> str | None:
    """Why a model of the new release cannot be compared; None where it can."""
    if changes is None:
        return reason or "nothing could be compared"
    if model.id in changes.only_after:
        return f"{changes.before.release} has no model {model.id}"
    return None


def too_few_at_gate(limits: ChangeLimits, changes: Changes, model: PlannedModel) -> str:
    """The gate needs no labels, but as many images."""
    most = max((d.shared for d in changes.decisions if d.model == model.id), default=0)
    return "" if most >= limits.min_images else f"{most} images were compared at the gate"


def asked_words(limits: ChangeLimits, lacking: str) -> str:
    """How much must have been compared, and what is lacking of it."""
    return (
        f"{lacking}, {limits.numbers()} are wanted" if lacking else f"{limits.numbers()} compared"
    )


def change_check(
    model: PlannedModel,
    name: str,
    status: Status,
    message: str,
    measured: float | None = None,
    bound: float | None = None,
) -> Check:
    """A limit's check, of a model as a whole."""
    return Check(
        name=name,
        model=model.id,
        leg=CHANGE,
        output=None,
        status=status,
        message=message if name.partition("(")[2].rstrip(")") in message else f"{name}: {message}",
        measured=measured,
        bound=bound,
    )


def held_to(
    model: PlannedModel,
    name: str,
    said: str,
    measured: float | None,
    bound: float,
    wanted: tuple[ChangeLimits, str],
) -> Check:
    """A limit on what was counted: broken by whatever was compared, kept only by enough of it.

    Args:
        model: of which the limit is.
        name: the check's.
        said: what was measured, in words.
        measured: the worst that was compared; None of nothing, and NaN is beyond every bound.
        bound: the limit.
        wanted: how much must have been compared, and what is lacking of it.
    """
    if measured is not None and not measured <= bound:
        return change_check(model, name, Status.FAILED, said, measured, bound)
    status = Status.NOT_RUN if wanted[1] or measured is None else Status.PASSED
    return change_check(model, name, status, f"{said}; {asked_words(*wanted)}", measured, bound)
