"""The paper's Figures 3 and E.2: AUC by augmentation in training and in testing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from reference.decide.auc import Auc, auc
from reference.decide.predictions import Predictions
from reference.document import Document
from reference.errors import CalibrationError, located


class RobustnessMatrix(Document):
    """One finding on one set: ``auc[row][column]``, None where the set has one kind of image only.

    Rows are levels in training, columns levels in testing.
    """

    finding: str
    auc: tuple[tuple[Auc | None, ...], ...]


class Robustness(Document):
    """The matrices of every finding on one set of images, levels from weak to strong."""

    schema_version: Literal[1] = 1
    dataset: str
    train_levels: tuple[str, ...] = Field(min_length=1)
    test_levels: tuple[str, ...] = Field(min_length=1)
    matrices: tuple[RobustnessMatrix, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_rectangular(self) -> Self:
        widths = {len(row) for matrix in self.matrices for row in matrix.auc}
        heights = {len(matrix.auc) for matrix in self.matrices}
        if widths != {len(self.test_levels)} or heights != {len(self.train_levels)}:
            raise ValueError("a matrix has not one number per level of training and of testing")
        return self


def robustness(
    train_levels: tuple[str, ...],
    test_levels: tuple[str, ...],
    cells: Mapping[tuple[str, str], Predictions],
) -> Robustness:
    """Return one matrix per finding.

    Args:
        train_levels: the rows, from no augmentation to the strongest.
        test_levels: the columns.
        cells: predictions by (training level, testing level), all of the same images.

    Raises:
        CalibrationError: there are no levels, a cell is missing or is not among the levels, or two
            cells are of different images or findings.
    """
    wanted = [(train, test) for train in train_levels for test in test_levels]
    if not wanted or set(wanted) != set(cells) or len(set(wanted)) != len(wanted):
        odd = sorted(set(wanted) ^ set(cells))
        which = f"; not in both: {' / '.join(odd[0])}" if odd else ""
        raise CalibrationError(
            f"{len(cells)} cells do not fill {len(train_levels)} x {len(test_levels)} levels"
            f"{which}",
            "robustness",
            "evaluate every pair of levels once",
        )
    first = cells[wanted[0]]
    for train, test in wanted:
        with located(f"{train} / {test}"):
            _require_same_images(first, cells[train, test])
    matrices = [
        RobustnessMatrix(
            finding=finding,
            auc=tuple(
                tuple(auc(cells[train, test].known(index)) for test in test_levels)
                for train in train_levels
            ),
        )
        for index, finding in enumerate(first.findings)
    ]
    return Robustness(
        dataset=first.dataset,
        train_levels=train_levels,
        test_levels=test_levels,
        matrices=tuple(matrices),
    )


def _require_same_images(first: Predictions, other: Predictions) -> None:
    same = first.dataset == other.dataset and first.findings == other.findings
    if not same or not np.array_equal(first.truth, other.truth, equal_nan=True):
        raise CalibrationError(
            f"these are not the images of the other cells, {first.dataset}",
            remedy="evaluate the same images at every level",
        )
