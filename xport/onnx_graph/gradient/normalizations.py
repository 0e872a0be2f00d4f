"""Normalizations: with constant statistics a multiplication, else through the statistics too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xport.onnx_graph.gradient.rules import Step, rule


@rule("BatchNormalization")
def batch_normalization(step: Step) -> Sequence[str | None]:
    """`g` · scale / √(variance + epsilon), per channel."""
    step.only_first("a statistic")
    step.refuse_unless(not step.node.get("training_mode", 0), "it is in training mode")
    scale, variance = step.constant(1, "scale"), step.constant(4, "the variance")
    assert scale is not None
    assert variance is not None
    epsilon = float(step.node.get("epsilon", 1e-5))
    factor = scale.astype(np.float64) / np.sqrt(variance.astype(np.float64) + epsilon)
    per_channel = factor.reshape(1, -1, *[1] * (len(step.shape) - 2))
    return [step.ops.mul(step.gradient, step.ops.numbers(per_channel, step.gradient))]


@rule("InstanceNormalization")
def instance_normalization(step: Step) -> Sequence[str | None]:
    """Over the spatial axes, with a scale per channel."""
    step.only_first("the scale")
    ops, rank = step.ops, len(step.shape)
    scale = ops.reshape(step.node.inputs[1], (1, step.shape[1], *[1] * (rank - 2)))
    epsilon = float(step.node.get("epsilon", 1e-5))
    return [_through(step, ops.mul(step.gradient, scale), range(2, rank), epsilon)]


@rule("LayerNormalization")
def layer_normalization(step: Step) -> Sequence[str | None]:
    """Over the axes from `axis` on, with a scale per element."""
    step.only_first("the scale")
    rank = len(step.shape)
    axes = range(int(step.node.get("axis", -1)) % rank, rank)
    epsilon = float(step.node.get("epsilon", 1e-5))
    scaled = step.ops.mul(step.gradient, step.node.inputs[1])
    return [_through(step, scaled, axes, epsilon)]


def _through(step: Step, g: str, axes: Sequence[int], epsilon: float) -> str:
    """(g − mean g − n · mean(g n)) / σ, where n = (x − mean x) / σ, means over `axes`."""
    ops = step.ops
    centred = ops.sub(step.x, ops.reduce("ReduceMean", step.x, axes))
    variance = ops.reduce("ReduceMean", ops.mul(centred, centred), axes)
    deviation = ops.unary("Sqrt", ops.add(variance, ops.numbers(epsilon, variance)))
    normal = ops.div(centred, deviation)
    along = ops.mul(normal, ops.reduce("ReduceMean", ops.mul(g, normal), axes))
    level = ops.sub(g, ops.reduce("ReduceMean", g, axes))
    return ops.div(ops.sub(level, along), deviation)


@rule("Softmax")
def softmax(step: Step) -> Sequence[str | None]:
    """`y` · (g − Σ g y)."""
    ops, axis = step.ops, int(step.node.get("axis", -1)) % len(step.shape)
    total = ops.reduce("ReduceSum", ops.mul(step.gradient, step.y), [axis])
    return [ops.mul(step.y, ops.sub(step.gradient, total))]


@rule("LogSoftmax")
def log_softmax(step: Step) -> Sequence[str | None]:
    """`g` − exp(y) · Σ g."""
    ops, axis = step.ops, int(step.node.get("axis", -1)) % len(step.shape)
    total = ops.reduce("ReduceSum", step.gradient, [axis])
    return [ops.sub(step.gradient, ops.mul(ops.unary("Exp", step.y), total))]
