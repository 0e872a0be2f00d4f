"""Shrinking and enlarging images, defined so exactly that another language can repeat it.

The filter is a triangle, widened when shrinking so that no input pixel is skipped: what
Pillow calls BILINEAR, on floating point pixels. For an axis of ``length`` pixels brought to
``scaled`` pixels, output ``i`` is, in float64 and with every operation rounded on its own::

    scale   = length / scaled
    support = max(1, scale)
    center  = (i + 0.5) * scale
    first   = max(0, floor(center - support + 0.5))
    last    = min(length, floor(center + support + 0.5))        (not included)
    w[k]    = max(0, 1 - abs((first + k - center + 0.5) / support))
    output  = sum over k, in rising order, of (w[k] / sum(w)) * input[first + k]

where ``sum(w)`` too is added up in rising order of k. Columns first, then rows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def taps(
    length: int, scaled: int, offset: int = 0, count: int | None = None
) -> tuple[IntArray, Float64Array]:
    """Return the input positions and the weights of each output pixel along one axis.

    Args:
        length: input pixels, at least 1.
        scaled: output pixels of the whole axis, at least 1.
        offset: first output pixel wanted.
        count: output pixels wanted; all from ``offset`` on if None.

    Returns:
        ``index`` and ``weight``, each (taps, count), in rising order of input position.
        Each column of ``weight`` adds up to 1; where an output pixel needs fewer taps
        than its neighbours its weight is 0 and its index repeats the last pixel.
    """
    scale = length / scaled
    support = max(1.0, scale)
    outputs = np.arange(offset, scaled if count is None else offset + count, dtype=np.float64)
    center = (outputs + 0.5) * scale
    first = np.maximum(0, np.floor(center - support + 0.5)).astype(np.int64)
    last = np.minimum(length, np.floor(center + support + 0.5)).astype(np.int64)
    rows = np.arange(int((last - first).max()), dtype=np.int64)[:, None]
    inside = first + rows < last
    weight = np.maximum(0.0, 1.0 - np.abs((first + rows - center + 0.5) / support)) * inside
    total = np.zeros_like(center)
    for row in weight:  # added in this order on purpose: numpy's own sum may pair them up
        total = total + row
    return np.minimum(first + rows, length - 1), weight / total


def resample_columns(
    image: npt.NDArray[np.generic], index: IntArray, weight: Float64Array
) -> Float64Array:
    """Bring the second axis of (H, W) to ``index.shape[1]`` pixels; (H, count) float64."""
    result = np.zeros((image.shape[0], index.shape[1]))
    for positions, weights in zip(index, weight, strict=True):
        result += weights * image[:, positions].astype(np.float64)
    return result


def resample(
    image: npt.NDArray[np.generic],
    scaled: tuple[int, int],
    window: tuple[int, int, int, int] | None = None,
) -> Float64Array:
    """Scale an image, columns first, then rows.

    Args:
        image: (H, W), any real number format.
        scaled: height and width of the whole scaled image.
        window: top, left, height and width of the part of it that is wanted.

    Returns:
        (height, width) of the window, float64, in the units of ``image``.
    """
    top, left, height, width = window or (0, 0, *scaled)
    narrow = resample_columns(image, *taps(image.shape[1], scaled[1], left, width))
    # Rows are columns of the transposed image; contiguous memory keeps the gathers quick.
    upright = resample_columns(
        np.ascontiguousarray(narrow.T), *taps(image.shape[0], scaled[0], top, height)
    )
    return np.ascontiguousarray(upright.T)
