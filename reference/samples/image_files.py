"""Synthetic images as the files that people bring: every kind that is decoded, in turn."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
from PIL import Image
from pydicom.uid import (
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from reference.samples.dicom_writing import (
    Radiograph,
    Stored,
    jpeg_2000,
    jpeg_lossless,
    jpeg_ls,
    rle,
)
from reference.samples.synthetic import synthetic_image, synthetic_name

SIZES = ((512, 512), (512, 401), (389, 512), (300, 300))
"""Height and width of the files in turn: square, portrait, landscape, and small."""

JPEG_QUALITY = 90
BLANK = ("near-black", "near-white")
"""Images that are not written: what is tried is how files are read, and without contrast a network
amplifies its own rounding. They are among the probes."""

ORIENTATION_TAG = 0x0112

Octets = npt.NDArray[np.uint8]
Writer = Callable[[Octets, Octets], bytes]
Encode = Callable[[Stored], bytes]


def synthetic_file(index: int, seed: int) -> tuple[str, bytes]:
    """Return the name and bytes of one file; kind and size follow from the index in turn.

    Sixteen kinds: PNG gray of 8 and 16 bits, RGB of 8 and 16 bits, palette, with alpha; JPEG gray,
    in colour with its samples halved, progressive, CMYK, and turned by EXIF; DICOM of 12 bits with
    a window, uncompressed, RLE, JPEG lossless, JPEG-LS and JPEG 2000, of either photometric
    interpretation. Colours are colours: red, green and blue are different images, so that a wrong
    gray rule shows. The finer half of 16 bits is another image.

    Args:
        index, seed: as for ``synthetic_image``.
    """
    height, width = SIZES[index % len(SIZES)]
    suffix, write = _KINDS[index % len(_KINDS)]
    shown = index + 1 if synthetic_name(index).endswith(BLANK) else index
    coarse = synthetic_image(shown, seed)[:height, :width]
    fine = synthetic_image(shown, seed + 1)[:height, :width]
    return synthetic_name(shown) + suffix, write(coarse, fine)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return the bytes of an image file that Pillow writes."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def deep(coarse: Octets, fine: Octets) -> npt.NDArray[np.uint16]:
    """Return 16 bits from the upper and the lower eight."""
    return (coarse.astype(np.uint16) << np.uint16(8)) | fine


def _colours(coarse: Octets, fine: Octets) -> Image.Image:
    """Red, green and blue: three different images."""
    return Image.fromarray(np.stack([coarse, fine, 255 - coarse // 2], axis=2))


def gray_png(levels: Octets | npt.NDArray[np.uint16]) -> bytes:
    """Return gray levels of 8 or 16 bits as a PNG."""
    return saved(Image.fromarray(levels), "PNG")


def _gray_png(coarse: Octets, fine: Octets) -> bytes:
    return gray_png(coarse)


def _deep_png(coarse: Octets, fine: Octets) -> bytes:
    return saved(Image.fromarray(deep(coarse, fine)), "PNG")


def _deep_rgb_png(coarse: Octets, fine: Octets) -> bytes:
    planes = (deep(coarse, fine), deep(fine, coarse), deep(fine, fine))
    return bytes(imagecodecs.png_encode(np.stack(planes, axis=2)))


def _rgb_png(coarse: Octets, fine: Octets) -> bytes:
    return saved(_colours(coarse, fine), "PNG")


def _rgba_png(coarse: Octets, fine: Octets) -> bytes:
    image = _colours(coarse, fine)
    image.putalpha(Image.fromarray(fine))
    return saved(image, "PNG")


def _gray_alpha_png(coarse: Octets, fine: Octets) -> bytes:
    image = Image.fromarray(coarse)
    image.putalpha(Image.fromarray(fine))
    return saved(image, "PNG")


def _palette_png(coarse: Octets, fine: Octets) -> bytes:
    return saved(_colours(coarse, fine).quantize(64), "PNG")


def _gray_jpeg(coarse: Octets, fine: Octets) -> bytes:
    return saved(Image.fromarray(coarse), "JPEG", quality=JPEG_QUALITY)


def _turned_jpeg(coarse: Octets, fine: Octets) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 6
    options = {"quality": JPEG_QUALITY, "subsampling": "4:2:0", "exif": exif}
    return saved(_colours(coarse, fine), "JPEG", **options)


def _progressive_jpeg(coarse: Octets, fine: Octets) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 4
    options = {"quality": JPEG_QUALITY, "progressive": True, "exif": exif}
    return saved(_colours(coarse, fine), "JPEG", **options)


def _cmyk_jpeg(coarse: Octets, fine: Octets) -> bytes:
    return saved(_colours(coarse, fine).convert("CMYK"), "JPEG", quality=JPEG_QUALITY)


def _dicom(photometric: str, syntax: str, encode: Encode | None = None) -> Writer:
    """Return what writes a computed radiograph of 12 bits with a window."""
    radiograph = Radiograph(
        bits=12, photometric=photometric, window=("2048", "3600"), syntax=syntax, encode=encode
    )
    return lambda coarse, fine: radiograph.file(deep(coarse, fine) >> np.uint16(4))


_KINDS: tuple[tuple[str, Writer], ...] = (
    (".png", _gray_png),
    ("-turned.jpg", _turned_jpeg),
    ("-16.png", _deep_png),
    (".dcm", _dicom("MONOCHROME2", ExplicitVRLittleEndian)),
    ("-rgb.png", _rgb_png),
    ("-gray.jpg", _gray_jpeg),
    ("-palette.png", _palette_png),
    ("-rle.dcm", _dicom("MONOCHROME1", RLELossless, rle)),
    ("-cmyk.jpg", _cmyk_jpeg),
    ("-rgba.png", _rgba_png),
    ("-lossless.dcm", _dicom("MONOCHROME1", JPEGLosslessSV1, jpeg_lossless)),
    ("-rgb16.png", _deep_rgb_png),
    ("-progressive.jpg", _progressive_jpeg),
    ("-ls.dcm", _dicom("MONOCHROME2", JPEGLSLossless, jpeg_ls)),
    ("-alpha.png", _gray_alpha_png),
    ("-2000.dcm", _dicom("MONOCHROME2", JPEG2000Lossless, jpeg_2000)),
)

KIND_COUNT = len(_KINDS)
"""With as many synthetic files every kind is there."""
