"""What the whole rule says of image files: by the definition in Python, and by what ships.

Scores of several models, and formulas of the picture, are brought together by image here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pydantic import NonNegativeInt

from reference.decide.rule import Reason, Rule, Ruling
from xport.common.arrays import Array
from xport.common.document import Document
from xport.comparison.decision_effects import conditions_of, rule_scores
from xport.comparison.parity import Outputs
from xport.comparison.preprocessing import PreparedCase
from xport.exchange.prepared import (
    DEFINITION,
    EXACT,
    PreparedInputs,
    deployed_leg,
    prepared_models,
    reference_leg,
)
from xport.plan.plan import PlannedModel

SHORTER_SIDE = "shorter_side"


class OtherRuling(Document):
    """An image on which the two sides differ: each's reason to refuse it, None if it accepts it."""

    image: str
    definition: Reason | None
    page: Reason | None


class RuleDecisions(Document):
    """What the rule says of the plan's image files, and where what ships says something else.

    `images` were decided by both sides: the reference on the definition's inputs, and the browser's
    models on the page's own. `refused` counts the reference's reasons. `others` are those with
    another verdict or another reason.
    """

    images: NonNegativeInt
    accepted: NonNegativeInt
    refused: dict[Reason, NonNegativeInt]
    others: tuple[OtherRuling, ...] = ()


def rule_decisions(case: PreparedCase) -> RuleDecisions | None:
    """The rule of a plan on every image that both sides decided; None where it has no rule."""
    rule = case.plan.rule
    if rule is None:
        return None
    theirs, ours = rulings(case, page=False), rulings(case, page=True)
    shared = [image for image in theirs if image in ours]
    return RuleDecisions(
        images=len(shared),
        accepted=sum(theirs[image].accepted for image in shared),
        refused=dict(sorted(Counter(r for image in shared if (r := theirs[image].reason)).items())),
        others=tuple(
            OtherRuling(image=image, definition=theirs[image].reason, page=ours[image].reason)
            for image in shared
            if theirs[image] != ours[image]
        ),
    )


def rulings(case: PreparedCase, *, page: bool) -> dict[str, Ruling]:
    """What the rule says, by image, of those of which every score is there."""
    rule = case.plan.rule
    if rule is None:
        return {}
    scores = all_scores(case, page=page)
    return {image: rule.decide(found) for image, found in scores.items() if whole(rule, found)}


def whole(rule: Rule, scores: Mapping[str, float]) -> bool:
    """Whether an image has every score of a rule; one may be NaN."""
    return all(condition.key in scores for condition in rule.conditions)


def all_scores(case: PreparedCase, *, page: bool) -> dict[str, dict[str, float]]:
    """Every score of the rule by image: of the page, or of the reference on the definition."""
    assert case.plan.rule is not None
    found: dict[str, dict[str, float]] = {
        image: {SHORTER_SIDE: side} for image, side in case.shorter_sides.items()
    }
    for model in prepared_models(case.plan):
        made = case.preparations.of(model.id, EXACT if page else DEFINITION)
        if model.rule is None or made is None:
            continue
        for image, scores in _of_model(case, model, made, page=page).items():
            found.setdefault(image, {}).update(scores)
    return found


def _of_model(
    case: PreparedCase, model: PlannedModel, made: PreparedInputs, *, page: bool
) -> dict[str, dict[str, float]]:
    """A model's scores by image."""
    assert model.rule is not None
    leg = deployed_leg(case.plan) if page else reference_leg(case.plan, model)
    outputs = {
        spec.name: case.output(made, leg.name, spec.name) for spec in model.signature.outputs
    }
    inputs = {image: case.input_by_digest[d] for image, d in made.digest_by_image.items()}
    return scores_of(model, inputs, outputs)


def scores_of(
    model: PlannedModel,
    inputs: Mapping[str, Array],
    outputs: Mapping[str, Outputs],
) -> dict[str, dict[str, float]]:
    """Every score that a model gives of its rule, by image."""
    found: dict[str, dict[str, float]] = {}
    for condition in conditions_of(model):
        for image, scores in rule_scores(model, condition.score, inputs, outputs).items():
            found.setdefault(image, {}).update(scores)
    return found
