"""The region that a map explains, and how much two of them have in common."""

from __future__ import annotations

import math

import numpy as np

from xport.common.arrays import Array
from xport.common.document import Document

GRADIENT = "gradient"
"""The map with signs, of which magnitude explains; saliency and CAM count as they stand."""


class Regions(Document):
    """The intersection over union of explained regions by probe, at one share of the pixels.

    NaN where one side has no region.
    """

    share: float
    iou: dict[str, float]

    @property
    def worst_probe(self) -> str:
        """The probe with the least; NaN is less than any number."""
        return min(self.iou, key=lambda name: (self.iou[name] == self.iou[name], self.iou[name]))

    @property
    def least(self) -> float:
        """The intersection over union there."""
        return self.iou[self.worst_probe]


def region(values: Array, share: float) -> Array | None:
    """Which pixels of a map are explained; None of a map that is constant or has a NaN or infinity.

    With n pixels the threshold is the value of rank ceil(share · n), the largest first. A pixel is
    explained at or above it, so that all that tie with it are; but never one of the map's least
    value, so that the zeros of a sparse map are no region.

    Args:
        values: of any shape.
        share: of the pixels, 0 to 1.
    """
    pixels = values.astype(np.float64).ravel()
    if pixels.size == 0 or not np.isfinite(pixels).all():
        return None
    least = pixels.min()
    if least == pixels.max():
        return None
    rank = min(max(math.ceil(share * pixels.size), 1), pixels.size)
    threshold = np.partition(pixels, pixels.size - rank)[pixels.size - rank]
    found: Array = (pixels >= threshold) & (pixels > least)
    return found


def region_iou(ours: Array, theirs: Array, share: float, output: str) -> float:
    """Intersection over union of what two maps of one shape explain, 0 to 1; NaN without a region.

    Args:
        output: what the map is called; a gradient's region is of its magnitude.
    """
    if output == GRADIENT:
        ours, theirs = np.abs(ours), np.abs(theirs)
    one, other = region(ours, share), region(theirs, share)
    if one is None or other is None:
        return math.nan
    return float((one & other).sum() / (one | other).sum())
