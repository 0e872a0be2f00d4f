"""PNG files of every kind, written chunk by chunk."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6
DEPTHS = {
    GRAY: (1, 2, 4, 8, 16),
    RGB: (8, 16),
    PALETTE: (1, 2, 4, 8),
    GRAY_ALPHA: (8, 16),
    RGBA: (8, 16),
}
NAMES = {GRAY: "gray", RGB: "rgb", PALETTE: "palette", GRAY_ALPHA: "gray-alpha", RGBA: "rgba"}
CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGBA: 4}
ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2))
"""First row, first column, row step, column step of the passes 1 to 6; the 7th is the odd rows."""

Chunks = Sequence[tuple[bytes, bytes]]

DENSITIES = {
    "even": (72, 72),
    "rounded": (299, 300),
    "none": (1, 0),
    "absurd": (1, 500),
    "uneven": (204, 98),
}
"""Pixels across and down a unit."""


@dataclass(frozen=True)
class Png:
    """How a PNG is to be written.

    Args:
        color_type: PNG's number.
        depth: bits per sample.
        adam7: interlaced.
        before: chunks between IHDR and IDAT; a palette is one.
        after: chunks between IDAT and IEND.
        pieces: in how many IDAT chunks the pixels go.
    """

    color_type: int = GRAY
    depth: int = 8
    adam7: bool = False
    before: Chunks = ()
    after: Chunks = ()
    pieces: int = 1

    def file(self, stored: npt.NDArray[np.integer]) -> bytes:
        """Return the file of (H, W) or (H, W, C) samples, with each row filter in turn."""
        height, width = stored.shape[:2]
        data = zlib.compress(self.scanlines(stored.reshape(height, width, -1)))
        size = -(-len(data) // self.pieces)
        return SIGNATURE + b"".join(
            chunk(kind, content)
            for kind, content in (
                (b"IHDR", header(width, height, self.depth, self.color_type, int(self.adam7))),
                *self.before,
                *((b"IDAT", data[i : i + size]) for i in range(0, len(data), size)),
                *self.after,
                (b"IEND", b""),
            )
        )

    def scanlines(self, stored: npt.NDArray[np.integer]) -> bytes:
        """Return what the compressed stream holds."""
        if not self.adam7:
            return self._filtered(stored)
        passes = [stored[y::dy, x::dx] for y, x, dy, dx in ADAM7] + [stored[1::2]]
        return b"".join(self._filtered(part) for part in passes if part.size)

    def _filtered(self, stored: npt.NDArray[np.integer]) -> bytes:
        step = max(1, CHANNELS[self.color_type] * self.depth // 8)
        before = np.zeros(0, np.int64)
        lines = []
        for y, row in enumerate(self._packed(stored)):
            now = row.astype(np.int64)
            before = before if before.size else np.zeros_like(now)
            left = np.concatenate([np.zeros(step, np.int64), now])[: now.size]
            corner = np.concatenate([np.zeros(step, np.int64), before])[: now.size]
            kind = (y + 1) % 5
            guess = (0 * now, left, before, (left + before) // 2, _paeth(left, before, corner))
            lines.append(bytes([kind]) + ((now - guess[kind]) % 256).astype(np.uint8).tobytes())
            before = now
        return b"".join(lines)

    def _packed(self, stored: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
        height = len(stored)
        flat = stored.reshape(height, -1)
        if self.depth == 16:
            return np.frombuffer(flat.astype(">u2").tobytes(), np.uint8).reshape(height, -1)
        bits = np.unpackbits(flat.astype(np.uint8)[..., None], axis=2)[..., 8 - self.depth :]
        return np.packbits(bits.reshape(height, -1), axis=1)


def _paeth(
    left: npt.NDArray[np.int64], above: npt.NDArray[np.int64], corner: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    guess = left + above - corner
    a, b, c = abs(guess - left), abs(guess - above), abs(guess - corner)
    return np.where((a <= b) & (a <= c), left, np.where(b <= c, above, corner))


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int, height: int, depth: int = 8, color_type: int = 0, adam7: int = 0) -> bytes:
    """Return the content of IHDR."""
    return struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, adam7)


def samples(png: Png, height: int = 13, width: int = 11) -> npt.NDArray[np.integer]:
    """Return random samples that the given kind of PNG can hold: (height, width, channels)."""
    rng = np.random.default_rng(png.color_type * 100 + png.depth)
    shape = (height, width, CHANNELS[png.color_type])
    return rng.integers(0, 2**png.depth, shape, dtype=np.uint16)


def palette(depth: int) -> npt.NDArray[np.uint8]:
    """Return 2**depth colours."""
    return np.random.default_rng(depth).integers(0, 256, (2**depth, 3), dtype=np.uint8)


def exif(orientation: int, order: str = "<") -> bytes:
    """Return a TIFF header whose first directory tells the orientation, after another tag."""
    mark = b"II" if order == "<" else b"MM"
    entries = struct.pack(order + "HHIHH", 0x0100, 3, 1, 77, 0)
    entries += struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return mark + struct.pack(order + "HIH", 42, 8, 2) + entries + bytes(4)


def png_files() -> dict[str, bytes]:
    """Return valid PNG files by name."""
    files = {}
    for color_type, depths in DEPTHS.items():
        for depth in depths:
            colours = ((b"PLTE", palette(depth).tobytes()),) if color_type == PALETTE else ()
            for adam7 in (False, True):
                kind = Png(color_type, depth, adam7, colours)
                name = f"png/{NAMES[color_type]}-{depth}{'-adam7' if adam7 else ''}"
                files[name] = kind.file(samples(kind))
    return files | _small() | _with_chunks()


def _small() -> dict[str, bytes]:
    files = {}
    for height, width in ((1, 1), (1, 9), (9, 1), (2, 2), (3, 5)):
        for adam7 in (False, True):
            for depth in (1, 16):
                kind = Png(GRAY, depth, adam7)
                name = f"png/{height}x{width}-{depth}{'-adam7' if adam7 else ''}"
                files[name] = kind.file(samples(kind, height, width))
    return files


def _with_chunks() -> dict[str, bytes]:
    gamma = (b"gAMA", struct.pack(">I", 100_000))
    profile = (b"iCCP", b"linear\0\0" + zlib.compress(bytes(128) + b"no real profile"))
    whites = (b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000))
    colours = (b"PLTE", palette(8).tobytes())
    frames = [(b"fcTL", struct.pack(">IIIIIHHBB", i, 11, 13, 0, 0, 1, 10, 0, 0)) for i in (0, 1)]
    second = struct.pack(">I", 2) + zlib.compress(bytes(12 * 13))
    kinds = {
        "gray-8-gamma": Png(before=[gamma]),
        "gray-8-srgb-chrm": Png(before=[whites, (b"sRGB", b"\0")]),
        "gray-8-profile": Png(before=[profile]),
        "rgb-8-gamma-profile": Png(RGB, before=[gamma, profile]),
        "rgb-16-gamma": Png(RGB, 16, before=[gamma]),
        "gray-8-transparent": Png(before=[(b"tRNS", struct.pack(">H", 77))]),
        "gray-2-transparent": Png(depth=2, before=[(b"tRNS", struct.pack(">H", 2))]),
        "gray-16-transparent": Png(depth=16, before=[(b"tRNS", struct.pack(">H", 777))]),
        "rgb-8-transparent": Png(RGB, before=[(b"tRNS", struct.pack(">3H", 1, 2, 3))]),
        "rgb-16-transparent": Png(RGB, 16, before=[(b"tRNS", struct.pack(">3H", 1, 2, 3))]),
        "palette-8-transparent": Png(PALETTE, before=[colours, (b"tRNS", bytes(range(200)))]),
        "rgb-8-suggested-palette": Png(RGB, before=[colours]),
        "gray-8-significant-bits": Png(before=[(b"sBIT", b"\5")]),
        "gray-8-background": Png(before=[(b"bKGD", b"\0\5")]),
        "gray-8-text": Png(before=[(b"tEXt", b"Comment\0hello")], after=[(b"tIME", bytes(7))]),
        "gray-8-animated": Png(
            before=[(b"acTL", struct.pack(">II", 2, 0)), frames[0]],
            after=[frames[1], (b"fdAT", second)],
        ),
        "gray-8-many-idat": Png(pieces=7),
    }
    for name, sides in DENSITIES.items():
        kinds[f"gray-8-density-{name}"] = Png(before=[(b"pHYs", struct.pack(">IIB", *sides, 0))])
    for orientation in range(1, 9):
        order = "<>"[orientation % 2]
        turned = [(b"eXIf", exif(orientation, order))]
        kinds[f"gray-8-orientation-{orientation}"] = (
            Png(before=turned) if orientation < 5 else Png(after=turned)
        )
    kinds["gray-8-orientation-9"] = Png(before=[(b"eXIf", exif(9))])
    kinds["gray-8-exif-cut"] = Png(before=[(b"eXIf", exif(6)[:-12])])
    kinds["gray-8-exif-nonsense"] = Png(before=[(b"eXIf", b"II*\0\xff\xff\xff\xff")])
    files = {f"png/{name}": kind.file(samples(kind)) for name, kind in kinds.items()}
    files["png/gray-8-trailing-bytes"] = Png().file(samples(Png())) + b"left over"
    return files
