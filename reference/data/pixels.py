"""The one place where data sets turn files and arrays into grey levels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from reference.decoding import read_picture
from reference.errors import ImageError, MissingImageError
from reference.preprocess.levels import gray_levels

Float64Array = npt.NDArray[np.float64]


def read_grey(path: Path) -> Float64Array:
    """Return the grey levels of an image file, (H, W) float64 in [0, 1].

    Of several channels the first is taken: in the published sets they are copies of it.

    Raises:
        MissingImageError: there is no such file.
        ImageError: the file is empty, damaged, too large or no image, or its pixels are not square,
            which an array of levels cannot tell.
    """
    if not path.is_file():
        raise MissingImageError("there is no such file", str(path), "download the set again")
    picture = read_picture(path)
    if picture.aspect != 1:
        raise ImageError(
            "its pixels are not square", str(path), "resample it to square pixels, or leave it out"
        )
    return gray_levels(picture, "first", "exif")


def grey_from_rgb(colours: npt.NDArray[np.uint8]) -> Float64Array:
    """Return (R + G + B) / 3 / 255 of (H, W, 3), as image files of colours are read."""
    total: npt.NDArray[np.uint16] = (
        colours[..., 0].astype(np.uint16) + colours[..., 1] + colours[..., 2]
    )
    return total / 3 / 255
