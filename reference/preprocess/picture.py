"""Pixels as a file holds them, whatever its format: what every decoder returns.

Twin: `engine/picture/picture.ts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

FileFormat = Literal["png", "jpeg", "dicom"]
Note = Literal["lut-descriptor", "presentation-lut-shape", "pixel-aspect-ratio", "pixel-density"]

NOTES = MappingProxyType[Note, str](
    {
        "lut-descriptor": "a lookup table of the file does not fit its descriptor; "
        "its actual entries were taken",
        "presentation-lut-shape": "Presentation LUT Shape contradicts Photometric Interpretation; "
        "the shape decided what is black",
        "pixel-aspect-ratio": "the file's pixels are not square; the input was scaled accordingly",
        "pixel-density": "the file gives other densities across than down, for printing; "
        "its pixels were taken as square",
    }
)
"""What a decoder may have to say of a file that it read: what was wrong or rare, what was done."""

MAX_BYTES = 256 * 1024**2
"""Image files above this are refused before they are read."""

MAX_PIXELS = 40_000_000
"""Images above this are refused before they are decoded; a radiograph has up to 16 million."""

MAX_SIDE = 65_535
"""Images wider or higher than this are refused: no JPEG or DICOM file can hold one."""


@dataclass(frozen=True)
class Picture:
    """An image as its file stores it: not yet gray, not yet turned, at full depth.

    Args:
        samples: (H, W, C); C is 1 (gray) or 3 (red, green, blue; alpha is dropped, palettes and
            CMYK are resolved); uint8 or uint16. Of a DICOM image: what is to be displayed, black
            at 0, after rescaling, VOI LUT or window, and inversion of MONOCHROME1.
        white: the sample that means white: 255, 65535, or 2**BitsStored - 1; black is 0.
        orientation: the file's EXIF orientation, 1 (upright) to 8.
        format: what kind of file it was.
        aspect: the height of a pixel over its width; 1 is square.
        notes: keys of ``NOTES``, in their order.
    """

    samples: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
    white: int
    orientation: int
    format: FileFormat
    aspect: float = 1.0
    notes: tuple[Note, ...] = ()
