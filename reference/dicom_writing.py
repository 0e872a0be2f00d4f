"""Synthetic radiographs as DICOM files, for trials and benchmarks; the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ComputedRadiographyImageStorage, ExplicitVRLittleEndian

ONLY_UID = "2.25.329800735698586629295641978511506172918"
"""The instance of every file."""

Stored = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Radiograph:
    """How a computed radiograph, unsigned, in words of 16 bits, is written.

    Args:
        bits: BitsStored, 9 to 16.
        window: centre and width.
        syntax: the transfer syntax's UID.
        encode: one frame from the stored values; None where the syntax is uncompressed.
    """

    bits: int
    window: tuple[str, str]
    photometric: str = "MONOCHROME2"
    syntax: str = ExplicitVRLittleEndian
    encode: Callable[[Stored], bytes] | None = None

    def file(self, stored: Stored) -> bytes:
        """Return the file of (H, W) stored values."""
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
        meta.MediaStorageSOPInstanceUID = UID(ONLY_UID)
        meta.TransferSyntaxUID = UID(self.syntax)
        image = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
        image.SOPClassUID = ComputedRadiographyImageStorage
        image.SOPInstanceUID = ONLY_UID
        image.Modality = "CR"
        image.PatientName = "Synthetic^Image"
        image.Rows, image.Columns = stored.shape
        image.SamplesPerPixel = 1
        image.PhotometricInterpretation = self.photometric
        image.BitsAllocated, image.BitsStored, image.HighBit = 16, self.bits, self.bits - 1
        image.PixelRepresentation = 0
        image.WindowCenter, image.WindowWidth = self.window
        image.PixelData = self._pixels(stored)
        if self.encode:
            image["PixelData"].VR = "OB"
        buffer = io.BytesIO()
        image.save_as(buffer, enforce_file_format=True)
        return buffer.getvalue()

    def _pixels(self, stored: Stored) -> bytes:
        if self.encode is None:
            return stored.astype("<u2").tobytes()
        return bytes(encapsulate([self.encode(stored)], has_bot=False))
