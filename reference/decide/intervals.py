"""Intervals of counted shares: what a number of images can say of all that are like them."""

from __future__ import annotations

import math

from pydantic import Field, model_validator

from reference.document import Document

NORMAL_975 = 1.959963984540054
"""The 97.5th percentile of the normal distribution."""


class Share(Document):
    """How many of how many, with the 95 % interval of Wilson (1927).

    Args:
        count: images that it holds for.
        of: images.
        low: lower end of the interval, in [0, 1].
        high: upper end.
    """

    count: int = Field(ge=0)
    of: int = Field(ge=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _within(self) -> Share:
        if self.count > self.of or not self.low <= self.value <= self.high:
            raise ValueError(f"count: {self.count} of {self.of} is not within its interval")
        return self

    @property
    def value(self) -> float:
        """The share itself."""
        return self.count / self.of

    def words(self) -> str:
        """Say it: the share and the interval in per cent, and the counts."""
        percent = f"{100 * self.value:.1f} % ({100 * self.low:.1f} to {100 * self.high:.1f})"
        return f"{percent}, {self.count:,} of {self.of:,}"


def wilson(count: int, of: int) -> Share:
    """Return a share with its 95 % interval (Wilson, 1927), which holds for 0 and for all too.

    Raises:
        ValueError: there are no images, or more were counted than there are.
    """
    if of < 1 or not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is no share")
    share, square = count / of, NORMAL_975 * NORMAL_975
    middle = (share + square / (2 * of)) / (1 + square / of)
    spread = share * (1 - share) / of + square / (4 * of * of)
    half = NORMAL_975 * math.sqrt(spread) / (1 + square / of)
    # Rounding must not leave out the share itself where none or all were counted.
    low, high = min(max(middle - half, 0.0), share), max(min(middle + half, 1.0), share)
    return Share(count=count, of=of, low=low, high=high)
