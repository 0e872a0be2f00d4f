"""Convolutions over three axes, as sums of convolutions over two."""

from __future__ import annotations

import numpy as np

from xport.onnx_graph.building import Building
from xport.onnx_graph.graph import Graph, Node
from xport.onnx_graph.shapes import fold_constants

MAX_LAYERS = 16
"""Of a kernel along the first axis."""


def part_volumes(graph: Graph) -> None:
    """Convolve over two axes, once for every layer of the kernel, where a Conv is over three."""
    found = [n for n in graph.nodes if n.op == "Conv" and not n.domain and _fits(graph, n)]
    for node in found:
        build = Building(graph, node)
        _part(build)
        build.done()
    if found:
        fold_constants(graph)


def _fits(graph: Graph, node: Node) -> bool:
    known = all(name in graph.types or name in graph.constants for name in node.inputs[:2])
    if not known or node.outputs[0] not in graph.types:
        return False
    shape = graph.type_of(node.inputs[1]).shape
    return len(shape) == 5 and shape[2] <= MAX_LAYERS and node.get("auto_pad", "NOTSET") == "NOTSET"


def _part(build: Building) -> None:
    """Put layers among the batch; a Slice picks those that a layer of the kernel meets."""
    node, graph = build.node, build.graph
    batch, channels, _, height, width = graph.type_of(node.inputs[0]).shape
    outputs, _, depth, rows, columns = graph.type_of(node.inputs[1]).shape
    layers, *size = graph.type_of(node.outputs[0]).shape[2:]
    pads = list(node.get("pads") or [0] * 6)
    strides, gaps = (list(node.get(n) or [1] * 3) for n in ("strides", "dilations"))
    x = build.add("Transpose", node.inputs[0], perm=[0, 2, 1, 3, 4])
    if pads[0] or pads[3]:
        ends = [0, pads[0], 0, 0, 0, 0, pads[3], 0, 0, 0]
        x = build.add("Pad", x, build.ints(*ends))
    total = ""
    for layer in range(depth):
        first = layer * gaps[0]
        last = first + (layers - 1) * strides[0] + 1
        bounds = [build.ints(value) for value in (first, last, 1, strides[0])]
        met = build.reshape(build.add("Slice", x, *bounds), batch * layers, channels, height, width)
        kernel = build.add("Gather", node.inputs[1], build.constant(np.int64(layer)), axis=2)
        inputs = [met, kernel, *(node.inputs[2:3] if not total and node.inputs[2:3] else [])]
        out = build.add(
            "Conv", *inputs, kernel_shape=[rows, columns], strides=strides[1:],
            dilations=gaps[1:], group=node.get("group", 1), pads=[*pads[1:3], *pads[4:]],
        )  # fmt: skip
        total = build.add("Add", total, out) if total else out
    whole = build.reshape(total, batch, layers, outputs, *size)
    turned = build.add("Transpose", whole, perm=[0, 2, 1, 3, 4])
    build.end(turned, 0)
