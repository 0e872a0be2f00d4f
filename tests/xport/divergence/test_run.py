"""A fault in a converted model of a whole run is found, kept beside the run, and linked to."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import onnx
import pytest

from tests.kept import MiniRun
from tests.xport.difference.sides import edit, ended, model_of
from tests.xport.divergence import faulty
from xport.common import digests
from xport.formats.onnx_file import MODEL
from xport.workflow.run_folder import RunFolder


@pytest.fixture
def spoilt(run_copy: Path, tmp_path: Path) -> Path:
    """A run whose classifier was exported with a flipped weight; its recordings are as before."""
    artifact = RunFolder(run_copy).plan().model("classifier").artifacts["onnx"].path
    folder = Path(shutil.copytree(artifact, tmp_path / "artifact"))
    model = onnx.load(str(folder / MODEL))
    conv = [node for node in model.graph.node if node.name.endswith("conv2/Conv")][1]
    faulty.weight(conv.input[1], faulty.flipped)(model)
    onnx.save(model, str(folder / MODEL))

    def change(content: dict[str, object]) -> None:
        planned = model_of(content, "classifier")["artifacts"]["onnx"]
        planned.update(path=str(folder), files=digests.of_folder(folder))

    edit(run_copy, change)
    return run_copy


def test_the_flipped_weight_of_an_export_is_named(
    spoilt: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = RunFolder(spoilt)
    asked = ("--leg", "onnx", "--model", "classifier", "--output", "logits")
    assert ended("debug", spoilt, *asked) == 1
    said = capsys.readouterr().out
    assert "Conv /features/denseblock1/denselayer2/conv2/Conv" in said
    assert "differs: weight weight (" in said
    page, document, minimal = run.divergence_paths
    assert "DIVERGES" in page.read_text()
    found = json.loads(document.read_text())
    assert found["first_local"].startswith("/features/denseblock1/denselayer2/conv2/")
    assert ended(*found["command"].split()[1:]) == 1
    assert ended("report", spoilt) == 0
    run.clear("judge")
    assert not any(path.exists() for path in (page, document, minimal))


def test_a_saved_model_is_held_to_its_onnx_file_and_reproduced_in_tensorflow(
    spoilt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--leg", "savedmodel", "--model", "classifier", "--output", "logits")
    assert ended("debug", spoilt, *asked, "--out", tmp_path / "out", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    first = next(n for n in found["nodes"] if n["value"] == found["first_local"])
    assert first["op"] == "Concat", "the first value behind the convolution that has a name there"
    assert "conv2.weight" in found["suspect"]["causes"][0]["name"]
    assert ended(*found["command"].split()[1:]) == 1


def test_a_run_that_passed_shows_the_worst_leg(
    mini_run: MiniRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("debug", mini_run.folder, "--leg", "tfjs/wasm", "--out", tmp_path) == 0
    said = capsys.readouterr().out
    assert "no node is over tolerance" in said
    assert "the run’s verdict is PASSED" in said
    assert (tmp_path / "divergence.html").is_file()
    assert not (tmp_path / "divergence").exists()


def test_half_precision_is_forecast_and_measured_in_a_browser_that_is_forced_to_it(
    mini_run: MiniRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--half-precision", "--model", "classifier", "--output", "logits")
    assert ended("debug", mini_run.folder, *asked, "--out", tmp_path, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    (logits,) = [one for one in found["outputs"] if one["output"] == "logits"]
    (run,) = logits["measured"]
    assert run["forced"]
    assert logits["bound"] < logits["forecast"] < 20 * run["away"]
    assert run["away"] < 20 * logits["forecast"]
    assert "tfjs on webgl, forced" in (tmp_path / "half-precision.html").read_text()
    assert json.loads((tmp_path / "half-precision.json").read_text()) == found
