"""Integers that choose rows of a stored table: which of them the table has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import onnx

KEEPING = frozenset(
    (
        *("Cast", "Concat", "Expand", "Flatten", "Identity", "Reshape", "Slice", "Squeeze"),
        *("Transpose", "Unsqueeze"),
    )
)
"""Operators that move integers and leave their values."""


def vocabularies(model: onnx.ModelProto) -> dict[str, tuple[int, int]]:
    """Least and largest row, by input, where an input chooses rows of stored tables.

    An embedding of 100 words gives (0, 99); of several tables the smallest counts. Inputs that
    choose nothing, or not directly, are left out.
    """
    makers = {name: node for node in model.graph.node for name in node.output}
    inputs = {value.name for value in model.graph.input}
    rows: dict[str, list[int]] = {}
    for node in model.graph.node:
        if node.op_type != "Gather":
            continue
        axis = next((a.i for a in node.attribute if a.name == "axis"), 0)
        shape = _stored(model, makers, node.input[0])
        if shape is None or not -len(shape) <= axis < len(shape):
            continue
        for name in _origins(makers, node.input[1]):
            if name in inputs:
                rows.setdefault(name, []).append(shape[axis])
    return {name: (0, min(sizes) - 1) for name, sizes in rows.items() if min(sizes) > 0}


def _stored(model: onnx.ModelProto, makers: dict[str, Any], name: str) -> tuple[int, ...] | None:
    """The shape of a value that is stored, perhaps in another type; None of any other."""
    stored = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    for _ in range(len(makers) + 1):
        if name in stored:
            return stored[name]
        node = makers.get(name)
        if node is None:
            return None
        if node.op_type == "Constant":
            return next((tuple(a.t.dims) for a in node.attribute if a.HasField("t")), None)
        if node.op_type not in ("Cast", "DequantizeLinear", "Identity"):
            return None
        name = node.input[0]
    return None


def _origins(makers: dict[str, Any], name: str) -> Iterator[str]:
    """The values without a maker that integers come from, unchanged."""
    waiting, seen = [name], set[str]()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        node = makers.get(one)
        if node is None:
            yield one
        elif node.op_type in KEEPING:
            waiting += node.input if node.op_type == "Concat" else node.input[:1]
