"""Drawing: what blurs, rods and curves give, independent of the size of pixels."""

import numpy as np
import pytest

from reference.phantoms.raster import (
    Grid,
    Posture,
    attenuated,
    blur,
    depth_of,
    ellipsoid,
    grain,
    organ,
    strokes,
)
from reference.samples.synthetic import Draws


def test_attenuation_is_nearly_exponential_and_inverted_exactly():
    depth = np.linspace(0, 6, 50)
    assert np.allclose(attenuated(depth), np.exp(-depth), rtol=0.08)
    assert np.allclose(depth_of(attenuated(depth)), depth, atol=1e-9)


@pytest.mark.parametrize("sigma", [0.6, 1.2, 2.5, 6.0])
def test_blur_keeps_the_sum_and_has_the_width_asked_for(sigma):
    image = np.zeros((96, 96))
    image[47:49, 47:49] = 0.25
    spread = blur(image, sigma)
    place = np.arange(96) - 47.5
    variance = (spread.sum(axis=0) * place * place).sum() - 0.25
    assert spread.sum() == pytest.approx(1.0, abs=1e-6)
    assert variance**0.5 == pytest.approx(sigma, rel=0.2)


def test_blur_keeps_a_level_image_of_odd_size():
    assert np.allclose(blur(np.full((37, 53), 2.0), 5.0), 2.0)


def test_pixels_and_body_coordinates_are_inverse():
    grid = Grid.of(64, Posture(0.03, -0.02, 0.1, 1.2))
    columns, rows = grid.pixels(grid.x.ravel(), grid.y.ravel())
    where = np.indices((64, 64)).reshape(2, -1)
    assert np.allclose(rows, where[0], atol=1e-9)
    assert np.allclose(columns, where[1], atol=1e-9)


def test_strokes_have_the_volume_of_rods_at_every_size():
    segments = np.array([[-0.2, 0.3, 0.25, 0.6, 0.01], [0.1, 0.2, 0.1, 0.7, 0.003]])
    length = np.sqrt(0.45**2 + 0.3**2)
    volume = np.pi * (length * 0.01**2 + 0.5 * 0.003**2)
    for size in (64, 150, 256):
        layer = strokes(Grid.of(size, Posture()), segments)
        assert layer.sum() / size**2 == pytest.approx(volume, rel=0.01)


def test_strokes_outside_of_the_image_leave_no_trace():
    assert not strokes(Grid.of(64, Posture()), np.array([[2.0, 2.0, 3.0, 3.0, 0.01]])).any()


def test_organ_is_the_ellipsoid_and_no_more():
    grid = Grid.of(80, Posture(turn=0.05))
    whole = ellipsoid(grid.x, grid.y, (0.1, 0.4), (0.2, 0.1), 0.3)
    assert np.array_equal(organ(grid, grid.x, (0.1, 0.4), (0.2, 0.1), 0.3), whole)


def test_grain_has_mean_0_and_deviation_1():
    noise = grain(Draws(1, 2), (200, 201))
    assert abs(noise.mean()) < 0.02
    assert noise.std() == pytest.approx(1.0, abs=0.02)
