"""If whose condition is known at conversion time: the branch that is taken, in its place."""

from __future__ import annotations

from typing import Any

from xport.onnx_graph.files import branch_of
from xport.onnx_graph.graph import Graph, Node


def inline_conditionals(graph: Graph) -> bool:
    """Put the branch that is taken in the place of every If with a constant condition.

    Whether there was any. Exporters ask for a size that they could know, before a Squeeze say.
    """
    found = [n for n in graph.nodes if n.op == "If" and n.inputs[0] in graph.constants]
    for node in found:
        taken = bool(graph.constants[node.inputs[0]].reshape(-1)[0])
        graph.replace([node], _inlined(graph, node, node.get(f"{_BRANCHES[taken]}_branch")))
    return bool(found)


_BRANCHES = {True: "then", False: "else"}


def _inlined(graph: Graph, node: Node, branch: Any) -> list[Node]:
    """A branch's nodes under names that are new in the graph, ending in the If's own outputs."""
    nodes, constants, outputs = branch_of(branch)
    names: dict[str, str] = {}
    for name, value in constants.items():
        names[name] = graph.constant(f"{node.outputs[0]}_{name}", value)
    for inner in nodes:
        for name in filter(None, inner.outputs):
            names[name] = graph.fresh(f"{node.outputs[0]}_{name}")
    for inner in nodes:
        inner.inputs = [names.get(name, name) for name in inner.inputs]
        inner.outputs = [names.get(name, name) for name in inner.outputs]
    ends = [
        Node("Identity", [names.get(inside, inside)], [outside], name=f"{node.name}_{place}")
        for place, (inside, outside) in enumerate(zip(outputs, node.outputs, strict=True))
        if outside
    ]
    for outside in node.outputs:
        graph.types.pop(outside, None)  # the exporter's guess for either branch
    return [*nodes, *ends]
