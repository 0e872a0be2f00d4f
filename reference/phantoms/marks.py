"""What is on the patient (wires, lines, a pacemaker) or burned into the image (letters)."""

from __future__ import annotations

import numpy as np

from reference.phantoms.hospital import Marks
from reference.phantoms.raster import Grid, clip, ellipsoid, strokes
from reference.phantoms.thorax import Scene
from reference.samples.synthetic import Array, Draws, smooth

_GLYPHS = {
    "A": (14, 17, 17, 31, 17, 17, 17),
    "B": (30, 17, 17, 30, 17, 17, 30),
    "C": (14, 17, 16, 16, 16, 17, 14),
    "D": (30, 17, 17, 17, 17, 17, 30),
    "E": (31, 16, 16, 30, 16, 16, 31),
    "F": (31, 16, 16, 30, 16, 16, 16),
    "G": (14, 17, 16, 23, 17, 17, 15),
    "H": (17, 17, 17, 31, 17, 17, 17),
    "I": (14, 4, 4, 4, 4, 4, 14),
    "K": (17, 18, 20, 24, 20, 18, 17),
    "L": (16, 16, 16, 16, 16, 16, 31),
    "M": (17, 27, 21, 21, 17, 17, 17),
    "N": (17, 25, 21, 19, 17, 17, 17),
    "O": (14, 17, 17, 17, 17, 17, 14),
    "P": (30, 17, 17, 30, 16, 16, 16),
    "R": (30, 17, 17, 30, 20, 18, 17),
    "S": (15, 16, 16, 14, 1, 1, 30),
    "T": (31, 4, 4, 4, 4, 4, 4),
    "U": (17, 17, 17, 17, 17, 17, 14),
    "X": (17, 17, 10, 4, 10, 17, 17),
    "Y": (17, 17, 10, 4, 4, 4, 4),
    " ": (0, 0, 0, 0, 0, 0, 0),
}
"""Rows of 5 dots, the leftmost in the highest bit."""


def lettering(words: str) -> Array:
    """Return the dots of a line of capital letters: (7, 6 per letter), 0 or 1."""
    columns: list[list[int]] = []
    for letter in words:
        columns.extend([(row >> bit) & 1 for row in _GLYPHS[letter]] for bit in (4, 3, 2, 1, 0))
        columns.append([0] * 7)
    return np.array(columns, dtype=np.float64).T


def devices(scene: Scene, marks: Marks, draws: Draws) -> None:
    """Add electrodes with wires, a central line and a pacemaker to the scene, by lot."""
    grid = scene.grid
    chances = draws.field(3)
    for chance, limit, draw in (
        (chances[0], marks.leads, _leads),
        (chances[1], marks.catheter, _catheter),
        (chances[2], marks.pacemaker, _pacemaker),
    ):
        if chance < limit:
            scene.metal = scene.metal + draw(grid, draws)


def _curve(points: list[tuple[float, float]], radius: float) -> Array:
    """Return a smooth line through control points (quadratic pieces), as segments."""
    path = []
    steps = np.arange(9)[:, None] / 8.0
    for a, b, c in zip(points, points[1:], points[2:], strict=False):
        first, middle, last = np.array(a), np.array(b), np.array(c)
        start, stop = (first + middle) / 2, (middle + last) / 2
        path.append(
            (1 - steps) * (1 - steps) * start
            + 2 * steps * (1 - steps) * middle
            + steps * steps * stop
        )
    line = np.concatenate(path)
    width = np.full((len(line) - 1, 1), radius)
    return np.concatenate([line[:-1], line[1:], width], axis=1)


def _leads(grid: Grid, draws: Draws) -> Array:
    layer = grid.zeros()
    for x, y in ((-0.3, 0.27), (0.29, 0.25), (0.27, 0.68)):
        x, y = x + draws.between(-0.05, 0.05), y + draws.between(-0.05, 0.05)
        layer += 0.45 * clip(3 * ellipsoid(grid.x, grid.y, (x, y), (0.013, 0.013)))
        layer += 0.5 * clip(3 * ellipsoid(grid.x, grid.y, (x, y), (0.005, 0.005)))
        far = (draws.between(0.1, 0.5) * (1 if x > 0 else -1), draws.between(0.95, 1.1))
        sway = draws.between(-0.1, 0.1)
        middle = ((x + far[0]) / 2 + sway, (y + far[1]) / 2)
        wire = _curve([(x, y), (x, y), middle, far, far], 0.0018)
        layer += 0.5 * clip(strokes(grid, wire) / 0.003)
    return layer


def _catheter(grid: Grid, draws: Draws) -> Array:
    mirror = -1.0 if draws.between(0, 1) < 0.7 else 1.0
    tip = draws.between(0.4, 0.5)
    start = (mirror * draws.between(0.1, 0.16), -0.05)
    line = [start, start, (mirror * 0.09, 0.16), (-0.035, 0.27), (-0.04, tip), (-0.04, tip)]
    return 0.32 * clip(strokes(grid, _curve(line, 0.0026)) / 0.004)


def _pacemaker(grid: Grid, draws: Draws) -> Array:
    x, y = 0.25 + draws.between(-0.03, 0.03), 0.25 + draws.between(-0.03, 0.03)
    can = 2.2 * smooth(4 * ellipsoid(grid.x, grid.y, (x, y), (0.05, 0.042)))
    tip = (draws.between(0.02, 0.1), draws.between(0.62, 0.68))
    wire = _curve([(x, y), (x, y), (0.12, 0.14), (-0.04, 0.3), (-0.05, 0.55), tip, tip], 0.003)
    return np.maximum(can, 0.9 * clip(strokes(grid, wire) / 0.004))


def burned_in(levels: Array, marks: Marks, view: str, draws: Draws) -> None:
    """Write the side's letter and the view's words into an image with levels in [0, 1]."""
    size = len(levels)
    at_left = draws.between(0, 1) < 0.35
    dot = max(round(size * draws.between(0.0045, 0.0075)), 1)
    letter = _enlarged(lettering(marks.right if at_left else marks.left), dot)
    column = draws.between(0.03, 0.1)
    row = int(size * draws.between(0.03, 0.16))
    left = int(size * column) if at_left else int(size * (1 - column)) - letter.shape[1]
    level = draws.between(0.85, 1.0)
    _stamp(levels, letter, (row, left), level)
    if marks.framed:
        _ring(levels, (row + 3.5 * dot, left + 2.5 * dot), 6.5 * dot, (dot, level))
    height = int(size * draws.between(0.02, 0.06))
    if view == "AP":
        small = max(round(size * 0.0025), 1)
        words = _enlarged(lettering(marks.words), small)
        _stamp(levels, words, (height, int(size * draws.between(0.1, 0.6))), 0.95)
    if draws.between(0, 1) < marks.redaction:
        first = int(size * draws.between(0.05, 0.6))
        levels[height : height + max(size // 40, 1), first : first + size // 5] = 0.0


def _enlarged(dots: Array, times: int) -> Array:
    return dots.repeat(times, axis=0).repeat(times, axis=1)


def _stamp(levels: Array, dots: Array, corner: tuple[int, int], level: float) -> None:
    row, column = max(corner[0], 0), max(corner[1], 0)
    part = levels[row : row + dots.shape[0], column : column + dots.shape[1]]
    dots = dots[: part.shape[0], : part.shape[1]]
    part[...] = np.maximum(part, level * dots)


def _ring(
    levels: Array, centre: tuple[float, float], radius: float, pen: tuple[float, float]
) -> None:
    dy = (np.arange(len(levels)) - centre[0])[:, None]
    dx = (np.arange(len(levels)) - centre[1])[None, :]
    away = np.abs(np.sqrt(dx * dx + dy * dy) - radius)
    levels[away < pen[0] / 2] = pen[1]
