"""The stages that add explanations: in PyTorch by autograd, in ONNX by operators."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from tests import mini
from xport import digests
from xport.artifact import Artifact, Format, Signature, TensorSpec
from xport.errors import ConversionError, InputError
from xport.pipeline import Stage, run_stage
from xport.probes import synthetic_inputs
from xport.runners.onnx_runner import OnnxRunner
from xport.runners.torch_runner import TorchRunner
from xport.stages.explained_from_torch import ExplainedFromTorch
from xport.stages.explanation_from_onnx import ExplanationFromOnnx
from xport.stages.onnx_from_torch import OnnxFromTorch
from xport.stages.torch_from_factory import TorchFromFactory
from xport.store import Store

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
    factory="reference.densenet:classifier",
    arguments=mini.CLASSIFIER_ARGUMENTS,
    signature=CLASSIFIER,
    initializer="reference.initialise:from_data",
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


@pytest.mark.parametrize("onnx", [False, True], ids=["torch", "onnx"])
def test_rejects_an_explanation_of_another_signature_than_declared(store: Path, onnx: bool) -> None:
    larger = TensorSpec(name="cam", shape=(1, 1, 9, 9))
    signature = Signature(inputs=EXPLAINED.inputs, outputs=(*EXPLAINED.outputs[:-1], larger))
    stages = (
        (OnnxFromTorch(), ExplanationFromOnnx(signature))
        if onnx
        else (ExplainedFromTorch(signature),)
    )
    with pytest.raises(ConversionError, match="'cam' did not survive"):
        converted(store, *stages)


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
