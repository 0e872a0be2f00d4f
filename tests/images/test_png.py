"""PNG of every kind is read as it is stored, at full depth."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from reference.decoding import decode
from tests.images.png_files import (
    DEPTHS,
    GRAY,
    GRAY_ALPHA,
    NAMES,
    PALETTE,
    RGB,
    RGBA,
    Png,
    exif,
    palette,
    png_files,
    samples,
)

FILES = png_files()
KINDS = [
    (color_type, depth, adam7)
    for color_type, depths in DEPTHS.items()
    for depth in depths
    for adam7 in (False, True)
]


@pytest.mark.parametrize(("color_type", "depth", "adam7"), KINDS)
def test_every_color_type_depth_and_interlacing_is_read_exactly(
    color_type: int, depth: int, adam7: bool
) -> None:
    stored = samples(Png(color_type, depth))
    picture = decode(FILES[f"png/{NAMES[color_type]}-{depth}{'-adam7' if adam7 else ''}"])
    expected = {
        GRAY: stored * (255 // (2**depth - 1) if depth < 8 else 1),
        RGB: stored,
        GRAY_ALPHA: stored[..., :1],
        RGBA: stored[..., :3],
        PALETTE: palette(min(depth, 8))[stored[..., 0] % 256],
    }[color_type]
    np.testing.assert_array_equal(picture.samples, expected)
    assert picture.samples.dtype == (np.uint16 if depth == 16 else np.uint8)
    assert (picture.white, picture.format) == (2 ** max(8, depth) - 1, "png")


EIGHT_BIT = [name for name in FILES if "16" not in name.split("/")[1].split("-orientation")[0]]


@pytest.mark.parametrize("name", EIGHT_BIT)
def test_8_bit_files_are_read_as_by_pillow(name: str) -> None:
    image = Image.open(io.BytesIO(FILES[name]))
    picture = decode(FILES[name])
    if picture.samples.shape[2] == 3:  # by way of RGBA: what is transparent keeps its colour
        expected = np.asarray(image.convert("RGBA"))[..., :3]
    else:
        expected = np.asarray(image.convert("LA"))[..., :1]
    np.testing.assert_array_equal(picture.samples, expected)


@pytest.mark.parametrize("name", [name for name in FILES if "transparent" in name])
def test_transparent_pixels_keep_their_stored_colour(name: str) -> None:
    opaque = decode(FILES[name.removesuffix("-transparent")])
    np.testing.assert_array_equal(decode(FILES[name]).samples, opaque.samples)


@pytest.mark.parametrize(
    "kind",
    ["gamma", "srgb-chrm", "profile", "significant-bits", "background", "text", "animated"],
)
def test_ancillary_chunks_change_no_sample(kind: str) -> None:
    plain, with_chunk = decode(FILES["png/gray-8"]), decode(FILES[f"png/gray-8-{kind}"])
    np.testing.assert_array_equal(with_chunk.samples, plain.samples)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_told_and_not_applied(orientation: int) -> None:
    picture = decode(FILES[f"png/gray-8-orientation-{orientation}"])
    assert picture.orientation == orientation
    np.testing.assert_array_equal(picture.samples, decode(FILES["png/gray-8"]).samples)


@pytest.mark.parametrize("kind", ["orientation-9", "exif-cut", "exif-nonsense", "text"])
def test_an_image_whose_exif_data_say_nothing_is_upright(kind: str) -> None:
    assert decode(FILES[f"png/gray-8-{kind}"]).orientation == 1


def test_the_first_of_two_orientations_counts() -> None:
    kind = Png(before=[(b"eXIf", exif(3))], after=[(b"eXIf", exif(6))])
    assert decode(kind.file(samples(kind))).orientation == 3
