"""The shape of a DICOM image's pixels.

Twin: `engine/picture/decode/dicom_aspect.ts`.
"""

from __future__ import annotations

from reference.decoding.dicom_data_set import DECIMAL, Elements

NEARLY_SQUARE = 0.01
"""Sides that differ by less are rounded numbers of one length."""

MOST = 100.0
"""Pixels that are longer than this many times their breadth are no pixels."""

_KEYWORDS = (
    "PixelSpacing",
    "ImagerPixelSpacing",
    "NominalScannedPixelSpacing",
    "PixelAspectRatio",
)
"""Lengths first: a ratio is for images without them, and 1:1 is written beside others too."""


def pixel_aspect(elements: Elements) -> float:
    """Return the height of a pixel over its width; 1 where nothing says that it is not square.

    The first element of ``_KEYWORDS`` with exactly two numbers above 0, height and width of a
    pixel (PS3.3 10.7.1.1, C.7.6.3.1.7), decides. One that is empty or malformed says nothing, nor
    does a ratio above ``MOST``; less than ``NEARLY_SQUARE`` from 1 is square.
    """
    for keyword in _KEYWORDS:
        sides = _pair(elements.text(keyword))
        if sides is not None:
            aspect = sides[0] / sides[1]
            return 1.0 if abs(aspect - 1) < NEARLY_SQUARE else aspect
    return 1.0


def _pair(text: str) -> tuple[float, float] | None:
    parts = [part.strip(" \0") for part in text.split("\\")]
    if len(parts) != 2 or not all(DECIMAL.fullmatch(part) for part in parts):
        return None
    height, width = float(parts[0]), float(parts[1])
    # Infinite numbers, and 0, fail this too.
    return (height, width) if 1 / MOST <= _ratio(height, width) <= MOST else None


def _ratio(height: float, width: float) -> float:
    return height / width if width > 0 else 0.0
