"""Bytes that a JPEG's scans hold after their last block, as some cameras and scanners write them.

libjpeg-turbo warns of such bytes unless it has read beyond them already, which depends on its build
and on the file. So they are cut away where it objects: nothing in them belongs to the picture.

Twin: `engine/picture/decode/jpeg_extra.ts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from reference.decoding.jpeg_codes import BLOCK, Block, Scan, Table, tables_of
from reference.decoding.jpeg_frame import BASELINE, EXTENDED, PROGRESSIVE, Segment, segments_of
from reference.decoding.refusal import damaged
from reference.errors import ImageError

MOST_EXTRA = 64
"""More bytes than this after the last block are what a damaged code leaves over, not padding."""

_DHT, _SOS, _DRI = 0xC4, 0xDA, 0xDD
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")


def without_extra_bytes(content: bytes) -> bytes:
    """Return a Huffman coded JPEG without the bytes after the last block of every interval.

    An interval is a scan, or what lies between two restart markers. What cannot be followed, or
    has more than ``MOST_EXTRA`` such bytes that are not all 0, is returned as it is: whether it is
    sound is for libjpeg-turbo to say.
    """
    try:
        return followed(content)
    except ImageError:
        return content


def followed(content: bytes) -> bytes:
    """Return a Huffman coded JPEG as ``without_extra_bytes`` does.

    Raises:
        ImageError: it cannot be followed: a code does not exist, data or a restart marker are
            missing, or more than ``MOST_EXTRA`` bytes that are not all 0 follow the last block.
    """
    try:
        return b"".join(_Walk(content).pieces())
    except IndexError as error:
        raise damaged("pixels are missing") from error


@dataclass(frozen=True)
class _Component:
    """How often a component is sampled, its blocks where it is alone in a scan, as in `Block`."""

    across: int
    down: int
    blocks: int
    known: bytearray


@dataclass
class _Walk:
    """What the segments so far say, on the way through a file."""

    content: bytes
    progressive: bool = False
    units: int = 0
    interval: int = 0
    components: dict[int, _Component] = field(default_factory=dict)
    tables: dict[int, Table] = field(default_factory=dict)

    def pieces(self) -> Iterator[bytes]:
        """Yield what is to be kept of the file, in its order."""
        kept = 0
        for segment in segments_of(self.content):
            if segment.marker in (BASELINE, EXTENDED, PROGRESSIVE):
                self._frame(segment)
            elif segment.marker == _DHT:
                self.tables.update(tables_of(segment.content))
            elif segment.marker == _DRI:
                self.interval = int.from_bytes(segment.content[:2], "big")
            elif segment.marker == _SOS:
                yield self.content[kept : segment.end]
                yield from self._intervals(segment)
                kept = segment.scan_end
        yield self.content[kept:]

    def _frame(self, segment: Segment) -> None:
        header, self.progressive = segment.content, segment.marker == PROGRESSIVE
        height, width = (int.from_bytes(header[i : i + 2], "big") for i in (1, 3))
        found = [(name, f >> 4, f & 15) for name, f in zip(header[6::3], header[7::3], strict=True)]
        if not all(across and down for _, across, down in found):
            raise damaged("a component has no samples")
        most_across, most_down = (max(one[i] for one in found) for i in (1, 2))
        self.units = _parts(width, 8 * most_across) * _parts(height, 8 * most_down)
        for name, across, down in found:
            columns, rows = width * across, height * down
            blocks = _parts(columns, 8 * most_across) * _parts(rows, 8 * most_down)
            known = bytearray(blocks * BLOCK if self.progressive else 0)
            self.components[name] = _Component(across, down, blocks, known)

    def _intervals(self, segment: Segment) -> Iterator[bytes]:
        """Yield the data of a scan's intervals, with the restart markers between them."""
        scan, units = self._scan(segment.content)
        start, step = segment.end, self.interval or units
        for first in range(0, units, step):
            mark = _RESTART.search(self.content, start, segment.scan_end)
            data = self.content[start : mark.start() if mark else segment.scan_end]
            data = data.rstrip(b"\xff")  # fill bytes before the marker
            plain = data.replace(b"\xff\0", b"\xff")
            used = plain[: (scan.bits(plain, first, min(step, units - first)) + 7) // 8]
            kept = len(used) + used.count(0xFF)
            last = first + step >= units
            _require_few(self.content[start + kept : segment.scan_end] if last else data[kept:])
            yield data[:kept]
            if not last:
                if mark is None:
                    raise damaged("a restart marker is missing")
                yield mark.group()
                start = mark.end()

    def _scan(self, header: bytes) -> tuple[Scan, int]:
        """Return a scan by its header, and how many units it has."""
        count, first, last, bits = header[0], *header[-3:]
        chosen = [
            (self.components[header[i]], header[i + 1])
            for i in range(1, 1 + 2 * count, 2)
            if header[i] in self.components
        ]
        if not chosen or len(chosen) != count or len(header) != 4 + 2 * count or last >= BLOCK:
            raise damaged("a scan has no possible header")
        unit = [
            Block(self.tables.get(tables >> 4), self.tables.get(16 | tables & 15), one.known)
            for one, tables in chosen
            for _ in range(one.across * one.down if count > 1 else 1)
        ]
        if self.progressive and first and count > 1:
            raise damaged("a scan has no possible header")
        units = self.units if count > 1 else chosen[0][0].blocks
        return Scan(unit, self.progressive, first, last, bits > 15), units


def _require_few(extra: bytes) -> None:
    if len(extra) > MOST_EXTRA and extra.strip(b"\0"):
        raise damaged("too many bytes follow its last block")


def _parts(whole: int, part: int) -> int:
    return -(-whole // part)
