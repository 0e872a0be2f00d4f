"""A tiny network as an ONNX file, and the same with one fault in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from xport.common.arrays import Array
from xport.divergence.document import Rule
from xport.formats.artifact import Signature, TensorSpec
from xport.formats.onnx_file import MODEL

RULE = Rule(share=1e-4, words="1e-4 of each node’s own largest absolute value")
SIGNATURE = Signature(
    inputs=(TensorSpec(name="image", shape=(1, 3, 8, 8)),),
    outputs=(TensorSpec(name="probabilities", shape=(1, 4)),),
)
"""Image in, four probabilities out."""
Fault = Callable[[onnx.ModelProto], None]


def network() -> onnx.ModelProto:
    """Convolution, normalisation, rectifier, convolution, pool, product and softmax."""
    rng = np.random.default_rng(5)
    weights = {
        "conv1.weight": rng.standard_normal((4, 3, 3, 3)) * 0.3,
        "conv1.bias": rng.standard_normal(4) * 0.1,
        "norm.scale": rng.uniform(0.5, 1.5, 4),
        "norm.bias": rng.standard_normal(4),
        "conv2.weight": rng.standard_normal((6, 4, 3, 3)) * 0.3,
        "fc.weight": rng.standard_normal((4, 6)),
        "fc.bias": rng.standard_normal(4),
    }
    nodes = [
        _node("Conv", "conv1", ["image", "conv1.weight", "conv1.bias"], pads=[1, 1, 1, 1],
              strides=[2, 2], kernel_shape=[3, 3]),
        _node("InstanceNormalization", "norm", ["conv1", "norm.scale", "norm.bias"], epsilon=1e-5),
        _node("Relu", "relu", ["norm"]),
        _node("Conv", "conv2", ["relu", "conv2.weight"], pads=[1, 1, 1, 1], strides=[1, 1],
              kernel_shape=[3, 3]),
        _node("GlobalAveragePool", "pool", ["conv2"]),
        _node("Flatten", "flat", ["pool"], axis=1),
        _node("Gemm", "fc", ["flat", "fc.weight", "fc.bias"], transB=1),
        _node("Softmax", "probabilities", ["fc"], axis=1),
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", 1, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("probabilities", 1, [1, 4])],
        [numpy_helper.from_array(a.astype(np.float32), n) for n, a in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def image() -> dict[str, Array]:
    """One input."""
    return {"image": np.random.default_rng(7).standard_normal((1, 3, 8, 8)).astype(np.float32)}


def in_folder(folder: Path, fault: Fault | None = None) -> Path:
    """The file of the network, with a fault."""
    model = network()
    if fault is not None:
        fault(model)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / MODEL))
    return folder / MODEL


def attribute(node: str, name: str, value: object) -> Fault:
    """One attribute of one node is another."""

    def change(model: onnx.ModelProto) -> None:
        (found,) = (one for one in model.graph.node if one.name == node)
        kept = [one for one in found.attribute if one.name != name]
        del found.attribute[:]
        found.attribute.extend([*kept, helper.make_attribute(name, value)])

    return change


def weight(name: str, change: Callable[[Array], None]) -> Fault:
    """One weight is changed in place."""

    def spoil(model: onnx.ModelProto) -> None:
        (found,) = (one for one in model.graph.initializer if one.name == name)
        array = numpy_helper.to_array(found).copy()
        change(array)
        found.CopyFrom(numpy_helper.from_array(array, name))

    return spoil


def flipped(array: Array) -> None:
    """One weight has the other sign."""
    array[(1, 2, 0, 1)[: array.ndim]] *= -1


def no_number(array: Array) -> None:
    """One weight is NaN."""
    array[(0,) * array.ndim] = np.nan


def _node(op: str, output: str, inputs: list[str], **attributes: object) -> onnx.NodeProto:
    return helper.make_node(op, inputs, [output], name=output, **attributes)
