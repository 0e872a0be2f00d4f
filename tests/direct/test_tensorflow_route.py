"""The paper's route beside numpy 2 and current onnx: TensorFlow in an interpreter of its own."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests import mini
from tests.direct.conftest import InBrowser
from tests.direct.test_dynamo import make_torch
from xport.conversion.pipeline import run_stage
from xport.conversion.stages.onnx_from_torch import OnnxFromTorch
from xport.conversion.stages.tf_from_onnx import TfFromOnnx
from xport.conversion.stages.tfjs_from_tf import TfjsFromTf
from xport.conversion.store import Store
from xport.errors import ConversionError
from xport.judgement.verdict import Status
from xport.recording.runners.tf_runner import TfRunner
from xport.recording.runners.torch_runner import TorchRunner
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

pytestmark = [pytest.mark.torch, pytest.mark.toolchain]


class Plain(nn.Module):
    """Operators that are in opset 18 as they were in 15."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.linear = nn.Conv2d(3, 4, 3, stride=2), nn.Linear(4 * 7 * 7, 5)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Scores of an image, (1, 3, 16, 16) -> (1, 5)."""
        return self.linear(self.convolution(image).relu().flatten(1)).sigmoid()


def seeded(module: nn.Module, inputs: Any, *, seed: int) -> None:
    """An initializer for modules without BatchNorm."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.2 * torch.randn(parameter.shape, generator=generator))


PLAIN = {
    "factory": "tests.direct.test_tensorflow_route:Plain",
    "arguments": {},
    "initializer": "tests.direct.test_tensorflow_route:seeded",
    "seed": 3,
    "signature": {
        "inputs": [{"name": "image", "shape": [1, 3, 16, 16], "dtype": "float32"}],
        "outputs": [{"name": "scores", "shape": [1, 5], "dtype": "float32"}],
    },
}


def test_a_release_goes_both_routes_and_passes(tmp_path: Path, toolchain: Path) -> None:
    path = mini.write(mini.only_classifier(), tmp_path / "release.toml")
    out = tmp_path / "run"
    plan = commands.convert(path, out, cache_dir=tmp_path / "store")
    (model,) = plan.models
    tools = {name: artifact.cost.tools for name, artifact in model.artifacts.items()}
    assert tools["onnx"]["numpy"] == np.__version__
    assert tools["savedmodel"]["numpy"] == tools["tfjs-tf"]["numpy"] == "1.26.4"
    assert tools["savedmodel"]["onnx"] == "1.17.0" != tools["onnx"]["onnx"]
    assert model.artifacts["savedmodel"].cost.peak_mib > 300
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
    with TfRunner("savedmodel", saved.path) as other:
        found, seconds = other.run({"image": image})
        assert 0 < seconds < 60
        assert other.load_seconds > 0.5
    for scores in (found["scores"], in_browser(written, {"image": image})["scores"]):
        assert np.abs(scores - expected).max() < 1e-6


def test_onnx_tf_ends_at_opset_15_and_says_so_of_what_dynamo_exports(
    toolchain: Path, store: Store
) -> None:
    source = make_torch(mini.autoencoder(), store)
    exported = run_stage(OnnxFromTorch("dynamo", 18), source, store).artifact
    with pytest.raises(ConversionError, match="LeakyRelu"):
        run_stage(TfFromOnnx(), exported, store)
