"""Sums, means and extremes over axes, in whatever layout the tensor is stored."""

from __future__ import annotations

from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.lowering import Lowering, Tensor, lowers

REDUCTIONS = {
    "ReduceMean": "Mean", "ReduceSum": "Sum", "ReduceMax": "Max", "ReduceMin": "Min",
    "ReduceProd": "Prod",
}  # fmt: skip


@lowers(*REDUCTIONS)
def reduction(low: Lowering, node: Node) -> None:
    """A reduction over constant axes, with or without keeping them."""
    x = low.any(node.inputs[0])
    if x.dtype != "float32" and node.op in ("ReduceMean", "ReduceProd"):
        raise refuse(node, "is not in float32")
    axes = reduced_axes(low, node, x.rank)
    if axes is None:
        low.write(node.outputs[0], low.emit("Identity", [x], x.shape, axes=x.axes))
        return
    low.write(node.outputs[0], reduced(low, REDUCTIONS[node.op], x, axes, bool(_keeps(node))))


def _keeps(node: Node) -> int:
    return int(node.get("keepdims", 1))


def reduced_axes(low: Lowering, node: Node, rank: int) -> list[int] | None:
    """The value's axes to reduce, None for none at all: an input from opset 18, or an attribute."""
    given = low.fixed(node, 1, "axes")
    axes = given.tolist() if given is not None else node.get("axes")
    if not axes:
        return None if node.get("noop_with_empty_axes", 0) else list(range(rank))
    return [axis % rank for axis in axes]


def reduced(low: Lowering, op: str, x: Tensor, axes: list[int], keep: bool) -> Tensor:
    """One reduction; dropped axes leave the others in the order in which they are stored."""
    stored = sorted(x.stored(axis) for axis in axes)
    if keep:
        shape = [1 if i in stored else size for i, size in enumerate(x.shape)]
        return low.emit(op, [x, low.ints(stored)], shape, axes=x.axes, keep_dims=True)
    kept = [i for i in range(x.rank) if i not in stored]
    left = sorted(x.axes[i] for i in kept)
    order = tuple(left.index(x.axes[i]) for i in kept)
    shape = [x.shape[i] for i in kept]
    return low.emit(op, [x, low.ints(stored)], shape, axes=order, keep_dims=False)
