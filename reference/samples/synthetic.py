"""Synthetic grey images: enough variety to exercise a model where no radiograph may go.

They are no training data and no phantom of anatomy; the chest-like ones only have bright
and dark areas where a radiograph has them. Every image is the same bytes on every
machine: only +, -, *, /, floor, minimum and maximum are used, which IEEE 754 rounds the
same way everywhere (no sine, no exponential, no library sum), and random numbers are the
raw output of the PCG64 bit generator, whose stream numpy promises to keep.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reference.errors import ImageError

Array = npt.NDArray[np.float64]


class Draws:
    """A stream of uniform numbers that is the same on every machine and numpy version.

    Args:
        key: numbers from 0 that name the stream, such as a seed and an index; streams of
            different keys are independent.
    """

    def __init__(self, *key: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(list(key)))

    def between(self, low: float, high: float) -> float:
        """Return one number in [low, high)."""
        return low + (high - low) * float(self.field(1)[0])

    def field(self, count: int) -> Array:
        """Return ``count`` numbers in [0, 1)."""
        raw: npt.NDArray[np.uint64] = np.asarray(self._bits.random_raw(count))
        numbers: Array = (raw >> np.uint64(11)).astype(np.float64) / 2.0**53
        return numbers

    def octets(self, count: int) -> npt.NDArray[np.uint8]:
        """Return ``count`` numbers from 0 to 255."""
        raw: npt.NDArray[np.uint64] = np.asarray(self._bits.random_raw((count + 7) // 8))
        return raw.astype("<u8").view(np.uint8)[:count]


@dataclass(frozen=True)
class Canvas:
    """Coordinates of the pixel centres: x to the right and y down, each in (0, 1)."""

    x: Array
    y: Array

    @classmethod
    def of(cls, size: int) -> Canvas:
        """Return the canvas of a square image."""
        centres = (np.arange(size) + 0.5) / size
        return cls(x=centres[None, :] + np.zeros((size, 1)), y=centres[:, None] + np.zeros(size))

    def ellipse(
        self, x: float, y: float, half_width: float, half_height: float, soft: float, turn: float
    ) -> Array:
        """Return 1 inside, 0 outside, and a smooth edge whose width is ``soft`` radii.

        ``turn`` is the tangent of half the angle of rotation, which needs no sine.
        """
        cos, sin = (1 - turn * turn) / (1 + turn * turn), 2 * turn / (1 + turn * turn)
        dx, dy = self.x - x, self.y - y
        u, v = (dx * cos + dy * sin) / half_width, (dy * cos - dx * sin) / half_height
        return smooth((1 - (u * u + v * v)) / (2 * soft) + 0.5)


def smooth(t: Array) -> Array:
    """Return the cubic step: 0 below 0, 1 above 1, smooth between."""
    t = np.minimum(np.maximum(t, 0.0), 1.0)
    return t * t * (3 - 2 * t)


def wave(t: Array) -> Array:
    """Return a smooth wave of period 1 within [0, 1], made of cubic steps."""
    return smooth(np.abs(2 * (t - np.floor(t)) - 1))


def clouds(draws: Draws, size: int, cells: int) -> Array:
    """Return smooth noise in [0, 1): random values on a grid, interpolated between."""
    grid = draws.field((cells + 2) * (cells + 2)).reshape(cells + 2, cells + 2)
    place = (np.arange(size) + 0.5) / size * cells
    whole = np.floor(place).astype(np.int64)
    part = smooth(place - whole)
    rows: Array = grid[whole] * (1 - part[:, None]) + grid[whole + 1] * part[:, None]
    between: Array = rows[:, whole] * (1 - part) + rows[:, whole + 1] * part
    return between


def _grain(draws: Draws, size: int) -> Array:
    return draws.field(size * size).reshape(size, size) - 0.5


def _chest(draws: Draws, size: int) -> Array:
    """Draw a body, two dark lungs, ribs across them, a bright spine, heart and diaphragm."""
    on = Canvas.of(size)
    middle, top = draws.between(0.45, 0.55), draws.between(0.4, 0.52)
    tissue = draws.between(0.5, 0.8)
    image = tissue * on.ellipse(middle, 0.62, 0.5, 0.66, draws.between(0.1, 0.4), 0.0)
    spread, height = draws.between(0.17, 0.23), draws.between(0.24, 0.36)
    width = draws.between(0.1, 0.16)
    lungs = np.zeros((size, size))
    for side in (-1.0, 1.0):
        tall = height * draws.between(0.85, 1.1)
        lung = on.ellipse(middle + side * spread, top, width, tall, 0.25, -0.08 * side)
        lungs = np.maximum(lungs, lung)
    image = image - draws.between(0.6, 0.9) * tissue * lungs
    bend = draws.between(0.6, 1.4)
    ribs = wave((on.y + bend * (on.x - middle) * (on.x - middle)) * draws.between(7.0, 12.0))
    image = image + draws.between(0.03, 0.14) * lungs * ribs
    spine = on.ellipse(middle, 0.5, draws.between(0.04, 0.08), 0.8, 0.5, 0.0)
    image = image + draws.between(0.1, 0.3) * spine
    side, heart = draws.between(0.02, 0.08), draws.between(0.1, 0.2)
    bulk = on.ellipse(middle + side, top + 0.16, heart, heart * 1.1, 0.3, 0.3)
    image = image + (draws.between(0.55, 0.85) - image) * 0.8 * bulk
    image = image + 0.3 * on.ellipse(middle, 1.02, 0.5, draws.between(0.2, 0.36), 0.2, 0.0)
    image = image + lungs * (0.15 * clouds(draws, size, 9) + 0.12 * clouds(draws, size, 40))
    grainy = image + draws.between(0.01, 0.08) * _grain(draws, size)
    return _collimated(draws, grainy, on)


def _collimated(draws: Draws, image: Array, on: Canvas) -> Array:
    """Add what a technician adds: a bright letter-sized mark and black margins, both sharp."""
    x, y, side = draws.between(0.04, 0.8), draws.between(0.03, 0.12), draws.between(0.02, 0.06)
    mark = (np.abs(on.x - x) < side) & (np.abs(on.y - y) < side)
    hole = (np.abs(on.x - x - side / 2) < side / 2) & (np.abs(on.y - y + side / 2) < side / 2)
    marked = np.where(mark & ~hole, np.maximum(image, draws.between(0.7, 1.0)), image)
    left, right = draws.between(-0.05, 0.06), draws.between(0.94, 1.05)
    bottom = draws.between(0.92, 1.1)
    return np.where((on.x > left) & (on.x < right) & (on.y < bottom), marked, 0.0)


def _opacity(draws: Draws, size: int) -> Array:
    """Draw a chest with one to three bright areas in it."""
    image = _chest(draws, size)
    on = Canvas.of(size)
    for _ in range(1 + int(draws.between(0, 3))):
        x, y = draws.between(0.2, 0.8), draws.between(0.3, 0.7)
        wide, tall = draws.between(0.03, 0.18), draws.between(0.03, 0.18)
        image = image + draws.between(0.15, 0.5) * on.ellipse(x, y, wide, tall, 0.9, 0.2)
    return image


def _limb(draws: Draws, size: int) -> Array:
    """Draw a bright shaft on a dark ground, as in a radiograph of an arm."""
    on, turn = Canvas.of(size), draws.between(-0.4, 0.4)
    flesh = 0.35 * on.ellipse(0.5, 0.5, draws.between(0.2, 0.3), 0.9, 0.3, turn)
    shaft = 0.4 * on.ellipse(0.5, 0.5, draws.between(0.05, 0.1), 0.6, 0.4, turn)
    marrow = 0.15 * on.ellipse(0.5, 0.5, 0.03, 0.5, 0.9, turn)
    limb: Array = 0.05 + flesh + shaft - marrow + 0.03 * _grain(draws, size)
    return limb


def _gradient(draws: Draws, size: int) -> Array:
    on, slope = Canvas.of(size), draws.between(-1.0, 1.0)
    return 0.5 + draws.between(0.5, 1.0) * ((on.y - 0.5) + slope * (on.x - 0.5))


def _checkerboard(draws: Draws, size: int) -> Array:
    on, cells = Canvas.of(size), 4 + int(draws.between(0, 9))
    odd = (np.floor(on.x * cells) + np.floor(on.y * cells)) % 2
    low = draws.between(0.0, 0.3)
    board: Array = low + odd * draws.between(0.2, 0.35)
    return board


def _rings(draws: Draws, size: int) -> Array:
    on = Canvas.of(size)
    dx, dy = on.x - draws.between(0.3, 0.7), on.y - draws.between(0.3, 0.7)
    return 0.2 + 0.6 * wave((dx * dx + dy * dy) * draws.between(6.0, 14.0))


def _stripes(draws: Draws, size: int) -> Array:
    on = Canvas.of(size)
    return 0.25 + 0.5 * wave(on.x * draws.between(4, 16) + on.y * draws.between(-8, 8))


def _clouds(draws: Draws, size: int) -> Array:
    coarse, fine = clouds(draws, size, 4), clouds(draws, size, 24)
    return 0.7 * coarse + 0.3 * fine


def _noise(draws: Draws, size: int) -> Array:
    return draws.field(size * size).reshape(size, size)


def _near_black(draws: Draws, size: int) -> Array:
    return 0.02 + 0.03 * clouds(draws, size, 6)


def _near_white(draws: Draws, size: int) -> Array:
    return 0.95 + 0.05 * clouds(draws, size, 6)


def _negative(draws: Draws, size: int) -> Array:
    return 1 - _chest(draws, size)


_KINDS: tuple[tuple[str, Callable[[Draws, int], Array]], ...] = (
    ("chest", _chest),
    ("gradient", _gradient),
    ("opacity", _opacity),
    ("checkerboard", _checkerboard),
    ("chest", _chest),
    ("clouds", _clouds),
    ("opacity", _opacity),
    ("limb", _limb),
    ("chest", _chest),
    ("near-black", _near_black),
    ("opacity", _opacity),
    ("rings", _rings),
    ("chest", _chest),
    ("near-white", _near_white),
    ("negative", _negative),
    ("stripes", _stripes),
    ("opacity", _opacity),
    ("noise", _noise),
)


def synthetic_name(index: int) -> str:
    """Return the name of an image, such as ``synthetic-003-checkerboard``.

    Raises:
        ImageError: ``index`` is negative.
    """
    return f"synthetic-{index:03d}-{_kind(index)[0]}"


def synthetic_image(index: int, seed: int, size: int = 512) -> npt.NDArray[np.uint8]:
    """Return one image; the kind follows from the index, the details from index and seed.

    Args:
        index: any number from 0; kinds repeat, images do not.
        seed: any number from 0.
        size: height and width in pixels, 1 to 4096.

    Returns:
        (size, size) uint8, the same bytes on every machine.

    Raises:
        ImageError: an argument is out of its range.
    """
    if seed < 0 or not 1 <= size <= 4096:
        raise ImageError(
            f"seed={seed}, size={size} is out of range",
            "synthetic image",
            "give a seed from 0 and a size from 1 to 4096",
        )
    levels = _kind(index)[1](Draws(seed, index), size)
    rounded: npt.NDArray[np.uint8] = np.floor(
        np.minimum(np.maximum(levels, 0.0), 1.0) * 255 + 0.5
    ).astype(np.uint8)
    return rounded


def _kind(index: int) -> tuple[str, Callable[[Draws, int], Array]]:
    if index < 0:
        raise ImageError(f"there is no image {index}", "synthetic image", "count from 0")
    return _KINDS[index % len(_KINDS)]
