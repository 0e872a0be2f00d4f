"""What of an ONNX node is not what it was made from: another ONNX node, or a layer of PyTorch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from xport.common.arrays import Array
from xport.divergence.causes import attribute_causes, rearranged_causes, weight_cause
from xport.divergence.document import Cause

if TYPE_CHECKING:
    import onnx
    import torch

LAYERS = {
    "stride": "strides", "padding": "pads", "dilation": "dilations", "groups": "group",
    "kernel_size": "kernel_shape", "eps": "epsilon", "negative_slope": "alpha", "alpha": "alpha",
    "dim": "axis", "start_dim": "axis",
}  # fmt: skip
"""Attributes of layers, and what ONNX calls them."""
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "BatchNormalization": {"epsilon": 1e-5}, "InstanceNormalization": {"epsilon": 1e-5},
    "LayerNormalization": {"epsilon": 1e-5, "axis": -1}, "LeakyRelu": {"alpha": 0.01},
    "Elu": {"alpha": 1.0}, "Softmax": {"axis": -1}, "LogSoftmax": {"axis": -1},
    "Flatten": {"axis": 1}, "Conv": {"group": 1}, "ConvTranspose": {"group": 1},
}  # fmt: skip
"""What attributes are where nobody wrote them, of those that layers have too."""


def attributes_of(node: onnx.NodeProto) -> dict[str, Any]:
    """A node's attributes as plain values, the defaults that matter here among them."""
    from onnx import helper, numpy_helper

    found = dict(DEFAULTS.get(node.op_type, {}))
    for one in node.attribute:
        value = helper.get_attribute_value(one)
        if one.type == one.TENSOR:
            value = numpy_helper.to_array(value)
        elif isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        elif one.type in (one.INTS, one.FLOATS):
            value = list(value)
        found[one.name] = value
    return found


def node_causes(
    expected: onnx.NodeProto,
    found: onnx.NodeProto,
    weights: Mapping[str, Array],
    tested: Mapping[str, Array],
) -> Iterator[Cause]:
    """Where one ONNX node is not another: operator, attributes, weights, and what it reads.

    Args:
        weights, tested: the constants of both graphs, by name.
    """
    told = f"{found.op_type} {found.name or found.output[0]}"
    if expected.op_type != found.op_type:
        yield Cause(
            kind="operator", node=told, name="op", expected=expected.op_type, found=found.op_type
        )
        return
    yield from attribute_causes(told, attributes_of(expected), attributes_of(found))
    for one, other in zip(expected.input, found.input, strict=False):
        if one in weights and other in tested:
            cause = weight_cause(told, other, weights[one], tested[other])
            if cause is not None:
                yield cause
        elif one != other:
            yield Cause(kind="input", node=told, name="inputs", expected=one, found=other)


def layer_causes(
    layer: torch.nn.Module, nodes: Sequence[onnx.NodeProto], weights: Mapping[str, Array]
) -> Iterator[Cause]:
    """Where ONNX nodes are not the layer of PyTorch that they stand for.

    Args:
        nodes: those of the layer's segment, the last being the one that ends it.
        weights: the graph's constants, by name.
    """
    node = nodes[-1]
    told = f"{node.op_type} {node.name or node.output[0]}"
    wanted = dict(_asked_of(layer, node))
    has = attributes_of(node)
    yield from attribute_causes(told, wanted, {name: has.get(name) for name in wanted})
    own = {name: one.detach().numpy() for name, one in layer.state_dict(keep_vars=True).items()}
    own = {name: array for name, array in own.items() if array.size > 1}
    theirs = {n: weights[n] for one in nodes for n in one.input if n in weights}
    yield from rearranged_causes(told, own, theirs)


def _asked_of(layer: torch.nn.Module, node: onnx.NodeProto) -> Iterator[tuple[str, Any]]:
    """The attributes that a layer has too, as ONNX writes them."""
    spatial = next((len(a.ints) for a in node.attribute if a.name == "kernel_shape"), 2)
    has = attributes_of(node)
    for ours, theirs in LAYERS.items():
        value = getattr(layer, ours, None)
        if value is None or theirs not in has or isinstance(value, str):
            continue
        if theirs in ("strides", "dilations", "kernel_shape", "pads"):
            pair = list(value) if isinstance(value, tuple | list) else [value] * spatial
            value = [*pair, *pair] if theirs == "pads" else pair
        if theirs == "axis" and has["axis"] * value < 0:
            continue  # one counts from the end, which needs the rank
        yield theirs, value if isinstance(value, list) else np.asarray(value).item()
