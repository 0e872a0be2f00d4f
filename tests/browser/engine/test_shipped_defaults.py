"""The shipped checkpoints say in the browser what they say in PyTorch; the gate decides alike."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from reference.decide.gate import Gate
from reference.decide.scores import ssim
from reference.networks.checkpoints import load_checkpoint
from tests.conftest import ROOT
from xport.conversion.store import Store
from xport.inputs.images import phantoms, photographs
from xport.inputs.probes import Probe, image_inputs, synthetic_inputs
from xport.plan.routes import DIRECT, DirectRoute, Routes
from xport.release_file.file import read_release
from xport.release_file.model_pipelines import pipeline_for
from xport.release_file.tables import ModelEntry

NEARLY_BLANK = (9, 13)
"""Synthetic images on which float32 rounds furthest."""


def probes_of(entry: ModelEntry) -> list[Probe]:
    """Phantoms, photographs, and what is nearly black and nearly white."""
    shown = [*phantoms(4, 2020), *photographs(["camera", "coins"])]
    synthetic = synthetic_inputs(entry.signature, entry.preprocess, seed=2020, count=14)
    blank = [synthetic[index] for index in NEARLY_BLANK]
    return [*image_inputs(entry.signature, entry.preprocess, shown), *blank]


def in_torch(entry: ModelEntry, probe: Probe) -> dict[str, np.ndarray]:
    """The outputs by name, float32."""
    module, _, factory = entry.factory.partition(":")
    network: nn.Module = getattr(importlib.import_module(module), factory)(**entry.arguments)
    assert entry.checkpoint is not None
    load_checkpoint(network, entry.checkpoint)
    with torch.no_grad():
        outputs = network.eval()(torch.from_numpy(probe.inputs["image"]))
    names = [output.name for output in entry.signature.outputs]
    return {name: value.numpy() for name, value in zip(names, outputs, strict=True)}


@pytest.mark.parametrize(
    ("file", "model"),
    [
        # Released whole by tests/test_examples.py, in every CI run.
        pytest.param("reference/defaults/release.toml", "classifier", marks=pytest.mark.long),
        pytest.param("reference/defaults/release.toml", "autoencoder", marks=pytest.mark.long),
        pytest.param("reference/defaults/phantoms.toml", "autoencoder", marks=pytest.mark.long),
        ("releases/ali.toml", "autoencoder"),
    ],
)
def test_a_shipped_checkpoint_says_the_same_in_the_browser(
    file: str, model: str, settings: Callable[..., BrowserSettings], tmp_path: Path
) -> None:
    release = read_release(ROOT / file)
    entry = release.models[model]
    converted = dict(pipeline_for(entry, Routes(direct=DirectRoute())).run(Store(tmp_path)))
    artifact = converted[DIRECT].artifact
    gate = Gate.read(entry.gate) if entry.gate else None
    decided = []
    with BrowserSession(
        [ModelSource(model, artifact.path, artifact.signature)], settings("wasm", threads=1)
    ) as session:
        for probe in probes_of(entry):
            found = session.run(model, dict(probe.inputs)).outputs
            expected = in_torch(entry, probe)
            for name, values in expected.items():
                tolerance = release.policy.tolerance(model, name)
                assert tolerance is not None
                assert np.abs(found[name] - values).max() <= tolerance.max_abs, (probe.name, name)
            if gate is not None:
                image = probe.inputs["image"][0, 0]
                both = [one["reconstruction"][0, 0] for one in (found, expected)]
                here, there = (gate.accepts(ssim(image, made)) for made in both)
                assert here == there, probe.name
                decided.append(here)
    assert gate is None or set(decided) == {True, False}
