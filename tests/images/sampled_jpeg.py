"""A small writer of baseline JPEG files with any sampling factors, which encoders do not offer."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array8 = npt.NDArray[np.uint8]

STEP = 4
"""What all coefficients are divided by."""

_BASIS = np.array(
    [
        [np.sqrt((1 if u == 0 else 2) / 8) * np.cos((2 * x + 1) * u * np.pi / 16) for x in range(8)]
        for u in range(8)
    ]
)
_ZIGZAG = sorted(
    range(64), key=lambda i: (i // 8 + i % 8, i // 8 if (i // 8 + i % 8) % 2 else i % 8)
)
_DC_SYMBOLS = list(range(12))
_AC_SYMBOLS = [0, 0xF0, *(run << 4 | size for run in range(16) for size in range(1, 11))]


def sampled_jpeg(
    samples: Array8,
    sampling: Sequence[tuple[int, int]],
    app: bytes = b"",
    apart: bool = False,
    after: bytes = b"",
) -> bytes:
    """Return a JPEG of (H, W, C) samples, of which each component is averaged by its factors.

    Args:
        samples: stored as they are: no colour is converted.
        sampling: how often each component is sampled across and down.
        app: segments to put after SOI.
        apart: a scan for every component.
        after: bytes to put after the last block of every scan.
    """
    height, width = samples.shape[:2]
    across, down = (max(factors[i] for factors in sampling) for i in (0, 1))
    columns, rows = _parts(width, 8 * across), _parts(height, 8 * down)
    bottom, right = rows * 8 * down - height, columns * 8 * across - width
    padded = np.pad(samples.astype(float), ((0, bottom), (0, right), (0, 0)), mode="edge")
    planes = [
        _coefficients(_averaged(padded[..., c], across // h, down // v))
        for c, (h, v) in enumerate(sampling)
    ]
    frame = struct.pack(">BHHB", 8, height, width, len(planes))
    frame += b"".join(bytes([c, h << 4 | v, 0]) for c, (h, v) in enumerate(sampling))
    if apart:
        sizes = [(_parts(height * v, 8 * down), _parts(width * h, 8 * across)) for h, v in sampling]
        scans = [
            _scan([c]) + _data([planes[c]], [(1, 1)], *sizes[c]) + after for c in range(len(planes))
        ]
    else:
        scans = [_scan(range(len(planes))) + _data(planes, sampling, rows, columns) + after]
    return b"".join(
        (
            b"\xff\xd8" + app,
            _segment(0xDB, b"\0" + bytes([STEP] * 64)),
            _segment(0xC0, frame),
            _segment(0xC4, _table(0x00, _DC_SYMBOLS)),
            _segment(0xC4, _table(0x10, _AC_SYMBOLS)),
            *scans,
            b"\xff\xd9",
        )
    )


def _parts(whole: int, part: int) -> int:
    return -(-whole // part)


def _scan(components: Sequence[int]) -> bytes:
    tables = (number for c in components for number in (c, 0))
    return _segment(0xDA, bytes([len(components), *tables, 0, 63, 0]))


def _averaged(plane: npt.NDArray[np.float64], across: int, down: int) -> npt.NDArray[np.float64]:
    height, width = plane.shape
    parts = plane.reshape(height // down, down, width // across, across)
    averages: npt.NDArray[np.float64] = parts.mean((1, 3))
    return averages


def _coefficients(plane: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return (rows, columns, 64) quantised coefficients of the plane's blocks, in zigzag order."""
    height, width = plane.shape
    blocks = (plane - 128).reshape(height // 8, 8, width // 8, 8).swapaxes(1, 2)
    made = np.rint(_BASIS @ blocks @ _BASIS.T / STEP).astype(np.int64)
    return made.reshape(height // 8, width // 8, 64)[..., _ZIGZAG]


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _table(kind: int, symbols: Sequence[int]) -> bytes:
    """Return a table in which every symbol's code is its place, in 8 bits."""
    return bytes([kind, *[0] * 7, len(symbols), *[0] * 8, *symbols])


def _data(
    planes: Sequence[npt.NDArray[np.int64]],
    sampling: Sequence[tuple[int, int]],
    rows: int,
    columns: int,
) -> bytes:
    bits: list[str] = []
    before = [0] * len(planes)
    for row, column in np.ndindex(rows, columns):
        for c, (h, v) in enumerate(sampling):
            for y, x in np.ndindex(v, h):
                block = planes[c][row * v + y, column * h + x].tolist()
                bits += _block(block, before[c])
                before[c] = block[0]
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0")


def _block(block: Sequence[int], before: int) -> list[str]:
    change = block[0] - before
    bits = [f"{_DC_SYMBOLS.index(_size(change)):08b}", _magnitude(change)]
    run = 0
    for value in block[1:]:
        if value == 0:
            run += 1
            continue
        bits += [f"{_AC_SYMBOLS.index(0xF0):08b}"] * (run // 16)
        bits += [f"{_AC_SYMBOLS.index(run % 16 << 4 | _size(value)):08b}", _magnitude(value)]
        run = 0
    return [*bits, f"{_AC_SYMBOLS.index(0):08b}"] if run else bits


def _size(value: int) -> int:
    return abs(value).bit_length()


def _magnitude(value: int) -> str:
    if value == 0:
        return ""
    size = _size(value)
    return f"{value if value > 0 else value + (1 << size) - 1:0{size}b}"
