"""Judging documents that belong to weights: calibration, gate, rule and card name the model's."""

from __future__ import annotations

from collections.abc import Iterator

from xport.judgement.verdict import Check, Status
from xport.plan.plan import PlannedModel

DOCUMENTS = "documents"
"""What stands among legs for the documents of a model."""


def document_checks(model: PlannedModel) -> Iterator[Check]:
    """The documents of a model were made for its weights; nothing of a model without any."""
    named = dict(_named(model))
    if not named:
        return
    others = {what: whose for what, whose in named.items() if whose != model.weights_sha256}
    problems = [
        f"the {what} is of the weights {whose or 'that it does not name'}, the model's are "
        f"{model.weights_sha256}"
        for what, whose in others.items()
    ]
    yield Check(
        name="made for these weights",
        model=model.id,
        leg=DOCUMENTS,
        output=None,
        status=Status.FAILED if problems else Status.PASSED,
        message="; ".join(problems) or f"{', '.join(named)} of {model.weights_sha256}",
    )


def _named(model: PlannedModel) -> Iterator[tuple[str, str | None]]:
    """Each document of a model, and the weights that it names."""
    if model.calibration is not None:
        yield "calibration", model.calibration.weights_sha256
    elif model.operating_points is not None:
        yield "list of operating points", model.operating_points_weights_sha256
    if model.gate is not None:
        yield "gate", model.gate.weights_sha256
    for condition in model.rule.of_kind(model.kind)[:1] if model.rule is not None else ():
        yield "rule", condition.weights_sha256
    if model.card is not None:
        yield "card", model.card.get("weights", {}).get("sha256")
