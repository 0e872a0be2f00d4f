"""Operators that work element by element, on tensors in any common layout."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.tensor import Tensor, plain_axes

UNARY = {
    "Abs": "Abs", "Acosh": "Acosh", "Asinh": "Asinh",
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
WHERE_RANK = 4
VARIADIC = {"Max": "Maximum", "Min": "Minimum", "Sum": "AddV2"}


def aligned(low: Lowering, names: Sequence[str], rank: int) -> list[Tensor]:
    """Values in one layout, ready for TensorFlow's broadcasting (from the last axis on).

    The layout is that of the largest computed value of full rank; smaller constants lose their
    leading axes of size 1.
    """
    computed = [n for n in names if low.constant(n) is None and len(low.shape(n)) == rank]

    def weight(name: str) -> tuple[int, bool]:
        return math.prod(low.shape(name)), low.any(name).axes != plain_axes(rank)

    leader = max(computed, key=weight, default=None)  # of equals, one that a convolution made
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
    if node.op == "Pow" and (tensors[0].dtype, tensors[1].dtype) == ("float32", "int32"):
        power = tensors[1]
        tensors[1] = low.emit(
            "Cast", [power], power.shape, "float32", power.axes, DstT="DT_FLOAT", SrcT="DT_INT32"
        )
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
    tensors = aligned(low, node.inputs, rank)
    axes = next((t.axes for t in tensors if t.rank == rank), plain_axes(rank))
    shape = np.broadcast_shapes(*(t.shape for t in tensors))
    chosen = select(low, *tensors)
    low.write(node.outputs[0], low.reshape(chosen, (1,) * (rank - len(shape)) + shape, axes))


def select(low: Lowering, condition: Tensor, yes: Tensor, no: Tensor) -> Tensor:
    """One of two per element; beyond rank 4, which WebGL's kernel ends at, as a flat list."""
    three = [condition, yes, no]
    shape = np.broadcast_shapes(*(t.shape for t in three))
    if len(shape) > WHERE_RANK:
        size = math.prod(shape)
        whole = [t if t.shape in (shape, ()) else broadcast(low, t, shape) for t in three]
        three = [low.reshape(t, (size,) if t.rank else ()) for t in whole]
        return low.reshape(low.emit("SelectV2", three, (size,), yes.dtype), shape)
    axes = next((t.axes for t in three if t.shape == shape), plain_axes(len(shape)))
    return low.emit("SelectV2", three, shape, yes.dtype, axes)


def broadcast(low: Lowering, x: Tensor, shape: Sequence[int]) -> Tensor:
    """The tensor repeated to a shape; fewer axes than it has are put in front."""
    x = low.reshape(x, (1,) * (len(shape) - x.rank) + x.shape)
    return low.emit("BroadcastTo", [x, low.ints(shape)], shape) if x.shape != shape else x


@lowers("Cast", "CastLike")
def cast(low: Lowering, node: Node) -> None:
    """Between float32, int32 (for int64 too) and bool."""
    x = low.any(node.inputs[0])
    dtype = _goal(low, node)
    if dtype == x.dtype == "float32" or dtype == "bool" == x.dtype:
        low.write(node.outputs[0], low.emit("Identity", [x], x.shape))
        return
    if dtype == "bool":  # TF.js's own cast cuts off the fraction on wasm, and wraps at 256
        zero = low.const(np.zeros((), x.dtype))
        low.write(node.outputs[0], low.emit("NotEqual", [x, zero], x.shape, dtype, x.axes))
        return
    codes = {"float32": "DT_FLOAT", "int32": "DT_INT32", "bool": "DT_BOOL"}
    out = low.emit("Cast", [x], x.shape, dtype, x.axes, DstT=codes[dtype], SrcT=codes[x.dtype])
    low.write(node.outputs[0], out)


def _goal(low: Lowering, node: Node) -> str:
    """TF.js's dtype for what a cast asks for, which is not always what numpy makes of it."""
    from onnx import TensorProto

    known = {
        TensorProto.FLOAT: "float32", TensorProto.INT32: "int32", TensorProto.INT64: "int32",
        TensorProto.BOOL: "bool",
    }  # fmt: skip
    if node.op == "CastLike":
        name = low.source.type_of(node.inputs[1]).dtype.name
        goal = {"int64": "int32"}.get(name, name)
    else:
        name = TensorProto.DataType.Name(node.get("to")).lower()
        goal = known.get(node.get("to"), "")
    if goal not in known.values():
        raise refuse(node, f"casts to {name}, which TF.js has not")
    return goal


@lowers("Acos", "Asin")
def arc(low: Lowering, node: Node) -> None:
    """By the arc tangent: the arc sine of graphics drivers is off by 4e-4."""
    require_float(low, node)
    x = low.any(node.inputs[0])
    one = low.scalar(1.0)

    def leg(op: str) -> Tensor:
        inside = low.emit(op, [one, x], x.shape, axes=x.axes)
        return low.emit("Sqrt", [inside], x.shape, axes=x.axes)

    less, more = leg("Sub"), leg("AddV2")
    if node.op == "Acos":  # twice the angle of (1 + cos, sin), scaled
        half = low.emit("Atan2", [less, more], x.shape, axes=x.axes)
    else:
        product = low.emit("Mul", [less, more], x.shape, axes=x.axes)
        rest = low.emit("AddV2", [product, one], x.shape, axes=x.axes)
        ratio = low.emit("RealDiv", [x, rest], x.shape, axes=x.axes)
        half = low.emit("Atan", [ratio], x.shape, axes=x.axes)
    low.write(node.outputs[0], low.emit("Mul", [half, low.scalar(2.0)], x.shape, axes=x.axes))


@lowers("IsNaN")
def is_nan(low: Lowering, node: Node) -> None:
    """Whether a number is none."""
    require_float(low, node)
    x = low.any(node.inputs[0])
    low.write(node.outputs[0], low.emit("IsNan", [x], x.shape, "bool", x.axes))


@lowers("IsInf")
def is_inf(low: Lowering, node: Node) -> None:
    """Whether a number is infinite: either way, or one way only."""
    require_float(low, node)
    x = low.any(node.inputs[0])
    up, down = bool(node.get("detect_positive", 1)), bool(node.get("detect_negative", 1))
    if up and down:
        low.write(node.outputs[0], low.emit("IsInf", [x], x.shape, "bool", x.axes))
        return
    if up == down:
        raise refuse(node, "detects nothing")
    limit = low.scalar(np.inf if up else -np.inf)
    low.write(node.outputs[0], low.emit("Equal", [x, limit], x.shape, "bool", x.axes))


@lowers("Mod")
def modulo(low: Lowering, node: Node) -> None:
    """With the sign of the divisor for integers, of the dividend for floating point (fmod)."""
    rank = _rank(low, node)
    x, y = aligned(low, node.inputs, rank)
    if x.dtype != "float32" or not node.get("fmod", 0):
        raise refuse(node, "on integers is not exact in TF.js")
    magnitude = emit_aligned(
        low,
        "FloorMod",
        [low.emit("Abs", [x], x.shape, axes=x.axes), low.emit("Abs", [y], y.shape, axes=y.axes)],
        rank,
    )
    sign = low.emit("Sign", [x], x.shape, axes=x.axes)
    low.write(node.outputs[0], emit_aligned(low, "Mul", [magnitude, sign], rank))
