"""What a person decides by: calibrated probabilities and the out-of-distribution score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from reference.decide.calibration import calibrated
from reference.decide.gate import Gate
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
    if model.labels_of(PROBABILITIES) is not None and outputs.get(PROBABILITIES):
        found[CALIBRATED] = {
            image: _calibrated(values, operating_points(model))
            for image, values in outputs[PROBABILITIES].items()
        }
    scores = _scores(model, input_by_image, outputs)
    if scores:
        found[SCORE] = scores
    return found


def decisions_of(
    model: PlannedModel, ours: Mapping[str, Outputs], theirs: Mapping[str, Outputs]
) -> tuple[list[Flip], int]:
    """The decisions that come out otherwise on one side, and how many were compared.

    Args:
        ours, theirs: what `with_decisions` yields, for the same images.
    """
    pairs = [*_findings(model, ours, theirs), *_gated(model.gate, ours, theirs)]
    return [flip for flip, flipped in pairs if flipped], len(pairs)


def _findings(
    model: PlannedModel, ours: Mapping[str, Outputs], theirs: Mapping[str, Outputs]
) -> Iterator[tuple[Flip, bool]]:
    """Every finding of every image: present from its operating point on."""
    labels = model.labels_of(PROBABILITIES)
    if labels is None:
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
    gate: Gate | None, ours: Mapping[str, Outputs], theirs: Mapping[str, Outputs]
) -> Iterator[tuple[Flip, bool]]:
    """Every image: whether the gate lets it pass."""
    if gate is None:
        return
    for image, values in ours.get(SCORE, {}).items():
        q, p = float(values[0]), float(theirs[SCORE][image][0])
        flip = Flip(
            image=image, label=f"gate, {gate.score}", definition=p, pipeline=q,
            threshold=gate.threshold,
        )  # fmt: skip
        yield flip, gate.accepts(q) != gate.accepts(p)


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
    name = model.gate.score if model.gate else DEFAULT_SCORE
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
