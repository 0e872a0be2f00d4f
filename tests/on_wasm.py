"""A TF.js model in a real Chromium, on the backend that starts soonest."""

from __future__ import annotations

import numpy as np

from browser_harness.drive.models import ModelSource
from browser_harness.drive.runner import TfjsRunner
from browser_harness.launch.settings import BrowserSettings
from xport.formats.artifact import Artifact


def on_wasm(artifact: Artifact, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What it says of these inputs, by output."""
    settings = BrowserSettings(backend="wasm", threads=1, timeout_s=120.0)
    source = ModelSource("model", artifact.path, artifact.signature)
    with TfjsRunner(source, settings) as runner:
        outputs, _ = runner.run(inputs)
    return outputs
