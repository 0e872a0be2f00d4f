"""What the decoders have in common when they refuse a file.

None of them knows what the file is called: ``decode`` says where.
"""

from __future__ import annotations

from reference.errors import ImageError
from reference.preprocess import picture

EXPORT_AGAIN = "export or download the image again"
EXPORT_SMALLER = "export the image at a lower resolution"
EXPORT_PNG = "export it as PNG"


def damaged(why: str) -> ImageError:
    """Return the error of a file that is not what its format demands; why: in a few words."""
    return ImageError(f"the image is truncated or damaged ({why})", remedy=EXPORT_AGAIN)


def unsupported(what: str, remedy: str = EXPORT_PNG) -> ImageError:
    """Return the error of a sound file of a kind that is not read."""
    return ImageError(what, remedy=remedy)


def check_size(width: int, height: int) -> None:
    """Refuse an image without pixels, or above ``MAX_SIDE`` or ``MAX_PIXELS``, by its header."""
    if width < 1 or height < 1:
        raise ImageError(f"the image is {width}x{height}, without pixels", remedy=EXPORT_AGAIN)
    if max(width, height) > picture.MAX_SIDE:
        raise ImageError(
            f"the image claims {width}x{height} pixels, {picture.MAX_SIDE} is the widest",
            remedy=EXPORT_SMALLER,
        )
    if width * height > picture.MAX_PIXELS:
        raise ImageError(
            f"the image claims {width}x{height} pixels, the limit is {picture.MAX_PIXELS:,}",
            remedy=EXPORT_SMALLER,
        )
