"""Medians of times and their ratios, with intervals by bootstrap over rounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from xport.common.arrays import Array
from xport.common.document import Document

RESAMPLES = 2000
CONFIDENCE = 0.95


class Interval(Document):
    """An estimate and its 95 % bootstrap interval."""

    estimate: float
    low: float
    high: float

    @classmethod
    def of_median(cls, seconds: Sequence[float], draws: Array) -> Self:
        """The median over rounds; each row of `draws` is a sample of their indices."""
        values = np.asarray(seconds)
        medians = np.median(values[draws], axis=1)
        return cls(estimate=float(np.median(values)), **_bounds(medians))

    @classmethod
    def of_ratio(cls, seconds: Sequence[float], to: Sequence[float], draws: Array) -> Self:
        """The ratio of two medians over the same rounds, which are drawn together."""
        above, below = np.asarray(seconds), np.asarray(to)
        ratios = np.median(above[draws], axis=1) / np.median(below[draws], axis=1)
        return cls(estimate=float(np.median(above) / np.median(below)), **_bounds(ratios))


def _bounds(values: Array) -> dict[str, float]:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return {"low": float(low), "high": float(high)}


def draws_for(rounds: int, seed: int) -> Array:
    """Indices of rounds, drawn with replacement: one row per resample."""
    return np.random.default_rng(seed).integers(0, rounds, (RESAMPLES, rounds))
