"""The paper's Table 1: how well each finding is told, with a spread over half splits."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from reference.decide.predictions import Known, Predictions
from reference.document import Document
from reference.errors import CalibrationError

Auc = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class FindingAuc(Document):
    """One row of Table 1.

    Args:
        auc: on all images; None where all known ones have the finding, or none has it.
        mean: mean over the halves that have an AUC; None where no half has one.
        std: their standard deviation, dividing by their number.
        halves: the AUC of each half that has one.
        halves_without: how many halves have no positive image or no negative one.
    """

    finding: str
    auc: Auc | None
    mean: Auc | None
    std: Auc | None
    halves: tuple[Auc, ...]
    halves_without: int = Field(ge=0)
    positives: int = Field(ge=0)
    negatives: int = Field(ge=0)
    unknown: int = Field(ge=0)


class AucTable(Document):
    """The paper's Table 1 for one classifier and one set of images."""

    schema_version: Literal[1] = 1
    dataset: str
    images: int = Field(ge=2)
    splits: int = Field(ge=1)
    seed: int = Field(ge=0)
    rows: tuple[FindingAuc, ...] = Field(min_length=1)

    @property
    def mean_auc(self) -> float | None:
        """Mean of ``auc`` over the findings that have one; None if none has."""
        found = [row.auc for row in self.rows if row.auc is not None]
        return float(np.mean(found)) if found else None

    @property
    def without_auc(self) -> tuple[str, ...]:
        """The findings that have none."""
        return tuple(row.finding for row in self.rows if row.auc is None)


def auc(known: Known) -> float | None:
    """Return the area under the ROC curve of one finding, ties counting half.

    None if there is no positive or no negative image: there is nothing to tell apart.
    """
    from sklearn.metrics import roc_auc_score

    if not known.positives or not known.negatives:
        return None
    return float(roc_auc_score(known.labels, known.outputs))


def auc_table(predictions: Predictions, *, seed: int, splits: int = 10) -> AucTable:
    """Return AUC and its spread over random halves of the images (``ShuffleSplit``).

    Args:
        predictions: of the test images.
        seed: decides which images each half has.
        splits: how many halves; ten in the paper.

    Raises:
        CalibrationError: fewer than two images have no half.
    """
    from sklearn.model_selection import ShuffleSplit

    if len(predictions) < 2:
        raise CalibrationError(
            "one image has no half", predictions.dataset, "give the whole test set"
        )
    shuffle = ShuffleSplit(splits, test_size=0.5, random_state=seed)
    halves = [
        Predictions(
            predictions.dataset,
            predictions.findings,
            predictions.truth[half],
            predictions.outputs[half],
        )
        for _, half in shuffle.split(predictions.truth)
    ]
    rows = []
    for index, known in enumerate(predictions.all_known()):
        found = [value for half in halves if (value := auc(half.known(index))) is not None]
        rows.append(
            FindingAuc(
                finding=known.finding,
                auc=auc(known),
                mean=float(np.mean(found)) if found else None,
                std=float(np.std(found)) if found else None,
                halves=tuple(found),
                halves_without=splits - len(found),
                **known.counts(),
            )
        )
    return AucTable(
        dataset=predictions.dataset,
        images=len(predictions),
        splits=splits,
        seed=seed,
        rows=tuple(rows),
    )
