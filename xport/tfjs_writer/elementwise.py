"""Operators that work element by element, on tensors in any common layout."""

from __future__ import annotations

import numpy as np

from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.dividing import divided, modulus
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.operands import aligned, select
from xport.tfjs_writer.tensor import Stored, Tensor
from xport.tfjs_writer.tf_graph import NARROW, WIDE

UNARY = {
    "Abs": "Abs", "Acosh": "Acosh", "Asinh": "Asinh",
    "Atan": "Atan", "Atanh": "Atanh", "Ceil": "Ceil", "Cos": "Cos", "Cosh": "Cosh", "Erf": "Erf",
    "Exp": "Exp", "Floor": "Floor", "Log": "Log", "Neg": "Neg", "Reciprocal": "Reciprocal",
    "Relu": "Relu", "Round": "Round", "Sigmoid": "Sigmoid", "Sinh": "Sinh",
    "Softplus": "Softplus", "Sqrt": "Sqrt", "Tan": "Tan", "Tanh": "Tanh",
}  # fmt: skip
BINARY = {"Add": "AddV2", "Sub": "Sub", "Mul": "Mul", "Div": "RealDiv", "Pow": "Pow"}
COMPARISONS = {
    "Equal": "Equal", "Greater": "Greater", "GreaterOrEqual": "GreaterEqual", "Less": "Less",
    "LessOrEqual": "LessEqual",
}  # fmt: skip
LOGICAL = {"And": "LogicalAnd", "Or": "LogicalOr", "Xor": "NotEqual"}
VARIADIC = {"Max": "Maximum", "Min": "Minimum", "Sum": "AddV2"}


def _rank(low: Lowering, node: Node) -> int:
    return len(low.shape(node.outputs[0]))


def require_float(low: Lowering, node: Node) -> None:
    """Refuse integers where TF.js would compute in floating point."""
    if low.any(node.inputs[0]).dtype != "float32":
        raise refuse(node, "is not in float32")


@lowers(*UNARY)
def unary(low: Lowering, node: Node) -> None:
    """One input, one output of the same shape."""
    if node.op not in ("Abs", "Neg", "Relu"):
        require_float(low, node)
    x = low.any(node.inputs[0])
    low.write(node.outputs[0], low.emit(UNARY[node.op], [x], x.shape))


@lowers("Sign")
def sign(low: Lowering, node: Node) -> None:
    """-1, 0 or 1."""
    x = low.any(node.inputs[0])
    low.write(node.outputs[0], _sign(low, x).ordered(x.axes))


def _sign(low: Lowering, x: Stored) -> Stored:
    """By comparisons: TF.js's own sign is 0 on wasm for whatever is at most 1e-7."""
    zero = low.const(np.zeros((), x.dtype))
    codes = {"SrcT": "DT_BOOL", "DstT": {"float32": "DT_FLOAT", "int32": "DT_INT32"}[x.dtype]}
    sides = [
        low.compute(
            "Cast", [low.compute(op, [x, zero], x.shape, "bool")], x.shape, x.dtype, **codes
        )
        for op in ("Greater", "Less")
    ]
    return low.compute("Sub", sides, x.shape)


@lowers("Not")
def logical_not(low: Lowering, node: Node) -> None:
    """Not."""
    x = low.any(node.inputs[0])
    low.write(node.outputs[0], low.emit("LogicalNot", [x], x.shape))


@lowers(*BINARY)
def binary(low: Lowering, node: Node) -> None:
    """Arithmetic with broadcasting."""
    operands = aligned(low, node.inputs, _rank(low, node))
    left, right = operands.tensors
    if node.op == "Pow" and (left.dtype, right.dtype) == ("float32", "int32"):
        codes = {"DstT": "DT_FLOAT", "SrcT": "DT_INT32"}
        right = low.compute("Cast", [right], right.shape, "float32", **codes)
    if left.dtype != right.dtype:
        raise refuse(node, f"mixes {left.dtype} and {right.dtype}")
    if left.dtype == "int32" and node.op == "Div":
        low.write(node.outputs[0], divided(low, node, operands))
        return
    if left.dtype != "float32" and node.op in ("Div", "Pow"):
        raise refuse(node, "on integers is not exact in TF.js")
    low.write(node.outputs[0], operands.of(left, right).combined(low, BINARY[node.op]))


@lowers(*COMPARISONS)
def comparison(low: Lowering, node: Node) -> None:
    """Comparison with broadcasting; the output is bool."""
    operands = aligned(low, node.inputs, _rank(low, node))
    low.write(node.outputs[0], operands.combined(low, COMPARISONS[node.op], "bool"))


@lowers(*LOGICAL)
def logical(low: Lowering, node: Node) -> None:
    """And, Or, Xor with broadcasting."""
    operands = aligned(low, node.inputs, _rank(low, node))
    low.write(node.outputs[0], operands.combined(low, LOGICAL[node.op], "bool"))


@lowers(*VARIADIC, "Mean")
def variadic(low: Lowering, node: Node) -> None:
    """Any number of inputs, two by two; a mean is the sum by their number."""
    operands = aligned(low, node.inputs, _rank(low, node))
    out, *others = operands.tensors
    for one in others:
        both = operands.of(out, one)
        out = low.compute(VARIADIC.get(node.op, "AddV2"), both.tensors, both.shape)
    if node.op == "Mean":
        out = low.compute("RealDiv", [out, low.scalar(len(node.inputs))], out.shape)
    if not others:
        out = low.compute("Identity", [out], out.shape)
    low.write(node.outputs[0], operands.whole(low, out))


@lowers("Where")
def where(low: Lowering, node: Node) -> None:
    """A choice per element, with broadcasting."""
    low.write(node.outputs[0], select(low, aligned(low, node.inputs, _rank(low, node))))


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
        TensorProto.BOOL: "bool", TensorProto.INT8: "int32", TensorProto.UINT8: "int32",
        TensorProto.INT16: "int32", TensorProto.UINT16: "int32",
        TensorProto.UINT32: "int32", TensorProto.UINT64: "int32",
    }  # fmt: skip
    if node.op == "CastLike":
        name = low.source.type_of(node.inputs[1]).dtype.name
        goal = "int32" if name in (*WIDE, *NARROW) else name
    else:
        name = TensorProto.DataType.Name(node.get("to")).lower()
        goal = known.get(node.get("to"), "")
    if goal not in known.values():
        raise refuse(node, f"casts to {name}, which TF.js has not")
    return goal


@lowers("BitwiseNot")
def bitwise_not(low: Lowering, node: Node) -> None:
    """Of int32. TF.js's loader hands BitwiseAnd no operand (4.22), so the others are refused."""
    x = low.any(node.inputs[0])
    if x.dtype != "int32":
        raise refuse(node, f"is of {x.dtype}", "cast to int32")
    minus = low.const(np.asarray(-1, np.int32))
    low.write(node.outputs[0], low.emit("Sub", [minus, x], x.shape, axes=x.axes))


@lowers("Sin")
def sine(low: Lowering, node: Node) -> None:
    """Of the magnitude: TF.js's sine of a small negative number is off by 2e-7 on wasm."""
    require_float(low, node)
    x = low.any(node.inputs[0])
    size = low.compute("Sin", [low.compute("Abs", [x], x.shape)], x.shape)
    low.write(node.outputs[0], low.emit("Mul", [size, _sign(low, x)], x.shape, axes=x.axes))


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
    operands = aligned(low, node.inputs, _rank(low, node))
    x, fmod = operands.tensors[0], bool(node.get("fmod", 0))
    if x.dtype == "int32":
        low.write(node.outputs[0], modulus(low, node, operands, fmod))
        return
    if x.dtype != "float32" or not fmod:
        raise refuse(node, "without fmod is for integers", "set fmod to 1")
    sizes = operands.of(*(low.compute("Abs", [one], one.shape) for one in operands.tensors))
    magnitude = low.compute("FloorMod", sizes.tensors, sizes.shape)
    minus = low.compute("Neg", [magnitude], sizes.shape)
    # A choice, for it reads no texel beyond the tensor: there FloorMod leaves NaN on WebGL.
    below = low.compute("Less", [x, low.scalar(0)], x.shape, "bool")
    low.write(node.outputs[0], select(low, operands.of(below, minus, magnitude)))
