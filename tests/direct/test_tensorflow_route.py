"""The paper's route beside numpy 2 and current onnx: TensorFlow in an interpreter of its own."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import numpy as np
import onnx
import pytest

from tests import mini
from tests.direct.conftest import InBrowser
from tests.direct.test_dynamo import make_torch
from tests.direct.test_hand_built import network
from xport.conversion.pipeline import run_stage
from xport.conversion.stages.onnx_from_torch import OnnxFromTorch
from xport.conversion.stages.tf_from_onnx import TfFromOnnx
from xport.conversion.stages.tfjs_from_tf import TfjsFromTf
from xport.conversion.store import Store
from xport.errors import ConversionError
from xport.formats.artifact import Artifact, Format
from xport.formats.onnx_file import MODEL, signature_of
from xport.judgement.verdict import Status
from xport.recording.runners.onnx_runner import OnnxRunner
from xport.recording.runners.tf_runner import TfRunner
from xport.recording.runners.torch_runner import TorchRunner
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

pytestmark = pytest.mark.toolchain


PLAIN = {
    "factory": "tests.direct.plain:Plain",
    "arguments": {},
    "initializer": "tests.direct.plain:seeded",
    "seed": 3,
    "signature": {
        "inputs": [{"name": "image", "shape": [1, 3, 16, 16], "dtype": "float32"}],
        "outputs": [{"name": "scores", "shape": [1, 5], "dtype": "float32"}],
    },
}


def test_tensorflow_and_the_browser_say_what_onnx_runtime_says(
    toolchain: Path, folder: Path, store: Store, in_browser: InBrowser
) -> None:
    onnx.save(network(15), str(folder / MODEL))
    source = Artifact(Format.ONNX, folder, signature_of(folder / MODEL), "hand-built")
    inputs = {"image": np.random.default_rng(2).normal(size=(1, 3, 16, 16)).astype(np.float32)}
    with OnnxRunner("onnx", folder) as runner:
        expected, _ = runner.run(inputs)
    saved = run_stage(TfFromOnnx(), source, store)
    assert saved.cost.tools["numpy"] == "1.26.4" != np.__version__
    assert saved.cost.peak_mib > 300
    with TfRunner("savedmodel", saved.artifact.path) as other:
        found, seconds = other.run(inputs)
        assert 0 < seconds < 60
        assert other.load_seconds > 0.5
        assert other.peak_mib > 300
    written = run_stage(TfjsFromTf(), saved.artifact, store).artifact
    for outputs in (found, in_browser(written, inputs)):
        assert outputs.keys() == expected.keys()
        for name, values in expected.items():
            assert np.abs(outputs[name] - values).max() <= 1e-5


@pytest.mark.torch
def test_a_release_goes_both_routes_and_passes(tmp_path: Path, toolchain: Path) -> None:
    path = mini.write(mini.only_classifier(), tmp_path / "release.toml")
    out = tmp_path / "run"
    plan = commands.convert(path, out, cache_dir=tmp_path / "store")
    (model,) = plan.models
    tools = {name: artifact.cost.tools for name, artifact in model.artifacts.items()}
    assert tools["onnx"]["numpy"] == np.__version__
    assert tools["savedmodel"]["numpy"] == tools["tfjs-tf"]["numpy"] == "1.26.4"
    assert tools["savedmodel"]["onnx"] == "1.17.0" != tools["onnx"]["onnx"]
    commands.record(out, measure=False)
    verdict = commands.judge(out).verdict
    assert verdict.status is Status.PASSED, verdict.findings
    recordings = RunFolder(out).recordings
    recorded = {leg.name: recordings.load(model.id, leg.name) for leg in plan.legs}
    assert set(recorded) >= {"savedmodel", "tfjs-tf/wasm", "tfjs/wasm"}
    environments = {
        name: json.loads(found[0].model_dump_json())["environment"]
        for name, found in recorded.items()
        if found
    }
    assert environments["savedmodel"]["tools"] == {"tensorflow": "2.15.1", "numpy": "1.26.4"}
    assert "Python 3.11." in environments["savedmodel"]["platform"]
    assert environments["onnx"]["platform"].endswith(platform.python_version())


@pytest.mark.torch
def test_what_dynamo_exports_goes_through_tensorflow_where_its_operators_are_old(
    toolchain: Path, store: Store, in_browser: InBrowser
) -> None:
    source = make_torch(PLAIN, store)
    exported = run_stage(OnnxFromTorch("dynamo", 18), source, store).artifact
    saved = run_stage(TfFromOnnx(), exported, store).artifact
    written = run_stage(TfjsFromTf(), saved, store).artifact
    image = np.random.default_rng(2).uniform(-1, 1, (1, 3, 16, 16)).astype(np.float32)
    with TorchRunner("torch", source.path, "float32") as runner:
        expected = runner.run({"image": image})[0]["scores"]
    assert np.ptp(expected) > 0.01
    scores = in_browser(written, {"image": image})["scores"]
    assert np.abs(scores - expected).max() < 1e-6


@pytest.mark.torch
def test_onnx_tf_ends_at_opset_15_and_says_so_of_what_dynamo_exports(
    toolchain: Path, store: Store
) -> None:
    source = make_torch(mini.autoencoder(), store)
    exported = run_stage(OnnxFromTorch("dynamo", 18), source, store).artifact
    with pytest.raises(ConversionError, match="LeakyRelu"):
        run_stage(TfFromOnnx(), exported, store)
