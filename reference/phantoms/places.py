"""Where in the lungs something lies, and the shapes that several signs share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference.phantoms.anatomy import Anatomy
from reference.phantoms.markings import hila_of, tree
from reference.phantoms.raster import Grid, Window, clip, ellipsoid, patches, strokes
from reference.phantoms.thorax import Scene, lung_outer
from reference.samples.synthetic import Array, Draws, smooth


@dataclass(frozen=True)
class Place:
    """A point in a lung.

    Attributes:
        mirror: -1 for the image's left half (the patient's right lung), 1 for the other.
        x: body coordinate.
        y: body coordinate.
    """

    mirror: float
    x: float
    y: float


def either(draws: Draws) -> float:
    """Return -1 or 1, each with probability one half."""
    return -1.0 if draws.between(0, 1) < 0.5 else 1.0


def place(anatomy: Anatomy, mirror: float, across: float, down: float) -> Place:
    """Return a point by its share of the way from midline to chest wall, and apex to dome."""
    dome = anatomy.domes[0] if mirror < 0 else anatomy.domes[1]
    y = anatomy.apex + down * (dome - anatomy.apex)
    outer = float(lung_outer(anatomy, np.array([y]))[0])
    return Place(mirror, mirror * across * outer, y)


def around(grid: Grid, at: Place, reach: float) -> Window:
    """Return the rows and columns within ``reach`` of a point."""
    return grid.window((at.x - reach, at.x + reach), (at.y - reach, at.y + reach))


def patch(
    scene: Scene, draws: Draws, at: Place, radii: tuple[float, float], ragged: float
) -> Array:
    """Return an ill-defined opacity: 1 in the middle, 0 outside, with an uneven edge.

    Args:
        scene: what it will be drawn into.
        draws: a stream.
        at: its middle.
        radii: half width and half height.
        ragged: how uneven: 0 is an ellipse, 1 falls to pieces.
    """
    layer = scene.grid.zeros()
    window = around(scene.grid, at, 1.6 * max(radii))
    x, y = scene.grid.x[window], scene.grid.y[window]
    noise = patches(x, y, draws, 11.0) + 0.6 * patches(x, y, draws, 27.0) - 0.8
    turn = draws.between(-0.3, 0.3)
    inside = ellipsoid(x, y, (at.x, at.y), (1.5 * radii[0], 1.5 * radii[1]), turn)
    square = inside * inside
    layer[window] = smooth((square - 0.5 + 1.1 * ragged * noise) / 0.75 + 0.15) * smooth(square * 5)
    return layer


def own_half(grid: Grid, mirror: float) -> Array:
    """Return 1 in one half of the image and 0 in the other."""
    half: Array = np.where(mirror * grid.x > 0, 1.0, 0.0)
    return half


def bronchogram(scene: Scene, draws: Draws, mirror: float) -> Array:
    """Return the share of an opacity that air-filled bronchi leave free, 0 to 1."""
    hila = hila_of(scene.anatomy)
    branches = tree(draws, hila[0] if mirror < 0 else hila[1], mirror, 0.007, 3)
    return clip(strokes(scene.grid, branches) / 0.008)
