"""Other pictures that radiology makes, drawn roughly: joints, abdomen, skull, slices of a body.

They stand in for what people bring to a chest classifier by mistake. Shapes and proportions are
drawn widely; none is meant to be looked at for its own sake.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from reference.phantoms.anatomy import BUILD, DEVICE, TEXTURE, Patient
from reference.phantoms.chest import stored
from reference.phantoms.exposure import Backdrop, exposed_depth
from reference.phantoms.limbs import Limb
from reference.phantoms.raster import Grid, Posture, clip, ellipsoid, patches
from reference.phantoms.shifted import BONES
from reference.samples.synthetic import Array, Draws, smooth


def elsewhere_like(seed: int, size: int = 128) -> npt.NDArray[np.uint8]:
    """Return a joint, an abdomen with pelvis, a skull, or a slice of trunk, head or chest.

    Args:
        seed: 0 to 2**64 - 1.
        size: height and width in pixels, 32 to 2048.

    Raises:
        PhantomError: the seed is out of its range.
    """
    patient = Patient(seed)
    draws = patient.draws(BUILD, 5)
    posture = Posture(
        dx=draws.between(-0.08, 0.08),
        dy=draws.between(-0.08, 0.08),
        turn=draws.between(-0.2, 0.2),
        zoom=draws.between(0.8, 1.4),
    )
    grid = Grid.of(size, posture)
    kind = _KINDS[int(draws.between(0, len(_KINDS)))]
    texture = patches(grid.x, grid.y, patient.draws(TEXTURE, 5), draws.between(8, 40)) - 0.5
    made = kind(grid, draws, texture)
    if kind in _SLICES:
        return stored(clip(made), 8).astype(np.uint8)
    behind = Backdrop(np.full((size, size), 0.3), np.full((size, size), 1.0), 1.0)
    levels = exposed_depth(made, behind, BONES.device, patient.draws(DEVICE, 5))
    return stored(levels, 8).astype(np.uint8)


def _joint(grid: Grid, draws: Draws, texture: Array) -> Array:
    """Draw two to five long bones that meet near the middle, in soft tissue."""
    limb = Limb(grid)
    centre = (draws.between(-0.12, 0.12), draws.between(0.35, 0.65))
    for _ in range(2 + int(draws.between(0, 4))):
        away, lean = draws.between(0.5, 0.9), draws.between(-0.9, 0.9)
        down = 1.0 if draws.between(0, 1) < 0.5 else -1.0
        end = (centre[0] + away * lean, centre[1] + down * away)
        start = (centre[0] + draws.between(-0.05, 0.05), centre[1] + down * 0.04)
        width = draws.between(0.08, 0.22)
        limb.cover(start, end, width, width * draws.between(0.7, 1.2))
        limb.shaft(start, end, draws.between(0.025, 0.075))
    return 0.24 * limb.flesh * (1 + 0.2 * texture) + 0.5 * limb.bone * (1 + 0.3 * texture)


def _abdomen(grid: Grid, draws: Draws, texture: Array) -> Array:
    """Draw a trunk without lungs: spine, gas in loops of bowel, pelvis with hips below."""
    x, y = grid.x, grid.y
    wide = draws.between(0.3, 0.5)
    depth = 1.6 * smooth((wide - np.abs(x)) / 0.12) * (1 + 0.15 * texture)
    column = np.abs(2 * ((y / 0.085) - np.floor(y / 0.085)) - 1)
    depth = depth + 0.8 * smooth((0.05 - np.abs(x)) / 0.015) * (0.6 + 0.4 * smooth(column * 2))
    for _ in range(int(draws.between(2, 9))):
        at = (draws.between(-0.25, 0.25), draws.between(0.1, 0.7))
        size = (draws.between(0.02, 0.09), draws.between(0.02, 0.06))
        depth = depth - 0.7 * ellipsoid(x, y, at, size, draws.between(-0.5, 0.5))
    hip = draws.between(0.55, 0.85)
    for side in (-1.0, 1.0):
        wing = ellipsoid(x, y, (side * 0.2, hip), (0.16, 0.14), side * 0.3)
        hole = ellipsoid(x, y, (side * 0.08, hip + 0.1), (0.09, 0.1))
        head = ellipsoid(x, y, (side * 0.27, hip + 0.17), (0.05, 0.05))
        depth = depth + 0.9 * np.maximum(wing - hole, 0.0) + 0.8 * head
    return np.maximum(depth, 0.0)


def _skull(grid: Grid, draws: Draws, texture: Array) -> Array:
    """Draw a shell with orbits or a jaw, from the front or from the side."""
    x, y = grid.x, grid.y
    radii = (draws.between(0.26, 0.42), draws.between(0.32, 0.42))
    outer = ellipsoid(x, y, (0.0, 0.42), radii)
    inner = ellipsoid(x, y, (0.0, 0.42), (0.93 * radii[0], 0.93 * radii[1]))
    depth = 2.2 * outer - 1.5 * inner + 0.3 * texture * (outer > 0)
    for side in (-1.0, 1.0):
        at = (side * draws.between(0.08, 0.16), draws.between(0.42, 0.6))
        depth = depth - 0.4 * ellipsoid(x, y, at, (0.07, 0.06))
    jaw = ellipsoid(x, y, (draws.between(-0.12, 0.12), 0.72), (0.2, 0.13))
    return np.maximum(depth + 0.9 * jaw, 0.0)


def _trunk_slice(grid: Grid, draws: Draws, texture: Array) -> Array:
    """Draw a slice of a trunk on black: wall, two lungs or bowel, heart, a vertebra."""
    x, y = grid.x, grid.y - 0.5
    radii = (draws.between(0.36, 0.48), draws.between(0.24, 0.38))
    body = ellipsoid(x, y, (0.0, 0.0), radii)
    level = draws.between(0.35, 0.7) * smooth(body / 0.2) * (1 + 0.3 * texture)
    inside = draws.between(0, 1) < 0.7
    for side in (-1.0, 1.0):
        at = (side * draws.between(0.15, 0.2), draws.between(-0.05, 0.05))
        size = (draws.between(0.11, 0.16), radii[1] * draws.between(0.55, 0.8))
        lung = smooth(ellipsoid(x, y, at, size, side * draws.between(0, 0.2)) / 0.2)
        level = level * (1 - (0.9 if inside else 0.15) * lung)
    heart = ellipsoid(x, y, (draws.between(0.0, 0.08), -0.04), (0.11, 0.1), 0.2)
    bone = ellipsoid(x, y, (0.0, radii[1] * 0.65), (0.05, 0.05))
    return level + draws.between(0.0, 0.3) * smooth(heart / 0.2) + 0.5 * smooth(bone / 0.3)


def _head_slice(grid: Grid, draws: Draws, texture: Array) -> Array:
    """Draw a slice of a head on black: bright or dark shell, folded matter, ventricles."""
    x, y = grid.x, grid.y - 0.5
    radii = (draws.between(0.28, 0.4), draws.between(0.34, 0.45))
    outer = ellipsoid(x, y, (0.0, 0.0), radii)
    inner = ellipsoid(x, y, (0.0, 0.0), (0.9 * radii[0], 0.9 * radii[1]))
    shell = draws.between(0.4, 1.0) * smooth(outer / 0.1) * (1 - smooth(inner / 0.1))
    matter = draws.between(0.25, 0.6) * smooth(inner / 0.1) * (1 + 1.2 * texture)
    for side in (-1.0, 1.0):
        room = ellipsoid(x, y, (side * 0.06, draws.between(-0.05, 0.05)), (0.03, 0.12), 0.1 * side)
        matter = matter * (1 - draws.between(0.3, 1.0) * smooth(room / 0.2))
    return shell + matter


def _upright_slice(grid: Grid, draws: Draws, texture: Array) -> Array:
    """Draw a slice of a chest from the front or the side on black: flat organs, no ribs across."""
    x, y = grid.x, grid.y
    wide, soft = draws.between(0.3, 0.46), draws.between(0.35, 0.95)
    trunk = smooth((wide - np.abs(x)) / 0.03) * smooth((y - draws.between(-0.1, 0.15)) / 0.05)
    level = soft * trunk * (1 + 0.15 * texture)
    dark, sides = draws.between(0.0, 0.4) * soft, (-1.0, 1.0) if draws.between(0, 1) < 0.7 else (0,)
    for side in sides:
        at = (side * draws.between(0.14, 0.2), draws.between(0.36, 0.5))
        size = (draws.between(0.09, 0.15) + 0.08 * (side == 0), draws.between(0.24, 0.38))
        dome = smooth((draws.between(0.62, 0.75) + 0.6 * (x - at[0]) * (x - at[0]) - y) / 0.015)
        lung = smooth(ellipsoid(x, y, at, size, -0.12 * side) / 0.15) * dome
        level = level * (1 - lung) + lung * dark
        for _ in range(int(draws.between(4, 16))):
            spot = (at[0] + draws.between(-0.1, 0.1), at[1] + draws.between(-0.2, 0.25))
            vessel = ellipsoid(x, y, spot, (draws.between(0.005, 0.015),) * 2)
            level = level + lung * draws.between(0.2, 0.6) * smooth(vessel / 0.5)
    heart = ellipsoid(x, y, (draws.between(0.0, 0.06), 0.55), (draws.between(0.08, 0.14), 0.12))
    level = np.maximum(level, draws.between(0.9, 1.1) * soft * smooth(heart / 0.1))
    part = np.abs(2 * (y / 0.06 - np.floor(y / 0.06)) - 1)
    bone = smooth((0.035 - np.abs(x)) / 0.006) * smooth((0.8 - part) / 0.1)
    shown = bone if draws.between(0, 1) < 0.5 else bone * (y < draws.between(0.1, 0.4))
    rib = grid.zeros()
    for number in range(8):
        for side in sides:
            at = (side * (wide - 0.03), 0.14 + 0.075 * number)
            rib = rib + smooth(ellipsoid(x, y, at, (0.018, 0.012)) / 0.3)
    return np.maximum(level, np.maximum(shown, np.minimum(rib, 1.0)) * min(1.0, soft + 0.3))


_SLICES = (_trunk_slice, _head_slice, _upright_slice)
_KINDS: tuple[Callable[[Grid, Draws, Array], Array], ...] = (
    _joint,
    _joint,
    _joint,
    _abdomen,
    _abdomen,
    _skull,
    _upright_slice,
    *_SLICES,
)
"""Joints and abdomens are drawn more often: they are what resembles a chest."""
