"""Synthetic images as the files that people bring: PNG of 8 and 16 bits, JPEG, DICOM."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image

from reference.synthetic import synthetic_image, synthetic_name

SIZES = ((512, 512), (512, 401), (389, 512), (300, 300))
"""Height and width of the files in turn: square, portrait, landscape, and small."""

JPEG_QUALITY = 90


def synthetic_file(index: int, seed: int) -> tuple[str, bytes]:
    """Return the name and bytes of one file; format and size follow from the index in turn.

    The formats are PNG of 8 bits, JPEG, PNG of 16 bits and DICOM of 12 bits with a window (every
    second one MONOCHROME1). The finer half of 16 bits is another synthetic image.

    Args:
        index, seed: as for ``synthetic_image``.
    """
    height, width = SIZES[index // len(_WRITERS) % len(SIZES)]
    suffix, write = _WRITERS[index % len(_WRITERS)]
    coarse = synthetic_image(index, seed)[:height, :width]
    fine = synthetic_image(index, seed + 1)[:height, :width]
    return synthetic_name(index) + suffix, write(coarse, fine, index)


def _png8(coarse: npt.NDArray[np.uint8], fine: npt.NDArray[np.uint8], index: int) -> bytes:
    return saved(Image.fromarray(coarse), "PNG")


def _jpeg(coarse: npt.NDArray[np.uint8], fine: npt.NDArray[np.uint8], index: int) -> bytes:
    return saved(Image.fromarray(coarse), "JPEG", quality=JPEG_QUALITY)


def _png16(coarse: npt.NDArray[np.uint8], fine: npt.NDArray[np.uint8], index: int) -> bytes:
    return saved(Image.fromarray(deep(coarse, fine)), "PNG")


def saved(image: Image.Image, kind: str, **options: int) -> bytes:
    """Return the bytes of an image file that Pillow writes."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def deep(coarse: npt.NDArray[np.uint8], fine: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint16]:
    """Return 16 bits from the upper and the lower eight."""
    return (coarse.astype(np.uint16) << np.uint16(8)) | fine


def _dicom(coarse: npt.NDArray[np.uint8], fine: npt.NDArray[np.uint8], index: int) -> bytes:
    """Return a computed radiograph of 12 bits with a window."""
    from reference.dicom_writing import Radiograph

    inverted = index // len(_WRITERS) % 2 == 1
    photometric = "MONOCHROME1" if inverted else "MONOCHROME2"
    radiograph = Radiograph(bits=12, photometric=photometric, window=("2048", "3600"))
    return radiograph.file(deep(coarse, fine) >> np.uint16(4))


_Writer = Callable[[npt.NDArray[np.uint8], npt.NDArray[np.uint8], int], bytes]
_WRITERS: tuple[tuple[str, _Writer], ...] = (
    (".png", _png8),
    (".jpg", _jpeg),
    ("-16.png", _png16),
    (".dcm", _dicom),
)
