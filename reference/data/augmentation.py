"""Rotation, translation and scaling of images, at the levels of the paper (section 2, Figure 3)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch.nn import functional

from reference.errors import TrainingError


@dataclass(frozen=True)
class Level:
    """How far an image may be moved; every number is drawn uniformly within its bounds.

    Args:
        name: what tables call it.
        degrees: largest rotation to either side.
        shift: largest translation to either side, as a share of width and of height.
        scales: smallest and largest factor; above 1 enlarges.
        flip: whether one image in two is mirrored left to right.
    """

    name: str
    degrees: float = 0.0
    shift: float = 0.0
    scales: tuple[float, float] = (1.0, 1.0)
    flip: bool = False

    @property
    def moves(self) -> bool:
        """Whether the level does anything at all."""
        return self.flip or bool(self.degrees or self.shift or self.scales != (1.0, 1.0))


LEVELS: Mapping[str, Level] = MappingProxyType(
    {
        level.name: level
        for level in (
            Level("none"),
            Level("hflip", flip=True),
            Level("5", 5, 0.03, (0.97, 1.03)),
            Level("10", 10, 0.05, (0.95, 1.05)),
            Level("15", 15, 0.1, (0.9, 1.1)),
            Level("25", 25, 0.12, (0.87, 1.13)),
            Level("45", 45, 0.15, (0.85, 1.15)),
            Level("65", 65, 0.25, (0.8, 1.2)),
            Level("90", 90, 0.35, (0.75, 1.2)),
            Level("180", 180, 0.5, (0.7, 1.2)),
        )
    }
)
"""The levels of testing, from weak to strong; the columns of Figure E.2. Names are degrees."""

TRAIN_LEVELS: tuple[str, ...] = ("none", "hflip", "15", "45", "180")
"""The levels of training; the rows of Figure E.2."""


def level_named(name: str) -> Level:
    """Return the level of this name.

    Raises:
        TrainingError: there is none.
    """
    if name not in LEVELS:
        raise TrainingError(
            f"{name!r} is no level of augmentation",
            "augmentation",
            f"known are {', '.join(LEVELS)}",
        )
    return LEVELS[name]


@dataclass(frozen=True)
class Movements:
    """What happens to each image of a batch, (N,) float32 each.

    Args:
        radians: rotation, counter-clockwise as one sees it.
        right: translation, as a share of the width.
        down: translation, as a share of the height.
        scale: factor about the centre.
        mirrored: 1, or -1 for an image that is mirrored before it is moved.
    """

    radians: torch.Tensor
    right: torch.Tensor
    down: torch.Tensor
    scale: torch.Tensor
    mirrored: torch.Tensor

    def part(self, which: slice) -> Movements:
        """Return the movements of some of the images."""
        return Movements(*(values[which] for values in vars(self).values()))


def drawn_movements(level: Level, count: int, generator: torch.Generator) -> Movements:
    """Draw movements within a level; equal for equal states of the (CPU) generator."""
    chance = torch.rand(5, count, generator=generator)
    sides = 2 * chance - 1
    smallest, largest = level.scales
    flipped = chance[4] < 0.5 if level.flip else torch.zeros(count, dtype=torch.bool)
    return Movements(
        radians=sides[0] * math.radians(level.degrees),
        right=sides[1] * level.shift,
        down=sides[2] * level.shift,
        scale=smallest + chance[3] * (largest - smallest),
        mirrored=torch.where(flipped, -1.0, 1.0),
    )


def moved(images: torch.Tensor, movements: Movements) -> torch.Tensor:
    """Return moved images, bilinear; what comes in from outside is 0, which is black.

    Args:
        images: (N, C, H, W) float32, 0 is black.
        movements: one per image; on the device of the images or not.

    Returns:
        (N, C, H, W): about the centre mirrored, rotated and scaled, then translated.

    Raises:
        TrainingError: there is not one movement per image.
    """
    count, _, height, width = images.shape
    if len(movements.radians) != count:
        raise TrainingError(
            f"{len(movements.radians)} movements are given for {count} images", "augmentation"
        )
    cos, sin = torch.cos(movements.radians), torch.sin(movements.radians)
    # From places in the result back to places in the image; y points down, and coordinates are
    # shares of half the width and half the height.
    right, down = 2 * movements.right, 2 * movements.down
    tall = height / width
    rows = [
        [cos, -sin * tall, -cos * right + sin * tall * down],
        [sin / tall, cos, -sin / tall * right - cos * down],
    ]
    back = torch.stack([torch.stack(row, dim=1) for row in rows], dim=1)
    back = back / movements.scale[:, None, None]
    back[:, 0] *= movements.mirrored[:, None]
    grid = functional.affine_grid(
        back.to(images), [count, images.shape[1], height, width], align_corners=False
    )
    return functional.grid_sample(images, grid, "bilinear", "zeros", align_corners=False)
