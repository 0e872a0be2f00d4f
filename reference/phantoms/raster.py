"""Drawing on a pixel grid in body coordinates, with arithmetic that is equal everywhere.

As in ``reference.samples.synthetic``, only +, -, *, /, square root, floor, minimum and maximum are
used, elementwise, because IEEE 754 rounds them the same way on every machine; exponentials
and logarithms are made of squares and square roots, sums of many numbers are sequential.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reference.samples.synthetic import Array, Draws, smooth

Mask = npt.NDArray[np.bool_]
Window = tuple[slice, slice]

CM_PER_UNIT = 42.0
"""Centimetres across the detector: one unit of the body coordinates."""

_HALVINGS = 8
_TURNS = 2.0**_HALVINGS


@dataclass(frozen=True)
class Posture:
    """How the body lies before the detector.

    Attributes:
        dx: shift to the right, in detector widths.
        dy: shift down.
        turn: tangent of half the angle of rotation in the image plane.
        zoom: magnification; AP exposures and small bodies differ from 1.
    """

    dx: float = 0.0
    dy: float = 0.0
    turn: float = 0.0
    zoom: float = 1.0

    @property
    def cos_sin(self) -> tuple[float, float]:
        """Return cosine and sine of the rotation, which need no library function."""
        square = self.turn * self.turn
        return (1 - square) / (1 + square), 2 * self.turn / (1 + square)


@dataclass(frozen=True)
class Grid:
    """Body coordinates of the pixel centres.

    Attributes:
        size: height and width in pixels.
        posture: how body and detector coordinates are related.
        x: (size, size), 0 on the midline, positive towards the right edge of the image
            (the patient's left), in detector widths.
        y: (size, size), 0 at the upper edge, 1 at the lower edge.
    """

    size: int
    posture: Posture
    x: Array
    y: Array

    @classmethod
    def of(cls, size: int, posture: Posture) -> Grid:
        """Return the grid of a square detector."""
        centres = (np.arange(size) + 0.5) / size - 0.5
        u, v = (centres - posture.dx)[None, :], (centres - posture.dy)[:, None]
        cos, sin = posture.cos_sin
        x = (u * cos + v * sin) / posture.zoom
        y = (v * cos - u * sin) / posture.zoom + 0.5
        return cls(size, posture, x, y)

    @property
    def pixels_per_unit(self) -> float:
        """Return how many pixels one body unit covers."""
        return self.size * self.posture.zoom

    def pixels(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return columns and rows (as floats, 0 = centre of the first pixel) of body points."""
        posture, (cos, sin) = self.posture, self.posture.cos_sin
        a, b = x * posture.zoom, (y - 0.5) * posture.zoom
        u, v = a * cos - b * sin + posture.dx, a * sin + b * cos + posture.dy
        return (u + 0.5) * self.size - 0.5, (v + 0.5) * self.size - 0.5

    def window(self, x: tuple[float, float], y: tuple[float, float]) -> Window:
        """Return the rows and columns that hold a rectangle of body coordinates."""
        corners = np.array([[x[0], y[0]], [x[0], y[1]], [x[1], y[0]], [x[1], y[1]]])
        columns, rows = self.pixels(corners[:, 0], corners[:, 1])
        return _span(rows, self.size), _span(columns, self.size)

    def zeros(self) -> Array:
        """Return an empty layer."""
        return np.zeros((self.size, self.size))


def _span(places: Array, size: int) -> slice:
    first = min(max(math.floor(float(places.min())) - 1, 0), size)
    return slice(first, min(max(math.ceil(float(places.max())) + 2, first), size))


def clip(t: Array) -> Array:
    """Return ``t`` within [0, 1]."""
    return np.minimum(np.maximum(t, 0.0), 1.0)


def rounded(t: Array) -> Array:
    """Return the profile of a round edge: 0 below 0, steep there, level from 1 on."""
    rest = 1 - clip(t)
    root: Array = np.sqrt(1 - rest * rest)
    return root


def attenuated(depth: Array) -> Array:
    """Return the share of a beam left behind ``depth`` mean free paths, about exp(-depth)."""
    left = np.maximum(1 - depth / _TURNS, 0.0)
    for _ in range(_HALVINGS):
        left = left * left
    return left


def depth_of(beam: Array) -> Array:
    """Return the inverse of ``attenuated``."""
    root = np.maximum(beam, 0.0)
    for _ in range(_HALVINGS):
        root = np.sqrt(root)
    return _TURNS * (1 - root)


def ellipsoid(
    x: Array, y: Array, centre: tuple[float, float], radii: tuple[float, float], turn: float = 0.0
) -> Array:
    """Return the relative thickness of an ellipsoid along the beam: 1 in its middle, 0 outside.

    Args:
        x: body coordinates, any shape.
        y: the same.
        centre: of the ellipsoid.
        radii: half width and half height before it is turned.
        turn: tangent of half the angle of rotation.
    """
    cos, sin = Posture(turn=turn).cos_sin
    dx, dy = x - centre[0], y - centre[1]
    u, v = (dx * cos + dy * sin) / radii[0], (dy * cos - dx * sin) / radii[1]
    thickness: Array = np.sqrt(np.maximum(1 - u * u - v * v, 0.0))
    return thickness


def organ(
    grid: Grid, x: Array, centre: tuple[float, float], radii: tuple[float, float], turn: float = 0.0
) -> Array:
    """Return ``ellipsoid`` over a whole grid, computed only where it is.

    Args:
        grid: body coordinates.
        x: distances from the bent midline, close to ``grid.x``.
        centre: of the ellipsoid.
        radii: half width and half height before it is turned.
        turn: tangent of half the angle of rotation.
    """
    layer, reach = grid.zeros(), max(radii) + 0.03
    window = grid.window(
        (centre[0] - reach, centre[0] + reach), (centre[1] - reach, centre[1] + reach)
    )
    layer[window] = ellipsoid(x[window], grid.y[window], centre, radii, turn)
    return layer


def tube(distance: Array, radius: float, shell: float) -> Array:
    """Return the thickness, in radii, of a hollow cylinder: its two walls are brightest.

    Args:
        distance: from the axis, in the unit of ``radius``.
        radius: of the outside.
        shell: inner radius as a share of the outer, 0 for a solid rod.
    """
    square = (distance / radius) * (distance / radius)
    outer = np.sqrt(np.maximum(1 - square, 0.0))
    inner = np.sqrt(np.maximum(shell * shell - square, 0.0))
    thickness: Array = 2 * (outer - 0.85 * inner)
    return thickness


def blur(image: Array, sigma: float) -> Array:
    """Return the image blurred by about a Gaussian of ``sigma`` pixels, edges continued."""
    if sigma <= 0:
        return image
    if sigma > 1.3 and min(image.shape) >= 4:
        rest = sigma * sigma / 4 - 0.25
        return _enlarged(blur(_halved(image), math.sqrt(max(rest, 0.0))), image.shape)
    passes = max(math.ceil(2 * sigma * sigma), 1)
    weight = sigma * sigma / (2 * passes)
    for _ in range(passes):
        for axis in (0, 1):
            image = image + weight * _curvature(image, axis)
    return image


def _curvature(image: Array, axis: int) -> Array:
    """Return left + right - 2 centre along an axis."""
    lines = np.moveaxis(image, axis, 0)
    steps = lines[1:] - lines[:-1]
    result = np.zeros_like(lines)
    result[:-1] += steps
    result[1:] -= steps
    return np.moveaxis(result, 0, axis)


def _halved(image: Array) -> Array:
    odd_rows, odd_columns = image.shape[0] % 2, image.shape[1] % 2
    if odd_rows or odd_columns:
        image = np.pad(image, ((0, odd_rows), (0, odd_columns)), mode="edge")
    rows = image[0::2] + image[1::2]
    halved: Array = 0.25 * (rows[:, 0::2] + rows[:, 1::2])
    return halved


def _enlarged(image: Array, shape: tuple[int, ...]) -> Array:
    for axis in (0, 1):
        lines = np.moveaxis(image, axis, 0)
        before = np.concatenate([lines[:1], lines[:-1]])
        after = np.concatenate([lines[1:], lines[-1:]])
        double = np.empty((2 * lines.shape[0], *lines.shape[1:]))
        double[0::2] = 0.75 * lines + 0.25 * before
        double[1::2] = 0.75 * lines + 0.25 * after
        image = np.moveaxis(double, 0, axis)
    return image[: shape[0], : shape[1]]


def strokes(grid: Grid, segments: Array) -> Array:
    """Return the thickness, in body units, of solid rods; thin ones fade as pixels grow.

    Args:
        grid: where to draw.
        segments: (n, 5): x and y of both ends and the radius, all in body units.
    """
    layer = grid.zeros()
    sigma = np.maximum(segments[:, 4] * grid.pixels_per_unit / 2, 0.45)
    lower = 0.0
    for upper in (0.6, 0.9, 1.3, 2.0, 3.0, 4.5, 7.0, 11.0, 1e9):
        chosen = segments[(sigma > lower) & (sigma <= upper)]
        if len(chosen):
            layer += blur(_splat(grid, chosen), lower * 1.2 if lower else 0.5)
        lower = upper
    return layer


def _splat(grid: Grid, segments: Array) -> Array:
    """Spread the cross-section of each rod over the pixels that its axis touches."""
    x0, y0 = grid.pixels(segments[:, 0], segments[:, 1])
    x1, y1 = grid.pixels(segments[:, 2], segments[:, 3])
    length = np.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0))
    counts = np.maximum(np.ceil(length * 1.5), 1).astype(np.int64)
    owner = np.repeat(np.arange(len(segments)), counts)
    first = np.cumsum(counts) - counts
    part = (np.arange(len(owner)) - first[owner] + 0.5) / counts[owner]
    radius = segments[owner, 4]
    area = 3.14159 * radius * radius * grid.pixels_per_unit
    weight = area * (length / counts)[owner]
    columns, rows = x0 + 0.0, y0 + 0.0
    columns = columns[owner] + (x1 - x0)[owner] * part
    rows = rows[owner] + (y1 - y0)[owner] * part
    return _deposited(columns, rows, weight, grid.size)


def _deposited(columns: Array, rows: Array, weight: Array, size: int) -> Array:
    column, row = np.floor(columns).astype(np.int64), np.floor(rows).astype(np.int64)
    dx, dy = columns - column, rows - row
    total = np.zeros((size + 2) * (size + 2))
    inside = (column >= -1) & (column < size) & (row >= -1) & (row < size)
    for right in (0, 1):
        for down in (0, 1):
            share = (dx if right else 1 - dx) * (dy if down else 1 - dy) * weight
            index = (row + 1 + down) * (size + 2) + column + 1 + right
            total += np.bincount(index[inside], share[inside], minlength=len(total))
    return total.reshape(size + 2, size + 2)[1:-1, 1:-1]


def grain(draws: Draws, shape: tuple[int, int]) -> Array:
    """Return independent noise of mean 0 and deviation 1, nearly normal (four bytes summed)."""
    count = shape[0] * shape[1]
    octets = draws.octets(4 * count).reshape(count, 4).astype(np.float64)
    total = octets[:, 0] + octets[:, 1] + octets[:, 2] + octets[:, 3]
    noise: Array = ((total - 510.0) / 147.8).reshape(shape)
    return noise


def patches(x: Array, y: Array, draws: Draws, cells: float) -> Array:
    """Return smooth noise in [0, 1) fixed to the body: ``cells`` bumps across one unit."""
    extent = math.ceil(2 * cells) + 3
    table = draws.field(extent * extent)
    across, down = (x + 1.0) * cells, (y + 0.5) * cells
    column = np.minimum(np.maximum(np.floor(across), 0), extent - 2)
    row = np.minimum(np.maximum(np.floor(down), 0), extent - 2)
    right, below = smooth(across - column), smooth(down - row)
    index = (row * extent + column).astype(np.int64)
    upper = table[index] * (1 - right) + table[index + 1] * right
    lower = table[index + extent] * (1 - right) + table[index + extent + 1] * right
    noise: Array = upper * (1 - below) + lower * below
    return noise
