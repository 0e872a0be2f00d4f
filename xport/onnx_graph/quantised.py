"""Quantised operators, as what they compute: integers that are float32 numbers.

Every integer of 16 bits and less is a float32 number, so rounding, clipping and products of
quantised values are the same there; only sums beyond 2^24 are rounded, by one part in 10^7.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.building import Building
from xport.onnx_graph.graph import Graph, Node, refuse
from xport.onnx_graph.stand_ins import as_float, follow_integers

RANGES = {"uint8": (0, 255), "int8": (-128, 127), "uint16": (0, 65535), "int16": (-32768, 32767)}
LEVELS = 255.0
"""Of DynamicQuantizeLinear."""


def dequantise(graph: Graph) -> bool:
    """Put float32 operators in the place of quantised ones that are computed; whether any was.

    Raises:
        ConversionError: a quantised value is computed with otherwise; the node is named.
    """
    found = [node for node in graph.nodes if node.op in HANDLERS and not node.domain]
    if not found:
        return False
    stand_ins = follow_integers(graph, found)
    for node in found:
        node.inputs = [as_float(graph, name, node, stand_ins) for name in node.inputs]
        build = Building(graph, node)
        HANDLERS[node.op](build)
        build.done()
    for name in [n for n in graph.types if n not in (*graph.inputs, *graph.outputs)]:
        del graph.types[name]  # they say which integers those were
    return True


def _number(build: Building, name: str) -> str:
    """A value as float32: a constant's integers, or what stands for them already."""
    value = build.graph.constants.get(name)
    return name if value is None else build.constant(value, np.float32)


def _input(build: Building, place: int) -> str:
    return build.node.inputs[place] if place < len(build.node.inputs) else ""


def _along(build: Building, name: str, rank: int, axis: int) -> str:
    """A number for all, or one for each place along an axis, so that it broadcasts."""
    kind = build.graph.type_of(name)
    if kind.size == 1 and len(kind.shape) <= 1:
        return build.reshape(name, *[1] * len(kind.shape)) if len(kind.shape) > 1 else name
    if len(kind.shape) != 1:
        raise refuse(build.node, "is quantised in blocks", "quantise each tensor or channel")
    shape = [1] * rank
    shape[axis] = kind.size
    value = build.graph.constants.get(name)
    if value is not None:
        return build.constant(value.reshape(shape).astype(np.float32))
    return build.reshape(name, *shape)


def _less(build: Building, x: str, zero: str) -> str:
    return build.add("Sub", x, zero) if zero else x


def _rounded(build: Building, x: str, zero: str, limits: tuple[int, int]) -> str:
    """Rounded to even, moved by the zero point, and clipped to the type's range."""
    whole = build.add("Round", x)
    if zero:
        whole = build.add("Add", whole, zero)
    return _clipped(build, whole, limits)


def _clipped(build: Building, x: str, limits: tuple[float, float]) -> str:
    least, most = (build.constant(np.float32(limit)) for limit in limits)
    return build.add("Min", build.add("Max", x, least), most)


def _range(build: Building, place: int) -> tuple[int, int]:
    """The range of the type that a zero point has, or that the attribute names."""
    from onnx import TensorProto

    name, code = _input(build, place), build.node.get("output_dtype", 0)
    if name:
        made = build.graph.producers().get(name)
        cast = made is not None and made.op == "Cast" and name.endswith("_float")
        kind = build.graph.type_of(made.inputs[0] if cast and made else name).dtype.name
    else:
        kind = TensorProto.DataType.Name(code).lower() if code else "uint8"
    if kind not in RANGES:
        raise refuse(build.node, f"quantises to {kind}", "quantise to 8 or 16 bits")
    return RANGES[kind]


def _quantize(build: Building) -> None:
    limits = _range(build, 2)
    x, scale, zero = build.node.inputs[0], *(_scale_and_zero(build))
    build.end(_rounded(build, build.add("Div", x, scale), zero, limits), 0)


def _scale_and_zero(build: Building) -> tuple[str, str]:
    node = build.node
    if node.get("block_size", 0):
        raise refuse(node, "is quantised in blocks", "quantise each tensor or channel")
    if node.get("saturate", 1) != 1 or node.get("precision", 0):
        raise refuse(node, "its saturate or precision is not supported", "quantise to 8 bits")
    rank = len(build.graph.type_of(node.inputs[0]).shape)
    axis = node.get("axis", 1)
    scale = _along(build, node.inputs[1], rank, axis)
    zero = _along(build, _number(build, node.inputs[2]), rank, axis) if _input(build, 2) else ""
    return scale, zero


def _dequantize(build: Building) -> None:
    x = _number(build, build.node.inputs[0])
    value = build.graph.constants.get(build.node.inputs[0])
    if value is not None and build.node.get("block_size", 0):
        build.end(build.constant(_blocked(build, value)), 0)
        return
    scale, zero = _scale_and_zero(build)
    build.end(build.add("Mul", _less(build, x, zero), scale), 0)


def _blocked(build: Building, value: Array) -> Array:
    """Weights whose scales are those of blocks along an axis."""
    node, graph = build.node, build.graph
    axis, block = node.get("axis", 1) % value.ndim, int(node.get("block_size"))
    numbers = [graph.constants.get(name) for name in node.inputs[1:3] if name]
    if any(one is None for one in numbers):
        raise refuse(node, "its scale and zero point must be constants")

    def spread(one: Array) -> Array:
        wide = np.repeat(one.astype(np.float32), block, axis)
        return wide.take(np.arange(value.shape[axis]), axis)

    scale, *zero = [spread(np.asarray(one)) for one in numbers]
    whole = value.astype(np.float32) - (zero[0] if zero else np.float32(0))
    return np.asarray(whole * scale, np.float32)


def dynamic(build: Building, x: str) -> tuple[str, str, str]:
    """DynamicQuantizeLinear: the integers, their scale and their zero point."""
    add, zero = build.add, build.constant(np.float32(0))
    least = add("Min", add("ReduceMin", x, keepdims=0), zero)
    span = add("Sub", add("Max", add("ReduceMax", x, keepdims=0), zero), least)
    scale = add("Div", span, build.constant(np.float32(LEVELS)))
    one = build.constant(np.float32(1))
    scale = add("Where", add("Equal", scale, zero), one, scale)
    point = add("Round", _clipped(build, add("Neg", add("Div", least, scale)), (0, LEVELS)))
    return _rounded(build, add("Div", x, scale), point, RANGES["uint8"]), scale, point


def rounded_as_quantised(build: Building, x: str) -> str:
    """What is left of a value that is quantised as it comes, and dequantised."""
    whole, scale, point = dynamic(build, x)
    return build.add("Mul", build.add("Sub", whole, point), scale)


def _dynamic(build: Building) -> None:
    for place, name in enumerate(dynamic(build, build.node.inputs[0])):
        build.end(name, place)


def _operand(build: Building, place: int, zero: int, axes: Sequence[int] | None = None) -> str:
    """An operand less its zero point, which may be one number or one for each row."""
    x, point = _number(build, build.node.inputs[place]), _input(build, zero)
    if not point:
        return x
    kind = build.graph.type_of(point)
    number = _number(build, point)
    if kind.size > 1:
        if axes is None:
            raise refuse(build.node, "has zero points for each row", "quantise each tensor")
        number = build.reshape(number, *axes)
    return build.add("Sub", x, number)


def _conv_attributes(node: Node) -> dict[str, object]:
    known = ("auto_pad", "dilations", "group", "kernel_shape", "pads", "strides")
    return {name: node.get(name) for name in known if name in node.attributes}


def _conv_integer(build: Building) -> None:
    node = build.node
    rank = len(build.graph.type_of(node.inputs[1]).shape)
    weights = _operand(build, 1, 3, (-1, *[1] * (rank - 1)))
    build.end(build.add("Conv", _operand(build, 0, 2), weights, **_conv_attributes(node)), 0)


def _matmul_integer(build: Building) -> None:
    build.end(build.add("MatMul", _operand(build, 0, 2, (-1, 1)), _operand(build, 1, 3, (-1,))), 0)


def _requantised(build: Building, x: str, scales: Sequence[str], place: int) -> None:
    """By the product of two scales over a third, to the zero point that comes behind it."""
    first, second, third = scales
    factor = build.add("Div", build.add("Mul", first, second), third)
    limits = _range(build, place)
    zero = _number(build, build.node.inputs[place])
    build.end(_rounded(build, build.add("Mul", x, factor), zero, limits), 0)


def _qlinear_conv(build: Building) -> None:
    node = build.node
    rank = len(build.graph.type_of(node.inputs[3]).shape)
    weights = _operand(build, 3, 5, (-1, *[1] * (rank - 1)))
    out = build.add("Conv", _operand(build, 0, 2), weights, **_conv_attributes(node))
    per_channel = (1, -1, *[1] * (rank - 2))
    if _input(build, 8):
        bias = build.reshape(_number(build, node.inputs[8]), *per_channel)
        out = build.add("Add", out, bias)
    scale = node.inputs[4]
    if build.graph.type_of(scale).size > 1:
        scale = build.reshape(scale, *per_channel)
    _requantised(build, out, (node.inputs[1], scale, node.inputs[6]), 7)


def _qlinear_matmul(build: Building) -> None:
    node = build.node
    scales = (node.inputs[1], node.inputs[4], node.inputs[6])
    if any(build.graph.type_of(name).size > 1 for name in scales):
        raise refuse(node, "has scales for each row", "quantise each tensor")
    _requantised(
        build, build.add("MatMul", _operand(build, 0, 2), _operand(build, 3, 5)), scales, 7
    )


HANDLERS: dict[str, Callable[[Building], None]] = {
    "QuantizeLinear": _quantize,
    "DequantizeLinear": _dequantize,
    "DynamicQuantizeLinear": _dynamic,
    "ConvInteger": _conv_integer,
    "MatMulInteger": _matmul_integer,
    "QLinearConv": _qlinear_conv,
    "QLinearMatMul": _qlinear_matmul,
}
