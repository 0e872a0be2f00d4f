"""Pools over more axes than two, of which all but one or two are left as they are."""

from __future__ import annotations

import numpy as np

from xport.onnx_graph.graph import Graph, Node, TensorType

POOLS = ("AveragePool", "MaxPool")
PER_AXIS = {"kernel_shape": 1, "strides": 1, "dilations": 1}


def flatten_pools(graph: Graph) -> None:
    """Pool over two axes where a pool over three leaves one as it is (LocalResponseNorm)."""
    for node in list(graph.nodes):
        if node.op not in POOLS or any(node.outputs[1:]) or node.inputs[0] not in graph.types:
            continue
        source, result = graph.types[node.inputs[0]], graph.types.get(node.outputs[0])
        if len(source.shape) != 5 or result is None or node.get("auto_pad", "NOTSET") != "NOTSET":
            continue
        axis = next((i for i in range(3) if _idle(node, i)), None)
        if axis is not None:
            _flatten(graph, node, axis, result)


def _numbers(node: Node, name: str) -> list[int]:
    return list(node.get(name) or [PER_AXIS.get(name, 0)] * (6 if name == "pads" else 3))


def _idle(node: Node, axis: int) -> bool:
    """Whether every window holds one element of an axis, and every element is in one."""
    pads = _numbers(node, "pads")
    one = {_numbers(node, name)[axis] for name in ("kernel_shape", "strides")}
    return one == {1} and not pads[axis] and not pads[axis + 3]


def _flatten(graph: Graph, node: Node, idle: int, result: TensorType) -> None:
    """Merge the idle axis into the channels, if it is the first, or into the axis before it.

    The axis before it can take it where the one after it is idle too, or it is the last: then the
    windows of the others see no difference.
    """
    source = graph.types[node.inputs[0]]
    n, c, *sizes = source.shape
    if idle == 0:
        kept, flat = [1, 2], (n, c * sizes[0], sizes[1], sizes[2])
        pooled = (n, c * sizes[0], *result.shape[3:])
    elif _idle(node, 1) and _idle(node, 2):
        kept, flat = [0, 1], (n, c, sizes[0], sizes[1] * sizes[2])
        pooled = (n, c, result.shape[2], sizes[1] * sizes[2])
    else:
        return
    attributes = dict(node.attributes)
    for name in ("kernel_shape", "strides", "dilations"):
        if name in attributes:
            attributes[name] = [attributes[name][i] for i in kept]
    if "pads" in attributes:
        attributes["pads"] = [attributes["pads"][i + half] for half in (0, 3) for i in kept]
    before, after = (graph.fresh(f"{node.outputs[0]}_{word}") for word in ("flat", "pooled"))
    graph.types[before] = TensorType(flat, source.dtype)
    graph.types[after] = TensorType(pooled, source.dtype)
    shapes = [
        graph.constant(f"{name}_shape", np.asarray(shape, np.int64))
        for name, shape in ((before, flat), (after, result.shape))
    ]
    graph.replace(
        [node],
        [
            Node("Reshape", [node.inputs[0], shapes[0]], [before], name=f"{node.name}_flat"),
            Node(node.op, [before], [after], attributes, node.name),
            Node("Reshape", [after, shapes[1]], [node.outputs[0]], name=f"{node.name}_whole"),
        ],
    )
