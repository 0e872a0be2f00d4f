"""Image files are read as upright grey levels."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from reference.decoding import decode, read_picture
from reference.errors import ImageError
from reference.preprocess.levels import gray_levels
from reference.samples.synthetic import synthetic_image
from tests.images.dicom_files import Dicom, levels

GREY = synthetic_image(0, seed=3, size=40)[:, :30]


def decode_image(content: bytes) -> npt.NDArray[np.float64]:
    return gray_levels(decode(content), "mean", "exif")


def _encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def test_reads_8_bit_grey(tmp_path: Path) -> None:
    (tmp_path / "grey.png").write_bytes(_encoded(Image.fromarray(GREY)))
    levels = gray_levels(read_picture(tmp_path / "grey.png"), "mean", "exif")
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


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_image_is_turned_as_its_orientation_says(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = _encoded(Image.fromarray(GREY), kind, exif=exif)
    turned = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    np.testing.assert_array_equal(decode_image(content), np.asarray(turned) / 255)


def test_dicom_is_read_too() -> None:
    stored = levels(12, False)
    np.testing.assert_array_equal(decode_image(Dicom(bits=12).file(stored)), stored / 4095)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.png").write_text("this is a note")
    for name, words in (("note.png", "not a PNG, JPEG or DICOM"), ("absent.png", "no such file")):
        with pytest.raises(ImageError, match=words) as caught:
            read_picture(tmp_path / name)
        assert caught.value.where == str(tmp_path / name)


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
