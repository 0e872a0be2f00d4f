"""From the bytes of an image file to its pixels: PNG, JPEG and DICOM.

The same rules, and files that test them, hold for engine/picture/decode in TypeScript: both give
the same samples, and both refuse the same files. A file's name never matters, only its content:

- PNG: the eight bytes of its signature.
- JPEG: FF D8.
- DICOM: DICM after 128 bytes; or no such preamble, but more than 132 bytes, of which the first
  two are 2, 0 or 8, 0: an element of group 0002 or 0008, little endian.

Twin: `engine/picture/decode/index.ts`.

- `density`: whether a PNG or JPEG gives other densities across than down.
- `dicom`: DICOM: the one gray frame of a file, as it is to be displayed.
- `dicom_aspect`: the shape of a DICOM image's pixels.
- `dicom_data_set`: a DICOM file's elements: read by pydicom up to the pixels, with every length
  checked.
- `dicom_display`: how DICOM's stored values are shown: modality, VOI and photometric
  interpretation.
- `dicom_image`: what a DICOM file says of the pixels it stores, and whether such pixels are read.
- `dicom_pixels`: the stored values of a DICOM file's one frame, whatever its transfer syntax.
- `dicom_syntax`: what the transfer syntaxes that are not read are called.
- `exif`: the orientation that EXIF data tells; nothing else of EXIF is read.
- `jp2`: the boxes of a JPEG 2000 file (JP2), which some devices put around a codestream in DICOM.
- `jpeg`: JPEG of 8 bits: the markers are checked here, libjpeg-turbo decodes.
- `jpeg_codes`: how many bits a JPEG's Huffman codes take, counted without making a sample of
  them.
- `jpeg_extra`: bytes that a JPEG's scans hold after their last block, as some cameras and
  scanners write them.
- `jpeg_frame`: a walk over the markers of a JPEG or JPEG-LS stream, which decodes nothing.
- `jpeg_twelve`: JPEG of 12 bits and one component, as DICOM's extended process has it.
- `png`: PNG: the chunks and the compressed stream are checked here, libpng undoes the row
  filters.
- `refusal`: what the decoders have in common when they refuse a file.
"""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path

from reference.decoding.dicom import dicom_picture
from reference.decoding.dicom_data_set import is_dicom
from reference.decoding.jpeg import SOI, jpeg_picture
from reference.decoding.png import SIGNATURE, png_picture
from reference.decoding.refusal import EXPORT_AGAIN, EXPORT_SMALLER
from reference.errors import ImageError, located
from reference.preprocess import picture
from reference.preprocess.picture import Picture

__all__ = ["decode", "read_picture"]


def decode(content: bytes, where: str = "image") -> Picture:
    """Return the pixels of the bytes of a PNG, JPEG or DICOM file.

    Args:
        content: the bytes of the file.
        where: what to call them in an error.

    Raises:
        ImageError: the file is empty, above ``MAX_BYTES``, of no known format, of a kind that
            is not read (each is named), above ``MAX_PIXELS``, without pixels, truncated or
            damaged.
    """
    with located(where):
        if not content:
            raise ImageError("the file is empty", remedy=EXPORT_AGAIN)
        _check_bytes(len(content))
        for begins_like, picture_of in _FORMATS:
            if begins_like(content):
                return picture_of(content)
        raise ImageError("the file is not a PNG, JPEG or DICOM image", remedy=EXPORT_AGAIN)


def read_picture(path: str | PathLike[str]) -> Picture:
    """Return the pixels of a PNG, JPEG or DICOM file.

    Raises:
        ImageError: there is no such file, it cannot be read, or ``decode`` refuses it.
    """
    path = Path(path)
    with located(str(path)):
        content = _content(path)
    return decode(content, str(path))


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise ImageError("there is no such file", remedy="check the path of the image")
        _check_bytes(path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise ImageError(
            f"the file cannot be read ({error.strerror})", remedy="check its permissions"
        ) from error


def _check_bytes(size: int) -> None:
    if size > picture.MAX_BYTES:
        raise ImageError(
            f"the file has {size:,} bytes, the limit is {picture.MAX_BYTES:,}",
            remedy=EXPORT_SMALLER,
        )


_FORMATS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Picture]], ...] = (
    (lambda content: content.startswith(SIGNATURE), png_picture),
    (lambda content: content.startswith(SOI), jpeg_picture),
    (is_dicom, dicom_picture),
)
