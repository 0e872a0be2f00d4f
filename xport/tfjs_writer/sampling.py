"""Pictures read at places that are computed, the places, and pictures put together of windows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.computed import rows_of
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.tensor import Stored, Tensor, last_axes, plain_axes

PADDINGS = ("zeros", "border", "reflection")
MODES = ("linear", "bilinear", "nearest")


@dataclass(eq=False)
class _Sampling:
    """One GridSample: columns of numbers, one for every place that is read."""

    low: Lowering
    aligned: bool
    padding: str

    def op(self, op: str, *columns: Stored, dtype: str | None = None) -> Stored:
        """An operator of columns and single numbers, as columns."""
        return self.low.compute(op, columns, columns[0].shape, dtype)

    def by(self, op: str, column: Stored, number: float) -> Stored:
        """An operator of a column and a number."""
        return self.op(op, column, self.low.scalar(number))

    def place(self, column: Stored, size: int) -> Stored:
        """From -1 … 1 to pixels; within the picture where the padding says so."""
        unit = self.by("AddV2", column, 1.0)
        if self.aligned:
            pixels = self.by("Mul", unit, (size - 1) / 2)
        else:
            pixels = self.by("AddV2", self.by("Mul", unit, size / 2), -0.5)
        if self.padding == "reflection":
            pixels = self._reflected(pixels, size)
        return self.within(pixels, size) if self.padding == "border" else pixels

    def _reflected(self, column: Stored, size: int) -> Stored:
        """Between the outermost pixels' centres, or their edges where corners are not aligned."""
        least, span = (0.0, size - 1.0) if self.aligned else (-0.5, float(size))
        if not span:
            return self.by("Mul", column, 0.0)
        away = self.op("Abs", self.by("AddV2", column, -least))
        turns = self.op("Floor", self.by("Mul", away, 1 / (2 * span)))
        rest = self.op("Sub", away, self.by("Mul", turns, 2 * span))
        back = self.by("AddV2", self.op("Neg", rest), 2 * span)
        return self.by("AddV2", self.op("Minimum", rest, back), least)

    def within(self, column: Stored, size: int) -> Stored:
        """Not beyond the first and the last pixel."""
        return self.by("Minimum", self.by("Maximum", column, 0.0), size - 1.0)

    def inside(self, column: Stored, size: int) -> Stored:
        """1 where a pixel is in the picture, else 0."""
        same = self.op("Equal", column, self.within(column, size), dtype="bool")
        codes = {"SrcT": "DT_BOOL", "DstT": "DT_FLOAT"}
        return self.low.compute("Cast", [same], same.shape, "float32", **codes)


@lowers("GridSample")
def grid_sample(low: Lowering, node: Node) -> None:
    """The nearest pixel, or the mean of four by their distances."""
    mode, padding = node.get("mode", "linear"), node.get("padding_mode", "zeros")
    if len(low.shape(node.inputs[0])) != 4:
        raise refuse(node, "is not of pictures with two axes", "sample pictures")
    if mode not in MODES or padding not in PADDINGS:
        raise refuse(node, f"mode {mode} is not supported", "choose linear or nearest")
    image, grid = low.channels_last(node.inputs[0]), low.plain(node.inputs[1])
    count = math.prod(grid.shape[:-1])
    across, down = low.split(low.reshape(grid, (count, 2)), 1, [1, 1])
    sampling = _Sampling(low, bool(node.get("align_corners", 0)), padding)
    _, height, width, channels = image.shape
    x, y = sampling.place(across, width), sampling.place(down, height)
    if mode == "nearest":
        out = _pixel(sampling, node, image, sampling.op("Round", y), sampling.op("Round", x))
    else:
        out = _four(sampling, node, image, y, x)
    shape = (*grid.shape[:-1], channels)
    low.write(node.outputs[0], low.reshape(out, shape, last_axes(4)))


def _four(sampling: _Sampling, node: Node, image: Tensor, y: Stored, x: Stored) -> Stored:
    """The mean of the four pixels around each place."""
    op, parts = sampling.op, []
    corners = []
    for place in (y, x):
        first = op("Floor", place)
        after = op("Sub", place, first)
        before = sampling.by("AddV2", op("Neg", after), 1.0)
        corners.append(((first, before), (sampling.by("AddV2", first, 1.0), after)))
    for row, above in corners[0]:
        for column, beside in corners[1]:
            pixel = _pixel(sampling, node, image, row, column)
            parts.append(op("Mul", pixel, op("Mul", above, beside)))
    total = parts[0]
    for part in parts[1:]:
        total = op("AddV2", total, part)
    return total


def _pixel(sampling: _Sampling, node: Node, image: Tensor, y: Stored, x: Stored) -> Stored:
    """The channels of a pixel for every place: (places, channels); zeros beyond the picture."""
    low, op = sampling.low, sampling.op
    batch, height, width, channels = image.shape
    count = y.shape[0]
    inner = op("AddV2", sampling.by("Mul", sampling.within(y, height), width),
               sampling.within(x, width))  # fmt: skip
    if batch > 1:
        starts = np.repeat(np.arange(batch) * height * width, count // batch)[:, None]
        inner = op("AddV2", inner, low.const(starts.astype(np.float32)))
    codes = {"SrcT": "DT_FLOAT", "DstT": "DT_INT32"}
    rows = low.compute("Cast", [inner], inner.shape, "int32", **codes)
    pixel: Stored = rows_of(low, node, image, rows, channels)
    if sampling.padding == "zeros":
        seen = op("Mul", sampling.inside(y, height), sampling.inside(x, width))
        pixel = op("Mul", pixel, seen)
    return pixel


@lowers("AffineGrid")
def affine_grid(low: Lowering, node: Node) -> None:
    """Places of pixels, moved by a matrix: one product with the places where they are."""
    size = low.fixed(node, 1, "size")
    if size is None:
        raise refuse(node, "has no size")
    spatial = [int(length) for length in size.reshape(-1)[2:]]
    aligned = bool(node.get("align_corners", 0))
    if aligned and 1 in spatial:
        raise refuse(node, "aligns the corners of one pixel", "leave align_corners out")
    axes = [np.linspace(-1, 1, n) if aligned else (2 * np.arange(n) + 1) / n - 1 for n in spatial]
    places = np.stack([*np.meshgrid(*axes, indexing="ij")[::-1], np.ones(spatial)], axis=-1)
    theta = low.plain(node.inputs[0])
    count, width = math.prod(spatial), len(spatial)
    rows = np.broadcast_to(places.reshape(1, count, width + 1), (theta.shape[0], count, width + 1))
    product = low.emit(
        "BatchMatMulV2", [low.const(rows.astype(np.float32)), theta],
        (theta.shape[0], count, width), axes=plain_axes(3), adj_x=False, adj_y=True,
    )  # fmt: skip
    low.write(node.outputs[0], low.reshape(product, low.shape(node.outputs[0])))


@lowers("Col2Im")
def column_to_image(low: Lowering, node: Node) -> None:
    """Windows added up where they overlap; what falls on the padding goes to a row of its own."""
    image, block = (
        low.fixed(node, i, what) for i, what in ((1, "image_shape"), (2, "block_shape"))
    )
    if image is None or block is None:
        raise refuse(node, "has no shapes")
    sizes, kernel = image.reshape(-1).tolist(), block.reshape(-1).tolist()
    places = _window_places(node, sizes, kernel)
    x = low.plain(node.inputs[0])
    inside, planes = math.prod(kernel), x.shape[0] * x.shape[1] // math.prod(kernel)
    pixels, columns = math.prod(sizes), x.shape[2]
    if places.size != inside * columns:
        raise refuse(node, f"has {columns} columns for windows in {sizes}", "export it anew")
    turned = low.compute(
        "Transpose", [low.reshape(x, (planes, inside * columns)), low.ints([1, 0])],
        (inside * columns, planes),
    )  # fmt: skip
    indices = low.const(places.reshape(-1, 1).astype(np.int32))
    shape = (pixels + 1, planes)
    total = low.compute("ScatterNd", [indices, turned, low.ints(shape)], shape, x.dtype)
    kept = low.compute("Slice", [total, low.ints([0, 0]), low.ints([pixels, planes])],
                       (pixels, planes))  # fmt: skip
    whole = low.compute("Transpose", [kept, low.ints([1, 0])], (planes, pixels))
    low.write(node.outputs[0], low.reshape(whole, low.shape(node.outputs[0])))


def _window_places(node: Node, sizes: list[int], kernel: list[int]) -> Array:
    """The pixel of each element of each window, or one past the last: (elements, windows)."""
    rank = len(sizes)
    strides, gaps = (list(node.get(n) or [1] * rank) for n in ("strides", "dilations"))
    pads = list(node.get("pads") or [0] * 2 * rank)
    total: Array = np.zeros((1, 1), np.int64)
    valid: Array = np.ones((1, 1), bool)
    for axis, size in enumerate(sizes):
        reach = size + pads[axis] + pads[axis + rank] - gaps[axis] * (kernel[axis] - 1) - 1
        starts = np.arange(reach // strides[axis] + 1) * strides[axis] - pads[axis]
        at = np.arange(kernel[axis])[:, None] * gaps[axis] + starts
        ok = (at >= 0) & (at < size)
        total = _crossed(total * size, at)
        valid = _crossed(np.where(valid, 0, -1), np.where(ok, 0, -1)) == 0
    return np.where(valid, total, math.prod(sizes))


def _crossed(first: Array, second: Array) -> Array:
    """Sums of two tables for every pair of their rows and of their columns."""
    both = first[:, None, :, None] + second[None, :, None, :]
    return np.asarray(both.reshape(both.shape[0] * both.shape[1], -1))
