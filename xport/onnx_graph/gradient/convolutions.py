"""Convolutions and matrix products: their gradients read the forward weights as they are stored."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from xport.onnx_graph.gradient.rules import Step, rule
from xport.onnx_graph.gradient.windows import Windows, transposed_windows, windows
from xport.onnx_graph.graph import refuse


@rule("Conv")
def conv(step: Step) -> Sequence[str | None]:
    """The transposed convolution with the same kernel."""
    step.only_first("the kernel")
    kernel = step.ops.shape(step.node.inputs[1])[2:]
    w = windows(step.node, step.shape, step.ops.shape(step.y), kernel)
    attributes = _attributes(step, w) | {"pads": [*w.begin, *w.end]}
    # A transposed convolution ends where its last window does; what the forward windows did not
    # reach (less than a stride) is output_padding.
    rest = [n - (last - b - e) for n, last, b, e in w.zipped("size", "span", "begin", "end")]
    if any(rest):
        attributes["output_padding"] = rest
    inputs = [step.gradient, step.node.inputs[1]]
    return [step.ops.emit("ConvTranspose", inputs, step.shape, **attributes)]


@rule("ConvTranspose")
def conv_transpose(step: Step) -> Sequence[str | None]:
    """The convolution with the same kernel."""
    step.only_first("the kernel")
    kernel = step.ops.shape(step.node.inputs[1])[2:]
    w = transposed_windows(step.node, step.shape, step.ops.shape(step.y), kernel)
    # Where output_padding went beyond the last window, the gradient ends in what nothing wrote.
    ends = [last - b - n for n, last, b in w.zipped("size", "span", "begin")]
    gradient = step.ops.crop_or_pad(
        step.gradient, [0] * len(step.shape), [0, 0, *(min(e, 0) for e in ends)]
    )
    attributes = _attributes(step, w) | {"pads": [*w.begin, *(max(e, 0) for e in ends)]}
    return [step.ops.emit("Conv", [gradient, step.node.inputs[1]], step.shape, **attributes)]


def _attributes(step: Step, w: Windows) -> dict[str, object]:
    return {
        "kernel_shape": list(w.kernel),
        "strides": list(w.strides),
        "dilations": list(w.dilations),
        "group": int(step.node.get("group", 1)),
    }


@rule("Gemm")
def gemm(step: Step) -> Sequence[str | None]:
    """Y = α A' B' + β C: the other factor, transposed by attributes."""
    a, b = step.node.inputs[:2]
    alpha, beta = float(step.node.get("alpha", 1.0)), float(step.node.get("beta", 1.0))
    trans_a, trans_b = bool(step.node.get("transA", 0)), bool(step.node.get("transB", 0))
    g = step.gradient
    found: list[str | None] = [None, None, None]
    if step.needed[0]:
        factors = (b, g, trans_b, True) if trans_a else (g, b, False, not trans_b)
        found[0] = _product(step, factors, a, alpha)
    if step.needed[1]:
        factors = (g, a, True, trans_a) if trans_b else (a, g, not trans_a, False)
        found[1] = _product(step, factors, b, alpha)
    if step.needed[2:] == (True,):
        found[2] = step.ops.scaled(step.ops.summed_to(g, step.ops.shape(step.input(2))), beta)
    return found


def _product(
    step: Step, factors: tuple[str, str, bool, bool], like: str, alpha: float = 1.0
) -> str:
    left, right, trans_left, trans_right = factors
    attributes: dict[str, object] = {"transA": int(trans_left), "transB": int(trans_right)}
    if alpha != 1:
        attributes["alpha"] = alpha
    return step.ops.emit("Gemm", [left, right], step.ops.shape(like), **attributes)


@rule("MatMul")
def matmul(step: Step) -> Sequence[str | None]:
    """Products with the other factor transposed: Gemm for a matrix, else batched."""
    ops, g = step.ops, step.gradient
    a, b = step.node.inputs
    if min(ops.rank(a), ops.rank(b)) < 2:
        raise refuse(step.node, "no gradient is known for vectors", "give them a second axis")
    found: list[str | None] = [None, None]
    if step.needed[0]:
        found[0] = _matrix(step, b) if ops.rank(b) == 2 else _batched(step, g, _turned(step, b), a)
    if step.needed[1]:
        found[1] = _batched(step, _turned(step, a), g, b)
    return found


def _matrix(step: Step, b: str) -> str:
    """`g` · Bᵀ for all leading axes at once, by an attribute: Bᵀ need not be stored as well."""
    ops, shape = step.ops, step.shape
    rows = math.prod(shape[:-1])
    g = ops.reshape(step.gradient, (rows, ops.shape(b)[1]))
    product = ops.emit("Gemm", [g, b], (rows, shape[-1]), transA=0, transB=1)
    return ops.reshape(product, shape)


def _turned(step: Step, name: str) -> str:
    axes = list(range(step.ops.rank(name)))
    return step.ops.transpose(name, [*axes[:-2], axes[-1], axes[-2]])


def _batched(step: Step, left: str, right: str, like: str) -> str:
    ops = step.ops
    batch = np.broadcast_shapes(ops.shape(left)[:-2], ops.shape(right)[:-2])
    shape = (*batch, ops.shape(left)[-2], ops.shape(right)[-1])
    return ops.summed_to(ops.emit("MatMul", [left, right], shape), ops.shape(like))
