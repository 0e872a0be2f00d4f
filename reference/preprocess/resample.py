"""Shrinking and enlarging images, defined so exactly that another language can repeat it.

The four resamplers are Pillow's BOX, BILINEAR, BICUBIC (a = -1/2) and LANCZOS (3 lobes) on
floating point pixels: a filter ``f`` of a radius, widened when shrinking so that no input pixel
is skipped. For an axis of ``length`` pixels brought to ``scaled`` pixels, output ``i`` is, in
float64 and with every operation rounded on its own::

    scale  = length / scaled
    wide   = max(1, scale)
    reach  = radius * wide
    center = (i + 0.5) * scale
    first  = max(0, floor(center - reach + 0.5))
    last   = min(length, floor(center + reach + 0.5))        (not included)
    w[k]   = f((first + k - center + 0.5) / wide)
    output = sum over k, in rising order, of (w[k] / sum(w)) * input[first + k]

where ``sum(w)`` too is added up in rising order of k. Columns first, then rows. With a = abs(x)::

    box       radius 1/2   1 where -0.5 < x <= 0.5, else 0
    bilinear  radius 1     max(0, 1 - a)
    bicubic   radius 2     ((1.5 * a - 2.5) * a) * a + 1              where a < 1
                           (((a - 5) * a + 8) * a - 4) * -0.5         where 1 <= a < 2, else 0
    lanczos   radius 3     sinc(x) * sinc(x / 3)                      where -3 <= x < 3, else 0

    sinc(x) = sinpi(x) / (pi * x), and 1 at 0; pi is the float64 next to it
    sinpi(x): n = floor(x + 0.5), r = x - n (exact), a = abs(r), b = 0.5 - a (exact)
              s = a * polynomial(SINE, a * a)   where a <= 0.25
              s = polynomial(COSINE, b * b)     elsewhere
              -s where r < 0, and once more where n is odd
    polynomial(c, t) = (…((c[8] * t + c[7]) * t + c[6]) * t + …) * t + c[0]

The library's sine will not do: it differs between platforms and between JavaScript engines.

Twin: `engine/picture/resample.ts` and `engine/picture/filters.ts`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Level = Callable[[npt.NDArray[np.generic]], Float64Array]

Resampler = Literal["box", "bilinear", "bicubic", "lanczos"]
RESAMPLERS: tuple[Resampler, ...] = get_args(Resampler)

BLOCK = 2**20
"""Samples that are made floating point at once: a large image never is as a whole."""

SINE = (
    3.141592653589793,
    -5.16771278004997,
    2.5501640398773455,
    -0.5992645293207921,
    0.08214588661112823,
    -0.0073704309457143504,
    0.00046630280576761255,
    -2.1915353447830217e-05,
    7.952054001475513e-07,
)
"""(-1)**k * pi**(2k + 1) / (2k + 1)!, the series of sin(pi a) / a in powers of a * a."""

COSINE = (
    1.0,
    -4.934802200544679,
    4.0587121264167685,
    -1.3352627688545895,
    0.2353306303588932,
    -0.02580689139001406,
    0.0019295743094039231,
    -0.0001046381049248457,
    4.303069587032947e-06,
)
"""(-1)**k * pi**(2k) / (2k)!, the series of cos(pi b) in powers of b * b."""


def sinpi(x: Float64Array) -> Float64Array:
    """sin(pi x) within 1.5 units in the last place, for abs(x) up to 2**50."""
    nearest = np.floor(x + 0.5)
    rest = x - nearest
    away = np.abs(rest)
    short = 0.5 - away
    sine = np.where(
        away <= 0.25,
        away * _polynomial(SINE, away * away),
        _polynomial(COSINE, short * short),
    )
    odd = nearest - 2 * np.floor(nearest / 2) == 1
    return np.where((rest < 0) != odd, -sine, sine)


def _polynomial(coefficients: tuple[float, ...], t: Float64Array) -> Float64Array:
    value = np.full_like(t, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * t + coefficient
    return value


def _sinc(x: Float64Array) -> Float64Array:
    return np.where(x == 0, 1.0, sinpi(x) / (SINE[0] * np.where(x == 0, 1.0, x)))


def _box(x: Float64Array) -> Float64Array:
    return np.where((x > -0.5) & (x <= 0.5), 1.0, 0.0)


def _bilinear(x: Float64Array) -> Float64Array:
    return np.maximum(0.0, 1.0 - np.abs(x))


def _bicubic(x: Float64Array) -> Float64Array:
    a = np.abs(x)
    near = ((1.5 * a - 2.5) * a) * a + 1.0
    far = (((a - 5.0) * a + 8.0) * a - 4.0) * -0.5
    return np.where(a < 1, near, np.where(a < 2, far, 0.0))


def _lanczos(x: Float64Array) -> Float64Array:
    return np.where((x >= -3) & (x < 3), _sinc(x) * _sinc(x / 3.0), 0.0)


_FILTERS: dict[Resampler, tuple[float, Callable[[Float64Array], Float64Array]]] = {
    "box": (0.5, _box),
    "bilinear": (1.0, _bilinear),
    "bicubic": (2.0, _bicubic),
    "lanczos": (3.0, _lanczos),
}


def taps(
    length: int,
    scaled: int,
    offset: int = 0,
    count: int | None = None,
    resampler: Resampler = "bilinear",
) -> tuple[IntArray, Float64Array]:
    """Return the input positions and the weights of each output pixel along one axis.

    Args:
        length: input pixels, at least 1.
        scaled: output pixels of the whole axis, at least 1.
        offset: first output pixel wanted.
        count: output pixels wanted; all from ``offset`` on if None.
        resampler: the filter.

    Returns:
        ``index`` and ``weight``, each (taps, count), in rising order of input position.
        Each column of ``weight`` adds up to 1; where an output pixel needs fewer taps
        than its neighbours its weight is 0 and its index repeats the last pixel.
    """
    radius, weigh = _FILTERS[resampler]
    scale = length / scaled
    wide = max(1.0, scale)
    reach = radius * wide
    outputs = np.arange(offset, scaled if count is None else offset + count, dtype=np.float64)
    center = (outputs + 0.5) * scale
    first = np.maximum(0, np.floor(center - reach + 0.5)).astype(np.int64)
    last = np.minimum(length, np.floor(center + reach + 0.5)).astype(np.int64)
    rows = np.arange(int((last - first).max()), dtype=np.int64)[:, None]
    inside = first + rows < last
    weight = np.where(inside, weigh((first + rows - center + 0.5) / wide), 0.0)
    total = np.zeros_like(center)
    for row in weight:  # added in this order on purpose: numpy's own sum may pair them up
        total = total + row
    return np.minimum(first + rows, length - 1), weight / total


def resample_columns(image: Float64Array, index: IntArray, weight: Float64Array) -> Float64Array:
    """Bring the second axis of (H, W) to ``index.shape[1]`` pixels; (H, count) float64."""
    result = np.zeros((image.shape[0], index.shape[1]))
    for positions, weights in zip(index, weight, strict=True):
        result += weights * image[:, positions]
    return result


def _as_it_is(rows: npt.NDArray[np.generic]) -> Float64Array:
    return rows.astype(np.float64)


def resample(
    image: npt.NDArray[np.generic],
    scaled: tuple[int, int],
    window: tuple[int, int, int, int] | None = None,
    resampler: Resampler = "bilinear",
    level: Level = _as_it_is,
) -> Float64Array:
    """Scale an image, columns first, then rows.

    Args:
        image: (H, W) or (H, W, C), any real number format.
        scaled: height and width of the whole scaled image.
        window: top, left, height and width of the part of it that is wanted.
        resampler: the filter.
        level: what makes (rows, W) float64 of some rows of the image.

    Returns:
        (height, width) of the window, float64, in the units of ``level``.
    """
    top, left, height, width = window or (0, 0, *scaled)
    across = taps(image.shape[1], scaled[1], left, width, resampler)
    index, weight = taps(image.shape[0], scaled[0], top, height, resampler)
    start, stop = int(index.min()), int(index.max()) + 1
    narrow = np.empty((stop - start, width))
    step = max(1, BLOCK * image.shape[0] // image.size)
    for row in range(start, stop, step):
        rows = image[row : min(row + step, stop)]
        narrow[row - start : row - start + len(rows)] = resample_columns(level(rows), *across)
    # Rows are columns of the transposed image; contiguous memory keeps the gathers quick.
    upright = resample_columns(np.ascontiguousarray(narrow.T), index - start, weight)
    return np.ascontiguousarray(upright.T)
