"""Operators that work element by element, on tensors in any common layout."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.lowering import Lowering, Tensor, lowers, plain_axes

UNARY = {
    "Abs": "Abs", "Acos": "Acos", "Acosh": "Acosh", "Asin": "Asin", "Asinh": "Asinh",
    "Atan": "Atan", "Atanh": "Atanh", "Ceil": "Ceil", "Cos": "Cos", "Cosh": "Cosh", "Erf": "Erf",
    "Exp": "Exp", "Floor": "Floor", "Log": "Log", "Neg": "Neg", "Reciprocal": "Reciprocal",
    "Relu": "Relu", "Round": "Round", "Sigmoid": "Sigmoid", "Sign": "Sign", "Sin": "Sin",
    "Sinh": "Sinh", "Softplus": "Softplus", "Sqrt": "Sqrt", "Tan": "Tan", "Tanh": "Tanh",
}  # fmt: skip
BINARY = {"Add": "AddV2", "Sub": "Sub", "Mul": "Mul", "Div": "RealDiv", "Pow": "Pow"}
COMPARISONS = {
    "Equal": "Equal", "Greater": "Greater", "GreaterOrEqual": "GreaterEqual", "Less": "Less",
    "LessOrEqual": "LessEqual",
}  # fmt: skip
LOGICAL = {"And": "LogicalAnd", "Or": "LogicalOr", "Xor": "NotEqual"}
VARIADIC = {"Max": "Maximum", "Min": "Minimum", "Sum": "AddV2"}


def aligned(low: Lowering, names: Sequence[str], rank: int) -> list[Tensor]:
    """Values in one layout, ready for TensorFlow's broadcasting (from the last axis on).

    The layout is that of the largest computed value of full rank; smaller constants lose their
    leading axes of size 1.
    """
    computed = [n for n in names if low.constant(n) is None and len(low.shape(n)) == rank]
    leader = max(computed, key=lambda name: math.prod(low.shape(name)), default=None)
    axes = low.any(leader).axes if leader is not None else plain_axes(rank)
    return [_aligned(low, name, rank, axes) for name in names]


def _aligned(low: Lowering, name: str, rank: int, axes: tuple[int, ...]) -> Tensor:
    shape = low.shape(name)
    value = low.constant(name)
    if value is not None:
        moved = value.reshape((1,) * (rank - value.ndim) + value.shape).transpose(axes)
        while moved.ndim > 1 and moved.shape[0] == 1:
            moved = moved[0]
        return low.const(moved, name)
    if len(shape) == rank:
        return low.as_axes(name, axes)
    full = low.reshape(low.plain(name), (1,) * (rank - len(shape)) + shape)
    return low.permute(full, axes)


def emit_aligned(
    low: Lowering, op: str, tensors: Sequence[Tensor], rank: int, dtype: str | None = None
) -> Tensor:
    """One operator on aligned tensors; the output has the layout of those of full rank."""
    axes = next((t.axes for t in tensors if t.rank == rank), plain_axes(rank))
    shape = np.broadcast_shapes(*(t.shape for t in tensors))
    return low.emit(op, tensors, (1,) * (rank - len(shape)) + shape, dtype, axes)


def _rank(low: Lowering, node: Node) -> int:
    return len(low.shape(node.outputs[0]))


def require_float(low: Lowering, node: Node) -> None:
    """Refuse integers where TF.js would compute in floating point."""
    if low.any(node.inputs[0]).dtype != "float32":
        raise refuse(node, "is not in float32")


@lowers(*UNARY)
def unary(low: Lowering, node: Node) -> None:
    """One input, one output of the same shape."""
    if node.op not in ("Abs", "Neg", "Sign", "Relu"):
        require_float(low, node)
    x = low.any(node.inputs[0])
    low.write(node.outputs[0], low.emit(UNARY[node.op], [x], x.shape))


@lowers("Not")
def logical_not(low: Lowering, node: Node) -> None:
    """Not."""
    x = low.any(node.inputs[0])
    low.write(node.outputs[0], low.emit("LogicalNot", [x], x.shape))


@lowers(*BINARY)
def binary(low: Lowering, node: Node) -> None:
    """Arithmetic with broadcasting."""
    rank = _rank(low, node)
    tensors = aligned(low, node.inputs, rank)
    if tensors[0].dtype != tensors[1].dtype:
        raise refuse(node, f"mixes {tensors[0].dtype} and {tensors[1].dtype}")
    integers = tensors[0].dtype != "float32"
    if integers and node.op in ("Div", "Pow"):
        raise refuse(node, "on integers is not exact in TF.js")
    low.write(node.outputs[0], emit_aligned(low, BINARY[node.op], tensors, rank))


@lowers(*COMPARISONS)
def comparison(low: Lowering, node: Node) -> None:
    """Comparison with broadcasting; the output is bool."""
    rank = _rank(low, node)
    tensors = aligned(low, node.inputs, rank)
    low.write(node.outputs[0], emit_aligned(low, COMPARISONS[node.op], tensors, rank, "bool"))


@lowers(*LOGICAL)
def logical(low: Lowering, node: Node) -> None:
    """And, Or, Xor with broadcasting."""
    rank = _rank(low, node)
    tensors = aligned(low, node.inputs, rank)
    low.write(node.outputs[0], emit_aligned(low, LOGICAL[node.op], tensors, rank, "bool"))


@lowers(*VARIADIC, "Mean")
def variadic(low: Lowering, node: Node) -> None:
    """Any number of inputs, two by two; a mean is the sum by their number."""
    rank = _rank(low, node)
    tensors = aligned(low, node.inputs, rank)
    out = tensors[0]
    for one in tensors[1:]:
        out = emit_aligned(low, VARIADIC.get(node.op, "AddV2"), [out, one], rank)
    if node.op == "Mean":
        out = emit_aligned(low, "RealDiv", [out, low.scalar(len(tensors))], rank)
    if out.rank != rank or len(tensors) == 1:
        out = low.emit("Identity", [out], out.shape)
    low.write(node.outputs[0], out)


@lowers("Where")
def where(low: Lowering, node: Node) -> None:
    """A choice per element, with broadcasting."""
    rank = _rank(low, node)
    condition, yes, no = aligned(low, node.inputs, rank)
    shape = np.broadcast_shapes(condition.shape, yes.shape, no.shape)
    axes = next((t.axes for t in (condition, yes, no) if t.rank == rank), plain_axes(rank))
    full = (1,) * (rank - len(shape)) + shape
    low.write(node.outputs[0], low.emit("SelectV2", [condition, yes, no], full, yes.dtype, axes))


@lowers("Cast")
def cast(low: Lowering, node: Node) -> None:
    """Between float32, int32 and bool."""
    from onnx import helper

    goal = np.dtype(helper.tensor_dtype_to_np_dtype(node.get("to")))
    dtype = {"float32": "float32", "int32": "int32", "int64": "int32", "bool": "bool"}.get(
        goal.name
    )
    x = low.any(node.inputs[0])
    if dtype is None:
        raise refuse(node, f"casts to {goal.name}, which TF.js has not")
    codes = {"float32": "DT_FLOAT", "int32": "DT_INT32", "bool": "DT_BOOL"}
    out = low.emit("Cast", [x], x.shape, dtype, x.axes, DstT=codes[dtype], SrcT=codes[x.dtype])
    low.write(node.outputs[0], out)
