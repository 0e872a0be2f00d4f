"""Whether a PNG or JPEG gives other densities across than down.

Printers and scanners write densities, and browsers and viewers of such files take their pixels as
square whatever they say. So is done here, with the note `pixel-density`, since of a scan it may
be true.

Twin: `engine/picture/decode/density.ts`.
"""

from __future__ import annotations

import struct

from reference.decoding.dicom_aspect import MOST, NEARLY_SQUARE

_JFIF = b"JFIF\0"


def uneven_png(chunk: bytes) -> bool:
    """Tell it of the data of a pHYs chunk: pixels across and down a unit, and the unit."""
    return len(chunk) == 9 and _uneven(*struct.unpack_from(">II", chunk))


def uneven_jpeg(segment: bytes) -> bool:
    """Tell it of the content of an APP0 segment; one that is not JFIF's says nothing.

    After the name come version (2 bytes), unit (1; 0: a ratio), density across and down.
    """
    known = segment.startswith(_JFIF) and len(segment) >= 12
    return known and _uneven(*struct.unpack_from(">HH", segment, 8))


def _uneven(across: int, down: int) -> bool:
    """Whether two densities above 0 differ, by no rounding and by no more than pixels could."""
    ratio = across / down if down else 0.0
    return abs(ratio - 1) >= NEARLY_SQUARE and 1 / MOST <= ratio <= MOST
