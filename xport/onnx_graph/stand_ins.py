"""Integers for which float32 numbers stand: what becomes of quantised values on their way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xport.onnx_graph.graph import Graph, Node, TensorType, refuse

MOVES = frozenset({
    "Identity", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Concat", "Split",
    "Slice", "Gather", "GatherND", "GatherElements", "Pad", "Expand", "Tile", "MaxPool",
    "DepthToSpace", "SpaceToDepth", "Cast", "Shape", "Size",
})  # fmt: skip
"""Operators that do to integers what they do to float32."""
SUMS = frozenset({"Add", "Sub", "Mul"})
"""Exact on such numbers up to 2^24."""


def follow_integers(graph: Graph, found: Sequence[Node]) -> set[str]:
    """Let integers that meet quantised values be float32 too; refuse what else computes with them.

    Returns:
        The names of the integers for which float32 numbers stand.

    Raises:
        ConversionError: the node is named.
    """
    made = [name for node in found if node.op != "DequantizeLinear" for name in node.outputs]
    integers = {n for n in made if n not in graph.types or graph.types[n].dtype.kind in "iu"}
    for node in list(graph.nodes):
        if node in found or not integers.intersection(node.inputs):
            continue
        if node.op in SUMS:
            node.inputs = [n if n in integers else _cast(graph, n, node) for n in node.inputs]
            integers.update(node.outputs)
        elif node.op not in MOVES:
            raise refuse(node, "computes with quantised integers", "dequantise before it")
        elif node.op not in {"Cast", "Shape", "Size"}:
            integers.update(node.outputs)
    for node in list(graph.nodes):
        for name in integers.intersection(node.outputs) & {*graph.outputs}:
            _end_in_integers(graph, node, name)
            integers.add(f"{name}_float")
    return integers


def _end_in_integers(graph: Graph, node: Node, name: str) -> None:
    """Make integers again of what a model yields.

    Raises:
        ConversionError: they are of a type that a signature does not carry.
    """
    if graph.type_of(name).dtype.name != "int32":
        raise refuse(node, "yields quantised integers", "let the model end in float32")
    inside = graph.fresh(f"{name}_float")
    for one in graph.nodes:
        one.inputs = [inside if value == name else value for value in one.inputs]
    node.outputs = [inside if value == name else value for value in node.outputs]
    graph.nodes.insert(graph.nodes.index(node) + 1, Node("Cast", [inside], [name], {"to": 6}))


def as_float(graph: Graph, name: str, node: Node, stand_ins: set[str]) -> str:
    """An operand that is an integer in the browser too, an input of the model above all."""
    known = graph.types.get(name)
    if (
        name in stand_ins
        or name in graph.constants
        or known is None
        or known.dtype.kind not in "iu"
    ):
        return name
    return _cast(graph, name, node)


def _cast(graph: Graph, name: str, before: Node) -> str:
    """An integer operand, a constant or computed before a node, as float32."""
    if name in graph.constants:
        return graph.constant(f"{name}_float", graph.constants[name].astype(np.float32))
    cast = Node("Cast", [name], [graph.fresh(f"{name}_float")], {"to": 1})
    graph.nodes.insert(graph.nodes.index(before), cast)
    if name in graph.types:
        graph.types[cast.outputs[0]] = TensorType(graph.types[name].shape, np.dtype(np.float32))
    return cast.outputs[0]
