"""Operators that pick and place elements by indices that are computed.

Every one becomes the number of a row among flat rows, in int32; negative indices count from the
end. An index beyond the axis is an error in ONNX, and is not looked for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.lowering import Lowering
from xport.tfjs_writer.tensor import Stored, Tensor

MAX_ROWS = 2**24
"""WebGL keeps integers as float32 numbers, which are exact up to here."""


def integers(low: Lowering, node: Node, place: int) -> Tensor:
    """Indices as int32, in ONNX's order."""
    found = low.plain(node.inputs[place])
    if found.dtype != "int32":
        raise refuse(node, f"its indices are {found.dtype}", "cast them to int64")
    return found


def from_the_end(low: Lowering, indices: Stored, lengths: Array) -> Stored:
    """Indices with negative ones counted from the end; `lengths` broadcasts to them."""
    shape = indices.shape
    zero, length = low.const(np.zeros((), np.int32)), low.const(lengths.astype(np.int32))
    negative = low.compute("Less", [indices, zero], shape, "bool")
    moved = low.compute("AddV2", [indices, length], shape)
    return low.compute("SelectV2", [negative, moved, indices], shape, "int32")


def _flat(low: Lowering, x: Stored, *shape: int) -> Tensor:
    return low.reshape(x.as_stored, shape)


def rows_of(low: Lowering, node: Node, x: Tensor, rows: Stored, width: int) -> Tensor:
    """Rows of `width` elements by number: (number of rows, width)."""
    count = math.prod(x.shape) // width
    if count > MAX_ROWS:
        raise refuse(node, f"picks among {count} rows, more than {MAX_ROWS}", "pick among fewer")
    flat, picked = _flat(low, x, count, width), _flat(low, rows, math.prod(rows.shape))
    shape = (picked.shape[0], width)
    return low.emit("GatherV2", [flat, picked, low.ints_scalar(0)], shape, x.dtype, batch_dims=0)


def gather(low: Lowering, node: Node) -> None:
    """Gather: slices along an axis. An Embedding is one along the first."""
    indices, x = integers(low, node, 1), low.plain(node.inputs[0])
    axis = node.get("axis", 0) % x.rank
    length, inner = x.shape[axis], math.prod(x.shape[axis + 1 :])
    outer = math.prod(x.shape[:axis])
    rows = from_the_end(low, _flat(low, indices, math.prod(indices.shape)), np.asarray(length))
    if outer > 1:
        offsets = low.const((np.arange(outer) * length).astype(np.int32)[:, None])
        rows = low.compute("AddV2", [offsets, rows], (outer, rows.shape[0]))
    out = rows_of(low, node, x, rows, inner)
    low.write(node.outputs[0], _flat(low, out, *low.shape(node.outputs[0])))


def gather_elements(low: Lowering, node: Node) -> None:
    """GatherElements: one element per index, along an axis."""
    x = low.plain(node.inputs[0])
    numbers = _element_numbers(low, node, x.shape)
    out = rows_of(low, node, x, numbers, 1)
    low.write(node.outputs[0], _flat(low, out, *numbers.shape))


def _element_numbers(low: Lowering, node: Node, shape: Sequence[int]) -> Stored:
    """The number of the element that each index of GatherElements or ScatterElements means."""
    indices, axis = integers(low, node, 1), node.get("axis", 0) % len(shape)
    strides = [math.prod(shape[i + 1 :]) for i in range(len(shape))]
    where = np.indices(indices.shape)
    others = sum(where[i] * strides[i] for i in range(len(shape)) if i != axis)
    base = np.broadcast_to(np.asarray(others), indices.shape).astype(np.int32)
    rows = from_the_end(low, indices, np.asarray(shape[axis]))
    stride = low.const(np.asarray(strides[axis], np.int32))
    scaled = low.compute("Mul", [rows, stride], indices.shape)
    return low.compute("AddV2", [scaled, low.const(base)], indices.shape)


def _row_numbers(low: Lowering, indices: Tensor, shape: Sequence[int], batch: int) -> Stored:
    """The number of the row that each tuple of GatherND or ScatterND means: a list."""
    width = indices.shape[-1]
    lengths = np.asarray(shape[batch : batch + width])
    strides = np.asarray([math.prod(lengths[i + 1 :]) for i in range(width)], np.int32)
    count = math.prod(indices.shape[:-1])
    flat = from_the_end(low, _flat(low, indices, count, width), lengths)
    parts = low.compute("Mul", [flat, low.const(strides)], flat.shape)
    numbers = low.compute("Sum", [parts, low.ints([1])], (count,), keep_dims=False)
    if not batch:
        return numbers
    batches = math.prod(indices.shape[:batch])
    offsets = np.repeat(np.arange(batches) * math.prod(lengths), count // batches)
    return low.compute("AddV2", [numbers, low.const(offsets.astype(np.int32))], (count,))


def gather_nd(low: Lowering, node: Node) -> None:
    """GatherND: one element or slice per row of indices."""
    x, indices = low.plain(node.inputs[0]), integers(low, node, 1)
    batch = int(node.get("batch_dims", 0))
    rows = _row_numbers(low, indices, x.shape, batch)
    inner = math.prod(x.shape[batch + indices.shape[-1] :])
    out = rows_of(low, node, x, rows, inner)
    low.write(node.outputs[0], _flat(low, out, *low.shape(node.outputs[0])))


REDUCTIONS = {"mul": ("Mul", "Prod"), "max": ("Maximum", "Max"), "min": ("Minimum", "Min")}
MAX_PAIRS = 2**22
"""Of a row and an update, where each update is looked at for each row."""


def scatter(low: Lowering, node: Node) -> None:
    """ScatterElements and ScatterND: updates put into a value, or combined with it.

    ONNX leaves open which of several updates for one element is kept.
    """
    x, updates = low.plain(node.inputs[0]), low.plain(node.inputs[2])
    how = node.get("reduction", "none")
    if how not in ("none", "add", *REDUCTIONS) or x.dtype == "bool":
        raise refuse(node, f"reduction {how} of {x.dtype} is not supported", "use add or none")
    if node.op == "ScatterElements":
        rows, width = _element_numbers(low, node, x.shape), 1
    else:
        indices = integers(low, node, 1)
        rows = _row_numbers(low, indices, x.shape, 0)
        width = math.prod(x.shape[indices.shape[-1] :])
    count, changed = math.prod(x.shape) // width, math.prod(rows.shape)
    if count > MAX_ROWS:
        raise refuse(node, f"puts into {count} rows, more than {MAX_ROWS}", "use fewer")
    places, values = _flat(low, rows, changed, 1), _flat(low, updates, changed, width)
    flat = _flat(low, x, count, width)
    if how in REDUCTIONS:
        if count * changed * width > MAX_PAIRS:
            raise refuse(node, f"combines {changed} updates by {how} with {count} rows")
        out = _combined(low, how, flat, places, values)
    elif how == "add":
        shape = low.ints([count, width])
        added = low.compute("ScatterNd", [places, values, shape], (count, width), x.dtype)
        out = low.compute("AddV2", [flat, added], (count, width))
    else:
        out = low.compute("TensorScatterUpdate", [flat, places, values], (count, width))
    low.write(node.outputs[0], _flat(low, out, *x.shape))


def _combined(low: Lowering, how: str, flat: Stored, places: Stored, values: Stored) -> Stored:
    """Every row with the updates whose place it is: each is looked at for each row."""
    (count, width), changed = flat.shape, values.shape[0]
    pair, whole = REDUCTIONS[how]
    neutral = {"mul": 1, "max": -np.inf, "min": np.inf}[how]
    if flat.dtype == "int32" and how != "mul":
        neutral = np.iinfo(np.int32).min if how == "max" else np.iinfo(np.int32).max
    steps = low.const(np.arange(count, dtype=np.int32)[None, :])
    hit = low.compute("Equal", [places, steps], (changed, count), "bool")
    hit = low.compute("Reshape", [hit, low.ints([changed, count, 1])], (changed, count, 1), "bool")
    shape = (changed, count, width)
    one = low.compute("Reshape", [values, low.ints([changed, 1, width])], (changed, 1, width))
    kinds = [low.compute("Tile", [part, low.ints(times)], shape, part.dtype)
             for part, times in ((hit, [1, 1, width]), (one, [1, count, 1]))]  # fmt: skip
    none = low.const(np.full(shape, neutral, flat.dtype))
    kept = low.compute("SelectV2", [kinds[0], kinds[1], none], shape, flat.dtype)
    found = low.compute(whole, [kept, low.ints([0])], (count, width), keep_dims=False)
    return low.compute(pair, [flat, found], (count, width))
