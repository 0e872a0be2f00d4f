"""The boxes of a JPEG 2000 file (JP2), which some devices put around a codestream in DICOM.

Twin: `engine/picture/decode/jp2.ts`.
"""

from __future__ import annotations

from reference.decoding.refusal import damaged

_FIRST = (b"jP  ", b"ftyp", b"jp2h", b"jp2c")
"""Boxes that such a file begins with; the standard has the first, some writers leave it out."""
_CODESTREAM = b"jp2c"


def codestream_of(stream: bytes) -> bytes:
    """Return the first codestream of a JP2 file; what is no such file, as it is.

    A box is its length, with itself, in 4 bytes, and its name in 4; length 1: it is in the 8 bytes
    after the name; length 0: the box goes to the end (ISO/IEC 15444-1, I.4). What the other boxes
    say, of palettes or colours, means nothing in DICOM: its own elements do (PS3.5 A.4.4).

    Raises:
        ImageError: a box before the codestream ends after the file, or there is no codestream.
    """
    if stream[4:8] not in _FIRST:
        return stream
    at = 0
    while at + 8 <= len(stream):
        length, start = int.from_bytes(stream[at : at + 4], "big"), at + 8
        if length == 1:
            length, start = int.from_bytes(stream[at + 8 : at + 16], "big"), at + 16
        end = at + length if length else len(stream)
        if not start <= end <= len(stream):
            raise damaged("a box of its JPEG 2000 file is cut off")
        if stream[at + 4 : at + 8] == _CODESTREAM:
            return stream[start:end]
        at = end
    raise damaged("its JPEG 2000 file holds no codestream")
