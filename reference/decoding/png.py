"""PNG: the chunks and the compressed stream are checked here, libpng undoes the row filters."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import imagecodecs
import numpy as np
import numpy.typing as npt

from reference.decoding.density import uneven_png
from reference.decoding.exif import orientation
from reference.decoding.refusal import check_size, damaged
from reference.preprocess.picture import Note, Picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_GRAY, _RGB, _PALETTE, _GRAY_ALPHA, _RGBA = 0, 2, 3, 4, 6
_CHANNELS = {_GRAY: 1, _RGB: 3, _PALETTE: 1, _GRAY_ALPHA: 2, _RGBA: 4}
_DEPTHS = {
    _GRAY: (1, 2, 4, 8, 16),
    _RGB: (8, 16),
    _PALETTE: (1, 2, 4, 8),
    _GRAY_ALPHA: (8, 16),
    _RGBA: (8, 16),
}
_KNOWN = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_ADAM7 = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)
"""First row, first column, row step and column step of each pass."""

Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


@dataclass(frozen=True)
class _Header:
    width: int
    height: int
    depth: int
    color_type: int
    adam7: bool

    def row_bytes(self, width: int) -> int:
        """Return the bytes of a row of the given width, without its filter byte."""
        return -(-width * _CHANNELS[self.color_type] * self.depth // 8)

    def passes(self) -> list[tuple[slice, slice, int, int]]:
        """Return rows, columns, height and width of each pass that has pixels."""
        steps = _ADAM7 if self.adam7 else ((0, 0, 1, 1),)
        found = [
            (
                slice(y, None, dy),
                slice(x, None, dx),
                -(-(self.height - y) // dy),
                -(-(self.width - x) // dx),
            )
            for y, x, dy, dx in steps
        ]
        return [part for part in found if part[2] > 0 and part[3] > 0]


@dataclass
class _Chunks:
    """What the chunks hold that matters."""

    header: _Header
    palettes: list[bytes] = field(default_factory=list)
    data: list[memoryview] = field(default_factory=list)
    orientation: int | None = None
    density: bytes | None = None


def png_picture(content: bytes) -> Picture:
    """Return the pixels of a PNG, of any color type, depth and interlacing.

    Rules (PNG, third edition), the same in engine/picture/decode/png.ts:

    - Gray of 1, 2 and 4 bits becomes v * 255 / (2**depth - 1), a palette its colours; 8 and
      16 bits stay. Alpha and tRNS are dropped: a transparent pixel keeps its stored colour.
    - gAMA, iCCP, sRGB, cHRM and every other ancillary chunk are ignored, but for the
      orientation in the first eXIf, and the first pHYs, of which only a note is made. Of an
      animated PNG, the default image is read.
    - Refused as damaged: a wrong checksum of any chunk; no IHDR first, or two; color type, depth
      or method unknown; an unknown critical chunk; IDAT chunks apart; no IEND; a palette that
      is absent, given twice, after the pixels, of no whole colours, of more than 2**depth, or
      without the colour of a pixel; a compressed stream that does not end where the IDAT chunks
      do, or holds fewer or more bytes than the header says; a filter above 4.
    - Bytes after IEND are ignored.
    """
    chunks = _parsed(content)
    header = chunks.header
    lines = memoryview(_inflated(chunks))
    shape = header.height, header.width, 3 if header.color_type in (_RGB, _RGBA) else 1
    samples = np.empty(shape, np.dtype("u2" if header.depth == 16 else "u1"))
    start = 0
    for rows, columns, height, width in header.passes():
        size = height * (1 + header.row_bytes(width))
        part = _unfiltered(lines[start : start + size], header, height, width)
        samples[rows, columns] = part[..., : shape[2]]
        start += size
    if header.color_type == _PALETTE:
        samples = _looked_up(samples, header.depth, chunks.palettes[0])
    white = 65535 if header.depth == 16 else 255
    notes: tuple[Note, ...] = ("pixel-density",) if uneven_png(chunks.density or b"") else ()
    return Picture(samples, white, chunks.orientation or 1, "png", notes=notes)


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Yield kind and data of each chunk up to IEND, with lengths and checksums checked."""
    view, at = memoryview(content), len(SIGNATURE)
    while True:
        if at + 12 > len(content):
            raise damaged("the file ends before its last chunk")
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 8 + length
        if end + 4 > len(content):
            raise damaged("a chunk ends after the file")
        if zlib.crc32(view[at + 4 : end]) != int.from_bytes(view[end : end + 4], "big"):
            raise damaged("a chunk's checksum is wrong")
        if not kind.isalpha():
            raise damaged("a chunk has no name")
        yield kind, view[at + 8 : end]
        if kind == b"IEND":
            return
        at = end + 4


def _parsed(content: bytes) -> _Chunks:
    parts = _chunks(content)
    kind, data = next(parts)
    if kind != b"IHDR":
        raise damaged("the header is not first")
    found = _Chunks(_header(bytes(data)))
    before, late = kind, False
    for kind, data in parts:
        if kind == b"IDAT":
            if found.data and before != b"IDAT":
                raise damaged("the pixels are in pieces apart")
            found.data.append(data)
        elif kind == b"PLTE":
            late = late or bool(found.data)
            found.palettes.append(bytes(data))
        elif kind == b"eXIf" and found.orientation is None:
            found.orientation = orientation(bytes(data))
        elif kind == b"pHYs" and found.density is None:
            found.density = bytes(data)
        elif kind == b"IHDR":
            raise damaged("it has two headers")
        elif kind not in _KNOWN and not kind[0] & 32:
            raise damaged(f"it has an unknown critical chunk {kind!r}")
        before = kind
    if not found.data:
        raise damaged("it has no pixels")
    if found.header.color_type == _PALETTE and (late or len(found.palettes) != 1):
        raise damaged("its palette is missing, late or given twice")
    return found


def _header(data: bytes) -> _Header:
    if len(data) != 13:
        raise damaged("its header has a wrong length")
    width, height, depth, color_type, compression, filters, interlace = struct.unpack(
        ">IIBBBBB", data
    )
    if depth not in _DEPTHS.get(color_type, ()):
        raise damaged(f"color type {color_type} with depth {depth} does not exist")
    if compression or filters or interlace > 1:
        raise damaged("its compression, filter or interlace method does not exist")
    check_size(width, height)
    return _Header(width, height, depth, color_type, bool(interlace))


def _inflated(chunks: _Chunks) -> bytes:
    """Return the filtered rows, of just the size that the header implies."""
    header = chunks.header
    size = sum(height * (1 + header.row_bytes(width)) for *_, height, width in header.passes())
    stream = zlib.decompressobj()
    try:
        lines = stream.decompress(b"".join(chunks.data), size + 1)
        # The last bytes may be out before the checksum is seen.
        lines += stream.decompress(stream.unconsumed_tail, size + 1 - len(lines) or 1)
    except zlib.error as error:
        raise damaged("its compressed stream is broken") from error
    if len(lines) > size:
        raise damaged("it holds more pixels than its header says")
    if stream.unused_data:
        raise damaged("bytes follow its compressed stream")
    if len(lines) < size or not stream.eof:
        raise damaged("it holds fewer pixels than its header says")
    return lines


def _unfiltered(lines: memoryview, header: _Header, height: int, width: int) -> Samples:
    """Return (height, width, channels) samples, or palette indices, of one pass.

    libpng is given no more than the pixels, in a PNG that is made for it: not interlaced, not
    compressed, without any other chunk, palette indices as gray.
    """
    step = 1 + header.row_bytes(width)
    if max(lines[::step]) > 4:
        raise damaged("a row has an unknown filter")
    color_type = _GRAY if header.color_type == _PALETTE else header.color_type
    made = struct.pack(">IIBBBBB", width, height, header.depth, color_type, 0, 0, 0)
    file = SIGNATURE + b"".join(
        struct.pack(">I", len(data))
        + kind
        + data
        + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))
        for kind, data in (
            (b"IHDR", made),
            (b"IDAT", zlib.compress(lines, 0)),
            (b"IEND", b""),
        )
    )
    try:
        samples = imagecodecs.png_decode(file)
    except Exception as error:  # whatever it may be, the image is at fault
        raise damaged(str(error)) from error
    return samples.reshape(height, width, _CHANNELS[header.color_type])


def _looked_up(indices: Samples, depth: int, palette: bytes) -> Samples:
    if not palette or len(palette) % 3 or len(palette) > 3 * 2**depth:
        raise damaged("its palette has a wrong length")
    colors = np.frombuffer(palette, np.uint8).reshape(-1, 3)
    # libpng has scaled the indices as if they were gray.
    indices = indices[..., 0] // (255 // (2**depth - 1))
    if indices.max() >= len(colors):
        raise damaged("a pixel is of no colour of the palette")
    return colors[indices]
