"""The stored values of a DICOM file are read in every transfer syntax."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from PIL import Image

from reference.decoding import decode
from tests.images import dicom_files as dcm
from tests.images.dicom_files import Dicom
from tests.images.jpeg_files import EXTRA, jpeg

FILES = dcm.dicom_files()
DEPTHS = [f"{sign}{bits}" for sign in "us" for bits in (8, 10, 12, 16)]


def _stored(name: str) -> npt.NDArray[np.int64]:
    """Return the values that a file without any display stores, less the least possible."""
    picture = decode(FILES[f"dicom/{name}"])
    assert (picture.format, picture.orientation) == ("dicom", 1)
    return picture.samples[..., 0].astype(np.int64)


def _made(values: dcm.Stored, depth: str) -> dcm.Stored:
    return values + (2 ** (int(depth[1:]) - 1) if depth[0] == "s" else 0)


def _of(depth: str) -> tuple[int, bool]:
    return int(depth[1:]), depth[0] == "s"


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("syntax", dcm.NATIVE)
def test_uncompressed_values_are_exact(syntax: str, depth: str) -> None:
    expected = _made(dcm.levels(*_of(depth)), depth)
    np.testing.assert_array_equal(_stored(f"{syntax}-{depth}"), expected)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize(
    "codec", ["rle", "jpeg-lossless", "jpeg-lossless-57", "jpeg-ls", "jpeg-2000-lossless"]
)
def test_losslessly_compressed_values_are_exact(codec: str, depth: str) -> None:
    expected = _made(dcm.slopes(*_of(depth)), depth)
    np.testing.assert_array_equal(_stored(f"{codec}-{depth}"), expected)


@pytest.mark.parametrize("predictor", range(1, 8))
def test_lossless_jpeg_knows_every_predictor(predictor: int) -> None:
    found = _stored(f"jpeg-lossless-predictor-{predictor}")
    np.testing.assert_array_equal(found, dcm.slopes(12, False))


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_lossy_compression_stays_near(bits: int) -> None:
    # 12 bits go as 16 into JPEG-LS: what came out above white must not wrap around to black.
    stored = dcm.slopes(bits, False)
    assert abs(_stored(f"jpeg-ls-near-u{bits}") - stored).max() <= 3
    assert abs(_stored(f"jpeg-2000-u{bits}") - stored).max() <= 0.06 * 2**bits


@pytest.mark.parametrize("kind", ["baseline", "extended", "baseline-fragments"])
def test_jpeg_frames_are_read_as_by_pillow(kind: str) -> None:
    frame = jpeg(dcm.slopes(8, False).astype(np.uint8)[..., None])
    expected = np.asarray(Image.open(io.BytesIO(frame)))
    np.testing.assert_array_equal(_stored(f"jpeg-{kind}"), expected)
    inverted = _stored("jpeg-baseline-monochrome1")
    np.testing.assert_array_equal(inverted, 255 - expected.astype(int))


@pytest.mark.parametrize(
    "name",
    ["explicit-s12", "big-endian-u16", "rle-s16", "rle-u8", "overlay-in-high-bits-signed"],
)
def test_values_are_read_as_by_pydicom(name: str) -> None:
    values = pydicom.dcmread(io.BytesIO(FILES[f"dicom/{name}"])).pixel_array.astype(int)
    signed = "-s" in name
    least = -(2 ** (int(name[-2:]) - 1 if name[-2:].isdigit() else 11)) if signed else 0
    np.testing.assert_array_equal(_stored(name), values - least)


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("dicom/jp2-")])
def test_the_codestream_of_a_jpeg_2000_file_is_read(name: str) -> None:
    np.testing.assert_array_equal(_stored(name.removeprefix("dicom/")), dcm.slopes(12, False))


@pytest.mark.parametrize("extra", EXTRA)
def test_bytes_after_the_data_of_a_jpeg_frame_change_no_value(extra: str) -> None:
    for frame in ("baseline", "lossless"):
        plain = _stored("jpeg-baseline" if frame == "baseline" else "jpeg-lossless-u12")
        np.testing.assert_array_equal(_stored(f"jpeg-{frame}-extra-{extra}"), plain)


@pytest.mark.parametrize("zeros", [1, 2, 5, 12])
def test_zeros_after_the_data_of_jpeg_ls_change_no_value(zeros: int) -> None:
    np.testing.assert_array_equal(_stored(f"jpeg-ls-zeros-{zeros}"), dcm.slopes(12, False))


@pytest.mark.parametrize(
    "name", [name for name in FILES if name.startswith(("dicom/frames-", "dicom/stray-"))]
)
def test_odd_frame_counts_and_stray_marks_change_no_value(name: str) -> None:
    np.testing.assert_array_equal(_stored(name.removeprefix("dicom/")), dcm.levels(12, False))


def test_fragments_are_one_stream() -> None:
    np.testing.assert_array_equal(_stored("jpeg-2000-fragments"), dcm.slopes(12, False))


def test_the_data_set_says_what_is_signed_not_the_codestream() -> None:
    expected = _made(dcm.slopes(12, True), "s12")
    np.testing.assert_array_equal(_stored("jpeg-2000-unsigned-stream"), expected)


@pytest.mark.parametrize(
    "kind",
    [
        "no-preamble",
        "no-preamble-implicit",
        "no-meta-explicit",
        "no-meta-implicit",
        "one-frame",
        "empty-frames",
        "empty-window",
        "empty-luts",
        "no-high-bit",
        "private-sequence",
        "rle-spare-bytes",
        "overlay-in-high-bits",
    ],
)
def test_unusual_headers_change_no_value(kind: str) -> None:
    np.testing.assert_array_equal(_stored(kind), dcm.levels(12, False))


@pytest.mark.parametrize(("allocated", "bits"), [(8, 8), (16, 9), (16, 12), (16, 16)])
def test_white_is_the_greatest_value_that_the_bits_can_hold(allocated: int, bits: int) -> None:
    picture = decode(Dicom(bits=bits).file(dcm.levels(bits, False)))
    assert picture.white == 2**bits - 1
    assert picture.samples.dtype.itemsize * 8 == allocated
