"""Vessels and fine markings of the lung, and its texture."""

from __future__ import annotations

import numpy as np

from reference.phantoms.anatomy import Anatomy
from reference.phantoms.raster import CM_PER_UNIT, Grid, ellipsoid, patches, strokes
from reference.samples.synthetic import Array, Draws

HILA = ((-0.075, 0.415), (0.08, 0.39))
"""Middles of the hila, image left and image right."""


def tree(
    draws: Draws, root: tuple[float, float], mirror: float, radius: float, generations: int
) -> Array:
    """Return the branches of a vascular tree that leaves a hilum, as segments for ``strokes``.

    Args:
        draws: a stream.
        root: where the tree begins.
        mirror: -1 for the image's left lung, 1 for its right.
        radius: of the first branches, in detector widths; each generation is thinner.
        generations: how often branches fork.
    """
    first = 9
    # Directions of the first branches, from up and out to down and out, as x and y steps.
    spread = (np.arange(first) + draws.field(first)) / first
    fall = 2.9 * spread - 1.3
    along = 1.0 / np.sqrt(1 + fall * fall)
    direction = np.stack([mirror * along, fall * along], axis=1)
    start = np.array([root]) + 0.02 * (draws.field(2 * first).reshape(first, 2) - 0.5)
    width = radius * (0.7 + 0.6 * draws.field(first))
    length = 0.05 + 0.035 * draws.field(first)
    found = []
    for _ in range(generations):
        for _ in range(2):
            bend = 0.34 * (draws.field(len(start)) - 0.5)
            direction = _turned(direction, bend)
            stop = start + direction * (length * 0.5)[:, None]
            found.append(np.concatenate([start, stop, width[:, None]], axis=1))
            start = stop
        fork = 0.16 + 0.22 * draws.field(len(start))
        direction = np.concatenate([_turned(direction, fork), _turned(direction, -fork)])
        share = 0.62 + 0.22 * draws.field(2 * len(start))
        width = np.concatenate([width, width]) * share
        length = np.concatenate([length, length]) * (0.72 + 0.25 * draws.field(2 * len(start)))
        start = np.concatenate([start, start])
    return np.concatenate(found)


def _turned(direction: Array, half_tangent: Array) -> Array:
    square = half_tangent * half_tangent
    cos, sin = (1 - square) / (1 + square), 2 * half_tangent / (1 + square)
    x, y = direction[:, 0], direction[:, 1]
    return np.stack([x * cos - y * sin, x * sin + y * cos], axis=1)


def hila_of(anatomy: Anatomy) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the middles of both hila for an anatomy."""
    middle = anatomy.heart_y - 0.22
    return (HILA[0][0], middle + 0.015), (HILA[1][0], middle - 0.01)


def vessels(grid: Grid, anatomy: Anatomy, draws: Draws) -> Array:
    """Return the thickness of pulmonary vessels and hila in cm."""
    branches = []
    for mirror, root in zip((-1.0, 1.0), hila_of(anatomy), strict=True):
        branches.append(tree(draws, root, mirror, 0.0085, 5))
    segments = np.concatenate(branches)
    layer = 1.5 * CM_PER_UNIT * strokes(grid, segments)
    for centre in hila_of(anatomy):
        mirror = -1.0 if centre[0] < 0 else 1.0
        bulk = ellipsoid(grid.x, grid.y, (centre[0] - mirror * 0.012, centre[1]), (0.034, 0.06))
        layer += 2.2 * bulk * bulk
    return anatomy.vessels * layer


def texture(grid: Grid, draws: Draws) -> Array:
    """Return the fine unevenness of the lung, in cm of water, about -0.9 to 0.9."""
    coarse = patches(grid.x, grid.y, draws, 9.0) - 0.5
    fine = patches(grid.x, grid.y, draws, 34.0) - 0.5
    finest = patches(grid.x, grid.y, draws, 90.0) - 0.5
    noise: Array = 0.8 * coarse + 0.6 * fine + 0.45 * finest
    return noise
