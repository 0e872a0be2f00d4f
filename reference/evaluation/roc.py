"""The paper's Figure E.4: ROC curves, with the operating points that validation chose."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator
from sklearn.metrics import roc_curve

from reference.decide.auc import Auc, auc
from reference.decide.calibration import Calibration, Rate
from reference.decide.predictions import Known, Predictions
from reference.document import Document
from reference.errors import CalibrationError

MAX_POINTS = 501
"""Curves with more corners are stored with this many of them; their AUC is of all."""


class Star(Document):
    """Where a threshold that was chosen on validation images lies on this curve."""

    threshold: float = Field(gt=0, lt=1, allow_inf_nan=False)
    true_positive_rate: Rate
    false_positive_rate: Rate


class RocCurve(Document):
    """The curve of one finding from (0, 0) to (1, 1); ``star`` is None without operating point."""

    finding: str
    auc: Auc
    false_positive_rates: tuple[Rate, ...] = Field(min_length=2)
    true_positive_rates: tuple[Rate, ...] = Field(min_length=2)
    star: Star | None
    positives: int = Field(ge=1)
    negatives: int = Field(ge=1)
    unknown: int = Field(ge=0)

    @model_validator(mode="after")
    def _is_a_curve(self) -> Self:
        if len(self.false_positive_rates) != len(self.true_positive_rates):
            raise ValueError("the curve has rates without a partner")
        return self


class RocCurves(Document):
    """All curves of one classifier; findings without one are named."""

    schema_version: Literal[1] = 1
    dataset: str
    calibrated_on: str
    curves: tuple[RocCurve, ...]
    without_curve: tuple[str, ...]


def roc_curves(predictions: Predictions, calibration: Calibration) -> RocCurves:
    """Return the curves on these images, with the thresholds of a calibration as stars.

    Findings without a positive or without a negative image have no curve and are named.

    Raises:
        CalibrationError: the calibration is of other findings.
    """
    if tuple(point.finding for point in calibration.points) != predictions.findings:
        raise CalibrationError(
            "the calibration is of other findings", predictions.dataset, "use this model's own"
        )
    pairs = list(zip(predictions.all_known(), calibration.thresholds, strict=True))
    curves = [_curve(known, threshold) for known, threshold in pairs]
    return RocCurves(
        dataset=predictions.dataset,
        calibrated_on=calibration.dataset,
        curves=tuple(curve for curve in curves if curve),
        without_curve=tuple(
            known.finding for (known, _), curve in zip(pairs, curves, strict=True) if not curve
        ),
    )


def _curve(known: Known, threshold: float | None) -> RocCurve | None:
    area = auc(known)
    if area is None:
        return None
    false, true, _ = roc_curve(known.labels, known.outputs)
    kept = np.unique(np.linspace(0, len(false) - 1, min(len(false), MAX_POINTS)).astype(int))
    return RocCurve(
        finding=known.finding,
        auc=area,
        false_positive_rates=tuple(map(float, false[kept])),
        true_positive_rates=tuple(map(float, true[kept])),
        star=None if threshold is None else _star(known, threshold),
        **known.counts(),
    )


def _star(known: Known, threshold: float) -> Star:
    called = known.outputs >= threshold
    return Star(
        threshold=threshold,
        true_positive_rate=float(called[known.labels == 1].mean()),
        false_positive_rate=float(called[known.labels == 0].mean()),
    )
