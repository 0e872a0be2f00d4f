"""JPEG is read as libjpeg-turbo decodes it, and anything it warns of is refused."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from reference.decoding import decode
from reference.decoding.jpeg_frame import MAX_SCANS
from reference.errors import ImageError
from tests.images.jpeg_files import jpeg, jpeg_files, smooth

FILES = jpeg_files()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("name", FILES)
def test_files_are_read_as_by_pillow(name: str) -> None:
    image = Image.open(io.BytesIO(FILES[name]))
    picture = decode(FILES[name])
    gray = image.mode == "L"
    expected = np.asarray(image if gray else image.convert("RGB"))
    np.testing.assert_array_equal(picture.samples, expected[..., None] if gray else expected)
    assert (picture.samples.dtype, picture.white, picture.format) == (np.uint8, 255, "jpeg")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_told_and_not_applied(orientation: int) -> None:
    picture = decode(FILES[f"jpeg/gray-orientation-{orientation}"])
    assert picture.orientation == orientation
    plain = decode(jpeg(smooth(37, 45)))
    np.testing.assert_array_equal(picture.samples, plain.samples)


@pytest.mark.parametrize(("kind", "orientation"), [("0", 1), ("cut", 1), ("twice", 3)])
def test_the_first_orientation_that_is_whole_counts(kind: str, orientation: int) -> None:
    name = "jpeg/gray-orientation-0" if kind == "0" else f"jpeg/gray-exif-{kind}"
    assert decode(FILES[name]).orientation == orientation


def test_cmyk_by_hand() -> None:
    # Stored inverted: no cyan, half the magenta, all yellow, a quarter of black.
    picture = decode(jpeg(np.full((8, 8, 4), [0, 128, 255, 64], np.uint8), quality=100))
    assert picture.samples[4, 4] == pytest.approx([191, 95, 0], abs=1)


@pytest.mark.parametrize("kept", np.linspace(0.01, 0.99, 25))
@pytest.mark.parametrize("kind", ["gray", "gray-progressive", "gray-restarts", "ycc-420", "cmyk"])
def test_a_file_cut_anywhere_is_refused_even_if_it_is_ended_again(kind: str, kept: float) -> None:
    content = FILES[f"jpeg/{kind}"]
    cut = content[: int(len(content) * kept)]
    for file in (cut, cut + b"\xff\xd9"):
        with pytest.raises(ImageError, match="truncated or damaged"):
            decode(file)


def test_more_scans_than_any_encoder_writes_are_refused() -> None:
    content = jpeg(smooth(16, 16), progressive=True)
    scan = content[content.rindex(b"\xff\xda") : -2]
    with pytest.raises(ImageError, match=f"more than {MAX_SCANS} scans"):
        decode(content[:-2] + scan * MAX_SCANS + b"\xff\xd9")


def test_unusual_samplings_are_refused_by_name() -> None:
    content = bytearray(FILES["jpeg/ycc-444"])
    at = content.index(b"\xff\xc0")
    content[at + 11] = 0x31
    with pytest.raises(ImageError, match="samples its colours in a way that is not read"):
        decode(bytes(content))
