"""Image files are bounded before they are decoded, and damaged ones are named."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from reference import images
from reference.errors import ImageError
from reference.images import decode_image, read_image
from reference.synthetic import synthetic_image

GREY = synthetic_image(0, seed=3, size=40)[:, :30]


def _encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))


def _png_claiming(width: int, height: int) -> bytes:
    """Return a PNG of under 100 bytes whose header claims the given size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 64)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _refusal(path: Path) -> ImageError:
    with pytest.raises(ImageError) as caught:
        read_image(path)
    assert caught.value.where == str(path)
    assert caught.value.remedy
    return caught.value


# What is read


def test_reads_8_bit_grey(tmp_path: Path) -> None:
    (tmp_path / "grey.png").write_bytes(_encoded(Image.fromarray(GREY)))
    levels = read_image(tmp_path / "grey.png")
    assert levels.dtype == np.float64
    np.testing.assert_array_equal(levels, GREY / 255)


def test_reads_16_bit_grey_in_full_precision() -> None:
    deep = np.arange(0, 65536, 8, dtype=np.uint16).reshape(64, 128) + np.uint16(7)
    np.testing.assert_array_equal(decode_image(_encoded(Image.fromarray(deep))), deep / 65535)


def test_colour_becomes_the_mean_of_red_green_and_blue() -> None:
    colours = np.random.default_rng(0).integers(0, 256, (5, 4, 3), dtype=np.uint8)
    levels = decode_image(_encoded(Image.fromarray(colours)))
    np.testing.assert_allclose(levels, colours.mean(axis=2) / 255, rtol=1e-15)


def test_grey_stored_as_colour_reads_like_grey() -> None:
    colours = Image.fromarray(np.repeat(GREY[..., None], 3, axis=2))
    np.testing.assert_array_equal(decode_image(_encoded(colours)), GREY / 255)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_transparency_is_ignored(mode: str) -> None:
    image = Image.fromarray(GREY).convert(mode)
    image.putalpha(Image.fromarray(255 - GREY))
    np.testing.assert_array_equal(decode_image(_encoded(image)), GREY / 255)


def test_palette_with_transparency_is_looked_up() -> None:
    image = Image.fromarray(GREY).convert("P")
    content = _encoded(image, transparency=bytes(range(256)))
    expected = np.asarray(image.convert("RGB"), dtype=float).mean(axis=2) / 255
    np.testing.assert_allclose(decode_image(content), expected, rtol=1e-15)


def test_black_and_white_image_has_two_levels() -> None:
    image = Image.fromarray(GREY > 100)
    np.testing.assert_array_equal(decode_image(_encoded(image)), (GREY > 100).astype(float))


def test_jpeg_is_turned_as_its_orientation_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    upright = decode_image(_encoded(Image.fromarray(GREY), "JPEG", quality=95))
    turned = decode_image(_encoded(Image.fromarray(GREY), "JPEG", quality=95, exif=exif))
    np.testing.assert_array_equal(turned, np.rot90(upright, -1))


# What is refused


@pytest.mark.parametrize(("width", "height"), [(100_000, 100_000), (8000, 8000), (2**31 - 1, 1)])
def test_decompression_bomb_is_refused_by_its_header(
    tmp_path: Path, width: int, height: int
) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(_png_claiming(width, height))
    assert path.stat().st_size < 100
    assert "claims" in _refusal(path).what


def test_honest_header_with_too_little_data_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "short.png"
    path.write_bytes(_png_claiming(200, 200))
    assert "truncated or damaged" in _refusal(path).what


@pytest.mark.parametrize(("width", "height"), [(0, 5), (5, 0), (0, 0)])
def test_image_without_pixels_is_refused(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "flat.png"
    path.write_bytes(_png_claiming(width, height))
    _refusal(path)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_truncated_image_is_refused(tmp_path: Path, kind: str, kept: float) -> None:
    content = _encoded(Image.fromarray(synthetic_image(17, seed=0, size=64)), kind)
    path = tmp_path / "cut"
    path.write_bytes(content[: int(len(content) * kept)])
    _refusal(path)


def test_text_named_png_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "note.png"
    path.write_text("this is a note")
    assert "not a PNG or JPEG" in _refusal(path).what


def test_other_image_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(_encoded(Image.fromarray(GREY), "GIF"))
    assert "not a PNG or JPEG" in _refusal(path).what


def test_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.png"
    path.touch()
    assert _refusal(path).what == "the file is empty"


def test_absent_file_and_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.png", tmp_path):
        assert _refusal(path).what == "there is no such file"


def test_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(images.MAX_BYTES + 1)  # sparse: takes no space
    assert "the limit is" in _refusal(path).what


PNG = _encoded(Image.fromarray(GREY))
JPEG = _encoded(Image.fromarray(GREY), "JPEG")


@settings(max_examples=150, deadline=None)
@given(
    content=st.sampled_from([PNG, JPEG]),
    place=st.floats(0, 0.999),
    patch=st.binary(min_size=1, max_size=6),
)
def test_damage_anywhere_is_read_or_refused_but_never_another_error(
    content: bytes, place: float, patch: bytes
) -> None:
    start = int(place * len(content))
    try:
        levels = decode_image(content[:start] + patch + content[start + len(patch) :])
    except ImageError:
        return
    _assert_grey(levels)


def _assert_grey(levels: npt.NDArray[np.float64]) -> None:
    assert levels.ndim == 2
    assert levels.min() >= 0
    assert levels.max() <= 1
