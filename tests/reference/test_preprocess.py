"""Preprocessing is one definition: Pillow's bilinear filter on unrounded numbers."""

from __future__ import annotations

import io
import math

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from pydantic import ValidationError

from reference.errors import ImageError
from reference.images import decode_image
from reference.picture import MAX_SIDE
from reference.preprocess import AUTOENCODER, CHESTXNET, XRV, Preprocess, scaled_size
from reference.resample import resample, taps
from reference.synthetic import synthetic_image

UNIT = Preprocess(size=16, channels=1, low=0.0, high=1.0)


def _pillow(levels: npt.NDArray[np.float64], height: int, width: int) -> npt.NDArray[np.float32]:
    image = Image.fromarray(levels.astype(np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))


# Interpolation


@pytest.mark.parametrize(
    ("height", "width"), [(224, 224), (64, 64), (7, 100), (300, 300), (1, 1), (500, 3)]
)
def test_resampling_agrees_with_pillow(height: int, width: int) -> None:
    levels = synthetic_image(17, seed=0, size=256)[:200] / 255
    ours = resample(levels, (height, width))
    np.testing.assert_allclose(ours, _pillow(levels, height, width), atol=1e-6)


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
    levels = decode_image(file.getvalue())
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
