"""JPEG files of every kind that is read, by Pillow and libjpeg-turbo's encoders."""

from __future__ import annotations

import io
import re
import struct

import imagecodecs
import numpy as np
import numpy.typing as npt
from PIL import Image

from reference.decoding.jpeg_frame import segments_of
from tests.images.png_files import DENSITIES, exif
from tests.images.sampled_jpeg import sampled_jpeg

JFIF = b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
ADOBE = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0"
"""An APP14 segment: four components are CMYK."""

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
    for name, sides in DENSITIES.items():
        jfif = struct.pack(">HH5sHBHHBB", 0xFFE0, 16, b"JFIF", 0x0102, 0, *sides, 0, 0)
        files[f"gray-density-{name}"] = with_segment(jpeg(gray), jfif)
    files["gray-density-twice"] = with_segment(
        files["gray-density-uneven"], b"\xff\xe0\0\x0eJFIF\0\1\2\0\0\1\0\1"
    )
    for orientation in range(1, 9):
        order = "<>"[orientation % 2]
        files[f"gray-orientation-{orientation}"] = with_segment(
            jpeg(gray), app1(exif(orientation, order))
        )
    files["ycc-420-orientation-6"] = with_segment(jpeg(color, subsampling=2), app1(exif(6)))
    files["gray-orientation-0"] = with_segment(jpeg(gray), app1(exif(0)))
    files["gray-exif-cut"] = with_segment(jpeg(gray), app1(exif(6)[:15]))
    files["gray-exif-twice"] = with_segment(jpeg(gray), app1(exif(3)) + app1(exif(6)))
    files |= _with_extra_bytes() | _sampled()
    return {f"jpeg/{name}": content for name, content in files.items()}


def with_bytes_before(file: bytes, extra: bytes, which: str) -> bytes:
    """Return the JPEG with bytes after the last block of its scans, or of their intervals.

    Args:
        which: "end": before EOI; "scans": of every scan; "restarts": before restart markers;
            "intervals": of all.
    """
    scans = [s for s in segments_of(file) if s.scan_end]
    pieces, at = [], 0
    for scan in scans:
        data = file[scan.end : scan.scan_end]
        if which in ("restarts", "intervals"):
            data = re.sub(rb"\xff[\xd0-\xd7]", lambda mark: extra + mark.group(), data)
        ends = which in ("scans", "intervals") or (which == "end" and scan is scans[-1])
        pieces += [file[at : scan.end], data, extra if ends else b""]
        at = scan.scan_end
    return b"".join(pieces) + file[at:]


EXTRA = {
    "zero": b"\0",
    "two": b"\x12\x34",
    "six": b"\x9a\0\xff\0\x34\1",
    "forty": b"\x55\xaa" * 20,
    "zeros": bytes(300),
    "stuffed": b"\xff\0" * 3,
    "restart": b"\xff\xd0",
    "bytes-and-restart": b"\1\xff\xd3\2\3",
}
"""Bytes that no block needs."""


def _with_extra_bytes() -> dict[str, bytes]:
    gray, color, ink = smooth(37, 45), smooth(37, 45, 3), smooth(37, 45, 4)
    kinds = {
        "gray": jpeg(gray, quality=90),
        "gray-optimised": jpeg(gray, optimize=True),
        "gray-restarts": jpeg(gray, restart_marker_blocks=3),
        "gray-progressive": jpeg(gray, progressive=True),
        "gray-progressive-restarts": jpeg(gray, progressive=True, restart_marker_blocks=4),
        "ycc-420": jpeg(color, subsampling=2),
        "ycc-422-restarts": jpeg(color, subsampling=1, restart_marker_rows=1),
        "ycc-420-progressive": jpeg(color, subsampling=2, progressive=True, quality=95),
        "cmyk": jpeg(ink, quality=90),
        "cmyk-progressive": jpeg(ink, progressive=True),
    }
    files = {
        f"{kind}-extra-{name}": with_bytes_before(content, extra, "end")
        for kind, content in kinds.items()
        for name, extra in EXTRA.items()
    }
    for kind in ("gray-progressive", "ycc-420-progressive", "cmyk-progressive"):
        files[f"{kind}-extra-scans"] = with_bytes_before(kinds[kind], b"\1\2\3\4\5", "scans")
    for kind in ("gray-restarts", "ycc-422-restarts", "gray-progressive-restarts"):
        for which in ("restarts", "intervals"):
            for name in ("two", "forty"):
                file = with_bytes_before(kinds[kind], EXTRA[name], which)
                files[f"{kind}-extra-{which}-{name}"] = file
    fill = with_bytes_before(kinds["gray-restarts"], b"\xff\xff", "intervals")
    return files | {"gray-restarts-fill-bytes": fill}


UNUSUAL = {
    "444-as-2x1": [(2, 1)] * 3,
    "444-as-1x2": [(1, 2)] * 3,
    "444-as-3x1": [(3, 1)] * 3,
    "444-as-1x3": [(1, 3)] * 3,
    "422-as-2x2": [(2, 2), (1, 2), (1, 2)],
    "440-as-2x2": [(2, 2), (2, 1), (2, 1)],
    "420-as-2x2": [(2, 2), (1, 1), (1, 1)],
    "410-as-4x1": [(4, 1), (1, 1), (1, 1)],
    "cmyk-as-2x1": [(2, 1)] * 4,
    "cmyk-as-1x2": [(1, 2)] * 4,
}
"""Sampling factors by a name, for three components or four."""


def _sampled() -> dict[str, bytes]:
    files = {}
    for name, sampling in UNUSUAL.items():
        stored, app = smooth(37, 45, len(sampling)), ADOBE if len(sampling) == 4 else JFIF
        files[f"sampled-{name}"] = sampled_jpeg(stored, sampling, app)
        if "as-2x2" in name:
            files[f"sampled-{name}-apart"] = sampled_jpeg(stored, sampling, app, apart=True)
            extra = sampled_jpeg(stored, sampling, app, apart=True, after=b"\x12\x34\x56")
            files[f"sampled-{name}-apart-extra"] = extra
    return files


def _ycck(cmyk: bytes) -> bytes:
    """Declare the four planes of a CMYK file to be YCCK: another picture, equally valid."""
    adobe = cmyk.index(b"Adobe")
    return cmyk[: adobe + 11] + b"\2" + cmyk[adobe + 12 :]
