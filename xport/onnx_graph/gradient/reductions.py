"""Sums, means and maxima over axes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from xport.onnx_graph.gradient.emitter import Shape
from xport.onnx_graph.gradient.rules import Step, rule


def reduced_axes(step: Step) -> list[int]:
    """The axes of a reduction, not negative, from its attribute or its second input."""
    axes = step.node.get("axes")
    if axes is None:
        axes = step.constant(1, "axes")
    rank = len(step.shape)
    if axes is None or not len(axes):
        return [] if step.node.get("noop_with_empty_axes", 0) else list(range(rank))
    return sorted(int(axis) % rank for axis in axes)


def kept_shape(shape: Shape, axes: Sequence[int]) -> Shape:
    """The shape of a reduction's result when reduced axes are kept."""
    return tuple(1 if axis in axes else n for axis, n in enumerate(shape))


def spread(step: Step, axes: Sequence[int], factor: float) -> str:
    """`g` · factor in every element that was reduced."""
    ops = step.ops
    cells = [n if axis in axes else 1 for axis, n in enumerate(step.shape)]
    kept = ops.reshape(step.gradient, kept_shape(step.shape, axes))
    return ops.mul(kept, ops.numbers(np.full(cells, factor), kept))


@rule("ReduceSum")
def reduce_sum(step: Step) -> Sequence[str | None]:
    """`g` in every element."""
    return [spread(step, reduced_axes(step), 1.0)]


@rule("ReduceMean")
def reduce_mean(step: Step) -> Sequence[str | None]:
    """`g` / n in every element."""
    axes = reduced_axes(step)
    return [spread(step, axes, 1 / math.prod(step.shape[axis] for axis in axes))]


@rule("GlobalAveragePool")
def global_average_pool(step: Step) -> Sequence[str | None]:
    """`g` / n in every element."""
    return [spread(step, range(2, len(step.shape)), 1 / math.prod(step.shape[2:]))]


@rule("ReduceMax")
def reduce_max(step: Step) -> Sequence[str | None]:
    """`g` divided evenly among equal maxima, as in torch.amax."""
    ops, axes = step.ops, reduced_axes(step)
    kept = kept_shape(step.shape, axes)
    chosen = ops.one_minus(ops.positive(ops.sub(ops.reshape(step.y, kept), step.x)))
    share = ops.div(ops.reshape(step.gradient, kept), ops.reduce("ReduceSum", chosen, axes))
    return [ops.mul(share, chosen)]


@rule("GlobalMaxPool")
def global_max_pool(step: Step) -> Sequence[str | None]:
    """`g` to the first maximum in row-major order, as in torch.

    Every maximum gets a rank that is higher the earlier it comes; the highest rank is the first.
    """
    ops, spatial = step.ops, step.shape[2:]
    step.refuse_unless(math.prod(spatial) < 2**24, "ranks beyond 2²⁴ are not exact in float32")
    ramp = np.arange(math.prod(spatial), 0, -1).reshape(1, 1, *spatial)
    chosen = ops.one_minus(ops.positive(ops.sub(step.y, step.x)))
    ranks = ops.mul(chosen, ops.numbers(ramp, chosen))
    best = ops.reduce("ReduceMax", ranks, range(2, len(step.shape)))
    first = ops.one_minus(ops.positive(ops.sub(best, ranks)))
    return [ops.mul(step.gradient, first)]
