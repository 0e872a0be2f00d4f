"""A score over all images: quantiles, a histogram, and the threshold that a share would pass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from pydantic import Field

from xport.common.document import Document
from xport.site.bundled import Condition

SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
BINS = 24


class Quantile(Document):
    """The score that this share of the images does not exceed."""

    share: float
    score: float


class Distribution(Document):
    """A score over images; `counts` are of equal steps from `least` to `greatest`.

    Numbers of single images are not in it but for the two ends.
    """

    images: int = Field(ge=1)
    least: float
    greatest: float
    quantiles: tuple[Quantile, ...]
    counts: tuple[int, ...]


def distribution_of(scores: Sequence[float]) -> Distribution | None:
    """Return how scores are spread; None of none, or where one is no number."""
    values = np.array(scores, dtype=np.float64)
    if not values.size or not np.isfinite(values).all():
        return None
    counts, _ = np.histogram(values, BINS)
    found = np.quantile(values, SHARES, method="inverted_cdf")
    return Distribution(
        images=len(values),
        least=float(values.min()),
        greatest=float(values.max()),
        quantiles=tuple(
            Quantile(share=share, score=float(score))
            for share, score in zip(SHARES, found, strict=True)
        ),
        counts=tuple(map(int, counts)),
    )


def threshold_for(condition: Condition, scores: Sequence[float], accept: float) -> float | None:
    """Return the strictest threshold at which at least this share of the images passes.

    Of n scores at most floor((1 - accept) * n) are refused, the share as it is written in
    decimals; the threshold is the last one that passes. None where there are too few scores to
    refuse a single one, fewer than 1 / (1 - accept).
    """
    values = np.sort(np.array(scores, dtype=np.float64))
    allowed = math.floor((1 - Fraction(str(accept))) * len(values))
    if not allowed or not np.isfinite(values).all():
        return None
    at_least = condition.comparison == "at least"
    return float(values[allowed if at_least else len(values) - 1 - allowed])
