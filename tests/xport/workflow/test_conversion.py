"""Each stage alone: what it refuses, and any `nn.Module` through the whole chain."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests import mini
from tests.conftest import MiniRun
from xport.conversion.pipeline import Pipeline, Step, run_stage
from xport.conversion.stages.onnx_from_torch import OnnxFromTorch
from xport.conversion.stages.tf_from_onnx import TfFromOnnx
from xport.conversion.stages.tfjs_from_tf import TfjsFromTf
from xport.conversion.store import Store
from xport.errors import ConversionError, InputError
from xport.formats.artifact import Artifact, Format, Signature, TensorSpec
from xport.judgement.verdict import Status
from xport.release_file.file import read_release
from xport.release_file.model_pipelines import pipeline_for
from xport.toolchains.tensorflow import TENSORFLOW
from xport.toolchains.worker import Done, Worker
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

pytestmark = pytest.mark.slow

SAVED_MODELS = Path(__file__).with_name("saved_models_worker.py")
X = TensorSpec(name="x", shape=(1, 4))
Y = TensorSpec(name="y", shape=(1, 4))
SIGNATURE = Signature(inputs=(X,), outputs=(Y,))


class Mixer(nn.Module):
    """Two inputs, two outputs of the same shape, no image anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Linear(4, 3), nn.Linear(6, 3)

    def forward(self, x: torch.Tensor, z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mixed = self.left(x) * torch.tanh(self.right(z))
        return mixed, torch.softmax(mixed, dim=1)


def seeded(module: nn.Module, inputs: Any, *, seed: int) -> None:
    """An initializer for modules without BatchNorm."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))


def onnx_artifact(folder: Path, op: str, opset: int = 15) -> Artifact:
    """A hand-made ONNX model of one node."""
    import onnx
    from onnx import helper

    node = helper.make_node(op, ["x"], ["y"], name="the_node")
    tensors = [helper.make_tensor_value_info(n, 1, [1, 4]) for n in ("x", "y")]
    graph = helper.make_graph([node], "g", tensors[:1], tensors[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.save(model, str(folder / "model.onnx"))
    return Artifact(Format.ONNX, folder, SIGNATURE, "digest")


def test_every_stage_keeps_the_signature_of_both_models(mini_run: MiniRun) -> None:
    plan = RunFolder(mini_run.folder).plan()
    for model in plan.models:
        direct = {"torch", "onnx", "tfjs"}
        whole = direct | {"savedmodel", "tfjs-tf"}
        assert set(model.artifacts) == (direct if model.kind == "explanation" else whole)
        assert all(artifact.files for artifact in model.artifacts.values())


def test_an_exporter_refuses_an_opset_that_it_does_not_write() -> None:
    with pytest.raises(InputError, match="'torchscript' writes opsets 13 to 20, not 21"):
        OnnxFromTorch(opset=21)
    with pytest.raises(InputError, match="'dynamo' writes opsets 18 to 24, not 17"):
        OnnxFromTorch(exporter="dynamo", opset=17)


def test_names_the_node_that_onnx_tf_does_not_know(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"operator Squeeze .*node 'the_node'"):
        run_stage(TfFromOnnx(), onnx_artifact(tmp_path, "Squeeze"), Store(tmp_path / "store"))


def saved(kind: str, folder: Path) -> Artifact:
    """A SavedModel that TensorFlow's own interface writes: `lgamma` or `softplus`."""
    with Worker(replace(TENSORFLOW, program=SAVED_MODELS)) as worker:
        worker.ask(f"save_{kind}", Done, folder=str(folder))
    return Artifact(Format.SAVED_MODEL, folder, SIGNATURE, "digest")


@pytest.mark.long
def test_the_same_saved_model_gives_the_same_bytes_again(tmp_path: Path) -> None:
    source = saved("softplus", tmp_path / "saved")
    made = [run_stage(TfjsFromTf(), source, Store(tmp_path / name)) for name in ("one", "two")]
    first, second = ((one.artifact.path / "model.json").read_bytes() for one in made)
    assert first == second
    nodes = json.loads(first)["modelTopology"]["node"]
    assert [list(node["attr"]) for node in nodes] == [sorted(node["attr"]) for node in nodes]


@pytest.mark.long
def test_names_the_node_that_tfjs_has_no_kernel_for(tmp_path: Path) -> None:
    source = saved("lgamma", tmp_path / "saved")
    with pytest.raises(ConversionError, match=r"operator Lgamma of node '.*the_node.*'"):
        run_stage(TfjsFromTf(), source, Store(tmp_path / "store"))


def test_a_pipeline_refuses_stages_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="tf_from_onnx: stage consumes onnx, but gets None"):
        Pipeline([Step("savedmodel", TfFromOnnx())])
    with pytest.raises(InputError, match="tfjs_from_tf"):
        Pipeline([Step("tfjs", TfjsFromTf()), Step("onnx", OnnxFromTorch(), "tfjs")])
    with pytest.raises(InputError, match="its source 'onnx' is not made before it"):
        Pipeline([Step("savedmodel", TfFromOnnx(), "onnx")])


def test_a_stage_refuses_an_artifact_of_another_format(tmp_path: Path) -> None:
    artifact = onnx_artifact(tmp_path, "Relu")
    with pytest.raises(InputError, match="needs savedmodel, got onnx"):
        run_stage(TfjsFromTf(), artifact, Store(tmp_path / "store"))


@pytest.mark.long
def test_any_module_with_several_inputs_and_equal_outputs_is_converted_and_verified(
    tmp_path: Path, store: Path
) -> None:
    def spec(name: str, width: int) -> dict[str, Any]:
        return {"name": name, "shape": [1, width], "dtype": "float32"}

    entry = {
        "title": "Mixer",
        "kind": "other",
        "factory": "tests.xport.workflow.test_conversion:Mixer",
        "initializer": "tests.xport.workflow.test_conversion:seeded",
        "signature": {
            "inputs": [spec("x", 4), spec("z", 6)],
            "outputs": [spec("zeta", 3), spec("alpha", 3)],
        },
    }
    tolerances = [
        {"model": "mixer", "output": o, "max_abs": 1e-5, "rationale": "two small float32 layers"}
        for o in ("zeta", "alpha")
    ]
    release = mini.release(
        models={"mixer": entry},
        explanations={},
        routes={"direct": {}, "tensorflow": {}},
        policy=mini.policy(tolerances=tolerances, relative_tolerances=[], acceptance_criteria=[]),
        browser={"backends": ["cpu"], "timeout_seconds": 60},
    )
    out = tmp_path / "run"
    path = mini.write(release, tmp_path / "release.toml")
    evidence = commands.release(path, out, cache_dir=store)
    assert evidence.verdict.status is Status.PASSED, evidence.verdict.findings
    assert (out / "report.html").is_file()
    arrays = RunFolder(out).recordings.load("mixer", "tfjs/cpu")
    assert arrays is not None
    for outputs in arrays[1].values():
        assert outputs["alpha"].sum() == pytest.approx(1, abs=1e-5)
        assert not np.allclose(outputs["alpha"], outputs["zeta"])


def test_an_unchanged_release_converts_nothing_again(mini_run: MiniRun, tmp_path: Path) -> None:
    plan = commands.convert(mini_run.release_file, tmp_path / "run", cache_dir=mini_run.store)
    costs = [a.cost for model in plan.models for a in model.artifacts.values()]
    assert all(cost.cached for cost in costs)
    assert plan.digest() == RunFolder(mini_run.folder).plan().digest()


def test_another_seed_is_another_model(tmp_path: Path) -> None:
    parameters = []
    for seed in (7, 8):
        path = mini.write(mini.only_classifier(seed=seed), tmp_path / f"{seed}.toml")
        release = read_release(path)
        steps = pipeline_for(release.models["classifier"], release.routes).steps
        stages = [step.stage for step in steps]
        parameters.append(stages[0].parameters())
    assert parameters[0] != parameters[1]


@dataclass(frozen=True)
class Known:
    """What a loader knows of its checkpoint."""

    labels: tuple[str, ...]


def load_in_another_order(module: nn.Module, path: Path) -> Known:
    """A loader whose checkpoint scores the findings in another order."""
    return Known(tuple(reversed(mini.LABELS)))


def test_refuses_labels_in_another_order_than_the_checkpoints(tmp_path: Path) -> None:
    (tmp_path / "weights.pt").touch()
    release = mini.only_classifier()
    entry = release["models"]["classifier"]
    del entry["initializer"]
    entry["checkpoint"] = "weights.pt"
    entry["loader"] = "tests.xport.workflow.test_conversion:load_in_another_order"
    path = mini.write(release, tmp_path / "release.toml")
    with pytest.raises(InputError, match="checkpoint's outputs are Finding 5, Finding 4"):
        commands.convert(path, tmp_path / "run", cache_dir=tmp_path / "store")
