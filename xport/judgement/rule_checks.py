"""Judging the rule before the classifier: the page accepts what Python does, for its reasons.

On every image file of the release, from the file to the verdict and its reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from xport.comparison.rule_decisions import RuleDecisions
from xport.exchange.prepared import DEFINITION, EXACT
from xport.judgement.preprocessing_checks import leg_of
from xport.judgement.verdict import Case, Check, Status

DECIDED_ALIKE = "accepted and refused alike"
ALIKE = (
    "a threshold is exact: whoever is refused here and accepted there, or told another reason, is "
    "told something that was not verified"
)


def rule_checks(case: Case) -> Iterator[Check]:
    """Verdict and reason of every image are the same; nothing where the plan has no rule."""
    plan = case.plan
    if plan.rule is None:
        return
    images = len(plan.preprocessing.images) if plan.preprocessing else 0
    model = [model.id for model in plan.models if model.rule is not None][-1]
    status, message = Status.NOT_RUN, "nothing was decided on image files"
    found = case.rule
    if found is not None and images:
        readable = _readable(case, model)
        message = _said(found, images)
        if found.others:
            status = Status.FAILED
        elif readable and found.images == readable:
            status = Status.PASSED
        else:
            message += f"; the definition read {readable}"
    yield Check(
        name=DECIDED_ALIKE,
        model=model,
        leg=leg_of(EXACT),
        output=None,
        status=status,
        message=message,
        against=DEFINITION,
        measured=None if found is None else float(len(found.others)),
        bound=0.0,
        rationale=ALIKE,
    )


def rule_findings(case: Case) -> Iterator[str]:
    """Where evidence tells of a rule that the plan has not, or its counts contradict each other."""
    found = case.rule
    if found is None:
        return
    if case.plan.rule is None:
        yield "what a rule decided stands there, and the plan has no rule"
    if found.accepted + sum(found.refused.values()) != found.images:
        yield "the rule: accepted and refused images do not add up to all"
    if any(one.definition == one.page for one in found.others):
        yield "the rule: an image that both sides decide alike is said to differ"
    if len({one.image for one in found.others}) != len(found.others):
        yield "the rule: an image is said to differ twice"


def _readable(case: Case, model: str) -> int:
    """How many image files the definition made an input of."""
    made = case.preparations.of(model, DEFINITION) if case.preparations else None
    return len(made.digest_by_image) if made else 0


def _said(found: RuleDecisions, images: int) -> str:
    why = ", ".join(f"{reason} {count}" for reason, count in found.refused.items())
    said = (
        f"{found.images} of {images} images decided: {found.accepted} accepted, "
        f"{found.images - found.accepted} refused" + (f" ({why})" if why else "")
    )
    if not found.others:
        return f"{said}, all alike"
    one = found.others[0]
    return (
        f"{len(found.others)} of {said} otherwise by the page, first {one.image}: "
        f"{one.definition or 'accepted'} by the definition, {one.page or 'accepted'} by the page"
    )
