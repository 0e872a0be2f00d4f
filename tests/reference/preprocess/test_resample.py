"""The four resamplers are Pillow's, on unrounded numbers, and their sine is nobody's library's."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from reference.preprocess.resample import COSINE, RESAMPLERS, SINE, Resampler, resample, sinpi, taps
from reference.samples.synthetic import synthetic_image

PILLOWS = {
    "box": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
SHAPES = ((224, 224), (64, 64), (7, 100), (300, 300), (1, 1), (500, 3), (199, 255), (200, 256))
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494")


def exact_sinpi(x: float) -> Decimal:
    """sin(pi x) by its series in 60 digits."""
    with localcontext() as context:
        context.prec = 60
        nearest = math.floor(Decimal(x) + Decimal("0.5"))
        r = (Decimal(x) - nearest) * PI
        term, total, k = r, r, 1
        while abs(term) > Decimal("1e-55"):
            term = -term * r * r / ((k + 1) * (k + 2))
            total, k = total + term, k + 2
        return -total if nearest % 2 else total


def test_sine_is_within_a_unit_and_a_half_in_the_last_place() -> None:
    rng = np.random.default_rng(0)
    drawn = [rng.uniform(-3, 3, 2000), 10.0 ** rng.uniform(-12, 0, 300), np.arange(-12, 12) / 4]
    x = np.concatenate(drawn)
    for at, found in zip(x, sinpi(x), strict=True):
        true = exact_sinpi(float(at))
        if true == 0:
            assert found == 0
        else:
            assert abs(Decimal(float(found)) - true) < Decimal("1.5") * Decimal(
                math.ulp(float(true))
            )
    np.testing.assert_allclose(sinpi(x), np.sin(np.pi * x), atol=2e-15)


def test_the_series_coefficients_are_those_of_sine_and_cosine() -> None:
    for k, (sine, cosine) in enumerate(zip(SINE, COSINE, strict=True)):
        sign = (-1) ** k
        assert sine == float(sign * PI ** (2 * k + 1) / math.factorial(2 * k + 1))
        assert cosine == float(sign * PI ** (2 * k) / math.factorial(2 * k))


@pytest.mark.parametrize("resampler", RESAMPLERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_agrees_with_pillow_on_floating_point_pixels(
    resampler: Resampler, shape: tuple[int, int]
) -> None:
    levels = synthetic_image(17, seed=0, size=256)[:200] / 255
    image = Image.fromarray(levels.astype(np.float32))
    theirs = np.asarray(image.resize(shape[::-1], PILLOWS[resampler]))
    np.testing.assert_allclose(resample(levels, shape, None, resampler), theirs, atol=1e-6)


@pytest.mark.parametrize("resampler", RESAMPLERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_agrees_with_pillow_on_8_bit_pixels_within_its_rounding(
    resampler: Resampler, shape: tuple[int, int]
) -> None:
    # Pillow rounds to whole levels twice, after columns and after rows; so each pass is compared.
    for axis, scaled in ((1, (200, shape[1])), (0, (shape[0], 256))):
        levels = synthetic_image(17, seed=0, size=256)[:200]
        theirs = np.asarray(Image.fromarray(levels).resize(scaled[::-1], PILLOWS[resampler]))
        ours = resample(levels, scaled, None, resampler)
        assert np.abs(ours.clip(0, 255) - theirs).max() <= 0.5 + 1e-3, f"axis {axis}"


@pytest.mark.parametrize("resampler", RESAMPLERS)
def test_agrees_with_pillow_on_random_sizes(resampler: Resampler) -> None:
    rng = np.random.default_rng(4)
    for _ in range(60):
        height, width, tall, wide = (int(n) for n in np.exp(rng.uniform(0, 5, 4)))
        levels = rng.random((height, width))
        image = Image.fromarray(levels.astype(np.float32))
        theirs = np.asarray(image.resize((wide, tall), PILLOWS[resampler]))
        ours = resample(levels, (tall, wide), None, resampler)
        np.testing.assert_allclose(ours, theirs, atol=2e-6)


def formula(resampler: Resampler, x: float) -> float:
    """The filters as the literature writes them."""
    a = abs(x)
    if resampler == "box":
        return 1.0 if -0.5 < x <= 0.5 else 0.0
    if resampler == "bilinear":
        return max(0.0, 1 - a)
    if resampler == "bicubic":
        if a < 1:
            return 1.5 * a**3 - 2.5 * a**2 + 1
        return -0.5 * a**3 + 2.5 * a**2 - 4 * a + 2 if a < 2 else 0.0
    if a == 0:
        return 1.0
    return 3 * math.sin(math.pi * x) * math.sin(math.pi * x / 3) / (math.pi * x) ** 2


@pytest.mark.parametrize("resampler", RESAMPLERS)
@pytest.mark.parametrize(("length", "scaled"), [(1024, 224), (10, 224), (5, 5), (1, 9), (7, 1)])
def test_weights_are_the_filters_of_the_literature(
    resampler: Resampler, length: int, scaled: int
) -> None:
    radius = {"box": 0.5, "bilinear": 1.0, "bicubic": 2.0, "lanczos": 3.0}[resampler]
    index, weight = taps(length, scaled, resampler=resampler)
    wide = max(1.0, length / scaled)
    for i in range(scaled):
        center = (i + 0.5) * length / scaled
        inside = [k for k in range(length) if abs(k + 0.5 - center) <= radius * wide]
        expected = np.zeros(length)
        expected[inside] = [formula(resampler, (k + 0.5 - center) / wide) for k in inside]
        found = np.zeros(length)
        np.add.at(found, index[:, i], weight[:, i])
        np.testing.assert_allclose(found, expected / expected.sum(), atol=1e-13)


@pytest.mark.parametrize("resampler", RESAMPLERS)
def test_weights_add_up_to_one_at_any_size(resampler: Resampler) -> None:
    rng = np.random.default_rng(6)
    pairs = np.exp(rng.uniform(0, np.log(4096), (300, 2))).astype(int).tolist()
    for length, scaled in [*pairs, (65_535, 1), (65_535, 4096), (65_535, 65_534), (3, 4096)]:
        weight = taps(length, scaled, 0, min(scaled, 500), resampler)[1]
        np.testing.assert_allclose(weight.sum(axis=0), 1, rtol=1e-12)


@pytest.mark.parametrize("resampler", RESAMPLERS)
def test_rows_in_blocks_give_the_bits_of_the_whole(
    resampler: Resampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels: npt.NDArray[np.float64] = np.random.default_rng(8).random((90, 70))
    whole = resample(levels, (31, 47), (3, 5, 20, 30), resampler)
    monkeypatch.setattr("reference.preprocess.resample.BLOCK", 200)
    np.testing.assert_array_equal(resample(levels, (31, 47), (3, 5, 20, 30), resampler), whole)
