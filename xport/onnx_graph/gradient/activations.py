"""Element-wise functions: their slopes by arithmetic, from their outputs where that is enough.

At a kink the slope is torch's: 0 for Relu, alpha for LeakyRelu at zero, 0 at both ends of Clip (as
in ReLU6; torch.clamp takes 1 there).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from xport.onnx_graph.gradient.rules import Step, rule
from xport.onnx_graph.graph import refuse


@rule("Relu")
def relu(step: Step) -> Sequence[str | None]:
    """`g` where y > 0, else 0."""
    return [step.ops.mul(step.gradient, step.ops.positive(step.y))]


@rule("LeakyRelu")
def leaky_relu(step: Step) -> Sequence[str | None]:
    """`g` where x > 0, else g · alpha."""
    ops, alpha = step.ops, float(step.node.get("alpha", 0.01))
    if 0 <= alpha <= 1:
        slope = ops.positive(step.x, otherwise=alpha)
    else:
        slope = _one_or(step, ops.numbers(alpha, step.x))
    return [ops.mul(step.gradient, slope)]


@rule("PRelu")
def prelu(step: Step) -> Sequence[str | None]:
    """`g` where x > 0, else g · slope; the slope may differ per channel."""
    step.only_first("the slope")
    return [step.ops.mul(step.gradient, _one_or(step, step.node.inputs[1]))]


def _one_or(step: Step, other: str) -> str:
    """1 where x > 0, else `other`."""
    positive = step.ops.positive(step.x)
    return step.ops.add(positive, step.ops.mul(other, step.ops.one_minus(positive)))


@rule("Elu")
def elu(step: Step) -> Sequence[str | None]:
    """1 where x > 0, else alpha · exp(x)."""
    return [_exponential(step, float(step.node.get("alpha", 1.0)), 1.0)]


@rule("Selu")
def selu(step: Step) -> Sequence[str | None]:
    """`gamma` where x > 0, else gamma · alpha · exp(x)."""
    alpha = float(step.node.get("alpha", 1.67326319217681884765625))
    return [_exponential(step, alpha, float(step.node.get("gamma", 1.05070102214813232421875)))]


def _exponential(step: Step, alpha: float, gamma: float) -> str:
    # exp is taken of numbers that are not positive, so that a large x cannot make inf · 0.
    ops = step.ops
    below = ops.unary("Exp", ops.binary("Min", step.x, ops.numbers(0, step.x)))
    slope = _one_or(step, ops.scaled(below, alpha))
    return ops.mul(step.gradient, ops.scaled(slope, gamma))


@rule("Sigmoid")
def sigmoid(step: Step) -> Sequence[str | None]:
    """`g` · y (1 − y)."""
    ops = step.ops
    return [ops.mul(step.gradient, ops.mul(step.y, ops.one_minus(step.y)))]


@rule("Tanh")
def tanh(step: Step) -> Sequence[str | None]:
    """`g` · (1 − y²)."""
    ops = step.ops
    return [ops.mul(step.gradient, ops.one_minus(ops.mul(step.y, step.y)))]


@rule("Softplus")
def softplus(step: Step) -> Sequence[str | None]:
    """`g` · sigmoid(x)."""
    return [step.ops.mul(step.gradient, step.ops.unary("Sigmoid", step.x))]


@rule("Clip")
def clip(step: Step) -> Sequence[str | None]:
    """`g` strictly between the bounds, else 0."""
    step.only_first("a bound")
    ops, gradient = step.ops, step.gradient
    for index, below in ((1, True), (2, False)):
        bound = step.input(index)
        if bound:
            inside = ops.sub(step.y, bound) if below else ops.sub(bound, step.y)
            gradient = ops.mul(gradient, ops.positive(inside))
    return [gradient]


@rule("HardSigmoid")
def hard_sigmoid(step: Step) -> Sequence[str | None]:
    """`g` · alpha strictly between 0 and 1, else 0."""
    alpha = float(step.node.get("alpha", 0.2))
    return [step.ops.mul(step.gradient, step.ops.scaled(_inside(step, step.y), alpha))]


@rule("HardSwish")
def hard_swish(step: Step) -> Sequence[str | None]:
    """With y = x h(x), h = clip(x / 6 + 1/2, 0, 1): h + x / 6 where h is strictly inside."""
    ops = step.ops
    # HardSigmoid itself keeps 1 / 6 as a float32 attribute.
    ramp = ops.add(ops.scaled(step.x, 1 / 6), ops.numbers(0.5, step.x))
    gate = ops.binary("Min", ops.unary("Relu", ramp), ops.numbers(1, step.x))
    slope = ops.add(gate, ops.mul(ops.scaled(step.x, 1 / 6), _inside(step, gate)))
    return [ops.mul(step.gradient, slope)]


def _inside(step: Step, gate: str) -> str:
    """1 where 0 < gate < 1, else 0."""
    ops = step.ops
    above = ops.positive(gate)
    return ops.mul(above, ops.positive(ops.one_minus(gate)))


@rule("Erf")
def erf(step: Step) -> Sequence[str | None]:
    """`g` · 2/√π · exp(−x²)."""
    ops = step.ops
    bell = ops.unary("Exp", ops.unary("Neg", ops.mul(step.x, step.x)))
    return [ops.mul(step.gradient, ops.scaled(bell, 2 / math.sqrt(math.pi)))]


@rule("Gelu")
def gelu(step: Step) -> Sequence[str | None]:
    """Φ(x) + x φ(x), or the derivative of its approximation by tanh."""
    ops, x = step.ops, step.x
    if step.node.get("approximate", "none") == "tanh":
        return [ops.mul(step.gradient, _tanh_gelu_slope(step))]
    cumulative = ops.scaled(
        ops.add(ops.unary("Erf", ops.scaled(x, math.sqrt(0.5))), ops.numbers(1, x)), 0.5
    )
    density = ops.scaled(
        ops.unary("Exp", ops.scaled(ops.mul(x, x), -0.5)), 1 / math.sqrt(2 * math.pi)
    )
    return [ops.mul(step.gradient, ops.add(cumulative, ops.mul(x, density)))]


def _tanh_gelu_slope(step: Step) -> str:
    """With u = √(2/π) (x + c x³): (1 + tanh u)/2 + x (1 − tanh² u) u' / 2."""
    ops, x, c = step.ops, step.x, 0.044715
    scale, square, one = math.sqrt(2 / math.pi), ops.mul(x, x), ops.numbers(1, x)
    u = ops.scaled(ops.mul(x, ops.add(one, ops.scaled(square, c))), scale)
    tanh_u = ops.unary("Tanh", u)
    slope_of_u = ops.scaled(ops.add(one, ops.scaled(square, 3 * c)), scale)
    rising = ops.mul(ops.mul(x, ops.one_minus(ops.mul(tanh_u, tanh_u))), slope_of_u)
    return ops.scaled(ops.add(ops.add(tanh_u, one), rising), 0.5)


@rule("Exp")
def exp(step: Step) -> Sequence[str | None]:
    """`g` · y."""
    return [step.ops.mul(step.gradient, step.y)]


@rule("Log")
def log(step: Step) -> Sequence[str | None]:
    """`g` / x."""
    return [step.ops.div(step.gradient, step.x)]


@rule("Sqrt")
def sqrt(step: Step) -> Sequence[str | None]:
    """`g` / 2y."""
    return [step.ops.div(step.gradient, step.ops.scaled(step.y, 2))]


@rule("Reciprocal")
def reciprocal(step: Step) -> Sequence[str | None]:
    """−g · y²."""
    ops = step.ops
    return [ops.unary("Neg", ops.mul(step.gradient, ops.mul(step.y, step.y)))]


@rule("Neg")
def neg(step: Step) -> Sequence[str | None]:
    """−g."""
    return [step.ops.unary("Neg", step.gradient)]


@rule("Abs")
def absolute(step: Step) -> Sequence[str | None]:
    """`g` · sign(x)."""
    return [step.ops.mul(step.gradient, step.ops.unary("Sign", step.x))]


@rule("Pow")
def power(step: Step) -> Sequence[str | None]:
    """`g` · p · x^(p − 1) for a constant exponent p."""
    step.only_first("the exponent")
    exponent = step.constant(1, "the exponent")
    if exponent is None or exponent.size != 1:
        raise refuse(step.node, "no gradient is known for an exponent per element")
    ops, p = step.ops, float(np.asarray(exponent).reshape(()))
    if p == 2:
        return [ops.mul(step.gradient, ops.scaled(step.x, 2))]
    slope = ops.scaled(ops.binary("Pow", step.x, ops.numbers(p - 1, step.x)), p)
    return [ops.summed_to(ops.mul(step.gradient, slope), step.shape)]


@rule("Identity", "Dropout")
def identity(step: Step) -> Sequence[str | None]:
    """g; a Dropout that is not in training does nothing."""
    if step.node.op == "Dropout":
        training = step.constant(2, "training_mode")
        step.refuse_unless(training is None or not bool(training), "it is in training mode")
    return [step.gradient]
