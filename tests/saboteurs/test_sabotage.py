"""The gate rejects every broken conversion and names the leg that broke it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import mini
from tests.saboteurs import sabotage
from tests.saboteurs.sabotage import Damage
from xport.bundles.build import NotPassed
from xport.conversion.store import Store
from xport.judgement.verdict import Status, Verdict
from xport.release_file.file import read_release
from xport.release_file.model_pipelines import pipeline_for
from xport.workflow import commands
from xport.workflow.conversion import Converter
from xport.workflow.run_folder import RunFolder

DIRECT: dict[str, object] = {"direct": {}}
BOTH: dict[str, object] = {"direct": {}, "tensorflow": {}}


def verdict_on(
    stage: str, damage: Damage, out: Path, store: Path, routes: dict[str, object]
) -> Verdict:
    """Convert with the saboteur in the chain, record every leg (wasm in the browser), judge.

    The preprocessing leg is left out: it is the conversion that is spoiled.
    """
    content = mini.only_classifier() | {"routes": routes}
    release = read_release(mini.write(content, out / "release.toml"))
    run = RunFolder(out / "run")
    pipeline = sabotage.sabotaged(pipeline_for, stage, damage)
    converter = Converter(release, Store(store), run.probes, run.images, pipeline=pipeline)
    plan = converter.plan().model_copy(update={"preprocessing": None})
    plan.write(run.plan_path)
    commands.record(run.root, measure=False)
    verdict = commands.judge(run.root).verdict
    if verdict.status is not Status.PASSED:
        with pytest.raises(NotPassed):
            commands.bundle(run.root)
    return verdict


@pytest.mark.parametrize(
    ("damage", "stage", "leg", "output"),
    [
        (sabotage.drop_sigmoid, "onnx_from_torch", "onnx", "probabilities"),
        (sabotage.swap_input_channels, "onnx_from_torch", "onnx", "logits"),
        (sabotage.transpose_kernels, "onnx_from_torch", "onnx", "logits"),
        (sabotage.swap_classes, "onnx_from_torch", "onnx", "logits"),
        (sabotage.change_one_number, "tfjs_from_onnx", "tfjs/wasm", "logits"),
        (sabotage.change_one_tensor, "tfjs_from_onnx", "tfjs/wasm", "logits"),
        (sabotage.round_to_float16, "tfjs_from_onnx", "tfjs/wasm", "logits"),
        (sabotage.swap_output_names, "tfjs_from_onnx", "tfjs/wasm", "probabilities"),
        (sabotage.change_one_number, "tfjs_from_tf", "tfjs-tf/wasm", "logits"),
        (sabotage.swap_output_names, "tfjs_from_tf", "tfjs-tf/wasm", "probabilities"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_rejects(
    damage: Damage, stage: str, leg: str, output: str, tmp_path: Path, store: Path
) -> None:
    routes = BOTH if stage == "tfjs_from_tf" else DIRECT
    verdict = verdict_on(stage, damage, tmp_path, store, routes)
    assert verdict.status is Status.FAILED
    assert verdict.culprits == (f"classifier/{leg}",)
    assert any(f.startswith(f"FAILED: classifier/{leg} {output}") for f in verdict.findings)
