"""Fusing what TF.js has one kernel for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from xport.tfjs_writer.tf_graph import CONST, TfGraph, TfNode

FUSED = {
    "Conv2D": "_FusedConv2D",
    "DepthwiseConv2dNative": "FusedDepthwiseConv2dNative",
    "MatMul": "_FusedMatMul",
}
ACTIVATIONS = frozenset({"Relu", "Relu6", "Elu", "LeakyRelu", "Sigmoid", "Prelu"})


def reshape_after(graph: TfGraph) -> None:
    """Move a reshape behind the bias and activation of the matrix product that it follows."""
    for node in list(graph.nodes.values()):
        reshape: TfNode | None = node
        while reshape is not None and _follows_product(graph, reshape):
            reader = graph.sole_reader(reshape, graph.readers())
            if reader is None or not _keeps_columns(graph, reshape, reader):
                break
            _swap(graph, reshape, reader)
            reshape = reader


def _follows_product(graph: TfGraph, node: TfNode) -> bool:
    """Whether the rows of a product are regrouped, through bias and activation perhaps."""
    if node.op != "Reshape":
        return False
    source = graph.node_of(node.inputs[0])
    if source.type.shape[-1:] != node.type.shape[-1:] or len(source.type.shape) != 2:
        return False
    while source.op in ("BiasAdd", "AddV2", *ACTIVATIONS):
        source = graph.node_of(source.inputs[0])
    return source.op == "MatMul"


def _keeps_columns(graph: TfGraph, node: TfNode, reader: TfNode) -> bool:
    """Whether a reader treats every column by itself, whatever the rows are."""
    if reader.op in ACTIVATIONS and len(reader.inputs) == 1:
        return True
    return _bias(graph, node, reader) is not None


def _swap(graph: TfGraph, node: TfNode, reader: TfNode) -> None:
    """Let `reader` work, under a new name, on what the reshape `node` reads, and be the reshape."""
    source, shape = node.inputs
    moved = graph.node_of(source)
    first = [tensor for tensor in reader.inputs if tensor != node.name]
    early = TfNode(
        graph.name(f"{reader.name}/early"), reader.op, [source, *first],
        reader.attributes, (replace(moved.type, dtype=reader.type.dtype),),
    )  # fmt: skip
    nodes: dict[str, TfNode] = {}
    for name, one in graph.nodes.items():
        if name == node.name:
            continue
        if name == reader.name:
            nodes[early.name] = early
            reader.op, reader.inputs, reader.attributes = "Reshape", [early.name, shape], {}
        nodes[name] = one
    graph.nodes = nodes


BIASED: dict[str, object] = {"fused_ops": ["BiasAdd"], "num_args": 1, "epsilon": 0.0}


def fuse_bias(graph: TfGraph) -> None:
    """Add a bias inside the convolution or matrix product that it follows."""
    readers = graph.readers()
    for node in list(graph.nodes.values()):
        reader = graph.sole_reader(node, readers) if _can_take_bias(node) else None
        if reader is None or node.name not in graph.nodes:
            continue
        bias = _bias(graph, node, reader)
        if bias is not None:
            _merge(graph, node, reader, FUSED[node.op], [*node.inputs, bias], BIASED)
        elif _fusible(FUSED[node.op], reader) and reader.inputs[0] == node.name:
            zeros = graph.constant(np.zeros(node.type.shape[-1:], np.float32), f"{node.name}/zero")
            graph.nodes = {zeros.name: zeros, **graph.nodes}
            node.op, node.inputs = FUSED[node.op], [*node.inputs, zeros.name]
            node.attributes = {**node.attributes, **BIASED}


def _can_take_bias(node: TfNode) -> bool:
    """Not a product of transposed matrices: TF.js on wasm adds the bias once per 48 columns then.

    Seen in 4.22: of 1024 columns, the bias was added 22 times.
    """
    transposed = node.attributes.get("transpose_a") or node.attributes.get("transpose_b")
    return node.op in FUSED and not transposed


def _bias(graph: TfGraph, node: TfNode, reader: TfNode) -> str | None:
    """The constant per output channel that `reader` adds to `node`, or None."""
    if reader.op not in ("BiasAdd", "AddV2") or reader.inputs.count(node.name) != 1:
        return None
    other = next(tensor for tensor in reader.inputs if tensor != node.name)
    source = graph.node_of(other)
    fits = source.op == CONST and source.type.shape == node.type.shape[-1:]
    return other if fits and reader.type == node.type else None


def fuse_activation(graph: TfGraph) -> None:
    """Apply an activation inside the fused convolution or matrix product that it follows."""
    readers = graph.readers()
    for node in list(graph.nodes.values()):
        if node.op not in FUSED.values() or node.name not in graph.nodes:
            continue
        reader = graph.sole_reader(node, readers)
        if reader is None or not _fusible(node.op, reader) or reader.inputs[0] != node.name:
            continue
        inputs, names = list(node.inputs), [*node.attributes["fused_ops"], reader.op]
        attributes = {"fused_ops": names, "num_args": node.attributes["num_args"]}
        if reader.op == "Prelu":
            inputs.append(reader.inputs[1])
            attributes["num_args"] += 1
        if reader.op == "LeakyRelu":
            attributes["leakyrelu_alpha"] = reader.attributes["alpha"]
        _merge(graph, node, reader, node.op, inputs, attributes)


def _fusible(op: str, reader: TfNode) -> bool:
    """Whether TF.js takes the activation into the fused operator.

    Its depthwise convolution never hands on the slope of a LeakyRelu, and yields NaN or zero.
    """
    slopeless = op == FUSED["DepthwiseConv2dNative"] and reader.op == "LeakyRelu"
    return reader.op in ACTIVATIONS and not slopeless


def affine_as_depthwise(graph: TfGraph) -> None:
    """Turn a multiply-add per channel of a picture into one depthwise 1x1 convolution."""
    readers = graph.readers()
    for node in list(graph.nodes.values()):
        scale = _per_channel(graph, node)
        reader = graph.sole_reader(node, readers) if scale else None
        if scale is None or reader is None or node.name not in graph.nodes:
            continue
        shift = _bias(graph, node, reader)
        if shift is None:
            continue
        value = graph.nodes[scale].value
        assert value is not None
        kernel = graph.constant(value.reshape(1, 1, -1, 1), f"{node.name}/kernel")
        graph.nodes = {kernel.name: kernel, **graph.nodes}
        image = next(tensor for tensor in node.inputs if tensor != scale)
        attributes = {
            "strides": [1, 1, 1, 1], "dilations": [1, 1, 1, 1], "data_format": "NHWC",
            "padding": "VALID", **BIASED,
        }  # fmt: skip
        op = FUSED["DepthwiseConv2dNative"]
        _merge(graph, node, reader, op, [image, kernel.name, shift], attributes)


def _per_channel(graph: TfGraph, node: TfNode) -> str | None:
    """The constant per channel by which `node` multiplies a picture, or None."""
    if node.op != "Mul" or len(node.type.shape) != 4 or node.type.dtype != "float32":
        return None
    for scale, image in (node.inputs, node.inputs[::-1]):
        source = graph.node_of(scale)
        if source.op == CONST and source.type.shape == node.type.shape[-1:]:
            whole = _type_of(graph, image) == node.type
            return scale if whole and graph.node_of(image).op != CONST else None
    return None


def _type_of(graph: TfGraph, tensor: str) -> object:
    name, _, index = tensor.partition(":")
    return graph.nodes[name].types[int(index or 0)]


def _merge(
    graph: TfGraph, node: TfNode, reader: TfNode, op: str, inputs: list[str],
    attributes: dict[str, object],
) -> None:  # fmt: skip
    """Let `reader`, under its own name, do the work of `node` too."""
    reader.op, reader.inputs = op, inputs
    reader.attributes = {**node.attributes, **attributes}
    del graph.nodes[node.name]
