"""The stages that add explanations: in PyTorch by autograd, in ONNX by operators."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests import mini
from xport.common import digests
from xport.conversion.pipeline import Stage, run_stage
from xport.conversion.stages.explained_from_torch import ExplainedFromTorch
from xport.conversion.stages.explanation_from_onnx import ExplanationFromOnnx
from xport.conversion.stages.onnx_from_torch import OnnxFromTorch
from xport.conversion.stages.torch_from_factory import TorchFromFactory
from xport.conversion.store import Store
from xport.errors import ConversionError, InputError
from xport.formats.artifact import Artifact, Format, Signature, TensorSpec
from xport.inputs.probes import synthetic_inputs
from xport.plan.routes import DirectRoute, Routes
from xport.recording.runners.onnx_runner import OnnxRunner
from xport.recording.runners.torch_runner import TorchRunner
from xport.release_file.model_pipelines import pipeline_for
from xport.release_file.tables import ModelEntry
from xport.workflow import commands

CLASSIFIER = Signature.model_validate(mini.classifier()["signature"])
CLASSES = len(mini.LABELS)
IMAGE = CLASSIFIER.inputs[0]
EXPLAINED = Signature(
    inputs=(IMAGE, TensorSpec(name="one_hot", shape=(1, CLASSES))),
    outputs=(
        *CLASSIFIER.outputs,
        TensorSpec(name="gradient", shape=IMAGE.shape),
        TensorSpec(name="saliency", shape=IMAGE.shape),
        TensorSpec(name="cam", shape=(1, 1, 8, 8)),
    ),
)
FACTORY = TorchFromFactory(
    factory="reference.networks.densenet:classifier",
    arguments=mini.CLASSIFIER_ARGUMENTS,
    signature=CLASSIFIER,
    initializer="reference.networks.initialise:from_data",
    seed=7,
)


def converted(store: Path, *stages: Stage) -> Artifact:
    artifact = None
    for stage in (FACTORY, *stages):
        artifact = run_stage(stage, artifact, Store(store)).artifact
    assert artifact is not None
    return artifact


def test_both_explain_the_same_image_alike(store: Path) -> None:
    reference = converted(store, ExplainedFromTorch(EXPLAINED))
    explanation = converted(store, OnnxFromTorch(), ExplanationFromOnnx(EXPLAINED))
    assert explanation.signature == reference.signature == EXPLAINED
    assert (reference.format, explanation.format) == (Format.TORCH, Format.ONNX)
    (probe,) = synthetic_inputs(CLASSIFIER, None, seed=1, count=1)
    inputs = {"image": probe.inputs["image"], "one_hot": np.eye(CLASSES, dtype=np.float32)[2:3]}
    with (
        TorchRunner("torch", reference.path, "float64") as torch_runner,
        OnnxRunner("onnx", explanation.path) as onnx_runner,
    ):
        expected, _ = torch_runner.run(inputs)
        found, _ = onnx_runner.run(inputs)
    for spec in EXPLAINED.outputs:
        one, other = found[spec.name], expected[spec.name]
        assert one.shape == other.shape == spec.shape
        error = np.linalg.norm(one - other) / np.linalg.norm(other)
        assert error <= 1e-3, spec.name  # a ReLU or two that float32 decides otherwise


def test_an_explanation_without_a_map_is_declared_by_its_signature(store: Path) -> None:
    signature = Signature(inputs=EXPLAINED.inputs, outputs=EXPLAINED.outputs[:-1])
    reference = converted(store, ExplainedFromTorch(signature, wrapper_arguments={"cam": False}))
    explanation = converted(store, OnnxFromTorch(), ExplanationFromOnnx(signature))
    assert explanation.signature == reference.signature == signature


LARGER = Signature(
    inputs=EXPLAINED.inputs,
    outputs=(*EXPLAINED.outputs[:-1], TensorSpec(name="cam", shape=(1, 1, 9, 9))),
)


def test_rejects_a_map_of_another_size_and_says_which_it_has(store: Path) -> None:
    stage = ExplainedFromTorch(LARGER, key="explanations.why")
    words = (
        r"explanations\.why\.cam: the last feature maps are 8 x 8, not 9 x 9; write cam = \[8, 8\]"
    )
    with pytest.raises(InputError, match=words):
        converted(store, stage)


def test_rejects_an_explanation_of_another_signature_than_declared(store: Path) -> None:
    with pytest.raises(ConversionError, match="'cam' did not survive"):
        converted(store, OnnxFromTorch(), ExplanationFromOnnx(LARGER))


class Plain(nn.Module):
    """A classifier that returns its logits alone, and has neither feature maps nor `classifier`."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=8)
        self.head = nn.Linear(4 * 64, CLASSES)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits."""
        logits: torch.Tensor = self.head(torch.relu(self.conv(image)).flatten(1))
        return logits


def plain_release(**explanation: Any) -> dict[str, Any]:
    """A release of `Plain` and its explanation, on the direct route."""
    logits = CLASSIFIER.outputs[0].model_dump(mode="json")
    factory = "tests.xport.conversion.stages.test_explanation_stages:Plain"
    model = mini.classifier(factory=factory, arguments={})
    model["signature"] = {**model["signature"], "outputs": [logits]}
    named = {"cam"} if "cam" in explanation else set()
    alike = [one for one in mini.policy()["relative_tolerances"] if one["output"] in MAPS | named]
    tolerances = [one for one in mini.policy()["tolerances"] if one["output"] == "logits"]
    entry = {
        "title": "Why",
        "classifier": "classifier",
        "probabilities": "",
        "probes": 3,
        **explanation,
    }
    return mini.release(
        models={"classifier": model},
        explanations={"why": entry},
        routes={"direct": {}},
        browser={"backends": ["wasm"]},
        policy=mini.policy(
            tolerances=[*tolerances[:1], tolerances[1] | {"model": "why"}],
            relative_tolerances=[one | {"model": "why"} for one in alike],
            acceptance_criteria=[],
        ),
    )


MAPS = {"gradient", "saliency"}


def test_a_classifier_of_logits_alone_is_explained(store: Path, tmp_path: Path) -> None:
    file = mini.write(plain_release(), tmp_path / "release.toml")
    plan = commands.convert(file, tmp_path / "run", cache_dir=store)
    explained = plan.model("why")
    assert [spec.name for spec in explained.signature.outputs] == ["logits", "gradient", "saliency"]
    assert len(explained.probes) == plan.policy.min_probes == 6  # 3 would undercut the policy


def test_rejects_a_map_of_a_classifier_without_one_by_the_releases_key(
    store: Path, tmp_path: Path
) -> None:
    file = mini.write(plain_release(cam=[8, 8]), tmp_path / "release.toml")
    with pytest.raises(InputError, match=r"explanations\.why\.cam: Plain lacks feature_map\(\)"):
        commands.convert(file, tmp_path / "run", cache_dir=store)


def test_rejects_a_map_of_a_graph_without_one_by_its_key(store: Path) -> None:
    entry = ModelEntry.model_validate(plain_release()["models"]["classifier"])
    signature = Signature(
        inputs=EXPLAINED.inputs, outputs=(CLASSIFIER.outputs[0], *EXPLAINED.outputs[2:])
    )
    stages = [step.stage for step in pipeline_for(entry, Routes(direct=DirectRoute())).steps[:2]]
    explain = ExplanationFromOnnx(signature, probabilities=None, key="explanations.why")
    artifact = None
    for stage in stages:
        artifact = run_stage(stage, artifact, Store(store)).artifact
    with pytest.raises(InputError, match=r"explanations\.why\.cam: .* not exist for this network"):
        run_stage(explain, artifact, Store(store))


def test_rejects_a_wrapper_that_does_not_take_the_module(store: Path) -> None:
    with pytest.raises(InputError, match=r"wrapper_arguments: .*Explained refuses its arguments"):
        converted(store, ExplainedFromTorch(EXPLAINED, wrapper_arguments={"colour": "red"}))


def test_what_decides_the_result_is_among_the_parameters() -> None:
    stage = ExplanationFromOnnx(EXPLAINED)
    names = dataclasses.replace(stage.names, cam="map")
    changes = {"image": "x", "logits": "y", "probabilities": None, "names": names}
    variants = [stage, *(dataclasses.replace(stage, **{k: v}) for k, v in changes.items())]
    keys = {digests.of_json(dict(variant.parameters())) for variant in variants}
    assert len(keys) == len(variants)
