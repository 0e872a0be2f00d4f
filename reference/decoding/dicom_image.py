"""What a DICOM file says of the pixels it stores, and whether such pixels are read.

Twin: `engine/picture/decode/dicom_image.ts` and `engine/picture/decode/dicom_pixels.ts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.decoding.dicom_data_set import DicomFile, Elements
from reference.decoding.refusal import check_size, damaged, unsupported
from reference.errors import ImageError


@dataclass(frozen=True)
class StoredImage:
    """What a data set says of its pixels.

    Args:
        rows: the height.
        columns: the width.
        allocated: bits of a stored word, 8 or 16.
        bits: how many of them, the lowest, are the value.
        signed: the value is in two's complement.
        inverted: MONOCHROME1: the smallest value is white.
    """

    rows: int
    columns: int
    allocated: int
    bits: int
    signed: bool
    inverted: bool

    @property
    def dtype(self) -> np.dtype[Any]:
        """Return the type of a stored word."""
        return np.dtype(f"u{self.allocated // 8}")


def stored_image(file: DicomFile) -> StoredImage:
    """Return what the elements say of the pixels.

    Raises:
        ImageError: more frames than one, no pixels or none that are read (each is named), an
            element that is needed is missing or has a value that is not read, no pixels by Rows
            and Columns, or too many.
    """
    elements = file.elements
    frames = elements.text("NumberOfFrames")
    if frames not in ("", "1"):
        raise unsupported(f"the DICOM file holds {frames} frames, one is read", "export one frame")
    if file.pixels is None:
        raise _without_pixels(elements)
    photometric = elements.text("PhotometricInterpretation")
    if photometric not in ("MONOCHROME1", "MONOCHROME2"):
        raise unsupported(f"the DICOM image is {photometric or 'of no named kind'}, gray is read")
    samples = _needed(elements, "SamplesPerPixel")
    if samples != 1:
        raise unsupported(f"the DICOM image has {samples} samples per pixel, 1 is read")
    allocated, bits = _needed(elements, "BitsAllocated"), _needed(elements, "BitsStored")
    if allocated not in (8, 16) or not 8 <= bits <= allocated:
        raise unsupported(f"the DICOM image stores {bits} bits in {allocated}, 8 to 16 are read")
    high = elements.integer("HighBit")
    if high not in (None, bits - 1):
        raise unsupported(f"the DICOM image's highest bit is {high}, {bits - 1} is read")
    signed = _needed(elements, "PixelRepresentation")
    if signed > 1:
        raise damaged("PixelRepresentation is neither 0 nor 1")
    rows, columns = _needed(elements, "Rows"), _needed(elements, "Columns")
    check_size(columns, rows)
    return StoredImage(rows, columns, allocated, bits, signed == 1, photometric == "MONOCHROME1")


def _without_pixels(elements: Elements) -> ImageError:
    if "FloatPixelData" in elements or "DoubleFloatPixelData" in elements:
        return unsupported("the DICOM file holds pixels of floating point")
    what = "a document and no pixels" if "EncapsulatedDocument" in elements else "no pixels"
    return unsupported(f"the DICOM file holds {what}", "choose a DICOM file with an image")


def _needed(elements: Elements, keyword: str) -> int:
    value = elements.integer(keyword)
    if value is None:
        raise damaged(f"{keyword} is missing")
    return value
