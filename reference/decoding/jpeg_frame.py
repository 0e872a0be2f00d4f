"""A walk over the markers of a JPEG or JPEG-LS stream, which decodes nothing.

Twin: `engine/picture/decode/jpeg.ts` and `engine/picture/decode/jpeg_frame.ts`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from reference.decoding.refusal import damaged, unsupported

BASELINE, EXTENDED, PROGRESSIVE, LOSSLESS, JPEG_LS = 0xC0, 0xC1, 0xC2, 0xC3, 0xF7

MAX_SCANS = 100
"""More scans than any encoder writes; each is a walk over the whole image."""

_SOI, _EOI, _SOS, _APP1 = 0xD8, 0xD9, 0xDA, 0xE1
_FRAMES = (*range(0xC0, 0xC4), 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, JPEG_LS)
_ALONE = (0x01, *range(0xD0, 0xD8))
"""Markers that no length follows: TEM and the restarts."""

_EXIF = b"Exif\0\0"

# Where the data of a scan ends: JPEG-LS stuffs a bit after FF, the others a zero byte.
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7]")
_AFTER_LS_SCAN = re.compile(rb"\xff[\x80-\xcf\xd8-\xff]")


@dataclass(frozen=True)
class Frame:
    """What the markers say.

    Args:
        process: the marker of the frame: ``BASELINE``, ``EXTENDED`` and so on.
        precision: bits per sample.
        height: in pixels.
        width: in pixels.
        sampling: horizontal and vertical sampling factor of each component.
        exif: the first EXIF data, from its TIFF header on.
        end: where the marker EOI starts.
    """

    process: int
    precision: int
    height: int
    width: int
    sampling: tuple[tuple[int, int], ...]
    exif: bytes = b""
    end: int = 0


def frame_of(content: bytes) -> Frame:
    """Return what the markers from SOI to EOI say; bytes after EOI are ignored.

    Raises:
        ImageError: a marker or segment is malformed or cut off, EOI does not come, there is no
            frame or scan, a second frame, a scan before the frame, or more than ``MAX_SCANS``.
    """
    if content[:2] != bytes([0xFF, _SOI]):
        raise damaged("it does not begin like a JPEG")
    frame, exif, scans, at = None, b"", 0, 2
    while True:
        marker, at = _marker(content, at)
        if marker == _EOI:
            break
        if marker in _ALONE:
            continue
        segment = _segment(content, at)
        at += 2 + len(segment)
        if marker in _FRAMES:
            if frame is not None:
                raise damaged("it has two frames")
            frame = _frame(marker, segment)
        elif marker == _APP1 and not exif and segment.startswith(_EXIF):
            exif = segment[len(_EXIF) :]
        elif marker == _SOS:
            if frame is None:
                raise damaged("pixels come before the frame")
            scans += 1
            if scans > MAX_SCANS:
                raise unsupported(f"the JPEG has more than {MAX_SCANS} scans")
            at = _scan_end(content, at, frame.process)
    if frame is None or not scans:
        raise damaged("it has no pixels")
    return replace(frame, exif=exif, end=at - 2)


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """Return the marker at this place, after any fill bytes, and where it ends."""
    start = at
    while content[at : at + 1] == b"\xff":
        at += 1
    if at >= len(content):
        raise damaged("it ends too early")
    if at == start or content[at] == 0:
        raise damaged("a marker is missing")
    return content[at], at + 1


def _segment(content: bytes, at: int) -> bytes:
    length = int.from_bytes(content[at : at + 2], "big")
    if length < 2 or at + length > len(content):
        raise damaged("a segment is cut off")
    return content[at + 2 : at + length]


def _frame(process: int, segment: bytes) -> Frame:
    count = segment[5] if len(segment) > 5 else 0
    if not count or len(segment) != 6 + 3 * count:
        raise damaged("its frame header has no possible length")
    height, width = (int.from_bytes(segment[i : i + 2], "big") for i in (1, 3))
    sampling = tuple((factors >> 4, factors & 15) for factors in segment[7::3])
    return Frame(process, segment[0], height, width, sampling)


def _scan_end(content: bytes, at: int, process: int) -> int:
    found = (_AFTER_LS_SCAN if process == JPEG_LS else _AFTER_SCAN).search(content, at)
    if found is None:
        raise damaged("it ends too early")
    return found.start()
