"""What cannot be done exactly is an error that names operator, node and reason."""

from __future__ import annotations

import numpy as np
import onnx.parser
import pytest

from tests.xport.onnx_graph.texts import graph
from xport.errors import ConversionError
from xport.onnx_graph.files import graph_from_model
from xport.onnx_graph.graph import Graph, TensorType
from xport.onnx_graph.passes import simplify
from xport.tfjs_writer.lower import lower

PICTURE = "float[1,4,8,8] x"


def parsed(inputs: str, body: str) -> Graph:
    """A graph that ONNX Runtime need not run."""
    text = f'<ir_version: 8, opset_import: ["" : 21]> g ({inputs}) => (float y) {{ {body} }}'
    model = onnx.parser.parse_model(text)
    model.graph.output[0].type.tensor_type.ClearField("shape")
    return graph_from_model(model)


@pytest.mark.parametrize(
    ("inputs", "body", "words"),
    [
        (PICTURE, "y = Det(x)", "8 × 8 matrices"),
        ("float[1,4,8,8,8] x, float[4,2,3,3,3] w", "y = ConvTranspose(x, w)",
         "3 spatial dimensions"),
        (f"{PICTURE}, float[2,3,3,3] w", "y = Conv(x, w)", "takes 3 channels, its input has 4"),
        ("float[1,65,8,8] x, float[130,1,1,1] w", "y = Conv<group = 65, pads = [0,0,-1,0]>(x, w)",
         "negative pads"),
        ("float[1,130,8,8] x, float[65,2,1,1] w", "y = Conv<group = 65>(x, w)", "has 65 groups"),
        ("float[1,1,20,20] x", "y = MaxPool<kernel_shape = [8,8], dilations = [2,2]>(x)",
         "is dilated"),
        (PICTURE, "y, i = MaxPool<kernel_shape = [2,2]>(x) z = Neg(i)", "indices"),
        (PICTURE, "y = MaxPool<kernel_shape = [2,2], storage_order = 1>(x)", "storage_order"),
        (f"{PICTURE}, int64[4] s", "y = Reshape(x, s)", "'s' is int64"),
        (PICTURE, 's = Constant<value = int64[4] {1,4,9,9}>() y = Resize<mode = "nearest", '
         "antialias = 1>(x, , , s)", "antialias"),
        (PICTURE, 's = Constant<value = int64[4] {1,4,9,9}>() y = Resize<mode = "linear", '
         'coordinate_transformation_mode = "tf_crop_and_resize">(x, , , s)', "has no roi"),
        (PICTURE, "i = Constant<value_int = 1>() t = Cast<to = 9>(i) "
         "r = Constant<value_float = 0.5>() y = Dropout(x, r, t)", "is in training mode"),
        ("int32[2,3] x, int32[2,3] z", "y = Pow(x, z)", "on integers"),
        (PICTURE, "y = Cast<to = 11>(x)", "casts to double"),
        (PICTURE, "y = Cast<to = 10>(x)", "casts to float16"),
        ("float[2,3] x, float[3,2] z", 'y = Einsum<equation = "...ij,jk->...ik">(x, z)',
         "equation"),
        ("float[3,3] x", 'y = Einsum<equation = "ii->i">(x)', "equation"),
        ("float[1,4,8,8] x", "y = LRN<size = 4>(x)", "size 4"),
        ("bool[2,3] x", "i = Constant<value = int64[2,3] {0,0,0,1,1,1}>() "
         'y = ScatterElements<reduction = "max">(x, i, x)', "reduction max of bool"),
        ("float[1,1,1,1,1,1,2] x", "y = Relu(x)", "7 axes"),
        ("float[2,3,2,2,2] x", "p = Constant<value = int64[10] {1,1,1,1,1,1,1,1,1,1}>() "
         "y = Pad(x, p)",
         "too many for WebGL"),
        ("float[2] x", "y = ReduceSum<keepdims = 0>(x)", "output 'y' is a single number"),
        ("float x", "y = Neg(x)", "input 'x' is a single number"),
        ("float[2,0] x", "y = Neg(x)", "has no elements"),
        ("double[2] x", "y = Neg(x)", "'x' is float64"),
        ("float16[2] x", "y = Neg(x)", "'x' is float16"),
        ("int64[2] x", "y = Neg(x)", "'x' is int64"),
        (PICTURE, "s = Constant<value = int64[2] {3,5}>() y = Reshape(x, s)",
         "operator Reshape of node 'y'"),
        (PICTURE, "y = Transpose<perm = [0,1,2,7]>(x)", "operator Transpose of node 'y'"),
        (PICTURE, "y = Conv(x)", "operator Conv of node 'y'"),
        (PICTURE, "y = MaxPool(x)", "operator MaxPool of node 'y'"),
        (PICTURE, "y = BatchNormalization(x)", "operator BatchNormalization of node 'y'"),
        (PICTURE, "y = MaxPool<kernel_shape = [2,2], strides = [0,1]>(x)", "is not positive"),
        (PICTURE, "y = Softmax<axis = 4>(x)", "axis 4 is not one of 4"),
        (PICTURE, "y = Concat<axis = -5>(x, x)", "axis -5 is not one of 4"),
        (PICTURE, "i = Constant<value = int64[2] {0,9}>() y = Gather<axis = 2>(x, i)",
         "reach beyond the axis of 8"),
        (PICTURE, "s = Constant<value = int64[2] {1,2}>() y, z = Split<axis = 1>(x, s)",
         "do not fill the axis of 4"),
    ],
)  # fmt: skip
def test_rejects(inputs: str, body: str, words: str) -> None:
    with pytest.raises(ConversionError, match=words):
        lower(simplify(parsed(inputs, body)))


@pytest.mark.parametrize(
    "body",
    ["y = MatMul(x, z)", "y = Add(x, z)", "y = Concat<axis = 0>(x, z)", "y = Gemm(x, z)",
     "y = Where(m, x, z)"],
)  # fmt: skip
def test_rejects_shapes_that_do_not_fit(body: str) -> None:
    with pytest.raises(ConversionError):
        lower(simplify(parsed("float[2,3] x, float[4,5] z, bool[2,3] m", body)))


def test_rejects_attributes_that_it_does_not_know() -> None:
    found = parsed(PICTURE, "y = LeakyRelu<alpha = 0.1>(x)")
    found.nodes[0].attributes["curvature"] = 1
    found.types["y"] = found.types["x"]
    with pytest.raises(ConversionError, match="LeakyRelu of node 'y': its curvature is not known"):
        lower(found)


def test_rejects_numbers_beyond_32_bits() -> None:
    body = "k = Constant<value = int64[1] {5000000000}>() i = Cast<to = 7>(x) y = Add(i, k)"
    with pytest.raises(ConversionError, match="beyond 32 bits"):
        lower(simplify(parsed("float[2] x", body)))


def test_rejects_a_model_without_inputs() -> None:
    found = graph("float[2] x", "y = Neg(x)")
    found.inputs, found.nodes = [], []
    with pytest.raises(ConversionError, match="no inputs"):
        lower(found)


def test_rejects_a_pool_whose_last_window_lies_in_the_padding() -> None:
    """As onnx 1.17's inference has it, and no runtime."""
    attributes = "kernel_shape = [2,2], strides = [3,3], pads = [1,1,1,1], ceil_mode = 1"
    found = parsed(PICTURE, f"y = MaxPool<{attributes}>(x)")
    found.types["y"] = TensorType((1, 4, 4, 4), np.dtype(np.float32))
    with pytest.raises(ConversionError, match="a window of padding alone"):
        lower(found)
