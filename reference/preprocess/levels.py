"""Gray levels of a picture, upright: the first half of preprocessing.

The level of a pixel is, in float64 and with every operation rounded on its own::

    gray                   v / white
    red, green, blue       mean   ((R + G + B) / 3) / white
                           luma   ((0.299 * R + 0.587 * G) + 0.114 * B) / white
                           first  R / white

Twin: `engine/picture/gray.ts`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from reference.errors import ImageError
from reference.preprocess.picture import MAX_PIXELS, MAX_SIDE, Picture
from reference.preprocess.resample import Float64Array, Level

Samples = npt.NDArray[np.generic]

_CONVERT = "give what a decoder returns, or 8 or 16 bit gray levels"


def upright(picture: Picture) -> Samples:
    """The samples turned as the picture's EXIF orientation says; a view, nothing is copied."""
    samples = picture.samples
    if picture.orientation >= 5:
        samples = samples.swapaxes(0, 1)
    if picture.orientation in (3, 4, 7, 8):
        samples = samples[::-1]
    if picture.orientation in (2, 3, 6, 7):
        samples = samples[:, ::-1]
    return samples


def gray_levels(picture: Picture, rule: str, orientation: str) -> Float64Array:
    """The gray levels of a whole picture, (H, W) float64 in [0, 1].

    Args:
        rule, orientation: as in the definition.

    Raises:
        ImageError: the picture is not what a decoder returns.
    """
    level = level_of_picture(picture, rule)
    return level(upright(picture) if orientation == "exif" else picture.samples)


def level_of_picture(picture: Picture, rule: str) -> Level:
    """What makes gray levels of a picture's samples, (rows, W, C) to (rows, W), by a rule above.

    Raises:
        ImageError: the picture is not what a decoder returns.
    """
    _require_picture(picture)
    white = float(picture.white)

    def level(rows: Samples) -> Float64Array:
        values = rows.astype(np.float64)
        gray: Float64Array = values[..., 0]
        if values.shape[2] == 3 and rule != "first":
            red, green, blue = values[..., 0], values[..., 1], values[..., 2]
            luma = (0.299 * red + 0.587 * green) + 0.114 * blue
            gray = luma if rule == "luma" else (red + green + blue) / 3
        return gray / white

    return level


def level_of_array(image: Samples) -> Level:
    """What makes gray levels of an array's rows, (rows, W).

    Raises:
        ImageError: the array is not two-dimensional, has no or too many pixels, is of
            another number format, or holds NaN or levels outside [0, 1].
    """
    if image.ndim != 2 or not _bearable(image.shape):
        raise ImageError(
            f"an array of shape {image.shape} is no gray image",
            "image",
            f"give (H, W) with 1 to {MAX_PIXELS:,} pixels, no side above {MAX_SIDE:,}",
        )
    if image.dtype in (np.uint8, np.uint16):
        return _over(255.0 if image.dtype == np.uint8 else 65535.0)
    if not np.issubdtype(image.dtype, np.floating):
        raise ImageError(f"pixels are of type {image.dtype}", "image", _CONVERT)
    darkest, brightest = float(image.min()), float(image.max())
    if not (darkest >= 0 and brightest <= 1):
        raise ImageError(
            f"levels run from {darkest:g} to {brightest:g}, not within 0 to 1", "image", _CONVERT
        )
    return _over(1.0)


def _over(white: float) -> Callable[[Samples], Float64Array]:
    def level(rows: Samples) -> Float64Array:
        values: Float64Array = rows.astype(np.float64)
        return values / white

    return level


def _bearable(shape: tuple[int, ...]) -> bool:
    height, width = shape[:2]
    return 0 < height * width <= MAX_PIXELS and max(height, width) <= MAX_SIDE


def _require_picture(picture: Picture) -> None:
    samples, white = picture.samples, picture.white
    wrong = None
    if samples.ndim != 3 or samples.shape[2] not in (1, 3) or not _bearable(samples.shape):
        wrong = f"samples of shape {samples.shape} are no image of 1 to {MAX_PIXELS:,} pixels"
    elif samples.dtype not in (np.uint8, np.uint16):
        wrong = f"samples are of type {samples.dtype}"
    elif not 1 <= white <= np.iinfo(samples.dtype).max or samples.max() > white:
        wrong = f"white is {white}, the largest sample is {samples.max()}"
    elif picture.orientation not in range(1, 9):
        wrong = f"there is no EXIF orientation {picture.orientation}"
    if wrong:
        raise ImageError(wrong, "image", _CONVERT)
