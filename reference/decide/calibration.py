"""From a network's outputs to calibrated ones: the paper's Equation 1 and its operating points.

Equation 1 is computed in float64, every operation rounded on its own;
``engine/decide/calibration.ts`` gives the same bits.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from reference.decide.owned import OwnedDocument
from reference.decide.predictions import Float64Array, FloatArray, Known, Predictions
from reference.document import Document
from reference.errors import CalibrationError

Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

DEFINITION = (
    "threshold with the largest TPR - FPR on validation outputs, the highest of equal ones; "
    "Equation 1: p <= opt: p / (2 opt), otherwise 1 - (1 - p) / (2 (1 - opt))"
)
"""What the stored thresholds are."""

Reason = Literal[
    "no positive image",
    "no negative image",
    "no threshold is better than chance",
    "the best threshold is 0 or 1",
]
"""Why a finding has no operating point."""


class OperatingPoint(Document):
    """The threshold of one finding: it counts as present where the output reaches it.

    Counts are of the validation images that it was found on; ``unknown`` ones have no label.
    """

    finding: str
    threshold: float = Field(gt=0, lt=1, allow_inf_nan=False)
    true_positive_rate: Rate
    false_positive_rate: Rate
    positives: int = Field(ge=1)
    negatives: int = Field(ge=1)
    unknown: int = Field(ge=0)


class NoOperatingPoint(Document):
    """A finding for which no threshold could be found, and why."""

    finding: str
    reason: Reason
    positives: int = Field(ge=0)
    negatives: int = Field(ge=0)
    unknown: int = Field(ge=0)


class Calibration(OwnedDocument):
    """The operating points of a classifier, in the order of its outputs."""

    definition: str = DEFINITION
    dataset: str
    points: tuple[OperatingPoint | NoOperatingPoint, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_one_of_ours(self) -> Self:
        if self.definition != DEFINITION:
            raise ValueError(f"the thresholds are of another definition: {self.definition}")
        if len({point.finding for point in self.points}) != len(self.points):
            raise ValueError("a finding is calibrated twice")
        return self

    @property
    def thresholds(self) -> tuple[float | None, ...]:
        """One per output; None where there is no operating point."""
        return tuple(
            point.threshold if isinstance(point, OperatingPoint) else None for point in self.points
        )

    def sentence(self) -> str:
        """Say how many findings are calibrated, and which are not and why."""
        lacking = [point for point in self.points if isinstance(point, NoOperatingPoint)]
        found = len(self.points) - len(lacking)
        parts = [f"{found} of {len(self.points)} findings calibrated on {self.dataset}"]
        return "; ".join(parts + [f"{point.finding}: {point.reason}" for point in lacking])

    def apply(self, outputs: FloatArray) -> Float64Array:
        """Return calibrated outputs, NaN for a finding without operating point.

        Args:
            outputs: (..., findings) in [0, 1] or NaN, in the order of ``points``.

        Raises:
            CalibrationError: another number of findings, or an output outside [0, 1].
        """
        if outputs.shape[-1:] != (len(self.points),):
            raise CalibrationError(
                f"outputs of shape {outputs.shape} are given, {len(self.points)} findings are "
                "calibrated",
                self.dataset,
                "use the calibration of this model",
            )
        result = np.full(outputs.shape, np.nan)
        for index, threshold in enumerate(self.thresholds):
            if threshold is not None:
                result[..., index] = calibrated(outputs[..., index], threshold)
        return result


def calibrated(outputs: FloatArray, threshold: float) -> Float64Array:
    """Return Equation 1 of the outputs: ``threshold`` becomes 0.5, 0 and 1 stay, NaN stays NaN.

    Raises:
        CalibrationError: the threshold is not between 0 and 1, or an output outside [0, 1].
    """
    if not 0 < threshold < 1:
        raise CalibrationError(
            f"the operating point {threshold} is not between 0 and 1", "Equation 1", "fit it again"
        )
    p = outputs.astype(np.float64)
    if bool(((p < 0) | (p > 1)).any()):
        raise CalibrationError(
            "an output is outside [0, 1]", "Equation 1", "give probabilities, not logits"
        )
    below = p / (2 * threshold)
    above = 1 - (1 - p) / (2 * (1 - threshold))
    # A comparison with NaN is false; `above` of NaN is NaN.
    return np.where(p <= threshold, below, above)


def fit_calibration(predictions: Predictions, weights_sha256: str | None = None) -> Calibration:
    """Return the operating points at which TPR - FPR is largest on these validation images.

    Args:
        predictions: of the weights that are calibrated.
        weights_sha256: digest of their file; without it, no release takes the calibration.
    """
    points = tuple(_operating_point(known) for known in predictions.all_known())
    return Calibration(dataset=predictions.dataset, points=points, weights_sha256=weights_sha256)


def _operating_point(known: Known) -> OperatingPoint | NoOperatingPoint:
    counts = known.counts()
    present, absent = known.outputs[known.labels == 1], known.outputs[known.labels == 0]
    if not len(present) or not len(absent):
        missing: Reason = "no negative image" if len(present) else "no positive image"
        return NoOperatingPoint(finding=known.finding, reason=missing, **counts)
    candidates = np.unique(known.outputs)[::-1]
    found = len(present) - np.searchsorted(np.sort(present), candidates)
    false = len(absent) - np.searchsorted(np.sort(absent), candidates)
    # Whole numbers, so that equal gains are equal: TPR - FPR times positives times negatives.
    gain = found * len(absent) - false * len(present)
    best = int(np.argmax(gain))
    threshold = float(candidates[best])
    if gain[best] <= 0:
        useless: Reason = "no threshold is better than chance"
        return NoOperatingPoint(finding=known.finding, reason=useless, **counts)
    if not 0 < threshold < 1:
        at_the_end: Reason = "the best threshold is 0 or 1"
        return NoOperatingPoint(finding=known.finding, reason=at_the_end, **counts)
    return OperatingPoint(
        finding=known.finding,
        threshold=threshold,
        true_positive_rate=float(found[best] / len(present)),
        false_positive_rate=float(false[best] / len(absent)),
        **counts,
    )
