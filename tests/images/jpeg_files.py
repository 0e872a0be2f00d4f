"""JPEG files of every kind that is read, by Pillow and libjpeg-turbo's encoders."""

from __future__ import annotations

import io

import imagecodecs
import numpy as np
import numpy.typing as npt
from PIL import Image

from tests.images.png_files import exif

Array8 = npt.NDArray[np.uint8]


def smooth(height: int, width: int, channels: int = 1, seed: int = 0) -> Array8:
    """Return (height, width, channels) samples with slopes, an edge and some noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    planes = [120 + 90 * np.sin(x / (5 + c) + y / 7 + c) for c in range(channels)]
    levels = np.stack(planes, axis=2) + rng.integers(-9, 10, (height, width, channels))
    levels[height // 3 : height // 2, : width // 2] += 60
    return np.clip(levels, 0, 255).astype(np.uint8)


def jpeg(samples: Array8, **options: object) -> bytes:
    """Return the file that Pillow writes: gray, RGB or CMYK, by the number of channels."""
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[samples.shape[2]]
    image = Image.frombytes(mode, samples.shape[1::-1], samples.tobytes())
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


def app1(content: bytes) -> bytes:
    """Return an APP1 segment with EXIF data."""
    data = b"Exif\0\0" + content
    return b"\xff\xe1" + (len(data) + 2).to_bytes(2, "big") + data


def with_segment(file: bytes, segment: bytes) -> bytes:
    """Return the JPEG with a segment right after SOI."""
    return file[:2] + segment + file[2:]


def jpeg_files() -> dict[str, bytes]:
    """Return valid JPEG files by name; sizes are no multiples of the blocks."""
    gray, color, ink = smooth(37, 45), smooth(37, 45, 3), smooth(37, 45, 4)
    files = {
        "gray": jpeg(gray, quality=90),
        "gray-progressive": jpeg(gray, progressive=True),
        "gray-extended": jpeg(gray).replace(b"\xff\xc0", b"\xff\xc1", 1),
        "gray-restarts": jpeg(gray, restart_marker_blocks=3),
        "gray-quality-100": jpeg(gray, quality=100),
        "gray-low-quality": jpeg(gray, quality=10),
        "gray-1x1": jpeg(smooth(1, 1)),
        "gray-1x40": jpeg(smooth(1, 40)),
        "gray-trailing-bytes": jpeg(gray) + b"left over",
        "gray-comment": jpeg(gray, comment=b"a comment with \xff\xd9 in it"),
        "gray-fill-bytes": with_segment(jpeg(gray), b"\xff\xff\xff"),
        "ycc-444": jpeg(color, subsampling=0, quality=90),
        "ycc-422": jpeg(color, subsampling=1),
        "ycc-420": jpeg(color, subsampling=2),
        "ycc-420-restarts": jpeg(color, subsampling=2, restart_marker_rows=1),
        "ycc-420-1x1": jpeg(smooth(1, 1, 3), subsampling=2),
        "ycc-420-2x3": jpeg(smooth(2, 3, 3), subsampling=2),
        "ycc-420-progressive": jpeg(color, subsampling=2, progressive=True),
        "ycc-444-progressive": jpeg(color, subsampling=0, progressive=True),
        "ycc-440": imagecodecs.jpeg8_encode(color, level=90, subsampling="440"),
        "ycc-411": imagecodecs.jpeg8_encode(color, level=90, subsampling="411"),
        "rgb-adobe": jpeg(color, keep_rgb=True),
        "cmyk": jpeg(ink, quality=90),
        "cmyk-progressive": jpeg(ink, progressive=True),
        "ycck": _ycck(jpeg(ink, quality=90)),
    }
    for orientation in range(1, 9):
        order = "<>"[orientation % 2]
        files[f"gray-orientation-{orientation}"] = with_segment(
            jpeg(gray), app1(exif(orientation, order))
        )
    files["ycc-420-orientation-6"] = with_segment(jpeg(color, subsampling=2), app1(exif(6)))
    files["gray-orientation-0"] = with_segment(jpeg(gray), app1(exif(0)))
    files["gray-exif-cut"] = with_segment(jpeg(gray), app1(exif(6)[:15]))
    files["gray-exif-twice"] = with_segment(jpeg(gray), app1(exif(3)) + app1(exif(6)))
    return {f"jpeg/{name}": content for name, content in files.items()}


def _ycck(cmyk: bytes) -> bytes:
    """Declare the four planes of a CMYK file to be YCCK: another picture, equally valid."""
    adobe = cmyk.index(b"Adobe")
    return cmyk[: adobe + 11] + b"\2" + cmyk[adobe + 12 :]
