"""ONNX to TF.js without TensorFlow and without torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.browser.writer.hand_built import image, network
from tests.on_wasm import on_wasm
from xport.conversion.pipeline import run_stage
from xport.conversion.stages.tfjs_from_onnx import TfjsFromOnnx
from xport.conversion.store import Store
from xport.formats.artifact import Artifact, Format
from xport.formats.onnx_file import MODEL, signature_of
from xport.recording.runners.onnx_runner import OnnxRunner


@pytest.mark.parametrize("opset", [15, 20])
def test_the_browser_says_what_onnx_runtime_says(opset: int, tmp_path: Path, store: Path) -> None:
    onnx.save(network(opset), str(tmp_path / MODEL))
    source = Artifact(Format.ONNX, tmp_path, signature_of(tmp_path / MODEL), f"opset {opset}")
    inputs = image()
    with OnnxRunner("onnx", tmp_path) as runner:
        expected, _ = runner.run(inputs)
    written = run_stage(TfjsFromOnnx(), source, Store(store)).artifact
    found = on_wasm(written, inputs)
    assert found.keys() == expected.keys() == {"picture", "means", "scores"}
    for name, values in expected.items():
        assert np.ptp(values) > 0.1
        assert np.abs(found[name] - values).max() <= 1e-5
