"""Operators that, as they stand, change nothing."""

from __future__ import annotations

from xport.onnx_graph.graph import Graph, Node


def drop_identities(graph: Graph) -> None:
    """Drop Identity, Dropout, and casts, shapes, pads and transposes that change nothing."""
    for node in list(graph.nodes):
        if _changes_nothing(graph, node):
            _bypass(graph, node)


def _changes_nothing(graph: Graph, node: Node) -> bool:
    if node.op == "Identity":
        return True
    if node.op == "Dropout":
        return _in_inference(graph, node)
    source, target = graph.type_of(node.inputs[0]) if node.inputs[0:1] else None, node.outputs[0]
    if source is None or target not in graph.types:
        return False
    same = graph.types[target] == source
    if node.op in {"Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Expand", "Tile"}:
        return same
    if node.op == "Transpose":
        return bool(node.get("perm") == list(range(len(source.shape))))
    if node.op in {"Pad", "Slice"}:
        return same and _is_plain(graph, node)
    return node.op in {"Concat", "Sum", "Max", "Min", "Mean"} and len(node.inputs) == 1


def _in_inference(graph: Graph, node: Node) -> bool:
    """Whether a Dropout passes its input on (and nobody reads its mask)."""
    if any(node.outputs[1:]) and any(o in graph.consumers() for o in node.outputs[1:] if o):
        return False
    if len(node.inputs) < 3 or not node.inputs[2]:
        return True
    training = graph.constants.get(node.inputs[2])
    return training is not None and not training.any()


def _is_plain(graph: Graph, node: Node) -> bool:
    """Whether a Pad or Slice that keeps the shape keeps the values too."""
    if node.op == "Pad":
        pads = graph.constants.get(node.inputs[1])
        return pads is not None and not pads.any()
    steps = graph.constants.get(node.inputs[4]) if len(node.inputs) > 4 else None
    return len(node.inputs) <= 4 or (steps is not None and bool((steps > 0).all()))


def _bypass(graph: Graph, node: Node) -> None:
    """Take a node out; an output of the graph keeps its name where its producer can take it."""
    source, target = node.inputs[0], node.outputs[0]
    if target in graph.outputs:
        producer = graph.producers().get(source)
        if producer is None or source in graph.outputs:
            return
        producer.outputs = [target if name == source else name for name in producer.outputs]
        source, target = target, source
    graph.redirect(target, source)
    graph.nodes.remove(node)
