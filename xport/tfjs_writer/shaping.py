"""Operators that move, cut and join elements without computing with them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from xport.arrays import Array
from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.lowering import Lowering, Tensor, lowers

WORTH_MERGING = 4


@lowers("Identity", "Dropout")
def identity(low: Lowering, node: Node) -> None:
    """The input itself (a dropout that still drops is refused)."""
    if node.op == "Dropout" and len(node.outputs) > 1 and node.outputs[1]:
        raise refuse(node, "its mask is not supported")
    training = low.fixed(node, 2, "training_mode")
    if training is not None and training.any():
        raise refuse(node, "is in training mode")
    x = low.any(node.inputs[0])
    low.write(node.outputs[0], low.emit("Identity", [x], x.shape, axes=x.axes))


@lowers("Reshape", "Flatten", "Squeeze", "Unsqueeze")
def reshape(low: Lowering, node: Node) -> None:
    """The same elements in another shape, which inference has worked out."""
    shape = low.shape(node.outputs[0])
    low.write(node.outputs[0], low.reshape(low.plain(node.inputs[0]), shape))


@lowers("Transpose")
def transpose(low: Lowering, node: Node) -> None:
    """Nothing moves: the tensor is remembered under another order of axes."""
    x = low.any(node.inputs[0])
    order = list(node.get("perm") or reversed(range(x.rank)))
    axes = tuple(order.index(axis) for axis in x.axes)
    low.write(node.outputs[0], Tensor(x.ref, x.shape, x.dtype, axes))


@lowers("Concat")
def concat(low: Lowering, node: Node) -> None:
    """Values put together along an axis, in the layout of the largest computed one."""
    names = node.inputs
    computed = [name for name in names if low.constant(name) is None] or names
    largest = max(computed, key=lambda name: int(np.prod(low.shape(name))))
    axes = low.any(largest).axes
    tensors = [low.as_axes(name, axes) for name in names]
    if len({tensor.dtype for tensor in tensors}) > 1:
        raise refuse(node, "mixes dtypes")
    out = low.concat(tensors, tensors[0].stored(node.get("axis", 0)))
    if len(tensors) == 1:
        out = low.emit("Identity", [out], out.shape, axes=out.axes)
    low.write(node.outputs[0], out)


@lowers("Split")
def split(low: Lowering, node: Node) -> None:
    """Parts along an axis; their sizes are those of the outputs."""
    x, axis = low.any(node.inputs[0]), node.get("axis", 0)
    axis %= x.rank
    sizes = [low.shape(name)[axis] for name in node.outputs]
    parts = low.split(x, x.stored(axis), sizes)
    for name, part in zip(node.outputs, parts, strict=True):
        if len(parts) == 1:
            part = low.emit("Identity", [part], part.shape, axes=part.axes)
        low.write(name, part)


@lowers("Slice")
def slice_(low: Lowering, node: Node) -> None:
    """A block with steps, also backwards; bounds are constants."""
    x = low.any(node.inputs[0])
    starts, ends, steps = _bounds(low, node, x)
    backwards = [i for i, step in enumerate(x.by_value_axis(steps)) if step < 0]
    if backwards:
        x = low.emit("ReverseV2", [x, low.ints(backwards)], x.shape, axes=x.axes)
        for axis, step in enumerate(steps):
            if step < 0:
                size = x.shape[x.stored(axis)]
                starts[axis], ends[axis] = size - 1 - starts[axis], size - 1 - ends[axis]
                steps[axis] = -step
    low.write(node.outputs[0], strided(low, x, starts, ends, steps))


def strided(
    low: Lowering, x: Tensor, starts: Sequence[int], ends: Sequence[int], steps: Sequence[int]
) -> Tensor:
    """Elements start, start + step, … before end, per axis of the value; steps are positive."""
    begin, end, step = (x.by_value_axis(list(v)) for v in (starts, ends, steps))
    shape = [max(0, -(-(e - b) // s)) for b, e, s in zip(begin, end, step, strict=True)]
    if min(shape) == 0:
        raise refuse(low.node or Node("Slice", [], [""]), "has no elements")
    if set(step) == {1}:
        return sliced(low, x, begin, shape)
    inputs = [x, low.ints(begin), low.ints(end), low.ints(step)]
    return low.emit(
        "StridedSlice", inputs, shape, axes=x.axes, begin_mask=0, end_mask=0, ellipsis_mask=0,
        new_axis_mask=0, shrink_axis_mask=0,
    )  # fmt: skip


def sliced(low: Lowering, x: Tensor, begin: Sequence[int], size: Sequence[int]) -> Tensor:
    """A block of a tensor, in stored order.

    Axes behind the last one that is cut, which are taken whole, are merged with it where that
    saves copies: TF.js copies on wasm in JavaScript, one run of the last axis after another.
    """
    goal = tuple(size)
    if goal == x.shape:
        return x
    last = max(i for i, length in enumerate(goal) if length != x.shape[i])
    runs, merged = math.prod(goal[:-1]), math.prod(goal[:last])
    if runs < WORTH_MERGING * merged:
        inputs = [x, low.ints(begin), low.ints(goal)]
        return low.emit("Slice", inputs, goal, axes=x.axes)
    inner = math.prod(x.shape[last + 1 :])
    flat = low.reshape(x, (*x.shape[:last], x.shape[last] * inner))
    inputs = [
        flat,
        low.ints([*begin[:last], begin[last] * inner]),
        low.ints([*goal[:last], goal[last] * inner]),
    ]
    shape = (*goal[:last], goal[last] * inner)
    return low.reshape(low.emit("Slice", inputs, shape), goal, x.axes)


def _bounds(low: Lowering, node: Node, x: Tensor) -> tuple[list[int], list[int], list[int]]:
    """Start, end and step per axis of the value, within its shape."""
    shape = low.shape(node.inputs[0])
    given_starts, given_ends = (low.fixed(node, i, "bounds") for i in (1, 2))
    given_axes, given_steps = low.fixed(node, 3, "axes"), low.fixed(node, 4, "steps")
    if given_starts is None or given_ends is None:
        raise refuse(node, "has no bounds")
    axes = range(given_starts.size) if given_axes is None else given_axes.tolist()
    steps_given = [1] * given_starts.size if given_steps is None else given_steps.tolist()
    starts, ends, steps = [0] * x.rank, list(shape), [1] * x.rank
    for axis, start, end, step in zip(
        axes, given_starts.tolist(), given_ends.tolist(), steps_given, strict=True
    ):
        bounds = slice(start, end if step > 0 or end >= -shape[axis] else None, step)
        starts[axis], ends[axis], steps[axis] = bounds.indices(shape[axis])
    return starts, ends, steps


@lowers("Pad")
def pad(low: Lowering, node: Node) -> None:
    """Constant or reflected padding; negative pads cut off."""
    x, mode = low.any(node.inputs[0]), node.get("mode", "constant")
    pads = _pads(low, node, x)
    cuts = np.minimum(pads, 0)
    if cuts.any():
        if mode != "constant":
            raise refuse(node, f"has negative pads in mode {mode}")
        shape = np.asarray(low.shape(node.inputs[0]))
        ends = (shape + cuts[:, 1]).tolist()
        x = strided(low, x, (-cuts[:, 0]).tolist(), ends, [1] * x.rank)
        pads = np.maximum(pads, 0)
    stored = pads[list(x.axes)]
    shape_out = [size + int(sum(both)) for size, both in zip(x.shape, stored, strict=True)]
    table = low.const(stored.astype(np.int32))
    if mode == "constant":
        out = low.emit("PadV2", [x, table, _fill(low, node, x)], shape_out, axes=x.axes)
    elif mode == "reflect":
        out = low.emit("MirrorPad", [x, table], shape_out, axes=x.axes, mode="REFLECT")
    else:
        raise refuse(node, f"mode {mode} is not supported")
    low.write(node.outputs[0], out)


def _pads(low: Lowering, node: Node, x: Tensor) -> Array:
    """(begin, end) per axis of the value."""
    given, chosen = low.fixed(node, 1, "pads"), low.fixed(node, 3, "axes")
    if given is None:
        raise refuse(node, "has no pads")
    pads = np.zeros((x.rank, 2), dtype=np.int64)
    axes = list(range(x.rank)) if chosen is None else [int(a) % x.rank for a in chosen]
    pads[axes] = given.reshape(2, -1).T
    return pads


def _fill(low: Lowering, node: Node, x: Tensor) -> Tensor:
    value = low.fixed(node, 2, "padding value")
    number = 0.0 if value is None else float(np.asarray(value).reshape(-1)[0])
    return low.const(np.asarray(number, dtype=x.dtype))


@lowers("Expand")
def expand(low: Lowering, node: Node) -> None:
    """Broadcast to the output's shape."""
    shape = low.shape(node.outputs[0])
    x = low.plain(node.inputs[0])
    x = low.reshape(x, (1,) * (len(shape) - x.rank) + x.shape)
    low.write(node.outputs[0], low.emit("BroadcastTo", [x, low.ints(shape)], shape))


@lowers("Tile")
def tile(low: Lowering, node: Node) -> None:
    """Repeat along each axis."""
    repeats = low.fixed(node, 1, "repeats")
    x = low.any(node.inputs[0])
    if repeats is None:
        raise refuse(node, "has no repeats")
    counts = x.by_value_axis(repeats.tolist())
    shape = [size * count for size, count in zip(x.shape, counts, strict=True)]
    low.write(node.outputs[0], low.emit("Tile", [x, low.ints(counts)], shape, axes=x.axes))


@lowers("Gather")
def gather(low: Lowering, node: Node) -> None:
    """Elements along an axis by constant indices."""
    indices = low.fixed(node, 1, "indices")
    if indices is None:
        raise refuse(node, "has no indices")
    x = low.plain(node.inputs[0])
    axis = node.get("axis", 0) % x.rank
    positive = np.where(indices < 0, indices + x.shape[axis], indices)
    shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
    flat = low.const(positive.reshape(-1).astype(np.int32))
    taken = (*x.shape[:axis], indices.size, *x.shape[axis + 1 :])
    out = low.emit("GatherV2", [x, flat, low.ints_scalar(axis)], taken, batch_dims=0)
    low.write(node.outputs[0], low.reshape(out, shape))


@lowers("DepthToSpace")
def depth_to_space(low: Lowering, node: Node) -> None:
    """Blocks of channels become blocks of pixels (mode DCR is TensorFlow's own)."""
    x, block = low.channels_last(node.inputs[0]), int(node.get("blocksize"))
    if node.get("mode", "DCR") == "CRD":
        depth = x.shape[3]
        order = np.arange(depth).reshape(-1, block * block).T.reshape(-1)
        picked = low.const(order.astype(np.int32))
        x = low.emit("GatherV2", [x, picked, low.ints_scalar(3)], x.shape, axes=x.axes,
                     batch_dims=0)  # fmt: skip
    low.write(node.outputs[0], interleaved(low, x, block, block))


def interleaved(low: Lowering, x: Tensor, row: int, column: int) -> Tensor:
    """Blocks of row · column pixels out of channels that lie as (row, column, channel).

    Rows of a block are cut apart and put side by side, each with all its columns in one piece.
    TF.js's DepthToSpace does the same, one element after another in JavaScript on wasm.
    """
    batch, height, width, depth = x.shape
    parts = low.split(x, 3, [depth // row] * row)
    line = width * (depth // row)
    flat = [low.reshape(part, (batch * height, line)) for part in parts]
    shape = (batch, height * row, width * column, depth // (row * column))
    return low.reshape(low.concat(flat, 1), shape, x.axes)


@lowers("SpaceToDepth")
def space_to_depth(low: Lowering, node: Node) -> None:
    """Blocks of pixels become blocks of channels: `interleaved` undone."""
    x, block = low.channels_last(node.inputs[0]), int(node.get("blocksize"))
    batch, height, width, channels = x.shape
    rows = low.reshape(x, (batch * height // block, block * width * channels))
    parts = low.split(rows, 1, [width * channels] * block)
    shape = (batch, height // block, width // block, block * channels)
    low.write(node.outputs[0], low.concat([low.reshape(part, shape, x.axes) for part in parts], 3))
