"""A graph inside of a node, put among the nodes of the graph outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xport.onnx_graph.files import branch_of
from xport.onnx_graph.graph import Graph, Node


def inlined(
    graph: Graph, hint: str, inner: Any, given: Mapping[str, str]
) -> tuple[list[Node], list[str]]:
    """The nodes of an inner graph under names that are new outside, and what it yields.

    Args:
        graph: the graph outside, which gets the inner one's constants.
        hint: what new names begin with.
        inner: a GraphProto.
        given: what stands for each of its inputs.
    """
    nodes, constants, outputs = branch_of(inner)
    names = dict(given)
    for name, value in constants.items():
        names[name] = graph.constant(f"{hint}_{name}", value)
    for node in nodes:
        for name in filter(None, node.outputs):
            names[name] = graph.fresh(f"{hint}_{name}")
    for node in nodes:
        node.inputs = [names.get(name, name) for name in node.inputs]
        node.outputs = [names.get(name, name) for name in node.outputs]
        node.attributes = {
            name: _renamed(value, names) if is_graph(value) else value
            for name, value in node.attributes.items()
        }
    return nodes, [names.get(name, name) for name in outputs]


def is_graph(attribute: Any) -> bool:
    """Whether an attribute is a graph."""
    return type(attribute).__name__ == "GraphProto"


def _renamed(inner: Any, names: Mapping[str, str]) -> Any:
    """A graph that reads from outside what is called otherwise there now."""
    copy = type(inner)()
    copy.CopyFrom(inner)
    own = {value.name for value in copy.input} | {tensor.name for tensor in copy.initializer}
    own |= {name for node in copy.node for name in node.output}
    outer = {old: new for old, new in names.items() if old not in own}
    for node in copy.node:
        node.input[:] = [outer.get(name, name) for name in node.input]
        for attribute in node.attribute:
            if attribute.HasField("g"):
                attribute.g.CopyFrom(_renamed(attribute.g, outer))
    for value in copy.output:
        value.name = outer.get(value.name, value.name)
    return copy


def ends(node: Node, inside: Sequence[str]) -> list[Node]:
    """What gives a node's own outputs the values that were made in its place."""
    pairs = zip(inside, node.outputs, strict=True)
    return [
        Node("Identity", [value], [outside], name=f"{node.name}_{place}")
        for place, (value, outside) in enumerate(pairs)
        if outside
    ]
