"""Hands and forearms: shafts with flared ends in soft tissue, whole, broken or plated."""

from __future__ import annotations

import numpy as np

from reference.phantoms.raster import Grid, Mask, Window, clip, ellipsoid, patches
from reference.samples.synthetic import Array, Draws, smooth

Point = tuple[float, float]


class Limb:
    """Layers of one limb while it is being drawn, each (size, size): thickness in cm.

    Limbs are shown larger than chests: one body unit is 20 cm here.

    Args:
        grid: body coordinates.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.flesh, self.bone, self.metal = grid.zeros(), grid.zeros(), grid.zeros()

    def along(self, a: Point, b: Point, reach: float) -> tuple[Window, Array, Array]:
        """Return a window, and in it the place along a-b (0 to 1) and the distance from it."""
        window = self.grid.window(
            (min(a[0], b[0]) - reach, max(a[0], b[0]) + reach),
            (min(a[1], b[1]) - reach, max(a[1], b[1]) + reach),
        )
        x, y = self.grid.x[window] - a[0], self.grid.y[window] - a[1]
        dx, dy = b[0] - a[0], b[1] - a[1]
        square = dx * dx + dy * dy
        place = (x * dx + y * dy) / square
        near = clip(place)
        off_x, off_y = x - near * dx, y - near * dy
        return window, place, np.sqrt(off_x * off_x + off_y * off_y)

    def cover(self, a: Point, b: Point, radius: float, other: float) -> None:
        """Add soft tissue: a tapered rod with round ends."""
        window, place, distance = self.along(a, b, 1.1 * max(radius, other))
        width = radius + (other - radius) * clip(place)
        rest = np.maximum(1 - (distance / width) * (distance / width), 0.0)
        thickness = 40.0 * width * np.sqrt(rest) * 0.9
        self.flesh[window] = np.maximum(self.flesh[window], thickness)

    def shaft(self, a: Point, b: Point, radius: float, gap: float | None = None) -> Mask:
        """Add a long bone with a marrow cavity and flared ends; return where it is.

        Args:
            a: one end.
            b: the other end.
            radius: of the shaft's middle.
            gap: place of a fracture along it, 0 to 1, or none.
        """
        window, place, distance = self.along(a, b, 2.6 * radius)
        end = 2 * np.abs(clip(place) - 0.5)
        width = radius * (1 + 0.65 * end * end * end * end)
        ratio = distance / width
        outer = np.sqrt(np.maximum(1 - ratio * ratio, 0.0))
        cavity = (0.68 - 0.2 * end) * (1 - 0.3 * end * end)
        inner = np.sqrt(np.maximum(cavity * cavity - ratio * ratio, 0.0))
        thickness = 34.0 * width * (outer - 0.85 * inner)
        if gap is not None:
            skew = place - gap + 0.1 * (ratio - 0.5)
            thickness = thickness * smooth(np.abs(skew) / 0.03)
        self.bone[window] = np.maximum(self.bone[window], thickness)
        mask = np.zeros(self.bone.shape, dtype=np.bool_)
        mask[window] = outer > 0
        return mask

    def around(self, centre: Point, radius: float) -> Mask:
        """Return the disc around a point."""
        return ellipsoid(self.grid.x, self.grid.y, centre, (radius, radius)) > 0


def _between(a: Point, b: Point, place: float) -> Point:
    return (a[0] + (b[0] - a[0]) * place, a[1] + (b[1] - a[1]) * place)


def _injured(limb: Limb, draws: Draws, ends: tuple[Point, Point], radius: float) -> Mask:
    """Break a bone (displaced) or fix a plate with screws to it; return where."""
    a, b = ends
    place = draws.between(0.35, 0.65)
    centre = _between(a, b, place)
    length = abs(a[0] - b[0]) + abs(a[1] - b[1])
    if draws.between(0, 1) < 0.6:
        off = radius * draws.between(0.5, 1.1)
        limb.shaft(a, _between(a, centre, 0.99), radius)
        limb.shaft((centre[0] + off, centre[1]), (b[0] + 0.3 * off, b[1]), radius)
        return limb.around(centre, 0.1 * length + 2.5 * radius)
    mask = limb.shaft(a, b, radius, gap=place)
    first, last = _between(a, b, place - 0.22), _between(a, b, place + 0.22)
    window, along, distance = limb.along(first, last, radius)
    plate = smooth((0.5 * radius - distance) / (0.12 * radius))
    holes = np.abs(along * 6 - np.floor(along * 6) - 0.5) * 2
    limb.metal[window] += plate * (1.6 + 1.4 * smooth((0.4 - holes) / 0.2))
    plated = limb.metal > 0.5
    plated &= limb.around(centre, length)
    return plated | (mask & limb.around(centre, 0.08 * length))


def forearm(limb: Limb, draws: Draws, abnormal: bool) -> Mask:
    """Draw radius and ulna from elbow to wrist; return where they are injured."""
    spread = draws.between(0.045, 0.065)
    wide = draws.between(0.115, 0.15)
    limb.cover((0.0, -0.2), (0.0, 1.15), wide * 1.25, wide * 0.85)
    bones = [
        ((-spread, 0.06), (-spread * 1.25, 0.9), draws.between(0.022, 0.028)),
        ((spread, 0.0), (spread * 0.9, 0.88), draws.between(0.018, 0.024)),
    ]
    broken = int(draws.between(0, 2)) if abnormal else -1
    mask = np.zeros(limb.bone.shape, dtype=np.bool_)
    for number, (a, b, radius) in enumerate(bones):
        if number == broken:
            mask |= _injured(limb, draws, (a, b), radius)
        else:
            limb.shaft(a, b, radius)
    limb.shaft((0.01, -0.3), (0.01, -0.01), 0.034)
    _carpals(limb, draws, (-0.01, 0.96), 0.036)
    _grainy(limb, draws)
    return mask


_RAYS = ((-0.26, 0.42, -0.34, 0.28), (-0.12, 0.24, -0.14, 0.0), (-0.01, 0.21, -0.01, -0.06),
         (0.09, 0.24, 0.11, 0.0), (0.18, 0.3, 0.22, 0.12))  # fmt: skip
"""For each finger the knuckle and the tip (x, y), the thumb first."""


def hand(limb: Limb, draws: Draws, abnormal: bool) -> Mask:
    """Draw wrist, palm and five fingers; return where a metacarpal is injured."""
    wrist = (0.0, 0.72)
    spread = draws.between(0.85, 1.15)
    limb.cover((0.0, 1.1), (0.0, 0.72), 0.11, 0.12)
    limb.cover((-0.02, 0.7), (0.03, 0.36), 0.13, 0.17)
    broken = 1 + int(draws.between(0, 4)) if abnormal else -1
    mask = np.zeros(limb.bone.shape, dtype=np.bool_)
    for number, (kx, ky, tx, ty) in enumerate(_RAYS):
        knuckle, tip = (kx * spread, ky + 0.06), (tx * spread, ty + 0.05)
        base = (0.26 * kx - 0.02, 0.58 - 0.02 * (number == 2))
        radius = (0.016 if number else 0.018) * draws.between(0.9, 1.1)
        limb.cover(base, knuckle, 0.06, 0.05)
        limb.cover(knuckle, tip, 0.046, 0.034)
        if number == broken:
            mask |= _injured(limb, draws, (base, _between(base, knuckle, 0.96)), radius)
        else:
            limb.shaft(base, _between(base, knuckle, 0.96), radius)
        cuts = (0.02, 0.48, 0.52, 0.78, 0.82, 1.0) if number else (0.03, 0.55, 0.6, 1.0)
        for first, last in zip(cuts[::2], cuts[1::2], strict=True):
            thin = radius * (0.86 - 0.3 * first)
            limb.shaft(_between(knuckle, tip, first), _between(knuckle, tip, last * 0.98), thin)
    _carpals(limb, draws, wrist, 0.034)
    limb.shaft((-0.045, 1.2), (-0.05, 0.8), 0.032)
    limb.shaft((0.055, 1.2), (0.055, 0.81), 0.024)
    _grainy(limb, draws)
    return mask


def _carpals(limb: Limb, draws: Draws, centre: Point, radius: float) -> None:
    x, y = limb.grid.x, limb.grid.y
    for row in (0, 1):
        for column in range(4):
            at = (
                centre[0] + (column - 1.5) * 1.35 * radius + draws.between(-0.004, 0.004),
                centre[1] - (row - 0.3) * 1.6 * radius + draws.between(-0.004, 0.004),
            )
            wide, tall = radius * draws.between(0.72, 0.9), radius * draws.between(0.72, 0.95)
            bone = ellipsoid(x, y, at, (wide, tall), draws.between(-0.3, 0.3))
            inner = ellipsoid(x, y, at, (0.85 * wide, 0.85 * tall))
            limb.bone = np.maximum(limb.bone, 1.3 * bone - 0.6 * inner)


def _grainy(limb: Limb, draws: Draws) -> None:
    """Give bone its trabeculae and flesh its unevenness."""
    x, y = limb.grid.x, limb.grid.y
    limb.bone = limb.bone * (0.88 + 0.24 * patches(x, y, draws, 80.0))
    limb.flesh = limb.flesh * (0.94 + 0.12 * patches(x, y, draws, 12.0))
