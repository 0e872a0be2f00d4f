"""The stored values of a DICOM file's one frame, whatever its transfer syntax."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable

import imagecodecs
import numpy as np
import numpy.typing as npt

from reference.decoding.dicom_data_set import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    DicomFile,
    PixelData,
)
from reference.decoding.dicom_image import StoredImage
from reference.decoding.dicom_syntax import unread_syntax
from reference.decoding.jp2 import codestream_of
from reference.decoding.jpeg import check_kind, decoded
from reference.decoding.jpeg_frame import BASELINE, EXTENDED, JPEG_LS, LOSSLESS, Frame, frame_of
from reference.decoding.jpeg_twelve import TWELVE, decoded_twelve
from reference.decoding.refusal import damaged, unsupported
from reference.errors import ImageError

Stored = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]

_MOST_ZEROS = 16
"""So many zero bytes may end the data of a JPEG-LS stream; no code has as many."""

_ITEM, _ITEMS_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"


def stored_values(file: DicomFile, image: StoredImage) -> Stored:
    """Return (rows, columns) words of which the lowest ``bits`` bits are the value.

    Rules, the same in engine/picture/decode/dicom_pixels.ts:

    - All fragments of a compressed frame are one stream. Only the bits stored are kept: higher
      ones may be an old overlay's. A codec's numbers, signed or not, are taken as bits likewise:
      whether they are signed is for PixelRepresentation to say.
    - In the lossy syntaxes 81 (JPEG-LS) and 91 (JPEG 2000), and of a lossy JPEG of 12 bits, if the
      codestream has more bits than are stored, noise may exceed the range: a word, signed if
      PixelRepresentation is 1, is then clipped to the values that the stored bits can hold.
    - Of a JPEG 2000 file, whose boxes DICOM forbids and some devices write, the codestream is read.
    - A JPEG, JPEG-LS or JPEG 2000 stream must have the height and width of the data set, one
      component, and no more bits than are allocated.
    - Bytes after the last block of a baseline JPEG, after the data of a lossless one, and up to
      ``_MOST_ZEROS`` zeros after those of JPEG-LS are ignored.
    - RLE has a segment per byte of a word, the highest first; each ends by filling its plane
      exactly, or with bytes that are ignored.

    Raises:
        ImageError: the transfer syntax is not read, or the pixels are truncated or damaged.
    """
    pixels = file.pixels
    assert pixels is not None
    if file.transfer_syntax in (IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN):
        words = _native(pixels, image, file.transfer_syntax == BIG_ENDIAN)
    elif file.transfer_syntax in _CODECS:
        stream = _fragments(pixels)
        words = _CODECS[file.transfer_syntax](stream, image)
    else:
        raise unread_syntax(file.transfer_syntax)
    if image.bits < image.allocated:
        words = words & image.dtype.type(2**image.bits - 1)
    return words


def _native(pixels: PixelData, image: StoredImage, big_endian: bool) -> Stored:
    if pixels.length is None:
        raise damaged("its pixels are in fragments, but not compressed")
    if big_endian and image.allocated == 8 and pixels.words:
        raise unsupported("the DICOM image swaps its 8-bit pixels")
    count = image.rows * image.columns
    if pixels.length < count * image.allocated // 8:
        raise damaged("pixels are missing")
    order = image.dtype.newbyteorder(">" if big_endian else "<")
    words = np.frombuffer(pixels.content, order, count, pixels.start)
    return words.astype(image.dtype, copy=False).reshape(image.rows, image.columns)


def _fragments(pixels: PixelData) -> bytes:
    """Return all fragments after the offset table, joined (PS3.5 A.4)."""
    if pixels.length is not None:
        raise damaged("its compressed pixels are not in fragments")
    content, at = pixels.content, pixels.start
    found: list[memoryview] = []
    while True:
        tag, length = content[at : at + 4], content[at + 4 : at + 8]
        if len(length) < 4:
            raise damaged("its compressed pixels are cut off")
        if tag == _ITEMS_END:
            break
        end = at + 8 + int.from_bytes(length, "little")
        if tag != _ITEM or end > len(content):
            raise damaged("its compressed pixels are cut off")
        found.append(memoryview(content)[at + 8 : end])
        at = end
    if len(found) < 2:
        raise damaged("its compressed pixels are missing")
    return b"".join(found[1:])


def _from_rle(stream: bytes, image: StoredImage) -> Stored:
    """Source: PS3.5 annex G."""
    size, count = image.allocated // 8, image.rows * image.columns
    if len(stream) < 64:
        raise damaged("its RLE header is cut off")
    segments, *starts = struct.unpack("<16I", stream[:64])
    if segments != size:
        raise damaged("its RLE segments are not one per byte")
    ends = [*starts[1:size], len(stream)]
    planes = []
    for start, end in zip(starts[:size], ends, strict=True):
        if not 64 <= start <= end <= len(stream):
            raise damaged("its RLE segments lie outside")
        planes.append(np.frombuffer(_unpacked(stream[start:end], count), np.uint8))
    interleaved = np.stack(planes[::-1], axis=1)  # little endian
    return interleaved.view(image.dtype.newbyteorder("<")).reshape(image.rows, image.columns)


def _unpacked(packed: bytes, count: int) -> bytearray:
    found, at = bytearray(), 0
    while len(found) < count:
        if at >= len(packed):
            raise damaged("an RLE segment ends too early")
        control = packed[at]
        if control < 128:
            run = packed[at + 1 : at + 2 + control]
            if len(run) <= control:
                raise damaged("an RLE segment ends too early")
            found += run
            at += 2 + control
        else:
            # 128 itself means nothing.
            found += packed[at + 1 : at + 2] * (257 - control if control > 128 else 0)
            at += 2 if control > 128 else 1
    if len(found) > count:
        raise damaged("an RLE segment does not fit the image")
    return found


def _from_baseline(stream: bytes, image: StoredImage) -> Stored:
    frame = _checked_frame(stream, image, (BASELINE, EXTENDED))
    if frame.precision == TWELVE:
        return _clipped(decoded_twelve(stream, frame), TWELVE, image)
    check_kind(frame)
    return decoded(stream, frame)[..., 0].astype(image.dtype, copy=False)


def _from_lossless(stream: bytes, image: StoredImage) -> Stored:
    """Decode twice, since libjpeg-turbo goes on with zeros, and says nothing, at the data's end.

    With other bytes put after the data, a picture that needed them is another one.
    """
    frame = _checked_frame(stream, image, (LOSSLESS,))
    longer = stream[: frame.end] + b"\x35\xa6\x59\xca" * 16 + stream[frame.end :]
    words, again = (_by_codec(imagecodecs.jpeg8_decode, s, image) for s in (stream, longer))
    if not np.array_equal(words, again):
        raise damaged("pixels are missing")
    return words


def _from_ls(stream: bytes, image: StoredImage) -> Stored:
    """Decode, without zeros after the data if CharLS objects, which depends on its build."""
    end = _checked_frame(stream, image, (JPEG_LS,)).end
    zeros = end - len(stream[:end].rstrip(b"\0"))
    if zeros > _MOST_ZEROS:
        raise damaged("too many zeros follow its pixels")
    for cut in range(zeros):
        with contextlib.suppress(ImageError):
            shorter = stream[: end - cut] + stream[end:]
            return _by_codec(imagecodecs.jpegls_decode, shorter, image)
    shortest = stream[: end - zeros] + stream[end:]
    return _by_codec(imagecodecs.jpegls_decode, shortest, image)


def _from_near_ls(stream: bytes, image: StoredImage) -> Stored:
    words = _from_ls(stream, image)
    return _clipped(words, frame_of(stream).precision, image)


def _from_2000(stream: bytes, image: StoredImage) -> Stored:
    stream = codestream_of(stream)
    # SOC and SIZ begin every codestream (ISO/IEC 15444-1, A.5.1).
    if len(stream) < 43 or stream[:4] != b"\xff\x4f\xff\x51":
        raise damaged("its compressed pixels do not begin like JPEG 2000")
    right, bottom, left, top = struct.unpack_from(">4I", stream, 8)
    components, depth = struct.unpack_from(">HB", stream, 40)
    _check_frame(bottom - top, right - left, components, (depth & 127) + 1, image)
    return _by_codec(imagecodecs.jpeg2k_decode, stream, image)


def _from_lossy_2000(stream: bytes, image: StoredImage) -> Stored:
    words = _from_2000(stream, image)
    return _clipped(words, (codestream_of(stream)[42] & 127) + 1, image)


def _clipped(words: Stored, precision: int, image: StoredImage) -> Stored:
    if precision <= image.bits:
        return words
    least = -(2 ** (image.bits - 1)) if image.signed else 0
    numbers = words.view(f"i{words.itemsize}") if image.signed else words
    return numbers.clip(least, least + 2**image.bits - 1).view(image.dtype)


def _by_codec(
    decode: Callable[[bytes], npt.NDArray[np.generic]],
    stream: bytes,
    image: StoredImage,
) -> Stored:
    try:
        words = decode(stream)
    except Exception as error:  # whatever it may be, the image is at fault
        raise damaged(str(error)) from error
    if words.shape != (image.rows, image.columns) or words.dtype.itemsize > 2:
        raise damaged("its compressed pixels contradict its header")
    return words.astype(image.dtype, copy=False)  # a negative number's bits stay


def _checked_frame(stream: bytes, image: StoredImage, processes: tuple[int, ...]) -> Frame:
    frame = frame_of(stream)
    if frame.process not in processes:
        raise damaged("its pixels are coded in another way than it says")
    _check_frame(frame.height, frame.width, len(frame.sampling), frame.precision, image)
    return frame


def _check_frame(
    height: int, width: int, components: int, precision: int, image: StoredImage
) -> None:
    if (height, width, components) != (image.rows, image.columns, 1):
        raise damaged(
            f"its compressed pixels are {width}x{height} in {components} components, "
            f"it says {image.columns}x{image.rows} in 1",
        )
    if precision > image.allocated:
        raise unsupported(
            f"the DICOM image's compressed pixels have {precision} bits per sample, "
            f"{image.allocated} are read",
        )


_CODECS: dict[str, Callable[[bytes, StoredImage], Stored]] = {
    "1.2.840.10008.1.2.5": _from_rle,
    "1.2.840.10008.1.2.4.50": _from_baseline,
    "1.2.840.10008.1.2.4.51": _from_baseline,
    "1.2.840.10008.1.2.4.57": _from_lossless,
    "1.2.840.10008.1.2.4.70": _from_lossless,
    "1.2.840.10008.1.2.4.80": _from_ls,
    "1.2.840.10008.1.2.4.81": _from_near_ls,
    "1.2.840.10008.1.2.4.90": _from_2000,
    "1.2.840.10008.1.2.4.91": _from_lossy_2000,
}
