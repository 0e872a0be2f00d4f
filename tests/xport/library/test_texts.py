"""Networks of text and a U-Net: from one command to a verified bundle."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import xport
from tests.xport.library import texts
from xport.library.starting import init, noise
from xport.onnx_graph.vocabularies import vocabularies
from xport.release_file.file import read_release

WORDS = (0, texts.WORDS - 1)
Shapes = list[tuple[str | None, tuple[int, ...], str]]
NETWORKS: dict[str, tuple[Shapes, dict[str, tuple[int, int]]]] = {
    "Encoder": (
        [
            (name, (2, texts.LENGTH), "int32")
            for name in ("input_ids", "attention_mask", "token_type_ids")
        ],
        {"input_ids": WORDS, "token_type_ids": (0, 1)},
    ),
    "Decoder": ([("input_ids", (1, 11), "int32")], {"input_ids": WORDS}),
    "Tagger": ([("words", (1, 9), "int32")], {"words": WORDS}),
    "UNet": ([("image", (1, 1, 37, 51), "float32")], {}),
}


@pytest.fixture
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(Path(texts.__file__).parent), *sys.path])


def begun(name: str, folder: Path) -> Path:
    shapes, _ = NETWORKS[name]
    return init(f"texts:{name}", noise(shapes), out=folder / "release.toml", progress=False)


@pytest.mark.usefixtures("_importable")
@pytest.mark.slow
@pytest.mark.parametrize("name", ["Encoder", "Tagger"])
def test_init_finds_the_vocabulary(name: str, tmp_path: Path) -> None:
    (model,) = read_release(begun(name, tmp_path)).models.values()
    found = {spec.name: spec.values for spec in model.signature.inputs if spec.values is not None}
    assert found == NETWORKS[name][1]


@pytest.mark.usefixtures("_importable")
@pytest.mark.long
@pytest.mark.parametrize("name", NETWORKS)
def test_one_command_and_a_release_make_a_verified_bundle(name: str, tmp_path: Path) -> None:
    path = begun(name, tmp_path)
    path.write_text(path.read_text() + "\n[routes.direct]\n")
    assert xport.release(path, out=tmp_path / "run").status == "PASSED"
    assert (tmp_path / "run" / "bundle" / "manifest.json").is_file()


def gathering(*nodes: onnx.NodeProto) -> onnx.ModelProto:
    """`y` of `x`, two integers, and tables of 7 and of 5 rows."""
    value = helper.make_tensor_value_info
    tables = [
        numpy_helper.from_array(np.zeros((rows, 3), np.float32), name)
        for name, rows in (("seven", 7), ("five", 5))
    ]
    graph = helper.make_graph(
        nodes, "g", [value("x", TensorProto.INT32, [2])], [value("y", TensorProto.FLOAT, None)],
        tables,
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def test_of_several_tables_the_smallest_counts() -> None:
    nodes = [
        helper.make_node("Cast", ["x"], ["long"], to=TensorProto.INT64),
        helper.make_node("Gather", ["seven", "long"], ["a"]),
        helper.make_node("Gather", ["five", "x"], ["b"]),
        helper.make_node("Add", ["a", "b"], ["y"]),
    ]
    assert vocabularies(gathering(*nodes)) == {"x": (0, 4)}


def test_integers_that_are_computed_with_have_no_vocabulary() -> None:
    nodes = [
        helper.make_node("Neg", ["x"], ["minus"]),
        helper.make_node("Gather", ["seven", "minus"], ["y"]),
    ]
    assert vocabularies(gathering(*nodes)) == {}
