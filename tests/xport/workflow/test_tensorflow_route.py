"""The paper's route beside numpy 2 and current onnx: TensorFlow in an interpreter of its own."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import numpy as np
import onnx
import pytest

from tests import mini
from tests.browser.writer.hand_built import image, network
from tests.conftest import MiniRun
from tests.on_wasm import on_wasm
from tests.xport.conversion.stages.test_dynamo import torch_of
from xport.conversion.pipeline import run_stage
from xport.conversion.stages.onnx_from_torch import OnnxFromTorch
from xport.conversion.stages.tf_from_onnx import TfFromOnnx
from xport.conversion.stages.tfjs_from_tf import TfjsFromTf
from xport.conversion.store import Store
from xport.errors import ConversionError, UnavailableError
from xport.formats.artifact import Artifact, Format, Signature, TensorSpec
from xport.formats.onnx_file import MODEL, signature_of
from xport.recording.runners.onnx_runner import OnnxRunner
from xport.recording.runners.tf_runner import TfRunner
from xport.recording.runners.torch_runner import TorchRunner
from xport.workflow.run_folder import RunFolder

pytestmark = pytest.mark.browser

SPEC = {"dtype": "float32"}
PLAIN = {
    "factory": "tests.xport.conversion.stages.small_modules:Plain",
    "arguments": {},
    "initializer": "tests.xport.conversion.stages.small_modules:seeded",
    "seed": 3,
    "signature": {
        "inputs": [{"name": "image", "shape": [1, 3, 16, 16]} | SPEC],
        "outputs": [{"name": "scores", "shape": [1, 5]} | SPEC],
    },
}


@pytest.mark.long
def test_tensorflow_and_the_browser_say_what_onnx_runtime_says(tmp_path: Path, store: Path) -> None:
    onnx.save(network(15), str(tmp_path / MODEL))
    source = Artifact(Format.ONNX, tmp_path, signature_of(tmp_path / MODEL), "hand-built")
    with OnnxRunner("onnx", tmp_path) as runner:
        expected, _ = runner.run(image())
    saved = run_stage(TfFromOnnx(), source, Store(store))
    assert saved.cost.peak_mib > 300
    with TfRunner("savedmodel", saved.artifact.path) as other:
        found, seconds = other.run(image())
        assert 0 < seconds < 60
        assert other.load_seconds > 0.5
        assert other.peak_mib > 300
    written = run_stage(TfjsFromTf(), saved.artifact, Store(store)).artifact
    for outputs in (found, on_wasm(written, image())):
        assert outputs.keys() == expected.keys()
        for name, values in expected.items():
            assert np.abs(outputs[name] - values).max() <= 1e-5


def test_versions_are_those_of_the_interpreter_that_was_at_work(mini_run: MiniRun) -> None:
    plan = RunFolder(mini_run.folder).plan()
    for model in (plan.model("classifier"), plan.model("autoencoder")):
        tools = {name: artifact.cost.tools for name, artifact in model.artifacts.items()}
        assert tools["onnx"]["numpy"] == np.__version__
        assert tools["savedmodel"]["numpy"] == tools["tfjs-tf"]["numpy"] == "1.26.4"
        assert tools["savedmodel"]["onnx"] == "1.17.0" != tools["onnx"]["onnx"]
    recordings = RunFolder(mini_run.folder).recordings
    environments = {}
    for leg in ("onnx", "savedmodel"):
        found = recordings.load("classifier", leg)
        assert found
        environments[leg] = json.loads(found[0].model_dump_json())["environment"]
    assert environments["savedmodel"]["tools"] == {"tensorflow": "2.15.1", "numpy": "1.26.4"}
    assert "Python 3.11." in environments["savedmodel"]["platform"]
    assert environments["onnx"]["platform"].endswith(platform.python_version())


@pytest.mark.long
def test_what_dynamo_exports_goes_through_tensorflow_where_its_operators_are_old(
    store: Path,
) -> None:
    source = torch_of(PLAIN, store)
    exported = run_stage(OnnxFromTorch("dynamo", 18), source, Store(store)).artifact
    saved = run_stage(TfFromOnnx(), exported, Store(store)).artifact
    written = run_stage(TfjsFromTf(), saved, Store(store)).artifact
    picture = {name: np.tanh(values) for name, values in image().items()}
    with TorchRunner("torch", source.path, "float32") as runner:
        expected = runner.run(picture)[0]["scores"]
    assert np.ptp(expected) > 0.01
    assert np.abs(on_wasm(written, picture)["scores"] - expected).max() < 1e-6


def test_onnx_tf_ends_at_opset_15_and_says_so_of_what_dynamo_exports(store: Path) -> None:
    source = torch_of(mini.autoencoder(), store)
    exported = run_stage(OnnxFromTorch("dynamo", 18), source, Store(store)).artifact
    with pytest.raises(ConversionError, match="LeakyRelu"):
        run_stage(TfFromOnnx(), exported, Store(store))


@pytest.mark.usefixtures("no_toolchain")
def test_without_a_toolchain_the_route_says_what_brings_it(tmp_path: Path) -> None:
    x, y = (TensorSpec(name=name, shape=(1, 4)) for name in "xy")
    source = Artifact(Format.ONNX, tmp_path, Signature(inputs=(x,), outputs=(y,)), "digest")
    brings = r"not installed.*`xport toolchain install tensorflow`.*Python 3\.11.*\[tensorflow\]"
    with pytest.raises(UnavailableError, match=brings):
        run_stage(TfFromOnnx(), source, Store(tmp_path / "store"))
