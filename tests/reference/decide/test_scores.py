"""Scores of a reconstruction: the published definitions, in a fixed order of operations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from reference.decide.scores import DEFINITIONS, HIGHER_IS_LIKELIER, l1, l2, latent_distance, ssim
from reference.errors import CalibrationError


def _pair(seed: int, shape: tuple[int, int] = (64, 64)) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    image = random.uniform(-1, 1, shape).astype(np.float32)
    blur = 0.7 * image + 0.3 * random.uniform(-1, 1, shape).astype(np.float32)
    return image, blur.astype(np.float32)


@pytest.mark.parametrize("shape", [(64, 64), (7, 7), (7, 40), (31, 12)])
@pytest.mark.parametrize("seed", range(4))
def test_ssim_is_that_of_scikit_image(seed: int, shape: tuple[int, int]) -> None:
    image, other = _pair(seed, shape)
    expected = structural_similarity(
        image.astype(np.float64), other.astype(np.float64), win_size=7, data_range=2.0
    )
    assert ssim(image, other) == pytest.approx(expected, abs=1e-13)


def test_ssim_of_flat_and_of_equal_images() -> None:
    image, _ = _pair(0)
    assert ssim(image, image) == pytest.approx(1, abs=1e-12)
    dark, light = np.full((9, 9), -0.5), np.full((9, 9), 0.5)
    assert ssim(dark, light) == pytest.approx((-0.5 + 4e-4) / (0.5 + 4e-4), abs=1e-12)
    board = np.where(np.indices((9, 9)).sum(axis=0) % 2, 0.5, -0.5)
    assert ssim(board, -board) < -0.3


@pytest.mark.parametrize("seed", range(3))
def test_l1_and_l2_are_mean_absolute_and_root_mean_square(seed: int) -> None:
    image, other = (one.astype(np.float64) for one in _pair(seed, (5, 9)))
    assert l1(image, other) == pytest.approx(np.abs(image - other).mean(), rel=1e-14)
    assert l2(image, other) == pytest.approx(math.sqrt(((image - other) ** 2).mean()), rel=1e-14)
    assert l1(image, image) == l2(image, image) == 0
    assert l1(np.full((2, 2), -1.0), np.ones((2, 2))) == 2
    assert l2(np.full((2, 2), -1.0), np.ones((2, 2))) == 2


def test_sums_are_added_in_the_order_of_the_pixels() -> None:
    values = np.array([[1e16, 1.0, -1e16, 1.0]])
    assert latent_distance(np.sqrt(np.array([1e16, 1.0, 1.0], dtype=np.float64))) == 1e16
    assert l1(values, np.zeros((1, 4))) == (((1e16 + 1.0) + 1e16) + 1.0) / 4


def test_latent_distance_is_the_sum_of_squares_whatever_the_shape() -> None:
    assert latent_distance(np.array([[[[1.0]], [[-2.0]], [[3.0]]]], dtype=np.float32)) == 14


@pytest.mark.parametrize("score", [l1, l2, ssim])
def test_nan_anywhere_gives_nan(score: object) -> None:
    image, other = _pair(1)
    other[20, 30] = np.nan
    assert math.isnan(score(image, other))  # type: ignore[operator]
    assert math.isnan(latent_distance(other))


@pytest.mark.parametrize("shapes", [((8, 8), (8, 9)), ((1, 8, 8), (1, 8, 8)), ((6, 9), (6, 9))])
def test_rejects_what_cannot_be_compared(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    with pytest.raises(CalibrationError, match="cannot be compared"):
        ssim(np.zeros(shapes[0]), np.zeros(shapes[1]))
    with pytest.raises(CalibrationError):
        latent_distance(np.zeros(0))


def test_every_score_has_a_definition_and_a_direction() -> None:
    assert DEFINITIONS.keys() == HIGHER_IS_LIKELIER.keys() == {"l1", "l2", "ssim", "latent"}
