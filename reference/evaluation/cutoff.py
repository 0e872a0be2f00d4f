"""The paper's Figure 6: what the classifier achieves on the images that a cutoff retains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from reference.decide.auc import Auc, auc
from reference.decide.calibration import Rate
from reference.decide.gate import finite_scores, passes
from reference.decide.predictions import Known, Predictions
from reference.decide.scores import DEFINITIONS, HIGHER_IS_LIKELIER, ScoreName
from reference.document import Document
from reference.errors import CalibrationError


class CutoffPoint(Document):
    """One cutoff; ``auc`` is None where all retained images have the finding, or none has it."""

    cutoff: float = Field(allow_inf_nan=False)
    images: int = Field(ge=1)
    retained: Rate
    auc: Auc | None
    positives: int = Field(ge=0)
    negatives: int = Field(ge=0)


class CutoffCurve(Document):
    """From the cutoff that retains every image to the strictest that was tried."""

    schema_version: Literal[1] = 1
    dataset: str
    finding: str
    model: str
    score: ScoreName
    definition: str
    points: tuple[CutoffPoint, ...] = Field(min_length=1)

    @property
    def without_auc(self) -> int:
        """How many cutoffs retain images of one kind only."""
        return sum(point.auc is None for point in self.points)


def cutoff_curve(
    predictions: Predictions, model: str, score: ScoreName, scores: Sequence[float], steps: int = 50
) -> CutoffCurve:
    """Return AUC and retained share against the cutoff.

    Cutoffs are scores of images, at equal steps of the share that they retain; equal ones count
    once.

    Args:
        predictions: of one finding.
        model: the autoencoder whose scores these are.
        score: which score.
        scores: one per image of ``predictions``.
        steps: how many cutoffs at most.

    Raises:
        CalibrationError: there is not one finding, a label is unknown, scores and images do not
            fit, or a score is not finite.
    """
    values = finite_scores(scores, predictions.dataset)
    if len(predictions.findings) != 1 or len(values) != len(predictions) or steps < 1:
        raise CalibrationError(
            f"{len(predictions.findings)} findings, {len(predictions)} images, {len(values)} "
            f"scores and {steps} steps make no curve",
            predictions.dataset,
            "give one finding and one score per image",
        )
    known = predictions.known(0)
    if known.unknown:
        raise CalibrationError(
            f"{known.unknown:,} labels are unknown", predictions.dataset, "leave those images out"
        )
    likeliest_last = np.sort(values if HIGHER_IS_LIKELIER[score] else -values)
    dropped = np.unique(np.floor(np.arange(steps) * len(values) / steps).astype(int))
    cutoffs = np.unique(likeliest_last[dropped])
    if not HIGHER_IS_LIKELIER[score]:
        cutoffs = -cutoffs
    points = []
    for cutoff in cutoffs:
        kept = passes(score, float(cutoff), values)
        retained = Known(known.finding, known.labels[kept], known.outputs[kept], 0)
        points.append(
            CutoffPoint(
                cutoff=float(cutoff),
                images=int(kept.sum()),
                retained=float(kept.mean()),
                auc=auc(retained),
                positives=retained.positives,
                negatives=retained.negatives,
            )
        )
    return CutoffCurve(
        dataset=predictions.dataset,
        finding=known.finding,
        model=model,
        score=score,
        definition=DEFINITIONS[score],
        points=tuple(points),
    )
