"""Operators that pick and place elements.

Whatever they are called, with constant indices each is one Gather from the flat elements; with
computed ones see `computed`.
"""

from __future__ import annotations

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer import computed
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.operands import Operands, select
from xport.tfjs_writer.shaping import sliced
from xport.tfjs_writer.tensor import Tensor


def _computed(low: Lowering, node: Node) -> bool:
    """Whether the indices are only known at run time."""
    return len(node.inputs) > 1 and bool(node.inputs[1]) and low.constant(node.inputs[1]) is None


def _indices(low: Lowering, node: Node) -> Array:
    indices = low.fixed(node, 1, "indices")
    if indices is None:
        raise refuse(node, "has no indices")
    return indices


def _numbers(shape: tuple[int, ...]) -> Array:
    """The number of each element of a value."""
    return np.arange(np.prod(shape, dtype=np.int64)).reshape(shape)


def _flat(low: Lowering, name: str) -> Tensor:
    x = low.plain(name)
    return low.reshape(x, (int(np.prod(x.shape, dtype=np.int64)),))


def _taken(low: Lowering, flat: Tensor, numbers: Array) -> Tensor:
    """Elements by their numbers, in the shape that the numbers have."""
    rows = low.const(numbers.reshape(-1))
    out = low.emit(
        "GatherV2", [flat, rows, low.ints_scalar(0)], (numbers.size,), flat.dtype, batch_dims=0
    )
    return low.reshape(out, numbers.shape)


@lowers("Gather")
def gather(low: Lowering, node: Node) -> None:
    """Slices along an axis."""
    if _computed(low, node):
        computed.gather(low, node)
        return
    indices = _indices(low, node)
    x = low.plain(node.inputs[0])
    axis = node.get("axis", 0) % x.rank
    positive = np.where(indices < 0, indices + x.shape[axis], indices)
    if positive.size and not 0 <= positive.min() <= positive.max() < x.shape[axis]:
        raise refuse(node, f"its indices reach beyond the axis of {x.shape[axis]}")
    shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
    if indices.size == 1:  # as when an exporter takes query, key and value apart
        begin = [int(positive.reshape(())) if i == axis else 0 for i in range(x.rank)]
        size = [1 if i == axis else length for i, length in enumerate(x.shape)]
        low.write(node.outputs[0], low.reshape(sliced(low, x, begin, size), shape))
        return
    rows = low.const(positive.reshape(-1).astype(np.int32))
    taken = (*x.shape[:axis], indices.size, *x.shape[axis + 1 :])
    out = low.emit("GatherV2", [x, rows, low.ints_scalar(axis)], taken, batch_dims=0)
    low.write(node.outputs[0], low.reshape(out, shape))


@lowers("GatherElements")
def gather_elements(low: Lowering, node: Node) -> None:
    """One element per index, along an axis."""
    if _computed(low, node):
        computed.gather_elements(low, node)
        return
    indices, shape = _indices(low, node), low.shape(node.inputs[0])
    axis = node.get("axis", 0) % len(shape)
    numbers = _elements(indices, shape, axis)
    low.write(node.outputs[0], _taken(low, _flat(low, node.inputs[0]), numbers))


def _elements(indices: Array, shape: tuple[int, ...], axis: int) -> Array:
    """Which element each index of GatherElements or ScatterElements means."""
    where: list[Array] = list(np.indices(indices.shape))
    where[axis] = np.where(indices < 0, indices + shape[axis], indices)
    return np.asarray(_numbers(shape)[tuple(where)])


@lowers("GatherND")
def gather_nd(low: Lowering, node: Node) -> None:
    """One element or slice per row of indices."""
    if _computed(low, node):
        computed.gather_nd(low, node)
        return
    indices, shape = _indices(low, node), low.shape(node.inputs[0])
    batch = int(node.get("batch_dims", 0))
    numbers = _numbers(shape).reshape(-1, *shape[batch:])
    rows = indices.reshape(len(numbers), -1, indices.shape[-1])
    taken = np.stack([n[tuple(r.T)] for n, r in zip(numbers, rows, strict=True)])
    goal = low.shape(node.outputs[0])
    low.write(node.outputs[0], _taken(low, _flat(low, node.inputs[0]), taken.reshape(goal)))


@lowers("ScatterElements", "ScatterND")
def scatter(low: Lowering, node: Node) -> None:
    """Updates put into a value; of several for one element, the last is kept."""
    if _computed(low, node) or node.get("reduction", "none") != "none":
        computed.scatter(low, node)
        return
    indices, shape = _indices(low, node), low.shape(node.inputs[0])
    updates = low.shape(node.inputs[2])
    numbers = _numbers(shape)
    if node.op == "ScatterElements":
        places = _elements(indices, shape, node.get("axis", 0) % len(shape))
    else:
        places = numbers[tuple(np.moveaxis(indices, -1, 0))]
    source = numbers.reshape(-1)
    source[places.reshape(-1)] = numbers.size + _numbers(updates).reshape(-1)
    flat = [_flat(low, name) for name in (node.inputs[0], node.inputs[2])]
    out = _taken(low, low.concat(flat, 0), source.reshape(shape))
    low.write(node.outputs[0], out)


@lowers("Trilu")
def triangle(low: Lowering, node: Node) -> None:
    """The upper or lower triangle of matrices, zeros elsewhere."""
    given = low.fixed(node, 1, "diagonal")
    diagonal = 0 if given is None else int(given.reshape(()))
    x = low.plain(node.inputs[0])
    ones = np.ones(x.shape[-2:], dtype=bool)
    kept = np.triu(ones, diagonal) if node.get("upper", 1) else np.tril(ones, diagonal)
    zero = low.const(np.zeros((), dtype=x.dtype))
    low.write(node.outputs[0], select(low, Operands((low.const(kept), x, zero), x.axes)))
