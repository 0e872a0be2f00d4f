"""What others' files have and a signature has not: old opsets, names, int64, half precision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.told import Told
from xport.common.progress import shown
from xport.conversion.foreign.agreement import require_same
from xport.conversion.foreign.borders import named_before
from xport.conversion.onnx_files import settled
from xport.conversion.stages.tfjs_from_onnx import write_tfjs
from xport.errors import ConversionError, InputError

FLOAT, INT64, HALF = TensorProto.FLOAT, TensorProto.INT64, TensorProto.FLOAT16
W = np.linspace(-1, 1, 6).astype(np.float32).reshape(3, 2)


def written(
    folder: Path, nodes: list[onnx.NodeProto], inputs: dict[str, tuple[int, list[Any]]],
    outputs: dict[str, int], weights: dict[str, np.ndarray], opset: int = 17,
) -> Path:  # fmt: skip
    """A file; outputs have no shape."""
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "g", [value(n, kind, shape) for n, (kind, shape) in inputs.items()],
        [value(name, kind, None) for name, kind in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )  # fmt: skip
    imports = [helper.make_opsetid("", opset)]
    path = folder / "net.onnx"
    onnx.save(helper.make_model(graph, opset_imports=imports, ir_version=6), str(path))
    return path


def said(path: Path, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What ONNX Runtime says of a file."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


node = helper.make_node


@pytest.mark.parametrize("opset", [7, 8, 9, 10, 11, 12, 13, 26])
def test_every_opset_from_7_says_what_it_said(opset: int, tmp_path: Path) -> None:
    axes = {} if opset > 12 else {"axes": [1]}
    nodes = [
        node("Squeeze", ["x", "one"] if opset > 12 else ["x"], ["a"], **axes),
        node("MatMul", ["a", "w"], ["b"]),
        node("Softmax", ["b"], ["y"], axis=1),
    ]  # fmt: skip
    weights = {"w": W, **({"one": np.array([1])} if opset >= 13 else {})}
    path = written(tmp_path, nodes, {"x": (FLOAT, ["n", 1, 3])}, {"y": FLOAT}, weights, opset)
    signature = settled(path, {"x": (2, 1, 3)}, tmp_path / "made.onnx")
    assert [str(spec) for spec in signature.outputs] == ["y: float32[2, 2]"]
    x = {"x": np.ones((2, 1, 3), np.float32)}
    np.testing.assert_allclose(said(tmp_path / "made.onnx", x)["y"], said(path, x)["y"], 1e-6)


def test_an_opset_below_7_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, [node("Relu", ["x"], ["y"])], {"x": (FLOAT, [2])}, {"y": FLOAT}, {}, 6)
    with pytest.raises(InputError, match="opset 6 is older than 7"):
        settled(path, {}, tmp_path / "made.onnx")


def test_what_says_something_else_than_before_is_refused(tmp_path: Path) -> None:
    path = written(
        tmp_path, [node("Relu", ["x"], ["y:0"])], {"x": (FLOAT, [4])}, {"y:0": FLOAT}, {}
    )
    settled(path, {}, tmp_path / "made.onnx")
    made = onnx.load(str(tmp_path / "made.onnx"))
    made.graph.node[0].op_type = "Sigmoid"
    with pytest.raises(ConversionError, match="made ready, its output 'y_0' is off by"):
        require_same(onnx.load(str(path)), made, path, {})


def test_names_of_any_letters_are_mapped_and_kept(tmp_path: Path) -> None:
    nodes = [node("Add", ["in:0", "w"], ["387"]), node("Neg", ["in:0"], ["in_0"])]
    outputs = {"387": FLOAT, "in_0": FLOAT}
    path = written(tmp_path, nodes, {"in:0": (FLOAT, ["batch", 2])}, outputs, {"w": W})
    signature = settled(path, {"in:0": (3, 2)}, tmp_path / "made.onnx")
    names = [spec.name for spec in (*signature.inputs, *signature.outputs)]
    assert names == ["in_0_1", "output_387", "in_0"]
    kept = {"in_0_1": "in:0", "output_387": "387"}
    assert named_before(onnx.load(str(tmp_path / "made.onnx"))) == kept
    write_tfjs(tmp_path / "made.onnx", tmp_path)
    document = json.loads((tmp_path / "model.json").read_text())
    assert document["userDefinedMetadata"]["xport"]["names"] == kept
    x = np.ones((3, 2), np.float32)
    found = said(tmp_path / "made.onnx", {"in_0_1": x})
    np.testing.assert_array_equal(found["output_387"], x + W)
    np.testing.assert_array_equal(found["in_0"], -x)


def test_numbers_alone_have_an_axis_and_int64_is_int32(tmp_path: Path) -> None:
    nodes = [node("Gather", ["w", "row"], ["y"]), node("ArgMax", ["y"], ["best"], keepdims=0)]
    outputs = {"y": FLOAT, "best": INT64}
    path = written(tmp_path, nodes, {"row": (INT64, [])}, outputs, {"w": W})
    signature = settled(path, {}, tmp_path / "made.onnx")
    every = [str(spec) for spec in (*signature.inputs, *signature.outputs)]
    assert every == ["row: int32[1]", "y: float32[2]", "best: int32[1]"]
    found = said(tmp_path / "made.onnx", {"row": np.array([2], np.int32)})
    np.testing.assert_array_equal(found["y"], W[2])
    assert found["best"].tolist() == [1]


def test_weights_that_are_listed_as_inputs_are_none(tmp_path: Path) -> None:
    inputs = {"x": (FLOAT, [3]), "w": (FLOAT, [3, 2])}
    path = written(tmp_path, [node("MatMul", ["x", "w"], ["y"])], inputs, {"y": FLOAT}, {"w": W})
    assert [one.name for one in settled(path, {}, tmp_path / "made.onnx").inputs] == ["x"]


def test_halves_are_computed_in_float32_and_it_is_said(tmp_path: Path) -> None:
    weights = {"w": W.astype(np.float16)}
    nodes = [node("Cast", ["x"], ["h"], to=HALF), node("MatMul", ["h", "w"], ["m"]),
             node("Cast", ["m"], ["y"], to=FLOAT)]  # fmt: skip
    path = written(tmp_path, nodes, {"x": (FLOAT, [2, 3])}, {"y": FLOAT}, weights)
    told = Told()
    with shown(told):
        settled(path, {}, tmp_path / "made.onnx")
    assert [line for line in told.told if "half precision is computed in float32: " in line]
    x = np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3)
    expected = x @ W.astype(np.float16).astype(np.float32)
    np.testing.assert_allclose(said(tmp_path / "made.onnx", {"x": x})["y"], expected, 1e-6)


def test_an_input_can_be_made_a_constant(tmp_path: Path) -> None:
    value = helper.make_tensor_value_info("e", FLOAT, None)
    branches = {
        f"{word}_branch": helper.make_graph([node(op, inputs, ["e"])], word, [], [value])
        for word, op, inputs in (("then", "MatMul", ["x", "w"]), ("else", "MatMul", ["w", "x"]))
    }
    nodes = [node("Equal", ["rate", "k"], ["c"]), node("If", ["c"], ["y"], **branches)]
    inputs = {"x": (FLOAT, ["n", 3]), "rate": (INT64, [])}
    path = written(tmp_path, nodes, inputs, {"y": FLOAT}, {"w": W, "k": np.array(8)})
    signature = settled(path, {"x": (4, 3)}, tmp_path / "made.onnx", {"rate": 8})
    assert [str(one) for one in (*signature.inputs, *signature.outputs)] == [
        "x: float32[4, 3]", "y: float32[4, 2]",
    ]  # fmt: skip
    for values, words in (({"rat": 8}, "no input is called rat, there are x, rate"),
                          ({"rate": 0.5}, "0.5 is no value of input 'rate'"),
                          ({"rate": "8"}, "'8' is no value of input 'rate'")):  # fmt: skip
        with pytest.raises(InputError, match=words):
            settled(path, {"x": (4, 3)}, tmp_path / "again.onnx", values)


def test_a_branch_that_does_not_bear_the_shapes_is_refused_before_it_is_run(tmp_path: Path) -> None:
    value = helper.make_tensor_value_info("e", FLOAT, None)
    branches = {
        f"{word}_branch": helper.make_graph([node("MatMul", names, ["e"])], word, [], [value])
        for word, names in (("then", ["x", "w"]), ("else", ["w", "x"]))
    }
    nodes = [node("Equal", ["rate", "k"], ["c"]), node("If", ["c"], ["y"], **branches)]
    inputs = {"x": (FLOAT, ["n", 3]), "rate": (INT64, [])}
    path = written(tmp_path, nodes, inputs, {"y": FLOAT}, {"w": W, "k": np.array(8)})
    with pytest.raises(ConversionError, match=r"condition of an If is computed.*--argument NAME"):
        settled(path, {"x": (4, 3)}, tmp_path / "made.onnx")
