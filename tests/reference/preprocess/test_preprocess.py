"""Preprocessing is one definition, as data and as what it makes of an image."""

from __future__ import annotations

import hashlib
import io
import math
import tracemalloc
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageOps
from pydantic import ValidationError

from reference.decoding import decode
from reference.errors import ImageError
from reference.preprocess import (
    AUTOENCODER,
    CHESTXNET,
    PRESETS,
    XRV,
    GrayRule,
    Preprocess,
    scaled_size,
)
from reference.preprocess.levels import gray_levels
from reference.preprocess.picture import MAX_SIDE, Picture
from reference.preprocess.resample import RESAMPLERS, Resampler, resample, taps
from reference.samples.synthetic import synthetic_image

UNIT = Preprocess(size=16, channels=1, low=0.0, high=1.0)


def _pillow(levels: npt.NDArray[np.float64], height: int, width: int) -> npt.NDArray[np.float32]:
    image = Image.fromarray(levels.astype(np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))


# Interpolation


def test_resampling_agrees_with_pillow_on_radiographs(
    radiographs: list[npt.NDArray[np.float64]],
) -> None:
    for levels in radiographs:
        for size in (224, 64):
            ours = resample(levels, (size, size))
            np.testing.assert_allclose(ours, _pillow(levels, size, size), atol=1e-6)


def test_resampling_follows_the_documented_formula_to_the_last_bit() -> None:
    length, scaled = 37, 11
    line = np.random.default_rng(0).random(length)
    scale = length / scaled
    support = max(1.0, scale)
    expected = []
    for i in range(scaled):
        center = (i + 0.5) * scale
        first = max(0, math.floor(center - support + 0.5))
        last = min(length, math.floor(center + support + 0.5))
        weights = [max(0.0, 1 - abs((k - center + 0.5) / support)) for k in range(first, last)]
        total = 0.0
        for weight in weights:
            total += weight
        value = 0.0
        for k, weight in zip(range(first, last), weights, strict=True):
            value += (weight / total) * float(line[k])
        expected.append(value)
    assert resample(line[None, :], (1, scaled))[0].tolist() == expected


@pytest.mark.parametrize(("length", "scaled"), [(1024, 224), (10, 224), (5, 5), (1, 9), (7, 1)])
def test_weights_of_every_pixel_add_up_to_one(length: int, scaled: int) -> None:
    index, weight = taps(length, scaled)
    np.testing.assert_allclose(weight.sum(axis=0), 1, rtol=1e-14)
    assert weight.min() >= 0
    assert index.min() >= 0
    assert index.max() < length


def test_window_is_cut_from_the_whole_scaled_image() -> None:
    levels = synthetic_image(5, seed=0, size=90) / 255
    whole = resample(levels, (31, 47))
    np.testing.assert_array_equal(resample(levels, (31, 47), (3, 5, 20, 30)), whole[3:23, 5:35])


# Geometry


@pytest.mark.parametrize(
    ("height", "width", "scaled"),
    [
        (1024, 1024, (224, 224)),
        (1000, 1500, (224, 336)),
        (1501, 1000, (336, 224)),
        (1001, 1000, (224, 224)),
        (224, 225, (224, 225)),
        (1, 9, (224, 2016)),
    ],
)
def test_short_side_becomes_the_size_and_the_long_side_is_rounded_down(
    height: int, width: int, scaled: tuple[int, int]
) -> None:
    assert scaled_size(height, width, 224) == scaled


def test_crop_keeps_the_centre_and_the_proportions() -> None:
    image = np.zeros((60, 100), dtype=np.uint8)
    image[10:50, 30:70] = 255
    square = Preprocess(size=30, channels=1, low=0.0, high=1.0).apply(image)[0, 0]
    assert (square[6:24, 6:24] > 0.99).all()
    np.testing.assert_array_equal(square, square.T)
    np.testing.assert_array_equal(square, square[::-1, ::-1])


def test_crop_leaves_the_odd_pixel_on_the_far_side() -> None:
    image = np.arange(0, 210, 10, dtype=np.uint8)[None, :].repeat(16, axis=0)
    np.testing.assert_allclose(UNIT.apply(image)[0, 0, 0] * 255, np.arange(20, 180, 10), atol=1e-4)


def test_stretch_keeps_the_whole_image() -> None:
    image = np.zeros((60, 100), dtype=np.uint8)
    image[:, 50:] = 255
    stretched = Preprocess(size=30, channels=1, low=0.0, high=1.0, fit="stretch").apply(image)
    assert stretched.mean() == pytest.approx(0.5)


def test_extreme_proportions_are_cropped_without_building_the_long_side() -> None:
    strip = np.zeros((1, MAX_SIDE), dtype=np.uint8)
    assert CHESTXNET.apply(strip).shape == (1, 3, 224, 224)
    assert CHESTXNET.apply(strip.T).shape == (1, 3, 224, 224)


# Gray and upright


def _picture(samples: npt.NDArray[np.uint8], white: int = 255, orientation: int = 1) -> Picture:
    return Picture(samples, white, orientation, "png")


@pytest.mark.parametrize(
    ("rule", "level"),
    [("mean", (30 + 90 + 210) / 3), ("luma", 0.299 * 30 + 0.587 * 90 + 0.114 * 210), ("first", 30)],
)
def test_colours_become_gray_by_the_declared_rule(rule: GrayRule, level: float) -> None:
    colour = np.tile(np.array([30, 90, 210], np.uint8), (4, 4, 1))
    values = Preprocess(size=2, gray=rule).apply(_picture(colour))
    np.testing.assert_allclose(values * 255, level, rtol=1e-6)


@pytest.mark.parametrize("rule", get_args(GrayRule))
def test_gray_samples_are_gray_by_every_rule(rule: GrayRule) -> None:
    gray = synthetic_image(2, seed=0, size=50)
    values = Preprocess(size=16, gray=rule).apply(_picture(gray[..., None]))
    np.testing.assert_array_equal(values, UNIT.apply(gray))


@pytest.mark.parametrize("white", [1023, 4095, 16383, 65535])
def test_deep_samples_keep_their_depth(white: int) -> None:
    samples = np.full((9, 9, 1), white // 3, np.uint16)
    values = UNIT.apply(Picture(samples, white, 1, "dicom"))
    np.testing.assert_allclose(values, (white // 3) / white, rtol=1e-7)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_pillow_turns_them(orientation: int) -> None:
    samples = np.random.default_rng(0).integers(0, 256, (20, 31, 3), dtype=np.uint8)
    image = Image.fromarray(samples)
    image.getexif()[0x0112] = orientation
    upright = np.asarray(ImageOps.exif_transpose(image))
    turned = Preprocess(size=16).apply(_picture(samples, orientation=orientation))
    np.testing.assert_array_equal(turned, Preprocess(size=16).apply(_picture(upright)))
    stored = Preprocess(size=16, orientation="stored")
    np.testing.assert_array_equal(
        stored.apply(_picture(samples, orientation=orientation)), stored.apply(_picture(samples))
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"samples": np.zeros((4, 4, 2), np.uint8)},
        {"samples": np.zeros((4, 4), np.uint8)},
        {"samples": np.zeros((0, 4, 1), np.uint8)},
        {"samples": np.zeros((4, 4, 1), np.float32)},
        {"samples": np.zeros((1, MAX_SIDE + 1, 1), np.uint8)},
        {"samples": np.broadcast_to(np.uint8(0), (10_000, 10_000, 1))},
        {"white": 0},
        {"white": 256},
        {"white": 100},
        {"orientation": 0},
        {"orientation": 9},
    ],
)
def test_refuses_a_picture_that_no_decoder_returns(changed: dict[str, Any]) -> None:
    given = {"samples": np.full((4, 4, 1), 200, np.uint8), "white": 255, "orientation": 1}
    with pytest.raises(ImageError) as caught:
        UNIT.apply(Picture(**(given | {"format": "png"} | changed)))
    assert caught.value.remedy


def test_a_large_picture_is_never_floating_point_as_a_whole() -> None:
    picture = Picture(np.zeros((3000, 2000, 1), np.uint16), 4095, 6, "dicom")
    tracemalloc.start()
    CHESTXNET.apply(picture)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < picture.samples.size * 8 * 0.7


# Range and form


@pytest.mark.parametrize("preprocess", [CHESTXNET, XRV, AUTOENCODER])
def test_black_and_white_become_the_ends_of_the_range(preprocess: Preprocess) -> None:
    for level, end in ((0, preprocess.low), (255, preprocess.high)):
        values = preprocess.apply(np.full((70, 90), level, dtype=np.uint8))
        assert values.shape == (1, preprocess.channels, preprocess.size, preprocess.size)
        assert values.dtype == np.float32
        np.testing.assert_allclose(values, end, atol=1e-3 * abs(preprocess.high))
        assert values.min() >= preprocess.low
        assert values.max() <= preprocess.high


def test_channels_are_copies() -> None:
    values = CHESTXNET.apply(synthetic_image(2, seed=0, size=100))
    np.testing.assert_array_equal(values[:, 0], values[:, 1])
    np.testing.assert_array_equal(values[:, 0], values[:, 2])


def test_array_and_its_file_give_the_same_bytes() -> None:
    image = synthetic_image(2, seed=0, size=300)
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    levels = gray_levels(decode(file.getvalue()), "mean", "exif")
    assert CHESTXNET.apply(levels).tobytes() == CHESTXNET.apply(image).tobytes()


def test_16_bit_and_8_bit_levels_of_the_same_shade_agree() -> None:
    shallow = synthetic_image(2, seed=0, size=64)
    deep = shallow.astype(np.uint16) * np.uint16(257)
    np.testing.assert_array_equal(UNIT.apply(deep), UNIT.apply(shallow))


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4, 3), dtype=np.uint8),
        np.zeros((0, 4), dtype=np.uint8),
        np.zeros(4, dtype=np.uint8),
        np.zeros((4, 4), dtype=np.int64),
        np.zeros((4, 4), dtype=bool),
        np.full((4, 4), 255.0),
        np.full((4, 4), -0.1),
        np.full((4, 4), np.nan),
        np.broadcast_to(np.uint8(0), (100_000, 100_000)),
        np.broadcast_to(np.uint8(0), (1, MAX_SIDE + 1)),
    ],
)
def test_refuses_what_is_no_grey_image(image: npt.NDArray[np.generic]) -> None:
    with pytest.raises(ImageError) as caught:
        UNIT.apply(image)
    assert caught.value.remedy


@pytest.mark.parametrize("resampler", RESAMPLERS)
def test_a_filter_that_overshoots_stays_within_the_range(resampler: Resampler) -> None:
    stripes = np.tile(np.repeat(np.array([0, 255], np.uint8), 5), (50, 5))
    rule = Preprocess(size=64, resampler=resampler, low=-3.0, high=7.0)
    values = rule.apply(stripes)
    assert (values.min(), values.max()) == (-3.0, 7.0)


# The definition as data


def test_the_document_has_every_field_in_one_form() -> None:
    assert XRV.document() == (
        b'{"channels":1,"fit":"crop","gray":"mean","high":1024.0,"low":-1024.0,'
        b'"orientation":"exif","resampler":"bilinear","schema_version":1,"size":224}'
    )
    assert XRV.digest() == hashlib.sha256(XRV.document()).hexdigest()
    assert Preprocess.model_validate_json(XRV.document()) == XRV


def test_equal_definitions_have_equal_digests_and_others_do_not() -> None:
    zero = Preprocess(size=9, low=-1.0, high=-0.0)
    assert zero.digest() == Preprocess(size=9, low=-1, high=0).digest()
    others: list[dict[str, Any]] = [
        {"size": 8}, {"gray": "luma"}, {"orientation": "stored"}, {"fit": "stretch"},
        {"resampler": "box"}, {"channels": 2}, {"low": -2.0}, {"high": 0.5},
    ]  # fmt: skip
    digests = {zero.model_copy(update=change).digest() for change in others}
    assert len(digests | {zero.digest()}) == len(others) + 1


def test_the_presets_are_the_networks_of_the_field() -> None:
    known = {name: (p.size, p.channels, p.low, p.high) for name, p in PRESETS.items()}
    assert known == {
        "chestxnet": (224, 3, 0.0, 1.0),
        "xrv": (224, 1, -1024.0, 1024.0),
        "autoencoder": (64, 1, -1.0, 1.0),
        "autoencoder-stretch": (64, 1, -1.0, 1.0),
        "view": (96, 1, -1.0, 1.0),
    }
    for preset in PRESETS.values():
        assert (preset.gray, preset.orientation) == ("mean", "exif")
        assert preset.resampler == "bilinear"
    # What sees whether a picture is a frontal chest sees all of it, whoever squashed it before.
    whole = {name for name, preset in PRESETS.items() if preset.fit == "stretch"}
    assert whole == {"view", "autoencoder-stretch"}
    assert {preset.fit for name, preset in PRESETS.items() if name not in whole} == {"crop"}


@pytest.mark.parametrize(
    "changed",
    [
        {"size": 0},
        {"size": 4097},
        {"size": "8"},
        {"size": 8.0},
        {"channels": 0},
        {"channels": 5},
        {"channels": True},
        {"schema_version": 2},
        {"gray": "green"},
        {"orientation": "upright"},
        {"resampler": "nearest"},
        {"speed": 1},
        {"fit": "squeeze"},
        {"low": 1.0, "high": 1.0},
        {"low": 1.0, "high": 1.0 + 1e-12},
        {"low": -1e39},
        {"low": float("nan")},
        {"high": float("inf")},
    ],
)
def test_refuses_absurd_settings(changed: dict[str, object]) -> None:
    settings: dict[str, object] = {"size": 8, "channels": 1, "low": 0.0, "high": 1.0}
    with pytest.raises(ValidationError, match=next(iter(changed))):
        Preprocess.model_validate(settings | changed)
