"""Synthetic images are many, different, and the same everywhere."""

from __future__ import annotations

import hashlib
from itertools import combinations

import numpy as np
import pytest

from reference.errors import ImageError
from reference.samples.synthetic import synthetic_image, synthetic_name

KINDS = 18
GOLDEN = "6e96b9fe74b6ef7faa7813bfeb5901c6a72ec11a74dd90679d7460e0d53e7178"
"""Digest of the first 18 images, seed 0, 96 pixels: it may differ on no machine."""


def test_images_are_the_same_bytes_on_every_machine() -> None:
    digest = hashlib.sha256()
    for index in range(KINDS):
        digest.update(synthetic_image(index, seed=0, size=96).tobytes())
    assert digest.hexdigest() == GOLDEN


def test_image_is_square_and_grey() -> None:
    assert synthetic_image(0, seed=0).shape == (512, 512)
    image = synthetic_image(0, seed=0, size=31)
    assert image.shape == (31, 31)
    assert image.dtype == np.uint8


def test_every_pair_of_images_differs_strongly() -> None:
    images = [synthetic_image(i, seed=0, size=64).astype(float) for i in range(2 * KINDS)]
    differences = [np.abs(a - b).mean() for a, b in combinations(images, 2)]
    assert min(differences) > 1
    assert np.median(differences) > 30


def test_images_reach_both_ends_of_the_grey_scale() -> None:
    means = [synthetic_image(i, seed=0, size=64).mean() for i in range(KINDS)]
    assert min(means) < 13
    assert max(means) > 242


def test_seed_and_size_matter() -> None:
    image = synthetic_image(0, seed=0, size=64)
    assert not np.array_equal(image, synthetic_image(0, seed=1, size=64))
    assert not np.array_equal(image, synthetic_image(0, seed=0, size=128)[::2, ::2])


def test_global_random_state_is_neither_used_nor_changed() -> None:
    np.random.seed(0)  # the state under test is the old global one
    expected = np.random.random()
    np.random.seed(0)
    synthetic_image(17, seed=0, size=8)
    assert np.random.random() == expected


def test_names_are_distinct_and_say_what_is_drawn() -> None:
    names = [synthetic_name(index) for index in range(3 * KINDS)]
    assert len(set(names)) == len(names)
    assert names[:2] == ["synthetic-000-chest", "synthetic-001-gradient"]


@pytest.mark.parametrize(("index", "seed", "size"), [(-1, 0, 8), (0, -1, 8), (0, 0, 0)])
def test_refuses_numbers_out_of_range(index: int, seed: int, size: int) -> None:
    with pytest.raises(ImageError, match="from 0"):
        synthetic_image(index, seed, size)
