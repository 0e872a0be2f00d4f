"""The orientation that EXIF data tells; nothing else of EXIF is read.

Twin: `engine/picture/decode/exif.ts`.
"""

from __future__ import annotations

import struct

_ORIENTATION, _SHORT = 0x0112, 3


def orientation(tiff: bytes) -> int:
    """Return the orientation, 1 to 8; 1 (upright) where the data tells none.

    Source: TIFF 6.0, section 2. The first entry of the first directory with tag 0x0112 counts,
    if it is one SHORT from 1 to 8. Whatever is malformed is no reason to refuse the pixels: the
    image is then taken as upright, as browsers do.

    Args:
        tiff: a TIFF header and what follows: an eXIf chunk, or an APP1 segment after Exif NUL NUL.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for entry in range(count):
            tag, kind, values, value = struct.unpack_from(
                order + "HHIH", tiff, start + 2 + 12 * entry
            )
            if tag == _ORIENTATION:
                return value if kind == _SHORT and values == 1 and 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1
