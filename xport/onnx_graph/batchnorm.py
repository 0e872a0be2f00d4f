"""Batch normalisation at inference is one multiply-add per channel; where it can go.

Folding is exact algebra: y = (x - mean) / sqrt(var + eps) * gamma + beta = x * scale + shift.
Scales are computed in float64 and weights rounded to their dtype once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.graph import Graph, Node, TensorType

DEFAULT_EPSILON = 1e-5


def scale_and_shift(graph: Graph, node: Node) -> tuple[Array, Array] | None:
    """Scale and shift per channel in float64, or None when the statistics are not constants."""
    if node.op != "BatchNormalization" or node.get("training_mode", 0):
        return None
    if len(node.outputs) > 1 and any(node.outputs[1:]):
        return None
    values = [graph.constants.get(name) for name in node.inputs[1:5]]
    if len(values) != 4 or any(value is None for value in values):
        return None
    gamma, beta, mean, variance = (np.asarray(value, dtype=np.float64) for value in values)
    scale = gamma / np.sqrt(variance + node.get("epsilon", DEFAULT_EPSILON))
    return scale, beta - mean * scale


def fold_batchnorm_into_previous(graph: Graph) -> None:
    """Fold a BatchNormalization into the convolution before it that nothing else reads."""
    for node in list(graph.nodes):
        affine = scale_and_shift(graph, node)
        if affine is None:
            continue
        before = graph.producers().get(node.inputs[0])
        readers = graph.consumers()
        if before is None or before.op not in ("Conv", "ConvTranspose"):
            continue
        if graph.sole_consumer(node.inputs[0], readers) is not node or not _constant(graph, before):
            continue
        scale, shift = affine
        _scale_outputs(graph, before, scale, shift)
        before.outputs = [node.outputs[0]]
        graph.nodes.remove(node)


def fold_batchnorm_into_next(graph: Graph) -> None:
    """Fold a BatchNormalization into the unpadded convolution or Gemm that alone reads it."""
    for node in list(graph.nodes):
        affine = scale_and_shift(graph, node)
        if affine is None:
            continue
        after = graph.sole_consumer(node.outputs[0], graph.consumers())
        if after is None or not _constant(graph, after) or not _takes_shift(graph, after):
            continue
        scale, shift = affine
        _scale_inputs(graph, after, scale, shift)
        after.inputs[0] = node.inputs[0]
        graph.nodes.remove(node)


def batchnorm_as_affine(graph: Graph) -> None:
    """Turn what is left of BatchNormalization into one multiplication and one addition."""
    for node in list(graph.nodes):
        affine = scale_and_shift(graph, node)
        if affine is None:
            continue
        kind = graph.type_of(node.inputs[0])
        shape = (-1, *(1,) * (len(kind.shape) - 2))
        target = node.outputs[0]
        scaled = graph.fresh(f"{target}_scaled")
        graph.types[scaled] = TensorType(kind.shape, kind.dtype)
        scale, shift = (
            graph.constant(f"{target}_{name}", value.reshape(shape).astype(kind.dtype))
            for name, value in zip(("scale", "shift"), affine, strict=True)
        )
        graph.replace(
            [node],
            [
                Node("Mul", [node.inputs[0], scale], [scaled], name=f"{node.name}_scale"),
                Node("Add", [scaled, shift], [target], name=f"{node.name}_shift"),
            ],
        )


def _constant(graph: Graph, node: Node) -> bool:
    """Whether a node's weight and bias are constants."""
    return all(name in graph.constants for name in node.inputs[1:] if name)


def _takes_shift(graph: Graph, node: Node) -> bool:
    """Whether a shift of the input is a shift of the output: no zeros are padded in."""
    if node.op == "Gemm":
        plain = node.get("alpha", 1.0) == 1.0 and node.get("beta", 1.0) == 1.0
        return plain and not node.get("transA", 0) and len(graph.type_of(node.inputs[0]).shape) == 2
    padded = any(node.get("pads", ())) or node.get("auto_pad", "NOTSET") not in ("NOTSET", "VALID")
    return node.op == "Conv" and not padded


def _bias(graph: Graph, node: Node, channels: int) -> Array:
    if len(node.inputs) > 2 and node.inputs[2]:
        return np.asarray(graph.constants[node.inputs[2]], dtype=np.float64)
    return np.zeros(channels)


def _set(graph: Graph, node: Node, weight: Array, bias: Array, dtype: np.dtype[Any]) -> None:
    """Give a node a weight and bias of its own."""
    node.inputs[1:] = [
        graph.constant(f"{node.inputs[1]}_folded", weight.astype(dtype)),
        graph.constant(f"{node.outputs[0]}_bias", bias.astype(dtype)),
    ]


def _scale_outputs(graph: Graph, node: Node, scale: Array, shift: Array) -> None:
    weight = graph.constants[node.inputs[1]]
    bias = _bias(graph, node, scale.size)
    if node.op == "Conv":
        scaled = weight * scale.reshape(-1, *(1,) * (weight.ndim - 1))
    else:  # ConvTranspose: (in, out / group, ...), outputs of a group lie together
        groups = node.get("group", 1)
        per_group = scale.reshape(groups, 1, weight.shape[1], *(1,) * (weight.ndim - 2))
        split = weight.reshape(groups, -1, *weight.shape[1:]).astype(np.float64)
        scaled = (split * per_group).reshape(weight.shape)
    _set(graph, node, scaled, bias * scale + shift, weight.dtype)


def _scale_inputs(graph: Graph, node: Node, scale: Array, shift: Array) -> None:
    weight = np.asarray(graph.constants[node.inputs[1]], dtype=np.float64)
    dtype = graph.constants[node.inputs[1]].dtype
    if node.op == "Gemm":
        rows = weight.T if node.get("transB", 0) else weight  # (in, out)
        bias = _bias(graph, node, rows.shape[1])  # a number, a row, a column or a matrix
        scaled = rows * scale[:, None]
        _set(graph, node, scaled.T if node.get("transB", 0) else scaled, bias + shift @ rows, dtype)
        return
    groups, outputs = node.get("group", 1), weight.shape[0]
    split = weight.reshape(groups, outputs // groups, *weight.shape[1:])
    spatial = (1,) * (weight.ndim - 2)
    by_group = split * scale.reshape(groups, 1, weight.shape[1], *spatial)
    added = (split * shift.reshape(groups, 1, weight.shape[1], *spatial)).reshape(outputs, -1)
    bias = _bias(graph, node, outputs) + added.sum(axis=1)
    _set(graph, node, by_group.reshape(weight.shape), bias, dtype)
