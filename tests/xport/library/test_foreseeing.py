"""What a route would refuse is said by `init` and `check`, before anything is converted."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path

import onnx
import pytest
from onnx import helper

from xport.cli.main import main
from xport.conversion.foreseeing import refusal_by_onnx_tf
from xport.toolchains.interpreters import interpreter_for
from xport.toolchains.onnx_tf_operators import KNOWN, unknown_at
from xport.toolchains.tensorflow import TENSORFLOW

X = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 4])
Y = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)


def model(path: Path, *nodes: tuple[str, str, str, str], opset: int = 17) -> Path:
    """A chain of operators with one input and one output each: operator, node, input, output."""
    made = [helper.make_node(op, [read], [written], name) for op, name, read, written in nodes]
    graph = helper.make_graph(made, "net", [X], [Y])
    opsets = [helper.make_opsetid("", opset)]
    path.write_bytes(
        helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    )
    return path


RELEASE = """\
schema_version = 2
name = "net"
title = "Net"
[models.net]
title = "Net"
kind = "other"
factory = "net.onnx"
[models.net.signature]
inputs = [{ name = "x", shape = [1, 4], dtype = "float32" }]
outputs = [{ name = "y", shape = [1, 4], dtype = "float32" }]
[probes]
synthetic = 20
[browser]
backends = ["wasm"]
[policy]
min_probes = 20
[[policy.tolerances]]
model = "net"
output = "y"
max_abs = 1e-5
rationale = "what float32 rounds, and that ten times"
"""


def said(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as end:
        main(words)
    captured = capsys.readouterr()
    return end.value.code, captured.out, captured.err


def checked(text: str, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, str]]:
    Path("release.toml").write_text(text)
    _, out, _ = said(["check", "release.toml", "--json"], capsys)
    return {one["name"].rpartition(": ")[2]: one for one in json.loads(out)["findings"]}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_operator_that_the_direct_writer_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    model(
        Path("net.onnx"),
        ("Relu", "fine", "x", "h"),
        ("RandomNormalLike", "/head/RandomNormalLike", "h", "y"),
    )
    expected = "operator RandomNormalLike of node '/head/RandomNormalLike': draws random numbers"
    remedy = "make them an input, or draw them once, into a buffer"
    code, _, err = said(["init", "net.onnx", "--out", "new.toml"], capsys)
    assert code == 3
    assert f"tfjs_from_onnx: {expected}; {remedy}" in err
    assert not Path("new.toml").exists()
    found = checked(RELEASE, capsys)["direct writer"]
    assert (found["state"], found["remedy"]) == ("wrong", remedy)
    assert expected in found["found"]


def test_all_of_them_are_named_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"n{place}" for place in range(7)]
    chain = [
        ("RandomNormalLike", n, f"v{p}" if p else "x", f"v{p + 1}") for p, n in enumerate(names)
    ]
    model(Path("net.onnx"), *chain[:-1], ("RandomNormalLike", "n6", "v6", "y"))
    code, _, err = said(["init", "net.onnx", "--out", "new.toml"], capsys)
    assert code == 3
    assert "operator RandomNormalLike of node 'n0'; operator RandomNormalLike of node 'n1'" in err
    assert "; and 2 more: are not supported by the direct writer" in err


def test_what_a_handler_would_refuse_is_said_too(capsys: pytest.CaptureFixture[str]) -> None:
    """An operator that the writer has, of a size that it has not."""
    model(Path("net.onnx"), ("RandomNormalLike", "noise", "x", "y"))
    code, _, err = said(["init", "net.onnx", "--out", "new.toml"], capsys)
    assert code == 3
    assert "operator RandomNormalLike of node 'noise': draws random numbers" in err


def test_an_operator_that_onnx_tf_lacks_is_no_fault_unless_it_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model(Path("net.onnx"), ("LeakyRelu", "/act", "x", "y"))
    expected = "onnx-tf does not know operator LeakyRelu (opset 17) of node '/act'"
    code, _, err = said(["init", "net.onnx", "--out", "new.toml"], capsys)
    assert code == 0, err
    assert expected in err
    assert f"# The direct route goes alone: {expected}." in Path("new.toml").read_text()
    found = checked(RELEASE, capsys)
    assert found["direct writer"]["state"] == "ok"
    assert (found["onnx-tf"]["state"], found["onnx-tf"]["found"]) == ("optional", expected)
    assert found["onnx-tf"]["remedy"] == (
        "nothing need be done: the direct route goes alone; for a second opinion, write the model "
        "with opset = 15, in operators that onnx-tf knows"
    )
    (cost,) = json.loads(said(["check", "release.toml", "--json"], capsys)[1])["costs"]
    assert (cost["stages"], cost["browser_legs"]) == (2, 1)
    asked = RELEASE.replace("[policy]", "[policy]\nrequire_second_route = true")
    assert checked(asked, capsys)["onnx-tf"]["state"] == "wrong"
    alone = RELEASE.replace("[probes]", "[routes.direct]\n[probes]")
    assert "onnx-tf" not in checked(alone, capsys)


def test_a_file_that_does_not_fit_its_signature(capsys: pytest.CaptureFixture[str]) -> None:
    model(Path("net.onnx"), ("Relu", "fine", "x", "y"))
    found = checked(RELEASE.replace('"x", shape = [1, 4]', '"x", shape = [1, 5]'), capsys)
    assert found["shapes"]["state"] == "wrong"
    assert "input 'x' is [1,4] in the file, not [1,5]" in found["shapes"]["found"]


def test_the_table_is_that_of_the_package() -> None:
    """Its own list, read without importing TensorFlow, which importing the package does."""
    python = interpreter_for(TENSORFLOW).python
    (file,) = python.parent.parent.glob("lib/python*/site-packages/onnx_tf/opset_version.py")
    spec = importlib.util.spec_from_file_location("listed", str(file))
    assert spec is not None
    assert spec.loader is not None
    listed = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(listed)
    theirs = {op: tuple(versions) for op, versions in listed.backend_opset_version.items()}
    assert {op: versions for op, versions in theirs.items() if versions} == KNOWN


WHAT_IT_KNOWS = """
import collections, importlib.util, json, sys
from onnx import defs, helper

spec = importlib.util.spec_from_file_location("worker", sys.argv[1])
worker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(worker)
Node = collections.namedtuple("Node", "domain op_type")
operators = sorted({one.name for one in defs.get_all_schemas() if one.domain == ""})
nodes = [Node("", operator) for operator in operators]
unknown = {
    opset: [node.op_type for node in worker._unknown(nodes, [helper.make_opsetid("", opset)])]
    for opset in range(13, 18)
}
print(json.dumps([operators, unknown]))
"""


@pytest.mark.slow
def test_what_is_foreseen_is_what_the_route_refuses() -> None:
    """Operator by operator, at every opset that is written for it; and their very newest."""
    python = str(interpreter_for(TENSORFLOW).python)
    program = [python, "-c", WHAT_IT_KNOWS, str(TENSORFLOW.program)]
    done = subprocess.run(program, capture_output=True, text=True, check=True, timeout=300)
    operators, unknown = json.loads(done.stdout.splitlines()[-1])
    nodes = [helper.make_node(operator, ["x"], ["y"]) for operator in operators]
    for opset, theirs in unknown.items():
        of_ours = {node.op_type for node in unknown_at(nodes, int(opset))}
        # The toolchain's onnx says nothing of an operator that is newer than the opset.
        existing = {name for name in operators if _exists(name, int(opset))}
        assert of_ours & existing == {*theirs} & existing, opset
    assert {"HardSwish", "Where", "Erf", "Resize"}.isdisjoint(unknown["15"])
    assert {"Squeeze", "Unsqueeze"} <= {*unknown["15"]}


def _exists(operator: str, opset: int) -> bool:
    try:
        onnx.defs.get_schema(operator, opset, "")
    except onnx.defs.SchemaError:
        return False
    return True


@pytest.mark.parametrize(
    ("words", "scales", "refused"),
    [
        ("linear", (1, 1, 2, 2), False),
        ("linear", (1, 1, 0.6, 0.6), True),
        ("nearest", (1, 1, 1, 2.1), True),
        ("linear", (1, 1, 1 / 3, 5 / 9), False),
        ("cubic", (1, 1, 2, 2), True),
    ],
)
def test_a_resize_that_onnx_tf_would_compute_otherwise(
    words: str, scales: tuple[float, ...], refused: bool
) -> None:
    """TensorFlow takes the sizes' ratio, whatever the scales are: 5/9 from 9 x 9 to 5 x 5."""
    attributes = {"mode": words} | ({"exclude_outside": 1} if words == "cubic" else {})
    node = helper.make_node("Resize", ["x", "", "s"], ["y"], "up", **attributes)
    picture = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 2, 9, 9])
    result = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)
    held = helper.make_tensor("s", onnx.TensorProto.FLOAT, [4], scales)
    graph = helper.make_graph([node], "net", [picture], [result], [held])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    refusal = refusal_by_onnx_tf(made)
    assert (refusal is not None) is refused
    if refusal is not None:
        assert refusal.what == (
            "onnx-tf would resize otherwise than the model says: operator Resize of node 'up'"
        )
