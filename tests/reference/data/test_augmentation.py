"""Images are moved as the paper's levels say, and as one would move them by hand."""

from __future__ import annotations

import math

import pytest
import torch

from reference.data.augmentation import (
    LEVELS,
    TRAIN_LEVELS,
    Movements,
    drawn_movements,
    level_named,
    moved,
)
from reference.errors import TrainingError


def movement(
    degrees: float = 0, right: float = 0, down: float = 0, scale: float = 1, mirrored: float = 1
) -> Movements:
    values = (math.radians(degrees), right, down, scale, mirrored)
    return Movements(*(torch.tensor([value]) for value in values))


@pytest.fixture
def image() -> torch.Tensor:
    return torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0))


def test_levels_are_those_of_the_paper() -> None:
    told = [(level.degrees, level.shift, *level.scales) for level in LEVELS.values()]
    assert told == [
        (0, 0, 1, 1),
        (0, 0, 1, 1),
        (5, 0.03, 0.97, 1.03),
        (10, 0.05, 0.95, 1.05),
        (15, 0.1, 0.9, 1.1),
        (25, 0.12, 0.87, 1.13),
        (45, 0.15, 0.85, 1.15),
        (65, 0.25, 0.8, 1.2),
        (90, 0.35, 0.75, 1.2),
        (180, 0.5, 0.7, 1.2),
    ]
    assert [name for name, level in LEVELS.items() if level.flip] == ["hflip"]
    assert TRAIN_LEVELS == ("none", "hflip", "15", "45", "180")
    assert set(TRAIN_LEVELS) <= set(LEVELS)


def test_only_none_moves_nothing() -> None:
    assert [name for name, level in LEVELS.items() if not level.moves] == ["none"]


def test_an_image_that_is_not_moved_stays(image: torch.Tensor) -> None:
    torch.testing.assert_close(moved(image, movement()), image, atol=1e-5, rtol=0)


def test_a_quarter_turn_is_counter_clockwise(image: torch.Tensor) -> None:
    turned = torch.rot90(image, 1, dims=(2, 3))
    torch.testing.assert_close(moved(image, movement(degrees=90)), turned, atol=1e-4, rtol=0)


def test_mirroring_swaps_left_and_right(image: torch.Tensor) -> None:
    torch.testing.assert_close(
        moved(image, movement(mirrored=-1)), image.flip(3), atol=1e-5, rtol=0
    )


def test_mirroring_comes_before_turning(image: torch.Tensor) -> None:
    wanted = torch.rot90(image.flip(3), 1, dims=(2, 3))
    torch.testing.assert_close(
        moved(image, movement(degrees=90, mirrored=-1)), wanted, atol=1e-4, rtol=0
    )


def test_translation_is_a_share_of_width_and_height_and_leaves_black() -> None:
    image = torch.rand(1, 1, 8, 16, generator=torch.Generator().manual_seed(0))
    result = moved(image, movement(right=0.25, down=-0.125))
    torch.testing.assert_close(result[..., :7, 4:], image[..., 1:, :12], atol=1e-5, rtol=0)
    assert result[..., :4].abs().max() < 1e-5
    assert result[..., 7:, :].abs().max() < 1e-5


def test_translation_comes_after_turning(image: torch.Tensor) -> None:
    turned = torch.rot90(image, 1, dims=(2, 3))
    result = moved(image, movement(degrees=90, right=0.25))
    torch.testing.assert_close(result[..., 4:], turned[..., :12], atol=1e-4, rtol=0)


def test_scales_above_1_enlarge_about_the_centre() -> None:
    image = torch.zeros(1, 1, 32, 32)
    image[..., 12:20, 12:20] = 1.0
    assert moved(image, movement(scale=2)).sum() == pytest.approx(4 * 64, rel=0.02)
    assert moved(image, movement(scale=0.5)).sum() == pytest.approx(64 / 4, rel=0.02)


def test_turning_an_oblong_image_bends_nothing() -> None:
    image = torch.zeros(1, 1, 41, 81)
    image[0, 0, 20, 55] = 1.0  # 15 pixels to the right of the centre
    turned = moved(image, movement(degrees=90))
    row, column = divmod(int(turned.argmax()), 81)
    assert (row, column) == (5, 40)


@pytest.mark.parametrize("name", LEVELS)
def test_movements_fill_the_bounds_of_their_level_and_no_more(name: str) -> None:
    level = LEVELS[name]
    drawn = drawn_movements(level, 4000, torch.Generator().manual_seed(1))
    for values, limit in (
        (drawn.radians, math.radians(level.degrees)),
        (drawn.right, level.shift),
        (drawn.down, level.shift),
    ):
        assert values.abs().max() <= limit + 1e-6
        assert values.max() >= 0.99 * limit
        assert values.min() <= -0.99 * limit
    smallest, largest = level.scales
    assert smallest - 1e-6 <= drawn.scale.min() <= smallest + 0.01
    assert largest - 0.01 <= drawn.scale.max() <= largest + 1e-6
    share = float((drawn.mirrored < 0).float().mean())
    assert share == pytest.approx(0.5 if level.flip else 0.0, abs=0.03)


def test_movements_follow_from_the_generator_alone() -> None:
    level = LEVELS["45"]
    one, other = (drawn_movements(level, 8, torch.Generator().manual_seed(2)) for _ in range(2))
    for name, values in vars(one).items():
        assert torch.equal(values, vars(other)[name])


def test_a_part_of_a_batch_is_moved_as_in_the_whole() -> None:
    images = torch.rand(6, 1, 9, 9, generator=torch.Generator().manual_seed(0))
    drawn = drawn_movements(LEVELS["15"], 6, torch.Generator().manual_seed(4))
    part = slice(1, None, 2)
    assert torch.equal(moved(images[part], drawn.part(part)), moved(images, drawn)[part])


def test_rejects_another_number_of_movements(image: torch.Tensor) -> None:
    drawn = drawn_movements(LEVELS["15"], 2, torch.Generator())
    with pytest.raises(TrainingError, match="2 movements are given for 1 images"):
        moved(image, drawn)


def test_rejects_an_unknown_level() -> None:
    with pytest.raises(TrainingError, match="'30' is no level of augmentation"):
        level_named("30")
