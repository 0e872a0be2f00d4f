"""How many bits a JPEG's Huffman codes take, counted without making a sample of them.

The rules are ISO/IEC 10918-1, F.2.2 (sequential) and G.2 (progressive); what no encoder writes,
such as a run beyond a block, is passed over as libjpeg-turbo does.

Twin: `engine/picture/decode/jpeg_codes.ts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reference.decoding.refusal import damaged

BLOCK = 64
"""Coefficients of a block."""

Table = list[tuple[int, int, int]]
"""By the next 16 bits: how many of them are a code, its run of zeros, and how many bits follow."""

_LONGEST = 16
_NO_CODE = (1 << 40, 0, 0)
"""Leads beyond any data."""


@dataclass(frozen=True)
class Block:
    """A block of one scan's unit: the tables of its component, and which of its coefficients are.

    known: by block of the component and place, whether the coefficient is known not to be 0; of a
    progressive JPEG only.
    """

    dc: Table | None
    ac: Table | None
    known: bytearray


@dataclass(frozen=True)
class Scan:
    """What a scan's header says.

    Args:
        unit: the blocks that come again and again; one where a component is alone.
        progressive: the process.
        first: the first coefficient of the spectrum, 0 to 63.
        last: the last.
        refines: it adds a bit to coefficients that an earlier scan has begun.
    """

    unit: Sequence[Block]
    progressive: bool
    first: int
    last: int
    refines: bool

    def bits(self, data: bytes, start: int, count: int) -> int:
        """Return how many bits ``count`` units take, of which the first is number ``start``.

        Raises:
            ImageError: they are more than there are, or a table is missing.
            IndexError: likewise.
        """
        windows = _windows(data)
        if not self.progressive:
            taken = _sequential(windows, self.unit, count)
        elif self.first == 0:
            taken = self._dc(windows, count)
        else:
            (block,) = self.unit
            ac = _refined if self.refines else _begun
            taken = ac(
                windows, _given(block.ac), block.known, (self.first, self.last, start, count)
            )
        if taken > 8 * len(data):
            raise damaged("pixels are missing")
        return taken

    def _dc(self, windows: memoryview, count: int) -> int:
        if self.refines:
            return count * len(self.unit)
        at, tables = 0, [_given(block.dc) for block in self.unit]
        for _ in range(count):
            for table in tables:
                length, run, size = table[windows[at >> 3] >> (8 - (at & 7)) & 0xFFFF]
                at += length + (run << 4 | size)
        return at


def tables_of(segment: bytes) -> Iterator[tuple[int, Table]]:
    """Yield the tables of a DHT segment with their class (high four bits) and number."""
    at = 0
    while at < len(segment):
        counts = segment[at + 1 : at + 1 + _LONGEST]
        symbols = segment[at + 1 + _LONGEST : at + 1 + _LONGEST + sum(counts)]
        if len(counts) < _LONGEST or len(symbols) < sum(counts):
            raise damaged("a table of codes is cut off")
        table: Table = []
        left = iter(symbols)
        for length, codes in enumerate(counts, 1):
            for symbol in (next(left) for _ in range(codes)):
                table += [(length, symbol >> 4, symbol & 15)] * (1 << (_LONGEST - length))
        if len(table) > 1 << _LONGEST:
            raise damaged("a table has more codes than there can be")
        yield segment[at], table + [_NO_CODE] * ((1 << _LONGEST) - len(table))
        at += 1 + _LONGEST + sum(counts)


def _windows(data: bytes) -> memoryview:
    """Return 24 bits from every byte on, with zeros after the end."""
    padded = np.frombuffer(data + bytes(8), np.uint8).astype(np.uint32)
    return (padded[:-2] << 16 | padded[1:-1] << 8 | padded[2:]).data


def _given(table: Table | None) -> Table:
    if table is None:
        raise damaged("a table of codes is missing")
    return table


def _sequential(windows: memoryview, unit: Sequence[Block], count: int) -> int:
    at, tables = 0, [(_given(block.dc), _given(block.ac)) for block in unit]
    for _ in range(count):
        for dc, ac in tables:
            length, run, size = dc[windows[at >> 3] >> (8 - (at & 7)) & 0xFFFF]
            at += length + (run << 4 | size)
            place = 1
            while place < BLOCK:
                length, run, size = ac[windows[at >> 3] >> (8 - (at & 7)) & 0xFFFF]
                at += length + size
                if not size and run < 15:
                    break
                place += run + 1
    return at


def _begun(
    windows: memoryview, table: Table, known: bytearray, where: tuple[int, int, int, int]
) -> int:
    """Count a scan that begins coefficients, and mark those that are not 0."""
    first, last, start, count = where
    at = blocks = 0
    for block in range(start * BLOCK, (start + count) * BLOCK, BLOCK):
        if blocks:
            blocks -= 1
            continue
        place = first
        while place <= last:
            length, run, size = table[windows[at >> 3] >> (8 - (at & 7)) & 0xFFFF]
            at += length
            if not size and run < 15:
                blocks, at = _run_of_blocks(windows, at, run)
                blocks -= 1
                break
            at += size
            place += run
            if size and place < BLOCK:
                known[block + place] = 1
            place += 1
    return at


def _refined(
    windows: memoryview, table: Table, known: bytearray, where: tuple[int, int, int, int]
) -> int:
    """Count a scan that refines: a bit for each known coefficient that it passes, or begins one."""
    first, last, start, count = where
    at = blocks = 0
    for block in range(start * BLOCK, (start + count) * BLOCK, BLOCK):
        place, end = block + first, block + last + 1
        while place < end and not blocks:
            length, run, size = table[windows[at >> 3] >> (8 - (at & 7)) & 0xFFFF]
            at += length
            if not size and run < 15:
                blocks, at = _run_of_blocks(windows, at, run)
                break
            at += 1 if size else 0
            while place < end and (known[place] or run):
                at += known[place]
                run -= 1 - known[place]
                place += 1
            if size and place < end:
                known[place] = 1
            place += 1
        if blocks:
            at += known.count(1, place, end)
            blocks -= 1
    return at


def _run_of_blocks(windows: memoryview, at: int, size: int) -> tuple[int, int]:
    """Return for how many blocks nothing more is begun, this one too, and where the bits end."""
    window = windows[at >> 3] >> (8 - (at & 7)) & 0xFFFF
    return (1 << size) + (window >> (16 - size)), at + size
