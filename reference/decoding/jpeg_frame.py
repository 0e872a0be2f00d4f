"""A walk over the markers of a JPEG or JPEG-LS stream, which decodes nothing.

Twin: `engine/picture/decode/jpeg.ts` and `engine/picture/decode/jpeg_frame.ts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from reference.decoding.density import uneven_jpeg
from reference.decoding.refusal import damaged, unsupported

BASELINE, EXTENDED, PROGRESSIVE, LOSSLESS, JPEG_LS = 0xC0, 0xC1, 0xC2, 0xC3, 0xF7

MAX_SCANS = 100
"""More scans than any encoder writes; each is a walk over the whole image."""

_SOI, _EOI, _SOS, _APP0, _APP1 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1
_FRAMES = (*range(0xC0, 0xC4), 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, JPEG_LS)
_RESTARTS = range(0xD0, 0xD8)
_ALONE = (0x01, *_RESTARTS)
"""Markers that no length follows: TEM and the restarts."""

_EXIF = b"Exif\0\0"

# Where the data of a scan ends: JPEG-LS stuffs a bit after FF, the others a zero byte.
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7]")
_FILL = re.compile(rb"\xff+(?=[^\xff])")
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
        end: where the data of the last scan end.
        uneven: the first APP0 gives other densities across than down.
    """

    process: int
    precision: int
    height: int
    width: int
    sampling: tuple[tuple[int, int], ...]
    exif: bytes = b""
    end: int = 0
    uneven: bool = False


def frame_of(content: bytes) -> Frame:
    """Return what the markers from SOI to EOI say; bytes after EOI are ignored.

    Raises:
        ImageError: a marker or segment is malformed or cut off, EOI does not come, there is no
            frame or scan, a second frame, a scan before the frame, or more than ``MAX_SCANS``.
    """
    frame, exif, scans, end = None, b"", 0, 0
    density: bytes | None = None
    for segment in segments_of(content):
        if segment.marker in _FRAMES:
            if frame is not None:
                raise damaged("it has two frames")
            frame = _frame(segment.marker, segment.content)
        elif segment.marker == _APP1 and not exif and segment.content.startswith(_EXIF):
            exif = segment.content[len(_EXIF) :]
        elif segment.marker == _APP0 and density is None:
            density = segment.content
        elif segment.marker == _SOS:
            if frame is None:
                raise damaged("pixels come before the frame")
            scans += 1
            if scans > MAX_SCANS:
                raise unsupported(f"the JPEG has more than {MAX_SCANS} scans")
            end = segment.scan_end
    if frame is None or not scans:
        raise damaged("it has no pixels")
    return replace(frame, exif=exif, end=end, uneven=uneven_jpeg(density or b""))


@dataclass(frozen=True)
class Segment:
    """A segment of a JPEG.

    Args:
        marker: its second byte.
        content: without marker and length.
        end: where it ends; of SOS: where the scan's data start.
        scan_end: of SOS: where the next marker, or the first fill byte before it, starts.
    """

    marker: int
    content: bytes
    end: int
    scan_end: int = 0


def segments_of(content: bytes) -> Iterator[Segment]:
    """Yield the segments from SOI to EOI, without the two.

    Raises:
        ImageError: one is malformed or cut off, or EOI does not come.
    """
    if content[:2] != bytes([0xFF, _SOI]):
        raise damaged("it does not begin like a JPEG")
    at, stuffs_bits = 2, False
    while True:
        marker, at = _marker(content, at)
        if marker == _EOI:
            return
        if marker in _ALONE:
            continue
        segment = _segment(content, at)
        at += 2 + len(segment)
        stuffs_bits |= marker == JPEG_LS
        scan_end = _scan_end(content, at, stuffs_bits) if marker == _SOS else 0
        yield Segment(marker, segment, at, scan_end)
        at = scan_end or at


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


def _scan_end(content: bytes, at: int, stuffs_bits: bool) -> int:
    after = _AFTER_LS_SCAN if stuffs_bits else _AFTER_SCAN
    while True:
        found = after.search(content, at)
        if found is None:
            raise damaged("it ends too early")
        fill = _FILL.match(content, found.start())
        if fill is None or stuffs_bits or content[fill.end()] not in _RESTARTS:
            return found.start()
        at = fill.end() + 1
