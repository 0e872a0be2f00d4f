"""If: the branch that is taken, where that is known; else both, and a choice between them."""

from __future__ import annotations

from collections.abc import Sequence

from xport.onnx_graph.graph import Graph, Node, refuse
from xport.onnx_graph.inlining import ends, inlined

CHOICE = "chosen"
"""In the names of what both branches yield, between which it is chosen."""


def inline_conditionals(graph: Graph) -> bool:
    """Put the branch that is taken in the place of every If with a constant condition.

    Whether there was any. Exporters ask for a size that they could know, before a Squeeze say.
    """
    found = [n for n in graph.nodes if n.op == "If" and n.inputs[0] in graph.constants]
    for node in found:
        taken = bool(graph.constants[node.inputs[0]].reshape(-1)[0])
        branch = node.get("then_branch" if taken else "else_branch")
        nodes, outputs = inlined(graph, node.outputs[0], branch, {})
        graph.replace([node], [*nodes, *ends(node, outputs)])
        _forget(graph, node)
    return bool(found)


def compute_both(graph: Graph) -> Node | None:
    """Compute both branches of the first If and choose between what they yield, or None.

    Nothing that a branch computes is seen outside, so that computing both changes nothing but the
    time. `require_alike` says whether the choice is one.
    """
    node = next((n for n in graph.nodes if n.op == "If" and not n.domain), None)
    if node is None:
        return None
    added: list[Node] = []
    both = []
    for word in ("then", "else"):
        hint = f"{node.outputs[0]}_{word}"
        nodes, outputs = inlined(graph, hint, node.get(f"{word}_branch"), {})
        for one in nodes:
            one.name = f"{hint}_{one.name}"  # both may come from one module
        added += nodes
        both.append(outputs)
    for place, (yes, no, out) in enumerate(zip(*both, node.outputs, strict=True)):
        if out:
            name = f"{node.name or node.outputs[0]}_{CHOICE}_{place}"
            added.append(Node("Where", [node.inputs[0], yes, no], [out], name=name))
    graph.replace([node], added)
    _forget(graph, node)
    return node


def require_alike(graph: Graph, chosen: Sequence[Node]) -> None:
    """Check that both branches of what was an If yield the same shape and type.

    Raises:
        ConversionError: they do not, or it cannot be told; the If is named.
    """
    makers = graph.producers()
    for node in chosen:
        for out in filter(None, node.outputs):
            where = makers.get(out)
            if where is None or where.op != "Where" or CHOICE not in where.name:
                continue
            kinds = [graph.type_of(name) for name in where.inputs[1:]]
            if kinds[0] != kinds[1] or graph.type_of(where.inputs[0]).size != 1:
                raise refuse(
                    node,
                    f"its condition is computed, and its branches yield {kinds[0].shape} and "
                    f"{kinds[1].shape}",
                    "fix the condition: make it depend on constants and shapes alone",
                )


def _forget(graph: Graph, node: Node) -> None:
    for outside in node.outputs:
        graph.types.pop(outside, None)  # the exporter's guess for either branch
