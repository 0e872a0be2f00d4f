"""Activations with parameters."""

from __future__ import annotations

import math

import numpy as np

from xport.onnx_graph.graph import Node
from xport.tfjs_writer.elementwise import require_float
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.operands import Operands, aligned, select
from xport.tfjs_writer.tensor import Stored, Tensor

SELU_ALPHA, SELU_GAMMA = 1.67326319217681884765625, 1.05070102214813232421875


def _scaled(low: Lowering, x: Tensor, factor: float) -> Tensor:
    if factor == 1:
        return x
    return low.emit("Mul", [x, low.scalar(factor)], x.shape, axes=x.axes)


def _plus(low: Lowering, x: Tensor, y: Tensor | float) -> Tensor:
    other: Stored = low.scalar(y) if isinstance(y, float) else y
    return low.emit("AddV2", [x, other], x.shape, axes=x.axes)


def _times(low: Lowering, x: Tensor, y: Tensor) -> Tensor:
    return low.emit("Mul", [x, y], x.shape, axes=x.axes)


def _input(low: Lowering, node: Node) -> Tensor:
    require_float(low, node)
    return low.any(node.inputs[0])


@lowers("LeakyRelu")
def leaky_relu(low: Lowering, node: Node) -> None:
    """X where positive, alpha · x elsewhere."""
    x = _input(low, node)
    alpha = float(node.get("alpha", 0.01))
    low.write(node.outputs[0], low.emit("LeakyRelu", [x], x.shape, axes=x.axes, alpha=alpha))


@lowers("PRelu")
def prelu(low: Lowering, node: Node) -> None:
    """X where positive, slope · x elsewhere; TF.js's kernel where the slope is per channel."""
    require_float(low, node)
    operands = aligned(low, node.inputs, len(low.shape(node.inputs[0])))
    x, slope = operands.tensors
    if slope.rank <= 1 and slope.shape in ((), (1,), (x.shape[-1],)) and x.rank > 1:
        if slope.shape != (x.shape[-1],):
            value = low.constant(node.inputs[1])
            slope = (
                low.const(np.full(x.shape[-1], value, np.float32)) if value is not None else slope
            )
        if slope.shape == (x.shape[-1],):
            low.write(node.outputs[0], operands.of(x, slope).combined(low, "Prelu"))
            return
    positive = low.compute("Relu", [x], x.shape)
    negative = low.compute("Relu", [low.compute("Neg", [x], x.shape)], x.shape)
    below = low.compute("Mul", [negative, slope], operands.shape)
    low.write(node.outputs[0], operands.of(positive, below).combined(low, "Sub"))


@lowers("Elu", "Celu", "Selu")
def elu(low: Lowering, node: Node) -> None:
    """Exponential below zero: alpha · (exp(x / beta) - 1), times gamma for Selu."""
    x = _input(low, node)
    alpha = float(node.get("alpha", SELU_ALPHA if node.op == "Selu" else 1.0))
    gamma = float(node.get("gamma", SELU_GAMMA)) if node.op == "Selu" else 1.0
    if (alpha, gamma) == (1.0, 1.0):
        low.write(node.outputs[0], low.emit("Elu", [x], x.shape, axes=x.axes))
        return
    positive = low.emit("Relu", [x], x.shape, axes=x.axes)
    below = low.emit("Minimum", [x, low.scalar(0.0)], x.shape, axes=x.axes)
    if node.op == "Celu":
        below = _scaled(low, below, 1 / alpha)
    below = low.emit("Expm1", [below], x.shape, axes=x.axes)
    out = _plus(low, _scaled(low, positive, gamma), _scaled(low, below, gamma * alpha))
    low.write(node.outputs[0], out)


@lowers("Clip")
def clip(low: Lowering, node: Node) -> None:
    """Between two numbers, either of which may be absent or computed."""
    x = low.any(node.inputs[0])
    bounds = [node.inputs[i] if len(node.inputs) > i else "" for i in (1, 2)]
    values = [low.constant(name) for name in bounds]
    numbers = [None if value is None else float(value.reshape(())) for value in values]
    if x.dtype == "float32" and None not in numbers:
        low.write(node.outputs[0], _clipped(low, x, float(numbers[0] or 0), float(numbers[1] or 0)))
        return
    for op, name in zip(("Maximum", "Minimum"), bounds, strict=True):
        if name:
            x = low.emit(op, [x, low.plain(name)], x.shape, axes=x.axes)
    if not any(bounds):
        x = low.emit("Identity", [x], x.shape, axes=x.axes)
    low.write(node.outputs[0], x)


def _clipped(low: Lowering, x: Tensor, least: float, most: float) -> Tensor:
    if least == 0 and most == 6:
        return low.emit("Relu6", [x], x.shape, axes=x.axes)
    if least == 0 and most >= float(np.finfo(np.float32).max):
        return low.emit("Relu", [x], x.shape, axes=x.axes)
    if least > most:  # ONNX: every value becomes the maximum
        floor = low.emit("Maximum", [x, low.scalar(least)], x.shape, axes=x.axes)
        return low.emit("Minimum", [floor, low.scalar(most)], x.shape, axes=x.axes)
    bounds = [low.scalar(least), low.scalar(most)]
    return low.emit("ClipByValue", [x, *bounds], x.shape, axes=x.axes)


@lowers("HardSigmoid")
def hard_sigmoid(low: Lowering, node: Node) -> None:
    """Alpha · x + beta, between 0 and 1."""
    x = _input(low, node)
    alpha, beta = float(node.get("alpha", 0.2)), float(node.get("beta", 0.5))
    low.write(node.outputs[0], _clipped(low, _plus(low, _scaled(low, x, alpha), beta), 0.0, 1.0))


@lowers("HardSwish")
def hard_swish(low: Lowering, node: Node) -> None:
    """X · min(max(x + 3, 0), 6) / 6."""
    x = _input(low, node)
    gate = low.emit("Relu6", [_plus(low, x, 3.0)], x.shape, axes=x.axes)
    low.write(node.outputs[0], _scaled(low, _times(low, x, gate), 1 / 6))


@lowers("Gelu")
def gelu(low: Lowering, node: Node) -> None:
    """X · Φ(x), with Φ by the error function or by tanh."""
    x = _input(low, node)
    if node.get("approximate", "none") == "tanh":
        cube = _times(low, _times(low, x, x), x)
        inner = _scaled(low, _plus(low, x, _scaled(low, cube, 0.044715)), math.sqrt(2 / math.pi))
        bent = low.emit("Tanh", [inner], x.shape, axes=x.axes)
    else:
        bent = low.emit("Erf", [_scaled(low, x, math.sqrt(0.5))], x.shape, axes=x.axes)
    low.write(node.outputs[0], _times(low, _scaled(low, x, 0.5), _plus(low, bent, 1.0)))


@lowers("Softmax", "LogSoftmax")
def softmax(low: Lowering, node: Node) -> None:
    """Softmax over one axis, which TF.js wants last."""
    require_float(low, node)
    rank = len(low.shape(node.inputs[0]))
    axis = node.get("axis", -1) % rank
    x = low.any(node.inputs[0])
    if x.axes[-1] != axis:
        x = low.as_axes(node.inputs[0], (*(a for a in x.axes if a != axis), axis))
    low.write(node.outputs[0], low.emit(node.op, [x], x.shape, axes=x.axes))


@lowers("ThresholdedRelu", "Shrink")
def thresholded(low: Lowering, node: Node) -> None:
    """X beyond a threshold, zero within; Shrink moves what is left towards zero by its bias."""
    x = _input(low, node)
    if node.op == "ThresholdedRelu":
        low.write(node.outputs[0], _beyond(low, x, "Greater", float(node.get("alpha", 1.0)), 0.0))
        return
    limit, bias = float(node.get("lambd", 0.5)), float(node.get("bias", 0.0))
    above = _beyond(low, x, "Greater", limit, -bias)
    below = _beyond(low, x, "Less", -limit, bias)
    low.write(node.outputs[0], _plus(low, above, below))


def _beyond(low: Lowering, x: Tensor, op: str, limit: float, added: float) -> Tensor:
    chosen = low.emit(op, [x, low.scalar(limit)], x.shape, "bool", x.axes)
    moved = _plus(low, x, added) if added else x
    return select(low, Operands((chosen, moved, low.scalar(0.0)), x.axes))


@lowers("Softsign", "Mish")
def gated(low: Lowering, node: Node) -> None:
    """X / (1 + |x|), or x · tanh(softplus(x))."""
    x = _input(low, node)
    if node.op == "Softsign":
        size = _plus(low, low.emit("Abs", [x], x.shape, axes=x.axes), 1.0)
        low.write(node.outputs[0], low.emit("RealDiv", [x, size], x.shape, axes=x.axes))
        return
    gate = low.emit("Softplus", [x], x.shape, axes=x.axes)
    gate = low.emit("Tanh", [gate], x.shape, axes=x.axes)
    low.write(node.outputs[0], _times(low, x, gate))
