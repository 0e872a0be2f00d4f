"""Reading image files as grey levels: the mean of the colours, upright."""

from __future__ import annotations

from os import PathLike

import numpy as np
import numpy.typing as npt

from reference.decoding import decode, read_picture
from reference.picture import MAX_BYTES, MAX_PIXELS, Picture

__all__ = ["MAX_BYTES", "MAX_PIXELS", "decode_image", "read_image"]


def read_image(path: str | PathLike[str]) -> npt.NDArray[np.float64]:
    """Return the grey levels of a PNG, JPEG or DICOM file.

    Colours become grey by the mean (R + G + B) / 3, as in the paper's web tool; the image is
    turned the way its EXIF orientation says.

    Returns:
        (H, W) float64 in [0, 1]: samples divided by the one that means white.

    Raises:
        ImageError: ``read_picture`` refuses the file.
    """
    return _levels(read_picture(path))


def decode_image(content: bytes, where: str = "image") -> npt.NDArray[np.float64]:
    """Return the grey levels of the bytes of an image file; see ``read_image``.

    Args:
        content: the bytes of the file.
        where: what to call them in an error.
    """
    return _levels(decode(content, where))


def _levels(picture: Picture) -> npt.NDArray[np.float64]:
    samples = picture.samples.astype(np.float64)
    mean = samples[..., 0] if samples.shape[2] == 1 else samples.sum(axis=2) / 3
    return _upright(mean / picture.white, picture.orientation)


def _upright(levels: npt.NDArray[np.float64], orientation: int) -> npt.NDArray[np.float64]:
    if orientation > 4:
        levels = levels.T
    vertical = -1 if orientation in (3, 4, 7, 8) else 1
    horizontal = -1 if orientation in (2, 3, 6, 7) else 1
    return levels[::vertical, ::horizontal]
