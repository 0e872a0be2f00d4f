"""Arithmetic of several values: broadcasting is undone by sums over what was broadcast."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xport.onnx_graph.gradient.rules import Step, rule
from xport.onnx_graph.graph import refuse


def _to_inputs(step: Step, gradients: Sequence[str | None]) -> list[str | None]:
    """Gradients of the broadcast inputs, summed to the inputs' own shapes."""
    return [
        None if gradient is None else step.ops.summed_to(gradient, step.ops.shape(name))
        for name, gradient in zip(step.node.inputs, gradients, strict=True)
    ]


@rule("Add", "Sum")
def add(step: Step) -> Sequence[str | None]:
    """`g` to every input."""
    return _to_inputs(step, [step.gradient if needed else None for needed in step.needed])


@rule("Sub")
def sub(step: Step) -> Sequence[str | None]:
    """`g` and −g."""
    left, right = step.needed
    negative = step.ops.unary("Neg", step.gradient) if right else None
    return _to_inputs(step, [step.gradient if left else None, negative])


@rule("Mul")
def mul(step: Step) -> Sequence[str | None]:
    """`g` times the other factor."""
    a, b = step.node.inputs
    return _to_inputs(
        step,
        [
            step.ops.mul(step.gradient, other) if needed else None
            for needed, other in zip(step.needed, (b, a), strict=True)
        ],
    )


@rule("Div")
def div(step: Step) -> Sequence[str | None]:
    """`g` / b and −g · y / b."""
    ops, b = step.ops, step.node.inputs[1]
    share = ops.div(step.gradient, b)
    right = ops.unary("Neg", ops.mul(share, step.y)) if step.needed[1] else None
    return _to_inputs(step, [share if step.needed[0] else None, right])


@rule("Max", "Min")
def extremum(step: Step) -> Sequence[str | None]:
    """`g` to the larger (smaller) of two inputs, half to each where they are equal, as in torch."""
    if len(step.node.inputs) == 1:
        return [step.gradient]
    if len(step.node.inputs) != 2:
        raise refuse(step.node, "no gradient is known for more than two inputs", "nest them")
    ops, g, (a, b) = step.ops, step.gradient, step.node.inputs
    first, second = (a, b) if step.node.op == "Max" else (b, a)
    lead = ops.scaled(ops.unary("Sign", ops.sub(first, second)), 0.5)
    half = ops.numbers(0.5, lead)
    left, right = step.needed
    return _to_inputs(
        step,
        [
            ops.mul(g, ops.add(half, lead)) if left else None,
            ops.mul(g, ops.sub(half, lead)) if right else None,
        ],
    )


@rule("Where")
def where(step: Step) -> Sequence[str | None]:
    """`g` where the condition chose the input, else 0."""
    ops, (condition, *_) = step.ops, step.node.inputs
    zero, g = ops.numbers(0, step.gradient), step.gradient
    chosen: list[str | None] = [None]
    for needed, pair in zip(step.needed[1:], ((g, zero), (zero, g)), strict=True):
        name = None
        if needed:
            shape = np.broadcast_shapes(ops.shape(condition), ops.shape(g))
            name = ops.emit("Where", [condition, *pair], shape)
            # emit takes the first input's dtype, which is the condition's.
            ops.graph.types[name] = ops.graph.type_of(g)
        chosen.append(name)
    return _to_inputs(step, chosen)


@rule("Expand")
def expand(step: Step) -> Sequence[str | None]:
    """Sums over what was repeated."""
    return [step.ops.summed_to(step.gradient, step.shape)]


@rule("Cast")
def cast(step: Step) -> Sequence[str | None]:
    """Back to the input's dtype; integers have no gradient."""
    from onnx import helper

    ops, source = step.ops, step.ops.graph.type_of(step.x)
    target = ops.graph.type_of(step.y).dtype
    both_float = np.issubdtype(target, np.floating) and np.issubdtype(source.dtype, np.floating)
    step.refuse_unless(both_float, f"it makes {target} of {source.dtype}")
    if target == source.dtype:
        return [step.gradient]
    name = ops.emit(
        "Cast", [step.gradient], source.shape, to=helper.np_dtype_to_tensor_dtype(source.dtype)
    )
    ops.graph.types[name] = source
    return [name]
