"""Releases without TensorFlow: the direct route, by torch's newer exporter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import mini
from xport.judgement.verdict import Status
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

pytestmark = [pytest.mark.torch, pytest.mark.browser]


@pytest.mark.usefixtures("no_toolchain")
def test_a_release_by_the_direct_route_alone_passes(tmp_path: Path, store: Path) -> None:
    content = mini.only_classifier(exporter="dynamo") | {"routes": {"direct": {}}}
    path = mini.write(content, tmp_path / "release.toml")
    evidence = commands.release(path, tmp_path / "run", cache_dir=store)
    assert evidence.verdict.status is Status.PASSED, evidence.verdict.findings
    legs = {leg.name for leg in RunFolder(tmp_path / "run").plan().legs}
    assert legs == {"torch-float64", "torch", "onnx", "tfjs/wasm"}
    assert (tmp_path / "run" / "bundle").is_dir()
