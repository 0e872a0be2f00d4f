"""What a person decides by: calibrated probabilities and the out-of-distribution score."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from reference.decide.calibration import calibrated
from reference.decide.rule import INPUT_SCORES, Condition, RuleScore, input_scores, view_scores
from reference.decide.scores import ScoreName, l1, l2, latent_distance, ssim
from xport.common.arrays import Array
from xport.comparison.parity import Outputs
from xport.comparison.pipeline_effect import Flip
from xport.exchange.prepared import PROBABILITIES
from xport.plan.plan import PlannedModel

RECONSTRUCTION = "reconstruction"
LATENT = "latent"
CALIBRATED = "calibrated probabilities"
SCORE = "out-of-distribution score"
DEFAULT_SCORE: ScoreName = "ssim"
"""What is looked at where a release declares no gate."""


@dataclass(frozen=True)
class Held:
    """A score of a model that is held to a threshold before the classifier runs.

    `output` is where `with_decisions` has it; `name` is what decisions at it are called.
    """

    output: str
    name: str
    threshold: float
    holds: Callable[[float], bool]


def held_of(model: PlannedModel) -> list[Held]:
    """What of a model decides before the classifier: its gate, or its conditions of the rule."""
    if model.gate is not None:
        gate = model.gate
        return [Held(SCORE, f"gate, {gate.score}", gate.threshold, gate.accepts)]
    return [
        Held(output_of(one), f"gate, {one.key}", one.threshold, one.holds)
        for one in conditions_of(model)
    ]


def conditions_of(model: PlannedModel) -> list[Condition]:
    """The conditions of the rule that a model's outputs, or its input, are held to."""
    return [
        one
        for one in (model.rule.conditions if model.rule is not None else ())
        if one.kind == model.kind or (model.kind == "view" and one.score in INPUT_SCORES)
    ]


def output_of(condition: Condition) -> str:
    """Where `with_decisions` has a condition's score."""
    return f"{SCORE}, {condition.key}"


def operating_points(model: PlannedModel) -> tuple[float | None, ...]:
    """Where decisions are made: at 0.5 where no operating points are known."""
    return model.operating_points or (0.5,) * len(model.labels or ())


def with_decisions(
    model: PlannedModel, input_by_image: Mapping[str, Array], outputs: Mapping[str, Outputs]
) -> dict[str, Outputs]:
    """A model's outputs, and beside them what is decided by.

    Args:
        input_by_image: the model's only input.
        outputs: by name, each by image.
    """
    found = dict(outputs)
    labelled = model.kind != "view" and model.labels_of(PROBABILITIES) is not None
    if labelled and outputs.get(PROBABILITIES):
        found[CALIBRATED] = {
            image: _calibrated(values, operating_points(model))
            for image, values in outputs[PROBABILITIES].items()
        }
    scores = _scores(model, input_by_image, outputs)
    if scores:
        found[SCORE] = scores
    for condition in conditions_of(model):
        by_image = rule_scores(model, condition.score, input_by_image, outputs)
        values = {i: np.array([one[condition.key]]) for i, one in by_image.items()}
        if values:
            found[output_of(condition)] = values
    return found


def rule_scores(
    model: PlannedModel,
    score: RuleScore,
    input_by_image: Mapping[str, Array],
    outputs: Mapping[str, Outputs],
) -> dict[str, dict[str, float]]:
    """What a model gives of a score of a rule, by image and `Condition.key`: of `view`, all labels.

    An image without the output that it is made of is absent.
    """
    if score == "view":
        said = outputs.get(PROBABILITIES, {})
        return {i: view_scores(model.labels or (), values[0]) for i, values in said.items()}
    if score == "mean_level" or score == "contrast":
        spec = model.preprocess
        assert spec is not None
        return {
            image: input_scores(values[0, 0], spec.low, spec.high)
            for image, values in input_by_image.items()
        }
    if score == "shorter_side":
        return {}  # of the file, which no model sees
    scores = _named_scores(score, model, input_by_image, outputs)
    return {image: {score: float(values[0])} for image, values in scores.items()}


def decisions_of(
    model: PlannedModel, ours: Mapping[str, Outputs], theirs: Mapping[str, Outputs]
) -> tuple[list[Flip], int]:
    """The decisions that come out otherwise on one side, and how many were compared.

    Args:
        ours, theirs: what `with_decisions` yields, for the same images.
    """
    pairs = [*_findings(model, ours, theirs), *_gated(model, ours, theirs)]
    return [flip for flip, flipped in pairs if flipped], len(pairs)


def _findings(
    model: PlannedModel, ours: Mapping[str, Outputs], theirs: Mapping[str, Outputs]
) -> Iterator[tuple[Flip, bool]]:
    """Every finding of every image: present from its operating point on; views are no findings."""
    labels = model.labels_of(PROBABILITIES)
    if labels is None or model.kind == "view":
        return
    points = operating_points(model)
    for image, values in ours.get(PROBABILITIES, {}).items():
        others = theirs[PROBABILITIES][image]
        for label, q, p, point in zip(labels, values[0], others[0], points, strict=True):
            if point is not None:
                q, p = float(q), float(p)
                flip = Flip(image=image, label=label, definition=p, pipeline=q, threshold=point)
                yield flip, (q >= point) != (p >= point)


def _gated(
    model: PlannedModel, ours: Mapping[str, Outputs], theirs: Mapping[str, Outputs]
) -> Iterator[tuple[Flip, bool]]:
    """Every image: whether each score that is held to a threshold lets it pass."""
    for held in held_of(model):
        for image, values in ours.get(held.output, {}).items():
            q, p = float(values[0]), float(theirs[held.output][image][0])
            flip = Flip(
                image=image, label=held.name, definition=p, pipeline=q, threshold=held.threshold
            )
            yield flip, held.holds(q) != held.holds(p)


def _calibrated(probabilities: Array, points: tuple[float | None, ...]) -> Array:
    """Equation 1 of (1, findings); NaN where the probabilities are no probabilities.

    A finding without operating point stays as it is.
    """
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        return np.full(probabilities.shape, np.nan)
    found = probabilities.astype(np.float64)
    for index, point in enumerate(points):
        if point is not None:
            found[:, index] = calibrated(found[:, index], point)
    return found


def _scores(
    model: PlannedModel, input_by_image: Mapping[str, Array], outputs: Mapping[str, Outputs]
) -> Outputs:
    """The gate's score of every image; none for a model that reconstructs nothing."""
    if model.rule is not None:
        return {}  # its conditions name their own
    name = model.gate.score if model.gate else DEFAULT_SCORE
    return _named_scores(name, model, input_by_image, outputs)


def _named_scores(
    name: ScoreName,
    model: PlannedModel,
    input_by_image: Mapping[str, Array],
    outputs: Mapping[str, Outputs],
) -> Outputs:
    if name == "latent":
        latents = outputs.get(LATENT, {})
        return {image: np.array([latent_distance(z.ravel())]) for image, z in latents.items()}
    if not outputs.get(RECONSTRUCTION) or len(model.signature.inputs) != 1:
        return {}
    (spec,) = model.signature.inputs
    of = {"l1": l1, "l2": l2}.get(name, ssim)
    return {
        image: np.array([of(input_by_image[image][0, 0], values[0, 0])])
        for image, values in outputs[RECONSTRUCTION].items()
        if values.shape == spec.shape and min(spec.shape[2:]) >= 7
    }
