"""Bones of the chest: ribs as bent tubes, vertebrae, clavicles, scapulae, humeri."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from reference.phantoms.anatomy import Anatomy
from reference.phantoms.raster import CM_PER_UNIT, Grid, clip, ellipsoid, strokes, tube
from reference.phantoms.thorax import lung_outer, midline
from reference.samples.synthetic import Array, smooth

RIB = 0.0125
"""Half the height of a rib, in detector widths."""


def bones(grid: Grid, anatomy: Anatomy) -> Array:
    """Return the thickness of bone in cm."""
    layer = grid.zeros()
    x = midline(grid, anatomy)
    for number in range(11):
        for mirror in (-1.0, 1.0):
            _posterior(layer, grid, mirror * x, _side_of_rib(anatomy, number), mirror)
            if 0 < number < 8:
                _anterior(layer, grid, anatomy, number, mirror)
    layer += spine(grid, anatomy)
    for mirror in (-1.0, 1.0):
        _clavicle(layer, grid, anatomy, mirror)
    layer += _shoulders(grid, anatomy)
    return anatomy.bone * layer


def _side_of_rib(anatomy: Anatomy, number: int) -> tuple[float, float, float]:
    """Return a rib's height at the side, its fall from the spine, and its half width."""
    fall = anatomy.slant * (0.045 + 0.0105 * number)
    at_spine = anatomy.apex - 0.005 + anatomy.spacing * number
    height = at_spine + fall
    outer = float(lung_outer(anatomy, np.array([height]))[0])
    return height, fall, outer + 0.006


def _posterior(
    layer: Array, grid: Grid, x: Array, side: tuple[float, float, float], mirror: float
) -> None:
    height, fall, reach = side
    span = sorted((mirror * 0.02, mirror * (reach + 0.02)))
    window = grid.window((span[0], span[1]), (height - 1.3 * fall - 0.04, height + 0.03))
    u = np.minimum(x[window] / reach, 1.03)
    v = np.minimum(u, 0.995)
    root = np.sqrt(1 - v * v)
    axis = height - fall * (0.75 * root + 0.25 * (1 - v)) - 0.16 * fall * v * (1 - v)
    slope = fall * (0.75 * v / root + 0.25 - 0.16 * (1 - 2 * v)) / reach
    distance = np.abs(grid.y[window] - axis) / np.sqrt(1 + slope * slope)
    ends = smooth((u - 0.06) / 0.05) * smooth((1.02 - u) / 0.03)
    layer[window] += 1.15 * RIB * CM_PER_UNIT * tube(distance, RIB, 0.72) * ends


def _anterior(layer: Array, grid: Grid, anatomy: Anatomy, number: int, mirror: float) -> None:
    height, _, reach = _side_of_rib(anatomy, number)
    drop = 0.03 + (0.4 + 0.6 * anatomy.slant) * (0.035 + 0.0125 * number)
    end = 0.62 - 0.18 * min(number / 5.0, 1.0) + 0.02 * number
    span = sorted((mirror * 0.08, mirror * (reach + 0.02)))
    window = grid.window((span[0], span[1]), (height - 0.03, height + drop + 0.04))
    u = np.minimum(mirror * grid.x[window] / reach, 1.03)
    v = np.minimum(np.maximum(u, 0.0), 0.995)
    root = np.sqrt(1 - v * v)
    axis = height + drop * (0.35 * root + 0.65 * (1 - v))
    slope = drop * (0.35 * v / root + 0.65) / reach
    distance = np.abs(grid.y[window] - axis) / np.sqrt(1 + slope * slope)
    wide = RIB * 1.12
    ends = smooth((u - end) / 0.08) * smooth((1.02 - u) / 0.03)
    layer[window] += 0.8 * wide * CM_PER_UNIT * tube(distance, wide, 0.7) * ends


def spine(grid: Grid, anatomy: Anatomy) -> Array:
    """Return the thickness of the vertebrae in cm: bodies, discs between, spinous processes."""
    layer = grid.zeros()
    window = grid.window((-0.09, 0.09), (-0.1, 1.1))
    px, y = np.abs(midline(grid, anatomy)[window]), grid.y[window]
    phase = (y - anatomy.apex) / anatomy.spacing
    part = np.abs(2 * (phase - np.floor(phase)) - 1)
    body = smooth((0.86 - part) / 0.14)
    half = 0.036 - 0.004 * body + 0.006 * smooth((y - 0.3) / 0.6)
    across = smooth((half - px) / 0.008)
    wall = 0.5 * smooth(1 - np.abs(px - half + 0.006) / 0.006) * body
    process = 0.55 * ellipsoid(px, part, (0.0, 0.15), (0.007, 0.5))
    pedicle = 0.6 * ellipsoid(px, part, (0.021, 0.45), (0.007, 0.3))
    transverse = 0.35 * smooth((0.06 - px) / 0.015) * smooth((0.35 - part) / 0.2) * (px > half)
    column = across * (1.25 + 0.45 * body) + wall + process + pedicle + transverse
    layer[window] = 0.85 * column
    return layer


def _clavicle(layer: Array, grid: Grid, anatomy: Anatomy, mirror: float) -> None:
    inner, outer = 0.03, anatomy.width + 0.06
    span = sorted((mirror * inner, mirror * outer))
    level = anatomy.clavicle + (0.03 if anatomy.view == "PA" else -0.01)
    window = grid.window((span[0], span[1]), (level - 0.13, level + 0.05))
    u = clip((mirror * grid.x[window] - inner) / (outer - inner))
    rise = 0.075 + 0.01 * mirror
    axis = level - rise * u - 0.05 * u * (1 - u) * (1 - 2 * u) * 2
    slope = (-rise - 0.1 * (1 - 6 * u + 6 * u * u)) / (outer - inner)
    distance = np.abs(grid.y[window] - axis) / np.sqrt(1 + slope * slope)
    radius = 0.0145 + 0.006 * (1 - u) * (1 - u)
    ends = smooth(u / 0.03) * smooth((1 - u) / 0.03)
    bone = tube(distance / radius, 1.0, 0.72)
    layer[window] += 1.9 * 0.0125 * CM_PER_UNIT * bone * ends


_BLADE = (
    # x beyond the lung's edge, y, of the scapula's outline from the spine of the blade down.
    ((-0.005, 0.21), (0.010, 0.30), (0.03, 0.40), (0.05, 0.47)),
    ((0.115, 0.22), (0.10, 0.30), (0.075, 0.40), (0.05, 0.47)),
    ((-0.005, 0.21), (0.06, 0.155), (0.13, 0.135), (0.155, 0.15)),
)


def _shoulders(grid: Grid, anatomy: Anatomy) -> Array:
    """Return scapulae (a thin blade with a thick border) and the heads of the humeri."""
    base = anatomy.width + (-0.03 if anatomy.view == "AP" else 0.0)
    segments = [
        (mirror * (base + a[0]), a[1], mirror * (base + b[0]), b[1], 0.0052)
        for mirror in (-1.0, 1.0)
        for line in _BLADE
        for a, b in pairwise(line)
    ]
    layer = 0.8 * CM_PER_UNIT * strokes(grid, np.array(segments))
    px, y = np.abs(grid.x), grid.y
    down = clip((y - 0.2) / 0.27)
    inside = smooth((px - base + 0.005 - 0.055 * down) / 0.01) * smooth(
        (base + 0.115 - 0.065 * down - px) / 0.01
    )
    layer += 0.28 * inside * smooth((y - 0.2) / 0.02) * smooth((0.475 - y) / 0.02)
    shoulder = base + 0.175
    head = ellipsoid(px, y, (shoulder, 0.21), (0.05, 0.052))
    shaft = tube(px - shoulder - 0.03 - 0.05 * (y - 0.25), 0.026, 0.6) * smooth((y - 0.22) / 0.05)
    whole: Array = layer + 1.6 * head + 1.1 * shaft
    return whole
