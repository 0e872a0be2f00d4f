"""What depends on constants alone: computed at conversion, or on the device once at load."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from xport.common.arrays import Array
from xport.tfjs_writer.tf_graph import CONST, TfGraph, TfNode

LARGE = 1024
"""Elements from which a constant is worth not being stored twice."""

EVALUATORS: Mapping[str, Callable[..., Array]] = {
    "Reshape": lambda x, shape: x.reshape(shape),
    "Transpose": lambda x, order: x.transpose(order),
    "ReverseV2": lambda x, axes: np.flip(x, tuple(axes)),
    "PadV2": lambda x, pads, value: np.pad(x, pads, constant_values=value),
    "GatherV2": lambda x, rows, axis: x.take(rows, int(axis)),
}
"""Operators that move elements: exact, and the same here and on the device."""


def compute_constants(graph: TfGraph) -> None:
    """Compute what constants alone decide; from a weight that is stored anyway, once at load."""
    derived = _derived(graph)
    stored = _read_at_run_time(graph, derived)
    readers = graph.readers()
    for name in derived:
        node = graph.nodes[name]
        needed = node.name in graph.output_nodes() or any(
            reader.name not in derived for reader in readers[node.name]
        )
        if not needed:
            continue
        sources = _sources(graph, node)
        if any(one.name in stored and _size(one) >= LARGE for one in sources):
            graph.at_load.append(node.name)
        else:
            constant = graph.constant(_value(graph, node), f"{node.name}/value")
            graph.replace_tensor(node.name, constant.name)
    _in_order(graph)


def _derived(graph: TfGraph) -> dict[str, None]:
    """Nodes of operators in the table whose inputs are constants or themselves derived."""
    derived: dict[str, None] = {}
    for node in graph.nodes.values():
        sources = [graph.node_of(tensor) for tensor in node.inputs]
        if node.op in EVALUATORS and all(s.op == CONST or s.name in derived for s in sources):
            derived[node.name] = None
    return derived


def _read_at_run_time(graph: TfGraph, derived: Mapping[str, None]) -> set[str]:
    return {
        tensor
        for node in graph.nodes.values()
        if node.name not in derived
        for tensor in node.inputs
        if graph.node_of(tensor).op == CONST
    }


def _sources(graph: TfGraph, node: TfNode) -> Sequence[TfNode]:
    if node.op == CONST:
        return [node]
    return [one for tensor in node.inputs for one in _sources(graph, graph.node_of(tensor))]


def _size(node: TfNode) -> int:
    return 0 if node.value is None else node.value.size


def _value(graph: TfGraph, node: TfNode) -> Array:
    if node.value is not None:
        return node.value
    inputs = [_value(graph, graph.node_of(tensor)) for tensor in node.inputs]
    return EVALUATORS[node.op](*inputs)


def _in_order(graph: TfGraph) -> None:
    """Constants first, since some were added behind their readers."""
    constants = {name: node for name, node in graph.nodes.items() if node.op == CONST}
    graph.nodes = {**constants, **graph.nodes}
