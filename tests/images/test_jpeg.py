"""JPEG is read as libjpeg-turbo decodes it, and anything it warns of is refused."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from reference.decoding import decode
from reference.decoding.jpeg_extra import MOST_EXTRA, without_extra_bytes
from reference.decoding.jpeg_frame import MAX_SCANS
from reference.errors import ImageError
from tests.images.jpeg_files import EXTRA, JFIF, jpeg, jpeg_files, smooth, with_bytes_before
from tests.images.sampled_jpeg import sampled_jpeg

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


@pytest.mark.parametrize("luma", [0x31, 0x24, 0x42, 0x23, 0x44])
def test_samplings_that_the_decoders_do_not_know_are_refused_by_name(luma: int) -> None:
    content = bytearray(FILES["jpeg/ycc-444"])
    at = content.index(b"\xff\xc0")
    content[at + 11] = luma
    with pytest.raises(ImageError, match="samples its colours in a way that is not read"):
        decode(bytes(content))


@pytest.mark.parametrize(
    "sampling",
    [
        [(1, 1), (2, 1), (2, 1)],
        [(2, 1), (1, 1), (2, 1)],
        [(2, 1), (2, 1), (1, 1)],
        [(2, 2), (1, 2), (2, 1)],
        [(1, 2), (2, 1), (2, 1)],
        [(4, 2), (1, 1), (1, 1)],
        [(2, 1), (1, 1), (1, 1), (1, 1)],
    ],
    ids=str,
)
def test_chroma_that_is_not_sampled_alike_is_refused_by_name(
    sampling: list[tuple[int, int]],
) -> None:
    content = sampled_jpeg(smooth(37, 45, len(sampling)), sampling)
    with pytest.raises(ImageError, match="samples its colours in a way that is not read"):
        decode(content)


def test_factors_alike_mean_that_nothing_is_sampled_less() -> None:
    stored = smooth(37, 45, 3)
    plain = decode(sampled_jpeg(stored, [(1, 1)] * 3, JFIF))
    for factors in ((2, 1), (1, 2), (3, 1), (1, 3)):
        doubled = decode(sampled_jpeg(stored, [factors] * 3, JFIF))
        np.testing.assert_array_equal(doubled.samples, plain.samples)


PLAIN = [name for name in FILES if "extra" not in name and "fill-bytes" not in name]


@pytest.mark.parametrize("which", ["end", "scans", "restarts", "intervals"])
@pytest.mark.parametrize("name", PLAIN)
def test_extra_bytes_are_cut_off_and_nothing_else(name: str, which: str) -> None:
    plain = FILES[name]
    assert without_extra_bytes(plain) == plain
    for kind in ("zero", "two", "six", "forty", "zeros", "stuffed"):
        assert without_extra_bytes(with_bytes_before(plain, EXTRA[kind], which)) == plain, kind


def test_fill_bytes_before_any_marker_change_no_sample() -> None:
    filled = decode(FILES["jpeg/gray-restarts-fill-bytes"])
    plain = decode(FILES["jpeg/gray-restarts"])
    np.testing.assert_array_equal(filled.samples, plain.samples)


@pytest.mark.parametrize("kind", ["gray", "gray-progressive", "gray-restarts", "ycc-420", "cmyk"])
def test_extra_bytes_do_not_stand_for_missing_ones(kind: str) -> None:
    content = FILES[f"jpeg/{kind}"]
    for cut in (60, 120, 200):
        with pytest.raises(ImageError, match="truncated or damaged"):
            decode(content[: -2 - cut] + b"\0\0\xff\xd9")


@pytest.mark.parametrize("which", ["end", "restarts"])
def test_what_a_damaged_code_leaves_over_is_no_padding(which: str) -> None:
    content = FILES["jpeg/gray-restarts"]
    decode(with_bytes_before(content, b"\x5a" * MOST_EXTRA, which))
    with pytest.raises(ImageError, match="truncated or damaged"):
        decode(with_bytes_before(content, b"\x5a" * (MOST_EXTRA + 1), which))
