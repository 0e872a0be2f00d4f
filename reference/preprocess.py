"""From grey levels to the tensor that a network was trained on.

The paper scales and crops instead of stretching, "to ensure that structure remains
correct" (appendix E). How pixels are interpolated is defined in ``reference.resample``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from reference.errors import ImageError
from reference.images import MAX_PIXELS, read_image
from reference.resample import Float64Array, resample

__all__ = [
    "AUTOENCODER",
    "CHESTXNET",
    "MAX_PIXELS",
    "XRV",
    "Fit",
    "Preprocess",
    "read_image",
    "scaled_size",
]

Fit = Literal["crop", "stretch"]

_CONVERT = "give what read_image returns, or 8 or 16 bit grey levels"


def scaled_size(height: int, width: int, size: int) -> tuple[int, int]:
    """Return the height and width at which the short side is ``size`` pixels.

    The long side is rounded down in whole numbers, ``size * long // short``.
    """
    if height <= width:
        return size, max(size, size * width // height)
    return max(size, size * height // width), size


@dataclass(frozen=True)
class Preprocess:
    """How an image becomes the input of a network.

    Args:
        size: height and width of the input in pixels.
        channels: the grey image is repeated this often.
        low: what black becomes.
        high: what white becomes.
        fit: "crop" scales the short side to ``size`` and cuts out the centre (the paper);
            "stretch" scales both sides to ``size``.

    Raises:
        ImageError: a value is absurd.
    """

    size: int
    channels: int
    low: float
    high: float
    fit: Fit = "crop"

    def __post_init__(self) -> None:
        if self.size < 1 or self.channels < 1 or self.fit not in ("crop", "stretch"):
            raise ImageError(
                f"size={self.size}, channels={self.channels}, fit={self.fit!r} is no input",
                "Preprocess",
                "give positive sizes and fit 'crop' or 'stretch'",
            )
        if not -np.inf < self.low < self.high < np.inf:
            raise ImageError(
                f"the range from {self.low} to {self.high} is empty or unbounded",
                "Preprocess",
                "give finite numbers with low below high",
            )

    def apply(self, image: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
        """Return (1, channels, size, size) float32 within [low, high].

        Args:
            image: (H, W); uint8 or uint16 grey levels, or floating point in [0, 1].

        Raises:
            ImageError: the array is not two-dimensional, has no or too many pixels, is of
                another number format, or holds NaN or levels outside [0, 1].
        """
        values = self.low + self._fitted(_levels(image)) * (self.high - self.low)
        # Weights add up to 1 only to the last bit; the promise of the range is exact.
        grey = np.clip(values, self.low, self.high).astype(np.float32)
        return np.repeat(grey[None, None], self.channels, axis=1)

    def _fitted(self, levels: Float64Array) -> Float64Array:
        if self.fit == "stretch":
            return resample(levels, (self.size, self.size))
        height, width = levels.shape
        scaled = scaled_size(height, width, self.size)
        top, left = (scaled[0] - self.size) // 2, (scaled[1] - self.size) // 2
        return resample(levels, scaled, (top, left, self.size, self.size))


def _levels(image: npt.NDArray[np.generic]) -> Float64Array:
    """Return levels in [0, 1], having checked that the array is a grey image.

    Dividing comes before interpolating, so that an array and the file it was saved to
    give the same bytes.
    """
    if image.ndim != 2 or not 0 < image.size <= MAX_PIXELS:
        raise ImageError(
            f"an array of shape {image.shape} is no grey image",
            "image",
            f"give (H, W) with 1 to {MAX_PIXELS:,} pixels",
        )
    levels: Float64Array = image.astype(np.float64)
    if image.dtype in (np.uint8, np.uint16):
        return levels / (255.0 if image.dtype == np.uint8 else 65535.0)
    if not np.issubdtype(image.dtype, np.floating):
        raise ImageError(f"pixels are of type {image.dtype}", "image", _CONVERT)
    darkest, brightest = float(levels.min()), float(levels.max())
    if not (darkest >= 0 and brightest <= 1):
        raise ImageError(
            f"levels run from {darkest:g} to {brightest:g}, not within 0 to 1", "image", _CONVERT
        )
    return levels


CHESTXNET = Preprocess(size=224, channels=3, low=0.0, high=1.0)
"""For the paper's 14-output classifier, trained on [0, 1] (3 equal channels)."""

XRV = Preprocess(size=224, channels=1, low=-1024.0, high=1024.0)
"""For the 18-output classifier of torchxrayvision, trained on [-1024, 1024]."""

AUTOENCODER = Preprocess(size=64, channels=1, low=-1.0, high=1.0)
"""For ALI and the L2 autoencoder, trained on [-1, 1]."""
