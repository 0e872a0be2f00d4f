"""ONNX files that cannot be read exactly are refused by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.xport.onnx_graph.texts import PICTURE, case
from xport.conversion.stages.tfjs_from_onnx import write_tfjs
from xport.errors import ConversionError
from xport.onnx_graph.files import graph_from_model
from xport.onnx_graph.shapes import fold_constants


def model() -> onnx.ModelProto:
    """One convolution."""
    return case(f"{PICTURE}, float[3,4,2,2] W", "y = Conv(x, W)").model


def _old(proto: onnx.ModelProto) -> None:
    proto.opset_import[0].version = 12


def _from_the_future(proto: onnx.ModelProto) -> None:
    proto.opset_import[0].version = 99


def _symbolic(proto: onnx.ModelProto) -> None:
    proto.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "batch"


def _shapeless(proto: onnx.ModelProto) -> None:
    proto.graph.input[0].type.tensor_type.ClearField("shape")


def _half(proto: onnx.ModelProto) -> None:
    proto.graph.input[0].type.tensor_type.elem_type = TensorProto.BFLOAT16


def _external(proto: onnx.ModelProto) -> None:
    proto.graph.initializer[0].data_location = TensorProto.EXTERNAL


def _sparse(proto: onnx.ModelProto) -> None:
    values = numpy_helper.from_array(np.ones(1, np.float32), "s")
    places = numpy_helper.from_array(np.zeros(1, np.int64), "places")
    proto.graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, [3]))


def _negative(proto: onnx.ModelProto) -> None:
    proto.graph.input[0].type.tensor_type.shape.dim[0].dim_value = -1


def _negative_output(proto: onnx.ModelProto) -> None:
    proto.graph.output[0].type.tensor_type.shape.dim[0].dim_value = -1


def _two_nodes(proto: onnx.ModelProto) -> None:
    proto.graph.node.append(proto.graph.node[0])


def _two_initializers(proto: onnx.ModelProto) -> None:
    proto.graph.initializer.append(proto.graph.initializer[0])


def _two_inputs(proto: onnx.ModelProto) -> None:
    proto.graph.input.append(proto.graph.input[0])


def _node_over_input(proto: onnx.ModelProto) -> None:
    proto.graph.node[0].output[0] = "x"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_negative, "value 'x' has a dimension of -1"),
        (_negative_output, "value 'y' has a dimension of -1"),
        (_two_nodes, "2 values are called 'y'"),
        (_two_initializers, "2 values are called 'W'"),
        (_two_inputs, "2 values are called 'x'"),
        (_node_over_input, "2 values are called 'x'"),
        (_old, "opset 12 is below 13"),
        (_from_the_future, "opset 99 is newer than"),
        (_symbolic, "input 'x' has a symbolic shape"),
        (_shapeless, "input 'x' has a symbolic shape"),
        (_half, "'x' is bfloat16"),
        (_external, "initializer 'W' lies in another file"),
        (_sparse, "sparse initializers"),
    ],
)
def test_rejects(spoil: Callable[[onnx.ModelProto], None], words: str) -> None:
    proto = model()
    spoil(proto)
    with pytest.raises(ConversionError, match=words) as caught:
        graph_from_model(proto)
    assert caught.value.remedy


def test_rejects_text_constants() -> None:
    proto = model()
    proto.graph.node.insert(0, helper.make_node("Constant", [], ["t"], value_string="words"))
    with pytest.raises(ConversionError, match="text constants"):
        fold_constants(graph_from_model(proto))


@pytest.mark.parametrize("content", [b"", b"not an onnx file at all", None])
def test_rejects_a_file_that_is_no_model(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    whole = model().SerializeToString()
    file.write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(ConversionError):
        write_tfjs(file, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


def test_local_functions_are_inlined() -> None:
    proto = model()
    body = helper.make_node("Relu", ["a"], ["b"])
    opset = [helper.make_opsetid("", 21)]
    proto.functions.append(helper.make_function("own", "Twice", ["a"], ["b"], [body], opset))
    proto.graph.node[0].output[0] = "c"
    proto.graph.node.append(helper.make_node("Twice", ["c"], ["y"], domain="own"))
    proto.opset_import.append(helper.make_opsetid("own", 1))
    assert graph_from_model(proto).census() == {"Conv": 1, "Relu": 1}
