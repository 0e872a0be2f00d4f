"""Seeded image files of the sizes that hospitals have, for timing and for measuring memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image
from pydicom.uid import (
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
)

from reference.samples.dicom_writing import Radiograph, Stored, jpeg_2000, jpeg_lossless, jpeg_ls
from reference.samples.image_files import JPEG_QUALITY, deep, saved
from reference.samples.synthetic import synthetic_image

SIZE, LARGE = 1024, 4096
PNG, JPEG, DEEP_PNG = "PNG, 8 bits", "JPEG", "PNG, 16 bits"
CHEST = 0
"""A synthetic image with the areas and the grain of a chest radiograph."""


def timed_files(seed: int) -> dict[str, bytes]:
    """Return a chest-like image of 1024x1024 gray pixels in each format that browsers read."""
    image = synthetic_image(CHEST, seed, SIZE)
    sixteen = deep(image, _noise(seed, SIZE))
    return {
        PNG: saved(Image.fromarray(image), "PNG"),
        JPEG: saved(Image.fromarray(image), "JPEG", quality=JPEG_QUALITY),
        DEEP_PNG: saved(Image.fromarray(sixteen), "PNG"),
    }


def large_dicoms(seed: int) -> dict[str, Callable[[], bytes]]:
    """Return what writes 4096x4096 pixels of 16 bits in each transfer syntax, by its name.

    The lower eight bits are noise, so that nothing compresses well. Each file has 25 to 34 MB.
    """
    tiles = LARGE // SIZE
    stored = deep(np.tile(synthetic_image(CHEST, seed, SIZE), (tiles, tiles)), _noise(seed, LARGE))
    kinds = {
        "uncompressed": (ExplicitVRLittleEndian, None),
        "JPEG lossless": (JPEGLosslessSV1, jpeg_lossless),
        "JPEG-LS": (JPEGLSLossless, jpeg_ls),
        "JPEG 2000": (JPEG2000Lossless, jpeg_2000),
    }

    def writer(syntax: str, encode: Callable[[Stored], bytes] | None) -> Callable[[], bytes]:
        radiograph = Radiograph(16, ("32768", "60000"), syntax=syntax, encode=encode)
        return lambda: radiograph.file(stored)

    return {name: writer(syntax, encode) for name, (syntax, encode) in kinds.items()}


def _noise(seed: int, size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    raw = np.random.PCG64(seed).random_raw(size * size // 8)
    return np.asarray(raw).astype("<u8").view(np.uint8).reshape(size, size)
