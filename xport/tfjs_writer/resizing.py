"""Resize. It is separable: along each axis every output element is a weighted sum of a few inputs.

So any mode can be done exactly: nearest by picking rows, linear and cubic by a constant matrix per
axis. TF.js's own kernels are used where their source coordinates are ONNX's, for the sizes at hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.cropping import CROPPED, outside_filled, windows_of
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.tensor import Tensor, last_axes

SAFE_MARGIN = 1e-3
"""How far from a rounding edge float32 coordinates must stay for all backends to agree."""
MOST_PARTS = 1000
"""Ratios of no larger denominators are told apart in float32."""


@dataclass(frozen=True)
class Stretch:
    """One axis: its length before and after, and the scale that coordinates are computed with."""

    before: int
    after: int
    scale: float

    def coordinates(self, how: str) -> Array | None:
        """Where each output element lies in the input (float64), or None for an unknown mode."""
        x = np.arange(self.after, dtype=np.float64)
        centred = (x + 0.5) / self.scale - 0.5
        if how == "half_pixel_symmetric":
            adjustment = self.after / (self.scale * self.before)
            return centred + self.before / 2 * (1 - adjustment)
        table: dict[str, Callable[[], Array]] = {
            "half_pixel": lambda: centred,
            "pytorch_half_pixel": lambda: centred if self.after > 1 else np.zeros(1),
            "asymmetric": lambda: x / self.scale,
            "align_corners": lambda: x * (self.before - 1) / max(self.after - 1, 1),
        }
        return table[how]() if how in table else None

    def as_pytorch(self) -> Array:
        """Where each output element lies as PyTorch's nearest has it, `asymmetric` in float32.

        The product is rounded to a whole number where it ought to be one.
        """
        product = np.arange(self.after, dtype=np.float32) * np.float32(1 / self.scale)
        return product.astype(np.float64)

    @property
    def whole(self) -> bool:
        """Whether the scale yields the length exactly."""
        return math.isclose(self.before * self.scale, self.after, rel_tol=1e-6)


@lowers("Resize")
def resize(low: Lowering, node: Node) -> None:
    """Nearest, linear or cubic, along any axes."""
    mode, how = (
        node.get("mode", "nearest"),
        node.get("coordinate_transformation_mode", "half_pixel"),
    )
    x = low.any(node.inputs[0])
    if x.dtype != "float32":
        raise refuse(node, "is not in float32")
    stretches = _stretches(low, node)
    windows = windows_of(low, node, how)
    coordinates = {}
    for axis, stretch in stretches.items():
        found = windows[axis].coordinates(stretch) if windows else stretch.coordinates(how)
        if found is None or (how == "align_corners" and not stretch.whole):
            why = "" if found is None else " with a scale that yields no whole length"
            raise refuse(node, f"coordinate_transformation_mode {how}{why} is not supported")
        nearest = mode == "nearest" and how == "asymmetric"
        coordinates[axis] = stretch.as_pytorch() if nearest else found
    if mode == "nearest":
        out = _nearest(low, node, x, stretches, coordinates)
    elif mode in ("linear", "cubic"):
        out = _weighted(low, node, x, stretches, coordinates)
    else:
        raise refuse(node, f"mode {mode} is not supported")
    if windows:
        out = outside_filled(low, node, out, stretches, coordinates)
    if out is x:
        out = low.emit("Identity", [x], x.shape, axes=x.axes)
    low.write(node.outputs[0], out)


def _stretches(low: Lowering, node: Node) -> dict[int, Stretch]:
    """The axes that change, or that a scale other than 1 leaves as long as they were."""
    before, after = low.shape(node.inputs[0]), low.shape(node.outputs[0])
    axes = [axis % len(before) for axis in node.get("axes") or range(len(before))]
    given = low.fixed(node, 2, "scales")
    if given is not None and given.size:
        scales = dict(zip(axes, map(_unrounded, given.tolist()), strict=True))
    else:
        sizes = low.fixed(node, 3, "sizes")
        scales = {axis: after[axis] / before[axis] for axis in axes}
        policy = node.get("keep_aspect_ratio_policy", "stretch")
        if policy != "stretch" and sizes is not None:
            ratios = [int(size) / before[axis] for axis, size in zip(axes, sizes, strict=True)]
            chosen = min(ratios) if policy == "not_larger" else max(ratios)
            scales = dict.fromkeys(axes, chosen)
    return {
        axis: Stretch(before[axis], after[axis], scale)
        for axis, scale in scales.items()
        if scale != 1 or node.get("coordinate_transformation_mode") == CROPPED
    }


def _unrounded(scale: float) -> float:
    """The ratio of whole numbers that a scale in float32 stands for; without one, the scale.

    8 / 3 is a little larger in float32: 8 divided by it is less than 3, and an element another.
    """
    ratio = float(Fraction(scale).limit_denominator(MOST_PARTS))
    return ratio if np.float32(ratio) == np.float32(scale) else scale


# Nearest


def _nearest(
    low: Lowering, node: Node, x: Tensor, stretches: dict[int, Stretch], at: dict[int, Array]
) -> Tensor:
    rows = {axis: _rounded(node, at[axis], stretches[axis]) for axis in stretches}
    if x.rank == 4 and set(rows) == {2, 3} and all(map(_halves, rows.values(), stretches.values())):
        image = low.channels_last(node.inputs[0])
        return _image(low, "ResizeNearestNeighbor", image, stretches, align=False, half=True)
    for axis, picked in rows.items():
        x = picked_rows(low, x, axis, picked)
    return x


def _rounded(node: Node, at: Array, stretch: Stretch) -> list[int]:
    rounding = node.get("nearest_mode", "round_prefer_floor")
    table: dict[str, Callable[[Array], Array]] = {
        "round_prefer_floor": lambda v: np.ceil(v - 0.5),
        "round_prefer_ceil": lambda v: np.floor(v + 0.5),
        "floor": np.floor,
        "ceil": np.ceil,
    }
    if rounding not in table:
        raise refuse(node, f"nearest_mode {rounding} is not supported")
    rounded = table[rounding](at).clip(0, stretch.before - 1)
    return [int(row) for row in rounded]


def _halves(rows: Sequence[int], stretch: Stretch) -> bool:
    """Whether TF.js with half-pixel centres picks these rows, clear of any rounding edge."""
    source = (np.arange(stretch.after) + 0.5) * stretch.before / stretch.after
    clear = np.abs(source - np.rint(source)).min() > SAFE_MARGIN
    return bool(clear) and list(rows) == np.floor(source).astype(int).tolist()


def picked_rows(low: Lowering, x: Tensor, axis: int, rows: Sequence[int]) -> Tensor:
    """Elements of a value's axis by number, in the layout that it has."""
    if list(rows) == list(range(x.shape[x.stored(axis)])):
        return x
    stored = x.stored(axis)
    shape = [len(rows) if i == stored else size for i, size in enumerate(x.shape)]
    inputs = [x, low.ints(rows), low.ints_scalar(stored)]
    return low.emit("GatherV2", inputs, shape, axes=x.axes, batch_dims=0)


# Linear and cubic


def _weighted(
    low: Lowering, node: Node, x: Tensor, stretches: dict[int, Stretch], at: dict[int, Array]
) -> Tensor:
    plain = node.get("mode") == "linear" and not node.get("antialias", 0)
    if plain and x.rank == 4 and set(stretches) <= {2, 3}:
        full = {axis: stretches.get(axis) for axis in (2, 3)}
        for align, half in ((False, True), (True, False), (False, False)):
            if all(_same(full[axis], at.get(axis), align, half) for axis in (2, 3)):
                image = low.channels_last(node.inputs[0])
                return _image(low, "ResizeBilinear", image, stretches, align=align, half=half)
    for axis, stretch in stretches.items():
        x = mixed_rows(low, x, axis, weights(node, at[axis], stretch))
    return x


def _same(stretch: Stretch | None, at: Array | None, align: bool, half: bool) -> bool:
    """Whether TF.js's kernel looks where ONNX does; an axis that stays as it is, it leaves so."""
    if stretch is None or at is None:
        return True
    before, after = stretch.before, stretch.after
    corners = align and after > 1
    ratio = (before - 1) / (after - 1) if corners else before / after
    x = np.arange(after)
    theirs = (x + 0.5) * ratio - 0.5 if half else x * ratio
    limits = (0, before - 1)
    return bool(np.abs(theirs.clip(*limits) - at.clip(*limits)).max() < 1e-9)


def weights(node: Node, at: Array, stretch: Stretch) -> Array:
    """The matrix (after, before) of one axis, in float64; beyond the edges the edge goes on."""
    first = np.floor(at)
    linear = node.get("mode") == "linear"
    a = float(node.get("cubic_coeff_a", -0.75))
    narrow = min(stretch.scale, 1.0) if node.get("antialias", 0) else 1.0
    reach = math.ceil((1 if linear else 2) / narrow)
    taps = {}
    for offset in range(1 - reach, reach + 1):
        distance = np.abs(at - first - offset) * narrow
        taps[offset] = np.maximum(1 - distance, 0) if linear else _cubic(distance, a)
    matrix = np.zeros((stretch.after, stretch.before))
    rows = np.arange(stretch.after)
    for offset, weight in taps.items():
        column = (first + offset).astype(int)
        if node.get("exclude_outside", 0):
            weight = np.where((column >= 0) & (column < stretch.before), weight, 0.0)
        np.add.at(matrix, (rows, column.clip(0, stretch.before - 1)), weight)
    matrix /= matrix.sum(axis=1, keepdims=True)
    return matrix


def _cubic(d: Array, a: float) -> Array:
    """Keys' convolution kernel, by distance."""
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((d - 5) * d + 8) * d * a - 4 * a
    return np.where(d <= 1, near, np.where(d < 2, far, 0.0))


def mixed_rows(low: Lowering, x: Tensor, axis: int, matrix: Array) -> Tensor:
    """Weighted sums along one axis of the value: a product with a constant matrix."""
    stored = x.stored(axis)
    before, after = math.prod(x.shape[:stored]), math.prod(x.shape[stored + 1 :])
    rows, length = matrix.shape
    goal = (*x.shape[:stored], rows, *x.shape[stored + 1 :])
    if after == 1:
        flat, right = (
            low.reshape(x.as_stored, (before, length)),
            low.const(matrix.T.astype(np.float32)),
        )
        out = low.emit("MatMul", [flat, right], (before, rows), transpose_a=False,
                       transpose_b=False)  # fmt: skip
    else:
        flat, left = low.reshape(x.as_stored, (before, length, after)), matrix[None]
        factors = [low.const(left.astype(np.float32)), flat]
        out = low.emit("BatchMatMulV2", factors, (before, rows, after),
                       adj_x=False, adj_y=False)  # fmt: skip
    return low.reshape(out, goal, x.axes)


def _image(
    low: Lowering, op: str, image: Tensor, stretches: dict[int, Stretch], *, align: bool, half: bool
) -> Tensor:
    """One of TF.js's kernels on a picture stored channels-last."""
    size = [stretches[axis].after if axis in stretches else image.shape[axis - 1]
            for axis in (2, 3)]  # fmt: skip
    shape = (image.shape[0], *size, image.shape[3])
    return low.emit(op, [image, low.ints(size)], shape, axes=last_axes(4), align_corners=align,
                    half_pixel_centers=half)  # fmt: skip
