"""Padding that a convolution can do itself, and pooling that is cheaper before a convolution."""

from __future__ import annotations

from xport.onnx_graph.graph import Graph, Node, TensorType


def merge_pads(graph: Graph) -> None:
    """Merge a Pad with zeros into the convolution that alone reads it."""
    for node in list(graph.nodes):
        if node.op != "Pad" or node.get("mode", "constant") != "constant":
            continue
        pads = _spatial_zero_pads(graph, node)
        after = graph.sole_consumer(node.outputs[0], graph.consumers())
        if pads is None or after is None or after.op != "Conv":
            continue
        if after.inputs[0] != node.outputs[0] or after.get("auto_pad", "NOTSET") not in (
            "NOTSET",
            "VALID",
        ):
            continue
        own = after.get("pads") or [0] * len(pads)
        after.attributes["pads"] = [a + b for a, b in zip(own, pads, strict=True)]
        after.attributes.pop("auto_pad", None)
        after.inputs[0] = node.inputs[0]
        graph.nodes.remove(node)


def _spatial_zero_pads(graph: Graph, node: Node) -> list[int] | None:
    """Begins and ends of the spatial axes, or None when it pads anything else."""
    pads = graph.constants.get(node.inputs[1])
    value = graph.constants.get(node.inputs[2]) if len(node.inputs) > 2 and node.inputs[2] else None
    rank = len(graph.type_of(node.inputs[0]).shape)
    if pads is None or (len(node.inputs) > 2 and node.inputs[2] and value is None):
        return None
    if (value is not None and value.any()) or (len(node.inputs) > 3 and node.inputs[3]):
        return None
    begins, ends = pads[:rank].tolist(), pads[rank:].tolist()
    if len(begins) != rank or any(begins[:2] + ends[:2]) or min(begins + ends) < 0:
        return None
    return [*begins[2:], *ends[2:]]


def pool_before_pointwise(graph: Graph) -> None:
    """Average before a 1x1 convolution instead of after it: the same sum of fewer products."""
    for pool in list(graph.nodes):
        conv = graph.producers().get(pool.inputs[0]) if pool.op == "AveragePool" else None
        if conv is None or not _pointwise(graph, conv) or not _plain_mean(pool):
            continue
        if graph.sole_consumer(conv.outputs[0], graph.consumers()) is not pool:
            continue
        source, pooled = graph.type_of(conv.inputs[0]), graph.type_of(pool.outputs[0])
        mean = graph.fresh(f"{conv.inputs[0]}_pooled")
        graph.types[mean] = TensorType((*source.shape[:2], *pooled.shape[2:]), source.dtype)
        graph.replace(
            [conv, pool],
            [
                Node("AveragePool", [conv.inputs[0]], [mean], pool.attributes, pool.name),
                Node("Conv", [mean, *conv.inputs[1:]], pool.outputs, conv.attributes, conv.name),
            ],
        )


def _pointwise(graph: Graph, node: Node) -> bool:
    if node.op != "Conv":
        return False
    kernel = graph.type_of(node.inputs[1]).shape[2:]
    plain = not any(node.get("pads", ())) and node.get("auto_pad", "NOTSET") in ("NOTSET", "VALID")
    return plain and set(kernel) == {1} and set(node.get("strides", [1])) == {1}


def _plain_mean(node: Node) -> bool:
    """Whether every window has the same number of elements, all of them real."""
    plain = not any(node.get("pads", ())) and node.get("auto_pad", "NOTSET") in ("NOTSET", "VALID")
    return plain and not node.get("ceil_mode", 0)
