"""Synthetic radiographs as DICOM files, for trials and benchmarks; the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import imagecodecs
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


def rle(stored: Stored) -> bytes:
    """An RLE frame (DICOM PS3.5, annex G): two planes of bytes, the upper first."""
    planes = [(stored >> np.uint16(8)).astype(np.uint8), stored.astype(np.uint8)]
    packed = [
        b"".join(imagecodecs.packbits_encode(row.tobytes()) for row in plane) for plane in planes
    ]
    segments = [segment + bytes(len(segment) % 2) for segment in packed]
    header = np.array([2, 64, 64 + len(segments[0]), *[0] * 13], dtype="<u4")
    return header.tobytes() + b"".join(segments)


def jpeg_lossless(stored: Stored) -> bytes:
    """A lossless JPEG frame (process 14, first-order prediction)."""
    return bytes(imagecodecs.jpeg8_encode(stored, lossless=True, predictor=1, bitspersample=16))


def jpeg_ls(stored: Stored) -> bytes:
    """A lossless JPEG-LS frame, without imagecodecs' SPIFF header."""
    file = bytes(imagecodecs.jpegls_encode(stored, level=0))
    return b"\xff\xd8" + file[file.index(b"\xff\xf7") :]


def jpeg_2000(stored: Stored) -> bytes:
    """A lossless JPEG 2000 codestream."""
    return bytes(imagecodecs.jpeg2k_encode(stored, level=0, codecformat="j2k", reversible=True))
