"""ONNX files that cannot be a source: one line that says what, where and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from xport.conversion.onnx_files import settled
from xport.conversion.stages.onnx_from_file import OnnxFromFile
from xport.errors import XportError
from xport.formats.artifact import Signature, TensorSpec

X = TensorSpec(name="x", shape=(1, 4))


def _value(
    name: str, shape: list[int] | None, kind: int = TensorProto.FLOAT
) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def _model(*nodes: onnx.NodeProto, **parts: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
    inputs, outputs = (parts.get(kind, [_value(kind[0], [1, 4])]) for kind in ("x", "y"))
    weights = [numpy_helper.from_array(np.ones(4, np.float32), "w")]
    graph = helper.make_graph(nodes or [ADD], "g", inputs, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


ADD = helper.make_node("Add", ["x", "w"], ["y"])


def _apart(**where: str) -> onnx.ModelProto:
    """Weights in another file."""
    model = _model()
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in where.items():
        tensor.external_data.add(key=key, value=value)
    return model


def _untyped(kind: str) -> onnx.ModelProto:
    model = _model()
    getattr(model.graph, kind)[0].ClearField("type")
    return model


def _cut_weights() -> onnx.ModelProto:
    model = _model()
    model.graph.initializer[0].raw_data = b"\0" * 7
    return model


CASES: dict[str, tuple[Callable[[], onnx.ModelProto], str]] = {
    "weights gone": (
        lambda: _apart(location="gone.bin"),
        "weights 'w' are in 'gone.bin', which is",
    ),
    "weights nowhere": (_apart, "weights 'w' are in '.', which is not there"),
    "weights elsewhere": (
        lambda: _apart(location="../../secret"),
        "weights 'w' are not beside the file, but in ../../secret",
    ),
    "offset": (
        lambda: _apart(location="w.bin", offset="first"),
        "where the weights 'w' lie cannot be read: invalid literal",
    ),
    "weights cut": (_cut_weights, "'w': raw_data size (7 bytes) does not match"),
    "input without type": (lambda: _untyped("input"), "input 'x' is of no type, not a tensor"),
    "output without type": (lambda: _untyped("output"), "output 'y' is of no type, not a tensor"),
    "sequence in": (
        lambda: _model(
            helper.make_node("SequenceLength", ["x"], ["y"]),
            x=[helper.make_tensor_sequence_value_info("x", TensorProto.FLOAT, [1, 4])],
        ),
        "input 'x' is sequence, not a tensor",
    ),
    "sequence out": (
        lambda: _model(
            helper.make_node("SequenceConstruct", ["x"], ["y"]),
            y=[helper.make_tensor_sequence_value_info("y", TensorProto.FLOAT, [1, 4])],
        ),
        "output 'y' is sequence, not a tensor",
    ),
    "output twice": (
        lambda: _model(y=[_value("y", [1, 4]), _value("y", [1, 4])]),
        "y: two inputs or outputs have this name; export it with a name for each",
    ),
    "input is output": (
        lambda: _model(y=[_value("y", [1, 4]), _value("x", [1, 4])]),
        "x: two inputs or outputs have this name",
    ),
    "text": (
        lambda: _model(
            helper.make_node("Identity", ["x"], ["y"]),
            x=[_value("x", [1, 4], TensorProto.STRING)],
            y=[_value("y", [1, 4], TensorProto.STRING)],
        ),
        "x: unsupported element type STRING; export it as float32",
    ),
    "no input": (
        lambda: _model(helper.make_node("Relu", ["w"], ["y"]), x=[]),
        "no input is called x, there are none",
    ),
    "cycle": (
        lambda: _model(
            helper.make_node("Add", ["x", "b"], ["a"]),
            helper.make_node("Relu", ["a"], ["b"]),
            helper.make_node("Relu", ["b"], ["y"]),
        ),
        "the graph is not acyclic: 'a' depends on itself; the graph is not valid ONNX; export",
    ),
    "axis": (
        lambda: _model(helper.make_node("Flatten", ["x"], ["y"], axis=2**62, name="f")),
        "operator Flatten of node 'f'",
    ),
    "reshape": (
        lambda: _model(helper.make_node("Foo\nBar", ["x"], ["y"], name="two\nlines")),
        "No Op registered for Foo Bar",
    ),
    "another output": (
        lambda: _model(helper.make_node("Relu", ["x"], ["z"]), y=[_value("z", [1, 4])]),
        "signature.outputs: the ONNX file has no y, the release file says y: float32[1, 4]; write",
    ),
    "another shape": (
        lambda: _model(helper.make_node("ReduceSum", ["x"], ["y"]), y=[_value("y", None)]),
        "signature.outputs: the ONNX file has y: float32[1, 1], the release file says y: float32[1",
    ),
    "another dtype": (
        lambda: _model(
            helper.make_node("Cast", ["x"], ["y"], to=TensorProto.BOOL),
            y=[_value("y", [1, 4], TensorProto.BOOL)],
        ),
        "signature.outputs: the ONNX file has y: bool[1, 4], the release file says y: float32",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_no_source_is_named_in_one_line(name: str, tmp_path: Path) -> None:
    build, words = CASES[name]
    path = tmp_path / "net.onnx"
    path.write_bytes(build().SerializeToString())
    signature = Signature(inputs=(X,), outputs=(TensorSpec(name="y", shape=(1, 4)),))
    stage = OnnxFromFile(path, signature)
    with pytest.raises(XportError) as caught:
        _ = stage.parameters(), stage.run(None, tmp_path)
    said = str(caught.value)
    assert words in said
    assert "\n" not in said
    assert "onnxruntime::" not in said, "no function of ONNX Runtime's"


def test_weights_beside_the_file_are_taken_in(tmp_path: Path) -> None:
    path, made = tmp_path / "net.onnx", tmp_path / "made.onnx"
    path.write_bytes(_apart(location="./w.bin", length="16").SerializeToString())
    (tmp_path / "w.bin").write_bytes(np.arange(4, dtype=np.float32).tobytes())
    signature = settled(path, {}, made)
    assert signature.inputs == (X,)
    (weights,) = onnx.load(str(made)).graph.initializer
    np.testing.assert_array_equal(numpy_helper.to_array(weights), [0, 1, 2, 3])
