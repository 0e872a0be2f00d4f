"""What a classifier said about images whose findings are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reference.errors import CalibrationError

FloatArray = npt.NDArray[np.floating[Any]]
Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Predictions:
    """Labels and outputs of the same images, checked once for everything that is made of them.

    Args:
        dataset: the name of the images.
        findings: the names of the columns.
        truth: (N, findings): 1, 0, or NaN where unknown.
        outputs: (N, findings) within [0, 1].

    Raises:
        CalibrationError: the shapes do not fit, a finding is named twice, there are no images, a
            label is none of these, or an output is NaN or outside [0, 1]; finding and image are
            named.
    """

    dataset: str
    findings: tuple[str, ...]
    truth: FloatArray
    outputs: FloatArray

    def __post_init__(self) -> None:
        shape = (len(self.truth), len(self.findings))
        if self.truth.shape != shape or self.outputs.shape != shape or not self.truth.size:
            raise CalibrationError(
                f"{len(self.findings)} findings, labels of shape {self.truth.shape} and outputs "
                f"of {self.outputs.shape} do not fit",
                self.dataset,
                "give (images, findings) of both",
            )
        if len(set(self.findings)) != len(self.findings):
            raise CalibrationError("a finding is named twice", self.dataset, "name each once")
        known = np.isnan(self.truth) | (self.truth == 0) | (self.truth == 1)
        self._require(known, "label", "labels are 0, 1 or NaN")
        # NaN is neither; the comparison is written so that it fails.
        within = (self.outputs >= 0) & (self.outputs <= 1)
        self._require(within, "output", "give probabilities, and none that is NaN")

    def _require(self, holds: npt.NDArray[np.bool_], what: str, remedy: str) -> None:
        if not holds.all():
            image, finding = (int(place[0]) for place in np.nonzero(~holds))
            raise CalibrationError(
                f"{int((~holds).sum()):,} of {holds.size:,} {what}s cannot be used, first that of "
                f"{self.findings[finding]} in image {image}",
                self.dataset,
                remedy,
            )

    def __len__(self) -> int:
        return len(self.truth)

    def known(self, finding: int) -> Known:
        """Return one finding's labels and outputs, without images whose label is unknown."""
        labels = self.truth[:, finding]
        there = ~np.isnan(labels)
        return Known(
            self.findings[finding],
            labels[there].astype(np.int64),
            self.outputs[there, finding].astype(np.float64),
            int((~there).sum()),
        )

    def all_known(self) -> tuple[Known, ...]:
        """Return ``known`` of every finding."""
        return tuple(self.known(index) for index in range(len(self.findings)))


@dataclass(frozen=True)
class Known:
    """One finding: (n,) labels 0 or 1, (n,) outputs, and how many labels were unknown."""

    finding: str
    labels: npt.NDArray[np.int64]
    outputs: Float64Array
    unknown: int

    @property
    def positives(self) -> int:
        """How many images have the finding."""
        return int(self.labels.sum())

    @property
    def negatives(self) -> int:
        """How many have it not."""
        return len(self.labels) - self.positives

    def counts(self) -> dict[str, int]:
        """Return all three counts by the names that documents have for them."""
        return {
            "positives": self.positives,
            "negatives": self.negatives,
            "unknown": self.unknown,
        }
