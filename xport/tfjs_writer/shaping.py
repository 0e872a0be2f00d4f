"""Operators that move, cut and join elements without computing with them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.merging import merged, reverse
from xport.tfjs_writer.tensor import Tensor

WORTH_MERGING = 4


@lowers("Identity", "Dropout")
def identity(low: Lowering, node: Node) -> None:
    """The input itself (a dropout that still drops is refused)."""
    training = low.fixed(node, 2, "training_mode")
    if training is not None and training.any():
        raise refuse(
            node,
            "is in training mode and still drops",
            "write F.dropout(x, training=self.training), or nn.Dropout in a module set to eval()",
        )
    x = low.any(node.inputs[0])
    if node.op == "Dropout" and len(node.outputs) > 1 and node.outputs[1]:
        kept = low.const(np.ones(x.shape, bool), node.outputs[1])
        low.write(node.outputs[1], kept.as_stored.ordered(x.axes))
    low.write(node.outputs[0], low.emit("Identity", [x], x.shape, axes=x.axes))


@lowers("Reshape", "Flatten", "Squeeze", "Unsqueeze")
def reshape(low: Lowering, node: Node) -> None:
    """The same elements in another shape, which inference has worked out.

    Where axes are only joined or parted that are stored side by side, the layout stays; else
    ONNX's order is needed.
    """
    before, after = low.shape(node.inputs[0]), low.shape(node.outputs[0])
    x = low.any(node.inputs[0])
    axes = _kept_order(x, before, after)
    if axes is not None:
        shape = [after[axis] for axis in axes]
        low.write(node.outputs[0], low.reshape(x, shape, axes))
        return
    low.write(node.outputs[0], low.reshape(low.plain(node.inputs[0]), after))


def _kept_order(
    x: Tensor, before: tuple[int, ...], after: tuple[int, ...]
) -> tuple[int, ...] | None:
    """The axes of the new shape in the order in which they are stored, or None.

    Those of size 1 stand in front, where they move nothing.
    """
    groups = _groups(before, after)
    stored = [axis for axis in x.axes if before[axis] > 1]
    order: list[int] = []
    while stored:
        old, new = next(group for group in groups if stored[0] in group[0])
        if stored[: len(old)] != old:
            return None
        stored = stored[len(old) :]
        order += new
    ones = [axis for axis, size in enumerate(after) if size == 1]
    return tuple(range(len(after))) if order == sorted(order) else (*ones, *order)


def _groups(before: tuple[int, ...], after: tuple[int, ...]) -> list[tuple[list[int], list[int]]]:
    """The smallest runs of old and new axes that hold the same elements; axes of size 1 aside."""
    old = [axis for axis, size in enumerate(before) if size > 1]
    new = [axis for axis, size in enumerate(after) if size > 1]
    groups: list[tuple[list[int], list[int]]] = []
    while old:
        left, right = [old.pop(0)], [new.pop(0)]
        a, b = before[left[0]], after[right[0]]
        while a != b:
            if a < b:
                left.append(old.pop(0))
                a *= before[left[-1]]
            else:
                right.append(new.pop(0))
                b *= after[right[-1]]
        groups.append((left, right))
    return groups


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
    names = [name for name in node.inputs if 0 not in low.shape(name)] or node.inputs
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
    """Parts along an axis: of given sizes, or equal ones but for a smaller last one."""
    x, axis = low.any(node.inputs[0]), node.get("axis", 0)
    axis %= x.rank
    length, count = x.shape[x.stored(axis)], len(node.outputs)
    given, each = low.fixed(node, 1, "sizes"), -(-length // count)
    sizes = given.tolist() if given is not None else [each] * (count - 1)
    sizes += [length - sum(sizes)] * (len(sizes) < count)
    if sum(sizes) != length:
        raise refuse(node, f"its parts {sizes} do not fill the axis of {length}")
    if min(sizes) < 0:
        raise refuse(node, f"has parts of {sizes}")
    names = [name for name, size in zip(node.outputs, sizes, strict=True) if size]
    parts = low.split(x, x.stored(axis), [size for size in sizes if size])
    for name, part in zip(names, parts, strict=True):
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
        x = reverse(low, x, backwards)
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
    touched = [i for i, size in enumerate(x.shape) if size != shape[i] or step[i] > 1]
    few, sources = merged(low, x, touched)
    numbers = [
        [values[i] if i >= 0 else other for i, other in zip(sources, rest, strict=True)]
        for values, rest in (
            (begin, [0] * few.rank), (end, few.shape), (step, [1] * few.rank), (shape, few.shape)
        )
    ]  # fmt: skip
    out = low.emit(
        "StridedSlice", [few, *map(low.ints, numbers[:3])], numbers[3], axes=few.axes,
        begin_mask=0, end_mask=0, ellipsis_mask=0, new_axis_mask=0, shrink_axis_mask=0,
    )  # fmt: skip
    return low.reshape(out, shape, x.axes)


def sliced(low: Lowering, x: Tensor, begin: Sequence[int], size: Sequence[int]) -> Tensor:
    """A block of a tensor, in stored order.

    Axes behind the last one that is cut, which are taken whole, are merged with it where that
    saves copies: TF.js copies on wasm in JavaScript, one run of the last axis after another.
    """
    goal = tuple(size)
    if goal == x.shape:
        return x
    last = max(i for i, length in enumerate(goal) if length != x.shape[i])
    runs, fewer = math.prod(goal[:-1]), math.prod(goal[:last])
    if runs < WORTH_MERGING * fewer:
        inputs = [x, low.ints(begin), low.ints(goal)]
        return low.emit("Slice", inputs, goal, axes=x.axes)
    inner = math.prod(x.shape[last + 1 :])
    flat = low.reshape(x.as_stored, (*x.shape[:last], x.shape[last] * inner))
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
