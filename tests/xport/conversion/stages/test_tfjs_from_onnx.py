"""The stage: what it writes, what survives, and the same answers as ONNX Runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from tests.browser.writer.onnx_cases import Case
from tests.browser.writer.writer_cases import run
from tests.xport.onnx_graph.texts import case
from xport.conversion.stages.tfjs_from_onnx import TfjsFromOnnx
from xport.errors import ConversionError
from xport.formats.artifact import Artifact, Format, Signature
from xport.formats.onnx_file import MODEL as ONNX_MODEL
from xport.formats.onnx_file import signature_of as onnx_signature
from xport.formats.tfjs_model import read_model

INPUTS = "float[1,3,9,9] x, float[16,3,5,5] W, float[16] B, float[2,16] V"
BODY = (
    "c = Conv(x, W, B) r = Relu(c) p = MaxPool<kernel_shape = [5,5]>(r) f = Flatten(p) "
    "y = Gemm<transB = 1>(f, V)"
)


@pytest.fixture
def source(tmp_path: Path) -> tuple[Case, Artifact]:
    """A small network as an ONNX artifact."""
    found = case(INPUTS, BODY)
    folder = tmp_path / "onnx"
    folder.mkdir()
    onnx.save(found.model, str(folder / ONNX_MODEL))
    signature = onnx_signature(folder / ONNX_MODEL)
    return found, Artifact(Format.ONNX, folder, signature, "digest")


def convert(source: Artifact, folder: Path, stage: TfjsFromOnnx) -> Signature:
    """Run the stage alone."""
    folder.mkdir()
    return stage.run(source, folder)


def test_the_signature_survives(source: tuple[Case, Artifact], tmp_path: Path) -> None:
    found = convert(source[1], tmp_path / "tfjs", TfjsFromOnnx())
    source[1].signature.require_same(found)


def test_writing_twice_gives_the_same_bytes(source: tuple[Case, Artifact], tmp_path: Path) -> None:
    written = []
    for name in ("one", "two"):
        convert(source[1], tmp_path / name, TfjsFromOnnx(shard_bytes=1000))
        written.append({f.name: f.read_bytes() for f in (tmp_path / name).iterdir()})
    assert written[0] == written[1]
    assert len(written[0]) > 4


@pytest.mark.parametrize("weights", ["float32", "float16", "uint16", "uint8"])
def test_weights_are_stored_as_asked(
    source: tuple[Case, Artifact], tmp_path: Path, weights: Any
) -> None:
    convert(source[1], tmp_path / "tfjs", TfjsFromOnnx(weights=weights))
    document = read_model(tmp_path / "tfjs")
    kinds = {
        entry.get("quantization", {}).get("dtype", "float32")
        for group in document["weightsManifest"]
        for entry in group["weights"]
        if entry["dtype"] == "float32" and np.prod(entry["shape"]) >= 1024
    }
    assert kinds == {weights}
    assert document["userDefinedMetadata"]["xport"]["weights"][weights]["tensors"] >= 1


def test_the_manifest_describes_the_files_to_the_byte(
    source: tuple[Case, Artifact], tmp_path: Path
) -> None:
    convert(source[1], tmp_path / "tfjs", TfjsFromOnnx(shard_bytes=1000))
    sizes = {"float32": 4, "float16": 2, "int32": 4, "bool": 1}
    for group in read_model(tmp_path / "tfjs")["weightsManifest"]:
        declared = sum(
            int(np.prod(entry["shape"]))
            * sizes[entry.get("quantization", {}).get("dtype", entry["dtype"])]
            for entry in group["weights"]
        )
        assert declared == sum((tmp_path / "tfjs" / path).stat().st_size for path in group["paths"])


def test_parameters_name_the_code_and_the_weights() -> None:
    parameters = TfjsFromOnnx(weights="uint8").parameters()
    assert parameters["weights"] == "uint8"
    assert len(parameters["code"]) == 2
    assert parameters != TfjsFromOnnx().parameters()


@pytest.mark.parametrize("name", ["y.1", "12", "a/b"])
def test_rejects_outputs_that_cannot_be_named(
    source: tuple[Case, Artifact], tmp_path: Path, name: str
) -> None:
    model = onnx.load(str(source[1].path / ONNX_MODEL))
    model.graph.node[-1].output[0] = model.graph.output[0].name = name
    onnx.save(model, str(source[1].path / ONNX_MODEL))
    with pytest.raises(ConversionError, match="cannot be an input or output"):
        convert(source[1], tmp_path / "tfjs", TfjsFromOnnx())


def test_the_case_is_no_empty_one(source: tuple[Case, Artifact]) -> None:
    assert run(source[0].model, source[0].inputs)["y"].std() > 0.1
