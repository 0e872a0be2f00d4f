"""A reader's corrections move, leave out or invert samples, and never resample them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from reference.errors import ImageError
from reference.preprocess import CHESTXNET, XRV
from reference.preprocess.corrections import (
    CORRECTIONS,
    Correction,
    border_box,
    corrected,
    in_order,
)
from reference.preprocess.picture import Picture

NOISE = np.random.default_rng(4).integers(0, 256, (40, 30, 1), dtype=np.uint8)


def pictured(samples: npt.NDArray[Any], orientation: int = 1, **more: Any) -> Picture:
    white = more.pop("white", 255)
    return Picture(samples, white=white, orientation=orientation, format="png", **more)


def done(*corrections: Correction, turned: bool = True, **more: Any) -> Picture:
    return corrected(pictured(NOISE, **more), corrections, turned=turned)


def test_nothing_asked_for_is_nothing_done() -> None:
    picture = pictured(NOISE, orientation=6)
    assert corrected(picture, (), turned=True) is picture


@pytest.mark.parametrize(("turn", "quarters"), [("turn-90", 3), ("turn-180", 2), ("turn-270", 1)])
def test_turns_are_clockwise(turn: Correction, quarters: int) -> None:
    np.testing.assert_array_equal(done(turn).samples, np.rot90(NOISE, quarters))


def test_a_mirror_swaps_left_and_right() -> None:
    np.testing.assert_array_equal(done("mirror").samples, NOISE[:, ::-1])


def test_inverting_takes_samples_from_white() -> None:
    np.testing.assert_array_equal(done("invert").samples, 255 - NOISE)
    deep = pictured(np.array([[[0], [4095]]], dtype=np.uint16), white=4095)
    np.testing.assert_array_equal(
        corrected(deep, ("invert",), turned=True).samples[0, :, 0], [4095, 0]
    )


@pytest.mark.parametrize("one", ["turn-90", "turn-180", "turn-270", "mirror", "invert"])
def test_what_was_corrected_is_undone_by_another(one: Correction) -> None:
    undo: dict[Correction, Correction] = {"turn-90": "turn-270", "turn-270": "turn-90"}
    back = corrected(done(one), (undo.get(one, one),), turned=True)
    np.testing.assert_array_equal(back.samples, NOISE)


def test_turning_comes_after_the_files_own_and_is_not_done_twice() -> None:
    picture = done("turn-90", orientation=6)
    np.testing.assert_array_equal(picture.samples, np.rot90(NOISE, 2))
    assert picture.orientation == 1
    np.testing.assert_array_equal(
        done("turn-90", orientation=6, turned=False).samples, np.rot90(NOISE, -1)
    )


@pytest.mark.parametrize(("turn", "aspect"), [("turn-90", 0.5), ("turn-180", 2), ("mirror", 2)])
def test_pixels_that_are_not_square_are_turned_too(turn: Correction, aspect: float) -> None:
    assert done(turn, aspect=2.0).aspect == aspect


def bordered(level: int, top: int, left: int, *, channels: int = 1) -> npt.NDArray[Any]:
    framed = np.full((40 + top + 3, 30 + left + 5, channels), level, dtype=np.uint8)
    framed[top : top + 40, left : left + 30] = NOISE
    return framed


@pytest.mark.parametrize("level", [0, 90, 255])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_plain_border_is_cut_off(level: int, channels: int) -> None:
    framed = pictured(bordered(level, 7, 11, channels=channels))
    found = corrected(framed, ("crop-border",), turned=True).samples
    np.testing.assert_array_equal(found, np.repeat(NOISE, channels, axis=2))


def test_a_border_within_a_border_dust_and_grain_are_cut_off_too() -> None:
    inner = bordered(0, 7, 11)
    outer = np.full((60 + 20, 60 + 20, 1), 250, dtype=np.uint8)
    outer[10 : 10 + inner.shape[0], 10 : 10 + inner.shape[1]] = inner
    outer[::3] -= (outer[::3] == 250) * np.uint8(9)
    outer[4, 40] = 0
    assert border_box(outer, 255) == (17, 21, 57, 51)


@pytest.mark.parametrize(
    "samples", [NOISE, np.zeros((9, 8, 1), np.uint8), np.full((1, 1, 3), 7, np.uint8)]
)
def test_where_there_is_no_film_within_a_border_all_is_left(samples: npt.NDArray[Any]) -> None:
    height, width = samples.shape[:2]
    assert border_box(samples, 255) == (0, 0, height, width)


def test_a_film_smaller_than_a_quarter_of_a_side_is_no_film() -> None:
    spot = np.zeros((100, 100, 1), dtype=np.uint8)
    spot[50:60, 20:80] = 200
    assert border_box(spot, 255) == (0, 0, 100, 100)


def test_the_crop_is_that_of_the_film_before_it_is_turned() -> None:
    framed = pictured(bordered(0, 7, 11))
    both = corrected(framed, ("crop-border", "turn-90"), turned=True)
    np.testing.assert_array_equal(both.samples, np.rot90(NOISE, -1))


def test_a_definition_names_its_corrections_only_where_it_has_some() -> None:
    plain, turned = XRV, XRV.correcting(["invert", "turn-90"])
    assert b"corrections" not in plain.document()
    assert b'"corrections":["turn-90","invert"]' in turned.document()
    assert plain.digest() != turned.digest()
    assert turned.correcting(()).digest() == plain.digest()
    assert type(plain).model_validate_json(turned.document()) == turned


def test_a_definition_corrects_before_it_prepares() -> None:
    upright = pictured(np.ascontiguousarray(np.rot90(NOISE, -1)))
    made = CHESTXNET.correcting(["turn-270"]).apply(upright)
    np.testing.assert_array_equal(made, CHESTXNET.apply(pictured(NOISE)))


def test_two_turns_at_once_and_arrays_are_refused() -> None:
    with pytest.raises(ValueError, match="turned once"):
        in_order(("turn-90", "turn-180"))
    with pytest.raises(ImageError, match="an array is not corrected"):
        XRV.correcting(["mirror"]).apply(NOISE[..., 0])
    assert in_order(CORRECTIONS[:2][::-1]) == CORRECTIONS[:2]
