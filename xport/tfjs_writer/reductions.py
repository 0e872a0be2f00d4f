"""Sums, means and extremes over axes, in whatever layout the tensor is stored."""

from __future__ import annotations

from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.elementwise import require_float
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.merging import merged, reverse
from xport.tfjs_writer.tensor import Tensor

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


@lowers("ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp")
def composed_reduction(low: Lowering, node: Node) -> None:
    """A sum of something, and something of the sum."""
    require_float(low, node)
    x = low.any(node.inputs[0])
    axes = reduced_axes(low, node, x.rank)
    keep = bool(_keeps(node))
    if node.op == "ReduceLogSumExp":
        low.write(node.outputs[0], _log_sum_exp(low, x, axes or [], keep))
        return
    before = {"ReduceL1": "Abs", "ReduceLogSum": ""}.get(node.op, "Square")
    after = {"ReduceL2": "Sqrt", "ReduceLogSum": "Log"}.get(node.op, "")
    out = low.emit(before, [x], x.shape, axes=x.axes) if before else x
    if axes:
        out = reduced(low, "Sum", out, axes, keep)
    out = low.emit(after, [out], out.shape, axes=out.axes) if after else out
    low.write(node.outputs[0], out)


def _log_sum_exp(low: Lowering, x: Tensor, axes: list[int], keep: bool) -> Tensor:
    """The largest value is taken out first, lest its exponential overflow."""
    if not axes:
        return low.emit("Identity", [x], x.shape, axes=x.axes)
    largest = reduced(low, "Max", x, axes, keep=True)
    shifted = low.emit("Sub", [x, largest], x.shape, axes=x.axes)
    exponential = low.emit("Exp", [shifted], x.shape, axes=x.axes)
    total = reduced(low, "Sum", exponential, axes, keep)
    log = low.emit("Log", [total], total.shape, axes=total.axes)
    added = low.reshape(largest, total.shape, total.axes)
    return low.emit("AddV2", [log, added], total.shape, axes=total.axes)


@lowers("ArgMax", "ArgMin")
def extreme_index(low: Lowering, node: Node) -> None:
    """Where the extreme of an axis is: the first one, or the last one, found from behind."""
    require_float(low, node)
    x = low.any(node.inputs[0])
    axis = node.get("axis", 0) % x.rank
    stored, size = x.stored(axis), x.shape[x.stored(axis)]
    last = bool(node.get("select_last_index", 0))
    if last:
        x = reverse(low, x, [stored])
    kept = [s for i, s in enumerate(x.shape) if i != stored]
    order = [a - (a > axis) for a in x.axes if a != axis]
    index = low.emit(
        node.op, [x, low.ints_scalar(stored)], kept, "int32", tuple(order), output_type="DT_INT32"
    )
    if last:
        index = low.emit("Sub", [low.ints_scalar(size - 1), index], kept, axes=index.axes)
    if _keeps(node):
        shape = [1 if i == stored else s for i, s in enumerate(x.shape)]
        index = low.reshape(index, shape, x.axes)
    low.write(node.outputs[0], index)


@lowers("CumSum")
def cumulative_sum(low: Lowering, node: Node) -> None:
    """Sums so far along a constant axis, with or without the element itself, from either end."""
    axis = low.fixed(node, 1, "axis")
    x = low.any(node.inputs[0])
    if axis is None:
        raise refuse(node, "has no axis")
    stored = x.stored(int(axis.reshape(())))
    few, sources = merged(low, x, [stored])
    out = low.emit(
        "Cumsum", [few, low.ints_scalar(sources.index(stored))], few.shape, axes=few.axes,
        exclusive=bool(node.get("exclusive", 0)), reverse=bool(node.get("reverse", 0)),
    )  # fmt: skip
    low.write(node.outputs[0], low.reshape(out, x.shape, x.axes))
