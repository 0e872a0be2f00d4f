"""ONNX files that mean harm: refused in one line, and nothing outside their folder is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from xport.conversion.onnx_files import settled
from xport.errors import XportError

SECRET = np.arange(4, dtype=np.float32)


def model(*nodes: onnx.NodeProto, weights: onnx.TensorProto | None = None) -> onnx.ModelProto:
    """`y` of `x`, four numbers each."""
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes or [helper.make_node("Add", ["x", "w"], ["y"])], "g",
        [value("x", TensorProto.FLOAT, [4])], [value("y", TensorProto.FLOAT, None)],
        [weights or numpy_helper.from_array(SECRET, "w")],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def apart(location: str, dims: tuple[int, ...] = (4,), **keys: int) -> onnx.TensorProto:
    """Weights that are said to lie in a file."""
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=dims)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **keys}.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def in_attribute(folder: Path) -> onnx.ModelProto:
    """Weights in an attribute of a node, where onnx's own loader looks for them too."""
    constant = helper.make_node("Constant", [], ["k"], value=apart("../secret.bin"))
    return model(constant, helper.make_node("Add", ["x", "k"], ["y"]))


def link(folder: Path) -> onnx.ModelProto:
    (folder / "w.bin").symlink_to(folder.parent / "secret.bin")
    return model(weights=apart("w.bin"))


def linked_folder(folder: Path) -> onnx.ModelProto:
    (folder / "in").symlink_to(folder.parent)
    return model(weights=apart("in/secret.bin"))


def nested(depth: int) -> onnx.GraphProto:
    yes = helper.make_tensor_value_info("end", TensorProto.FLOAT, None)
    if not depth:
        return helper.make_graph([helper.make_node("Neg", ["x"], ["end"])], "g", [], [yes])
    inner = nested(depth - 1)
    node = helper.make_node("If", ["c"], ["end"], then_branch=inner, else_branch=nested(0))
    return helper.make_graph([node], "g", [], [yes])


def deep(folder: Path) -> onnx.ModelProto:
    sums = helper.make_node("ReduceMax", ["x"], ["m"], keepdims=0)
    cast = helper.make_node("Cast", ["m"], ["c"], to=TensorProto.BOOL)
    return model(sums, cast, helper.make_node("If", ["c"], ["y"], then_branch=nested(12),
                                              else_branch=nested(0)))  # fmt: skip


def circle(folder: Path) -> onnx.ModelProto:
    made = model(helper.make_node("f", ["x"], ["y"], domain="own"))
    for name, other in (("f", "g"), ("g", "f")):
        body = [helper.make_node(other, ["a"], ["b"], domain="own")]
        made.functions.append(
            helper.make_function("own", name, ["a"], ["b"], body, [helper.make_opsetid("own", 1)])
        )
    made.opset_import.append(helper.make_opsetid("own", 1))
    return made


def cycle(folder: Path) -> onnx.ModelProto:
    return model(*(helper.make_node("Add", ["x", a], [b]) for a, b in ("ab", "bc", "cy", "ya")))


def custom(folder: Path) -> onnx.ModelProto:
    made = model(helper.make_node("Run", ["x"], ["y"], domain="evil", name="boom"))
    made.opset_import.append(helper.make_opsetid("evil", 1))
    entry = made.metadata_props.add()
    entry.key, entry.value = "custom_ops_library", str(folder / "evil.so")
    return made


def huge(folder: Path) -> onnx.ModelProto:
    shape = numpy_helper.from_array(np.array([2**20, 2**20]), "w")
    fill = helper.make_node("ConstantOfShape", ["w"], ["big"])
    total = helper.make_node("ReduceSum", ["big"], ["sum"], keepdims=0)
    return model(fill, total, helper.make_node("Add", ["x", "sum"], ["y"]), weights=shape)


CASES: dict[str, tuple[Callable[[Path], onnx.ModelProto], str]] = {
    "another folder": (
        lambda folder: model(weights=apart("../secret.bin")),
        "'w' are not beside the file, but in ../secret.bin",
    ),
    "absolute path": (
        lambda folder: model(weights=apart(str(folder.parent / "secret.bin"))),
        "'w' are not beside the file, but in /",
    ),
    "in an attribute": (in_attribute, "'w' are not beside the file, but in ../secret.bin"),
    "link": (link, "'w' are in 'w.bin', which is a link; copy"),
    "link to a folder": (linked_folder, "'w' are in 'in/secret.bin', which is a link; copy"),
    "more than is there": (
        lambda folder: model(weights=apart("own.bin", (2**40,))),
        "'w' are 4398046511104 bytes by their shape, said to be 4398046511104 at 0 of 'own.bin', "
        "which has 16",
    ),
    "before the file": (
        lambda folder: model(weights=apart("own.bin", offset=-16)),
        "the weights 'w'",
    ),
    "behind the file": (
        lambda folder: model(weights=apart("own.bin", offset=8)),
        "said to be 16 at 8 of 'own.bin', which has 16",
    ),
    "other than its shape": (
        lambda folder: model(weights=apart("own.bin", length=8)),
        "'w' are 16 bytes by their shape, said to be 8",
    ),
    "nested deep": (deep, "graphs are nested more than 8 deep"),
    "functions in a circle": (circle, "the function 'f' calls itself"),
    "cycle": (cycle, "the graph is not acyclic: 'b' depends on itself"),
    "library of operators": (custom, "evil"),
    "terabytes": (huge, "the value 'big' has 1,099,511,627,776 elements, more than 268,435,456"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    folder, (build, words) = tmp_path / "files", CASES[name]
    folder.mkdir()
    for path in (tmp_path / "secret.bin", folder / "own.bin"):
        path.write_bytes(SECRET.tobytes())
    (folder / "net.onnx").write_bytes(build(folder).SerializeToString())
    with pytest.raises(XportError) as caught:
        settled(folder / "net.onnx", {}, tmp_path / "made.onnx")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "made.onnx").exists()


@pytest.mark.parametrize("suffix", [".pt2", ".pt", ".pkl"])
def test_what_may_hold_pickles_is_not_opened(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"net{suffix}"
    path.write_bytes(b"cos\nsystem\n(S'touch owned'\ntR.")
    with pytest.raises(XportError, match=f"a {suffix} file may hold pickles.*export .* to ONNX"):
        settled(path, {}, tmp_path / "made.onnx")


def test_weights_of_its_own_folder_are_taken_in(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "w.bin").write_bytes(b"head" + SECRET.tobytes())
    made = model(weights=apart("parts/w.bin", offset=4))
    (tmp_path / "net.onnx").write_bytes(made.SerializeToString())
    settled(tmp_path / "net.onnx", {}, tmp_path / "made.onnx")
    (weights,) = onnx.load(str(tmp_path / "made.onnx")).graph.initializer
    np.testing.assert_array_equal(numpy_helper.to_array(weights), SECRET)
