"""Reading image files as grey levels, with every bound checked before pixels are decoded."""

from __future__ import annotations

import io
import warnings
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from reference.errors import ImageError

MAX_BYTES = 64 * 1024**2
"""Image files above this are refused before they are read."""

MAX_PIXELS = 40_000_000
"""Images above this are refused before they are decoded; a radiograph has up to 16 million."""

FORMATS = ("PNG", "JPEG")

_AGAIN = "export or download the image again"


def read_image(path: str | PathLike[str]) -> npt.NDArray[np.float64]:
    """Return the grey levels of a PNG or JPEG file.

    Colours become grey by the mean (R + G + B) / 3, as in the paper's web tool; an alpha
    channel is ignored; a JPEG is turned the way its orientation tag says, as browsers do.

    Returns:
        (H, W) float64 in [0, 1]: 8-bit levels divided by 255, 16-bit grey by 65535.

    Raises:
        ImageError: the file is absent, empty, above ``MAX_BYTES``, no PNG or JPEG,
            truncated or damaged, above ``MAX_PIXELS``, or without pixels.
    """
    path = Path(path)
    return decode_image(_content(path), str(path))


def decode_image(content: bytes, where: str = "image") -> npt.NDArray[np.float64]:
    """Return the grey levels of the bytes of a PNG or JPEG; see ``read_image``.

    Args:
        content: the bytes of the file.
        where: what to call them in an error.
    """
    if not content:
        raise ImageError("the file is empty", where, _AGAIN)
    if len(content) > MAX_BYTES:
        raise _too_many_bytes(len(content), where)
    with warnings.catch_warnings():
        # Our own pixel limit is stricter than the one that Pillow warns of.
        warnings.simplefilter("ignore")
        image = _opened(content, where)
        _check_size(image, where)
        return _levels(_loaded(image, where), where)


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise ImageError("there is no such file", str(path), "check the path of the image")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _too_many_bytes(size, str(path))
        return path.read_bytes()
    except OSError as error:
        raise ImageError(
            f"the file cannot be read ({error.strerror})", str(path), "check its permissions"
        ) from error


def _too_many_bytes(size: int, where: str) -> ImageError:
    return ImageError(
        f"the file has {size:,} bytes, the limit is {MAX_BYTES:,}",
        where,
        "export the image at a lower resolution",
    )


def _opened(content: bytes, where: str) -> Image.Image:
    """Read the header only."""
    try:
        return Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise ImageError(
            f"the image claims more than {MAX_PIXELS:,} pixels",
            where,
            "export the image at a lower resolution",
        ) from error
    # A damaged header can make the decoders raise anything at all; the image is at fault.
    except Exception as error:
        raise ImageError("the file is not a PNG or JPEG image", where, _AGAIN) from error


def _check_size(image: Image.Image, where: str) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageError(f"the image is {width}x{height}, without pixels", where, _AGAIN)
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"the image claims {width}x{height} pixels, the limit is {MAX_PIXELS:,}",
            where,
            "export the image at a lower resolution",
        )


def _loaded(image: Image.Image, where: str) -> Image.Image:
    """Decode the pixels."""
    try:
        image.load()
        return ImageOps.exif_transpose(image) if image.format == "JPEG" else image
    except Exception as error:  # as for the header
        raise ImageError(
            f"the image is truncated or damaged ({type(error).__name__})", where, _AGAIN
        ) from error


def _levels(image: Image.Image, where: str) -> npt.NDArray[np.float64]:
    if image.mode in ("I;16", "I;16L", "I;16B", "I"):
        levels = np.asarray(image).astype(np.float64)
        if levels.min() < 0 or levels.max() > 65535:
            raise ImageError("the grey levels do not fit 16 bits", where, "export 8 or 16 bits")
        return levels / 65535.0
    if image.mode in ("L", "LA", "1"):
        grey: npt.NDArray[np.uint8] = np.asarray(image.convert("LA"))[..., 0]
        return grey / 255
    # Palettes go by way of RGBA because their transparency may be given per colour.
    colours: npt.NDArray[np.uint8] = np.asarray(image.convert("RGBA"))
    total: npt.NDArray[np.uint16] = (
        colours[..., 0].astype(np.uint16) + colours[..., 1] + colours[..., 2]
    )
    return total / 3 / 255
