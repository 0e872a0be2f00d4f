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
ONLY_UID = "2.25.329800735698586629295641978511506172918"
"""The instance of every DICOM file made here: they are the same bytes every time."""


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
    return _saved(Image.fromarray(coarse), "PNG")


def _jpeg(coarse: npt.NDArray[np.uint8], fine: npt.NDArray[np.uint8], index: int) -> bytes:
    return _saved(Image.fromarray(coarse), "JPEG", quality=JPEG_QUALITY)


def _png16(coarse: npt.NDArray[np.uint8], fine: npt.NDArray[np.uint8], index: int) -> bytes:
    return _saved(Image.fromarray(_deep(coarse, fine)), "PNG")


def _saved(image: Image.Image, kind: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _deep(coarse: npt.NDArray[np.uint8], fine: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint16]:
    return (coarse.astype(np.uint16) << np.uint16(8)) | fine


def _dicom(coarse: npt.NDArray[np.uint8], fine: npt.NDArray[np.uint8], index: int) -> bytes:
    """Return a computed radiograph, explicit VR little endian, 12 bits in 16, with a window."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import UID, ComputedRadiographyImageStorage, ExplicitVRLittleEndian

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    meta.MediaStorageSOPInstanceUID = UID(ONLY_UID)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    stored = _deep(coarse, fine) >> 4
    image = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    image.SOPClassUID = ComputedRadiographyImageStorage
    image.SOPInstanceUID = ONLY_UID
    image.Modality = "CR"
    image.PatientName = "Synthetic^Image"
    image.Rows, image.Columns = stored.shape
    image.SamplesPerPixel = 1
    image.PhotometricInterpretation = "MONOCHROME1" if index // len(_WRITERS) % 2 else "MONOCHROME2"
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 12, 11
    image.PixelRepresentation = 0
    image.WindowCenter, image.WindowWidth = "2048", "3600"
    image.PixelData = stored.astype("<u2").tobytes()
    buffer = io.BytesIO()
    image.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


_Writer = Callable[[npt.NDArray[np.uint8], npt.NDArray[np.uint8], int], bytes]
_WRITERS: tuple[tuple[str, _Writer], ...] = (
    (".png", _png8),
    (".jpg", _jpeg),
    ("-16.png", _png16),
    (".dcm", _dicom),
)
