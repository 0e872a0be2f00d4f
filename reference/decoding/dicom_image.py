"""What a DICOM file says of the pixels it stores, and whether such pixels are read.

Twin: `engine/picture/decode/dicom_image.ts` and `engine/picture/decode/dicom_pixels.ts`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.decoding.dicom_data_set import DicomFile, Elements
from reference.decoding.refusal import check_size, damaged, unsupported
from reference.errors import ImageError

_ONE_FRAME = re.compile(r"(\+?0*[01])?", re.ASCII)
_SHAPES = {"MONOCHROME1": "INVERSE", "MONOCHROME2": "IDENTITY"}
"""The Presentation LUT Shape that belongs to a photometric interpretation."""


@dataclass(frozen=True)
class StoredImage:
    """What a data set says of its pixels.

    Args:
        rows: the height.
        columns: the width.
        allocated: bits of a stored word, 8 or 16.
        bits: how many of them, the lowest, are the value.
        signed: the value is in two's complement.
        inverted: the smallest value is white.
        contradicted: Presentation LUT Shape says another thing than the photometric interpretation.
    """

    rows: int
    columns: int
    allocated: int
    bits: int
    signed: bool
    inverted: bool
    contradicted: bool = False

    @property
    def dtype(self) -> np.dtype[Any]:
        """Return the type of a stored word."""
        return np.dtype(f"u{self.allocated // 8}")


def stored_image(file: DicomFile) -> StoredImage:
    """Return what the elements say of the pixels.

    NumberOfFrames of 0, which some writers give, is read as 1. The smallest value is white if
    PresentationLUTShape is INVERSE, and black if it is IDENTITY; only without a shape it is white
    in MONOCHROME1. The two must agree (PS3.3 C.8.11.1); where they do not, the shape is what is
    "to be applied" after window or LUT, and what common viewers go by.

    Raises:
        ImageError: more frames than one, no pixels or none that are read (each is named), an
            element that is needed is missing or has a value that is not read, no pixels by Rows
            and Columns, or too many.
    """
    elements = file.elements
    frames = elements.text("NumberOfFrames")
    if not _ONE_FRAME.fullmatch(frames):
        raise unsupported(f"the DICOM file holds {frames} frames, one is read", "export one frame")
    if file.pixels is None:
        raise _without_pixels(elements)
    photometric = elements.text("PhotometricInterpretation")
    if photometric not in _SHAPES:
        raise unsupported(
            f"the DICOM image's PhotometricInterpretation is {photometric or 'missing'}, "
            "gray is read (MONOCHROME1, MONOCHROME2)",
            "convert it to MONOCHROME2, or export it as PNG",
        )
    samples = _needed(elements, "SamplesPerPixel")
    if samples != 1:
        raise unsupported(f"the DICOM image has SamplesPerPixel {samples}, 1 is read")
    allocated, bits = _needed(elements, "BitsAllocated"), _needed(elements, "BitsStored")
    if allocated not in (8, 16) or not 8 <= bits <= allocated:
        raise unsupported(
            f"the DICOM image has BitsStored {bits} in BitsAllocated {allocated}, "
            "8 to 16 in 8 or 16 are read"
        )
    high = elements.integer("HighBit")
    if high not in (None, bits - 1):
        raise unsupported(f"the DICOM image's HighBit is {high}, {bits - 1} is read")
    signed = _needed(elements, "PixelRepresentation")
    if signed > 1:
        raise damaged("PixelRepresentation is neither 0 nor 1")
    rows, columns = _needed(elements, "Rows"), _needed(elements, "Columns")
    check_size(columns, rows)
    shape = elements.text("PresentationLUTShape") or _SHAPES[photometric]
    if shape not in _SHAPES.values():
        raise unsupported(f"the DICOM image's PresentationLUTShape {shape} is not read")
    inverted, contradicted = shape == "INVERSE", shape != _SHAPES[photometric]
    return StoredImage(rows, columns, allocated, bits, signed == 1, inverted, contradicted)


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
