"""Pools over more axes than two, of which all but one or two are left as they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from xport.onnx_graph.graph import Graph, Node, TensorType

POOLS = ("AveragePool", "MaxPool")
PER_AXIS = {"kernel_shape": 1, "strides": 1, "dilations": 1}


def flatten_pools(graph: Graph) -> None:
    """Pool over two axes and one where a pool is over three, and over those that it changes."""
    _part(graph)
    for node in list(graph.nodes):
        if node.op not in POOLS or any(node.outputs[1:]) or node.inputs[0] not in graph.types:
            continue
        source, result = graph.types[node.inputs[0]], graph.types.get(node.outputs[0])
        if len(source.shape) != 5 or result is None or node.get("auto_pad", "NOTSET") != "NOTSET":
            continue
        axis = next((i for i in range(3) if _idle(node, i)), None)
        if axis is not None:
            _flatten(graph, node, axis, result)


def _part(graph: Graph) -> None:
    """Pool over the last two of three axes, and then over the first: the same windows.

    A mean's number of elements is the product of those along the axes, so that means of means of
    as many are the same.
    """
    for node in list(graph.nodes):
        source = graph.types.get(node.inputs[0]) if node.inputs else None
        result = graph.types.get(node.outputs[0])
        if node.op not in POOLS or any(node.outputs[1:]) or source is None or result is None:
            continue
        if len(source.shape) != 5 or node.get("auto_pad", "NOTSET") != "NOTSET":
            continue
        if _idle(node, 0) or (_idle(node, 1) and _idle(node, 2)):
            continue  # one over two axes as it is
        middle = graph.fresh(f"{node.outputs[0]}_layers")
        shape = (*source.shape[:3], *result.shape[3:])
        graph.types[middle] = TensorType(shape, source.dtype)
        first, last = _only(node, (1, 2)), _only(node, (0,))
        graph.replace(
            [node],
            [
                Node(node.op, node.inputs, [middle], first, f"{node.name}_layers"),
                Node(node.op, [middle], node.outputs, last, node.name),
            ],
        )


def _only(node: Node, axes: tuple[int, ...]) -> dict[str, Any]:
    """A pool's attributes, of which it keeps those of some axes and leaves the others alone."""
    attributes = dict(node.attributes)
    for name in (*PER_AXIS, "pads"):
        if name == "dilations" and name not in attributes:
            continue  # AveragePool has them from opset 19 on
        idle = PER_AXIS.get(name, 0)
        values = _numbers(node, name)
        attributes[name] = [v if i % 3 in axes else idle for i, v in enumerate(values)]
    return attributes


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
