"""Division and modulus of integers, exact as far as TF.js's integers are.

They are int32 on wasm and cpu, and float32 numbers on WebGL, which are exact up to 2^24. A quotient
of floating point may be off by some; the rest that it leaves says by how much.
"""

from __future__ import annotations

import numpy as np

from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.lowering import Lowering
from xport.tfjs_writer.operands import Operands, broadcast
from xport.tfjs_writer.tensor import Stored, Tensor

EXACT = 2**24


def require_exact(low: Lowering, node: Node) -> None:
    """Refuse constants that WebGL would round, and a division by nothing.

    Raises:
        ConversionError: there is one.
    """
    for place, name in enumerate(node.inputs[:2]):
        value = low.constant(name)
        if value is None:
            continue
        if value.size and int(np.abs(value.astype(np.int64)).max()) > EXACT:
            raise refuse(node, f"{name!r} reaches beyond 2^24", "divide smaller integers")
        if place and not value.all():
            raise refuse(node, f"{name!r} holds a 0", "divide by something")


def floored(low: Lowering, both: Operands) -> tuple[Stored, Stored]:
    """The quotient rounded down and the rest, which has the sign of the divisor."""
    shape = both.shape
    a, b = (broadcast(low, one, shape) for one in both.tensors)
    quotient: Stored = low.compute("FloorDiv", [a, b], shape)
    for _ in range(2):  # of what is left: less each time, and exact where it is small
        rest = low.compute("Sub", [a, low.compute("Mul", [quotient, b], shape)], shape)
        quotient = low.compute(
            "AddV2", [quotient, low.compute("FloorDiv", [rest, b], shape)], shape
        )
    return quotient, low.compute("Sub", [a, low.compute("Mul", [quotient, b], shape)], shape)


def divided(low: Lowering, node: Node, both: Operands) -> Tensor:
    """The quotient rounded towards 0, as ONNX's Div has it."""
    require_exact(low, node)
    shape = both.shape
    a, b = (broadcast(low, one, shape) for one in both.tensors)
    sizes = both.of(*(low.compute("Abs", [one], shape) for one in (a, b)))
    quotient, _ = floored(low, sizes)
    return both.whole(low, _signed(low, quotient, _apart(low, a, b)))


def modulus(low: Lowering, node: Node, both: Operands, fmod: bool) -> Tensor:
    """The rest with the sign of the divisor, or with `fmod` of the dividend."""
    require_exact(low, node)
    if not fmod:
        return both.whole(low, floored(low, both)[1])
    shape = both.shape
    a, b = (broadcast(low, one, shape) for one in both.tensors)
    sizes = both.of(*(low.compute("Abs", [one], shape) for one in (a, b)))
    return both.whole(low, _signed(low, floored(low, sizes)[1], _negative(low, a)))


def _negative(low: Lowering, x: Stored) -> Stored:
    return low.compute("Less", [x, low.const(np.zeros((), np.int32))], x.shape, "bool")


def _apart(low: Lowering, a: Stored, b: Stored) -> Stored:
    """Whether one of two is negative and the other is not."""
    return low.compute("NotEqual", [_negative(low, a), _negative(low, b)], a.shape, "bool")


def _signed(low: Lowering, x: Stored, negative: Stored) -> Stored:
    minus = low.compute("Neg", [x], x.shape)
    return low.compute("SelectV2", [negative, minus, x], x.shape, x.dtype)
