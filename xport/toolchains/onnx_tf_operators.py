"""Which operators onnx-tf knows, at which of their versions, without importing it or TensorFlow.

A test holds the table to the package that the toolchain's lock names. `misread` finds the nodes
that it knows and computes otherwise than ONNX says, without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xport.common.arrays import Array

_TABLE = """
Abs:1,6,13 Acos:7 Acosh:9 Add:1,6,7,13,14 And:1,7 ArgMax:1,11,12,13 ArgMin:1,11,12,13 Asin:7
Asinh:9 Atan:7 Atanh:9 AveragePool:1,7,10,11 BatchNormalization:1,6,7,9,14,15 Bernoulli:15
BitShift:11 Cast:1,6,9,13 CastLike:15 Ceil:1,6,13 Celu:12 Clip:1,6,11,12,13 Compress:9,11
Concat:1,4,11,13 ConcatFromSequence:11 Constant:1,9,11,12,13 ConstantFill:1 ConstantOfShape:9
Conv:1,11 ConvInteger:10 ConvTranspose:1,11 Cos:7 Cosh:9 CumSum:11,14 DepthToSpace:1,11,13
DequantizeLinear:10,13 Det:11 Div:1,6,7,13,14 Dropout:1,6,7,10,12,13 DynamicQuantizeLinear:11
Einsum:12 Elu:1,6 Equal:1,7,11,13 Erf:9,13 Exp:1,6,13 Expand:8,13 EyeLike:9 Flatten:1,9,11,13
Floor:1,6,13 GRU:1,3,7,14 Gather:1,11,13 GatherElements:11,13 GatherND:11,12,13
Gemm:1,6,7,9,11,13 GlobalAveragePool:1 GlobalLpPool:1,2 GlobalMaxPool:1 Greater:1,7,9,13
GreaterOrEqual:12 HardSigmoid:1,6 HardSwish:14 Hardmax:1,11,13 Identity:1,13,14,16 If:1,11,13
ImageScaler:1 InstanceNormalization:1,6 IsInf:10 IsNaN:9,13 LRN:1,13 LSTM:1,7,14 LeakyRelu:1,6
Less:1,7,9,13 LessOrEqual:12 Log:1,6,13 LogSoftmax:1,11,13 Loop:1,11,13 LpNormalization:1
LpPool:1,2,11 MatMul:1,9,13 MatMulInteger:10 Max:1,6,8,12,13 MaxPool:1,8,10,11,12 MaxUnpool:9,11
Mean:1,6,8,13 MeanVarianceNormalization:1,9,13 Min:1,6,8,12,13 Mod:10,13 Mul:1,6,7,13,14
Multinomial:7 Neg:1,6,13 NonMaxSuppression:10,11 NonZero:9,13 Not:1 OneHot:9,11 Optional:15
OptionalGetElement:15 OptionalHasElement:15 Or:1,7 PRelu:1,6,7,9 Pad:1,2,11,13 Pow:1,7,12,13,15
QLinearConv:10 QLinearMatMul:10 QuantizeLinear:10,13 RNN:1,7,14 RandomNormal:1
RandomNormalLike:1 RandomUniform:1 RandomUniformLike:1 Range:11 Reciprocal:1,6,13
ReduceL1:1,11,13 ReduceL2:1,11,13 ReduceLogSum:1,11,13 ReduceLogSumExp:1,11,13
ReduceMax:1,11,12,13 ReduceMean:1,11,13 ReduceMin:1,11,12,13 ReduceProd:1,11,13
ReduceSum:1,11,13 ReduceSumSquare:1,11,13 Relu:1,6,13,14 Reshape:1,5,13,14 Resize:10,11,13
ReverseSequence:10 RoiAlign:10 Round:11 Scan:8,9,11 Scatter:9 ScatterElements:11,13
ScatterND:11,13 Selu:1,6 SequenceAt:11 SequenceConstruct:11 SequenceEmpty:11 SequenceErase:11
SequenceInsert:11 SequenceLength:11 Shape:1,13,15 Shrink:9 Sigmoid:1,6,13 Sign:9,13 Sin:7 Sinh:9
Size:1,13 Slice:1,10,11,13 Softmax:1,11,13 Softplus:1 Softsign:1 SpaceToDepth:1,13
Split:1,2,11,13 SplitToSequence:11 Sqrt:1,6,13 Squeeze:1,11 Sub:1,6,7,13,14 Sum:1,6,8,13 Tan:7
Tanh:1,6,13 TfIdfVectorizer:9 ThresholdedRelu:1,10 Tile:1,6,13 TopK:1,10,11 Transpose:1,13
Trilu:14 Unsqueeze:1,11 Upsample:7,9 Where:9 Xor:1,7
"""

KNOWN: dict[str, tuple[int, ...]] = {
    operator: tuple(map(int, versions.split(",")))
    for operator, _, versions in (entry.partition(":") for entry in _TABLE.split())
}
"""The opsets since which an operator is what onnx-tf knows, by operator."""

RANK = 8
"""As many axes TensorFlow's tensors have at most."""


def unknown_at(nodes: Iterable[Any], opset: int) -> list[Any]:
    """The nodes of an ONNX model of an opset whose operators onnx-tf does not know."""
    return [node for node in nodes if not _known(node, opset)]


def known_opset(unknown: Iterable[Any], opset: int, least: int) -> int | None:
    """The greatest lower opset from `least` on at which each is known, or did not yet exist."""
    nodes = list(unknown)
    for lower in range(opset - 1, least - 1, -1):
        if all(_known(node, lower) or _since(node, lower) is None for node in nodes):
            return lower
    return None


def misread(model: Any) -> list[Any]:
    """The nodes of an ONNX model that onnx-tf would take for something else.

    A Resize by scales that do not give whole sizes: TensorFlow takes the ratio of the sizes, which
    is another scale. A cubic one that leaves out what lies outside: TensorFlow weighs it otherwise.

    Args:
        model: a ModelProto with fixed shapes; where a shape cannot be inferred nothing is found.
    """
    resizes = [node for node in model.graph.node if node.op_type == "Resize"]
    if not resizes:
        return []
    from onnx import shape_inference

    inferred = shape_inference.infer_shapes(model, data_prop=True).graph
    values = [*inferred.input, *inferred.value_info, *inferred.output]
    shapes = {value.name: _sizes(value) for value in values}
    constants = _constants(model.graph)
    return [node for node in resizes if _leaves_out(node) or _fractional(node, shapes, constants)]


def _leaves_out(node: Any) -> bool:
    attributes = {attribute.name: attribute for attribute in node.attribute}
    outside = attributes.get("exclude_outside")
    cubic = "mode" in attributes and attributes["mode"].s == b"cubic"
    return cubic and outside is not None and outside.i != 0


def _fractional(
    node: Any, shapes: Mapping[str, Sequence[int]], constants: Mapping[str, Array]
) -> bool:
    scales = constants.get(node.input[1 if len(node.input) == 2 else 2])  # before opset 11: no roi
    sizes = shapes.get(node.input[0], ())
    if scales is None or len(scales) != len(sizes) or 0 in sizes:
        return False
    exact = [size * float(scale) for size, scale in zip(sizes, scales, strict=True)]
    # What float32 rounds of a ratio such as 1/3 is no other scale.
    return any(abs(size - round(size)) > max(size, 1.0) * 1e-6 for size in exact)


def _sizes(value: Any) -> tuple[int, ...]:
    """A value's shape; an axis that is open is 0."""
    return tuple(axis.dim_value for axis in value.type.tensor_type.shape.dim)


def _constants(graph: Any) -> dict[str, Array]:
    """Small constants by the name of their value: initializers, and nodes that hold one."""
    from onnx import numpy_helper

    held = [(tensor.name, tensor) for tensor in graph.initializer if len(tensor.dims) == 1]
    for node in graph.node:
        if node.op_type == "Constant":
            found = [attribute.t for attribute in node.attribute if attribute.name == "value"]
            held += [(node.output[0], tensor) for tensor in found if len(tensor.dims) == 1]
    small = [
        (name, tensor)
        for name, tensor in held
        if 0 < tensor.dims[0] <= RANK and tensor.data_location != tensor.EXTERNAL
    ]
    return {name: numpy_helper.to_array(tensor) for name, tensor in small}


def _known(node: Any, opset: int) -> bool:
    return _since(node, opset) in KNOWN.get(node.op_type, ())


def _since(node: Any, opset: int) -> int | None:
    """The version of a node's operator at an opset, None where it is of no such opset."""
    from onnx import defs

    if node.domain not in ("", "ai.onnx"):
        return 0  # of no version that is in the table, and it is nobody's to leave out
    try:
        return int(defs.get_schema(node.op_type, opset, "").since_version)
    except defs.SchemaError:
        return None
