"""An ONNX file alone: ONNX Runtime is its reference, and needs a second opinion itself."""

from __future__ import annotations

import dataclasses
import json
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch

import xport
from reports.release.summary import summary_lines
from tests import mini
from tests.xport.library.networks import Classifier
from tests.xport.library.test_converting import exported
from tests.xport.library.test_verification import with_a_wrong_bias
from xport.errors import InputError, VerdictError
from xport.judgement.second_opinions import NAME
from xport.judgement.verdict import Status
from xport.library.report import Report
from xport.plan.plan import EVALUATOR_LEG, ONNX_LEG, OPTIMISED_LEG
from xport.recording.recorder import digests_of
from xport.release_file.file import read_release
from xport.workflow.run_folder import RunFolder

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release file that `init` writes for an ONNX file, on wasm by the direct route alone."""
    folder = tmp_path_factory.mktemp("source")
    (folder / "files").mkdir()
    file = exported(folder / "files" / "net.onnx", dynamic_axes={"image": {0: "batch"}})
    path = xport.init(file, {"image": (1, 3, 8, 8)}, out=folder / "net.toml")
    text = path.read_text().replace('["webgl", "wasm"]', '["wasm"]')
    path.write_text(text.replace("[browser]", "[routes.direct]\n\n[browser]"))
    return path


@pytest.fixture(scope="module")
def run(release: Path, store: Path) -> Path:
    """A run of it."""
    out = release.parent / "run"
    evidence = xport.release(release, out=out, cache_dir=store, fresh=True)
    assert evidence.passed, evidence
    return out


@pytest.fixture
def copied(run: Path, tmp_path: Path) -> RunFolder:
    """The run, to be spoilt."""
    return RunFolder(shutil.copytree(run, tmp_path / "run"))


def spoil(run: RunFolder, leg: str, difference: float) -> None:
    """Add a number to whatever a leg said."""
    found = run.recordings.load("net", leg)
    assert found is not None
    arrays = {
        probe: {name: values + np.float32(difference) for name, values in outputs.items()}
        for probe, outputs in found[1].items()
    }
    again = digests_of(arrays)  # what is wrong is so twice
    run.recordings.save(found[0].model_copy(update={"again_digests": again}), arrays)


def test_the_file_that_init_writes_names_it_from_its_own_folder(release: Path) -> None:
    (entry,) = tomllib.loads(release.read_text())["models"].values()
    assert entry["factory"] == "files/net.onnx"
    assert not {"checkpoint", "weights_from_factory", "arguments"} & entry.keys()
    assert "ONNX Runtime without optimisations" in release.read_text()
    assert "PyTorch" not in release.read_text()


def test_a_run_says_what_it_is_faithful_to(run: Path) -> None:
    evidence = RunFolder(run).evidence()
    (model,) = evidence.plan.models
    assert model.legs == (ONNX_LEG, OPTIMISED_LEG, EVALUATOR_LEG, "tfjs/wasm")
    assert (model.weights, model.trained) == ("those of net.onnx", True)
    runners = {one.leg: one.environment for one in evidence.recordings}
    assert [runners[leg].threads for leg in (ONNX_LEG, OPTIMISED_LEG)] == [1, 2]  # type: ignore[union-attr]
    assert "no optimisations" in runners[ONNX_LEG].runner  # type: ignore[union-attr]
    checks = [check for check in evidence.verdict.checks if check.name == NAME]
    assert [check.output for check in checks] == ["logits", "probabilities"]
    assert {check.against for check in evidence.verdict.checks} == {None, ONNX_LEG}
    (one,) = (r for r in evidence.recordings if r.leg == EVALUATOR_LEG)
    assert len(one.input_digests) == 1


def test_no_document_speaks_of_pytorch(run: Path) -> None:
    bundle = run / "bundle"
    documents = ("report.html", "junit.xml", "evidence.json", "plan.json")
    shipped = ("manifest.json", "report.html", "evidence.json", "index.html")
    for path in (*(run / name for name in documents), *(bundle / name for name in shipped)):
        assert "PyTorch" not in path.read_text(), path
    evidence = RunFolder(run).evidence()
    report = Report(evidence, run)
    terminal = "\n".join(summary_lines(evidence))
    assert "faithful to ONNX Runtime" in terminal
    assert "PyTorch" not in terminal + str(report) + report._repr_html_()
    assert json.loads((bundle / "manifest.json").read_text())["faithful_to"] == "ONNX Runtime"
    assert "net: faithful to ONNX Runtime; whether" in (run / "report.html").read_text()
    xport.verify(bundle)


def test_one_opinion_that_agrees_is_enough(copied: RunFolder) -> None:
    spoil(copied, OPTIMISED_LEG, 1.0)
    assert xport.judge(copied.root).passed
    spoil(copied, OPTIMISED_LEG, -1.0)
    spoil(copied, EVALUATOR_LEG, 1.0)
    assert xport.judge(copied.root).passed


def test_where_no_opinion_agrees_nothing_was_verified(copied: RunFolder) -> None:
    for leg in (OPTIMISED_LEG, EVALUATOR_LEG):
        spoil(copied, leg, 0.01)
    report = xport.judge(copied.root)
    assert report.status is Status.NOT_RUN
    finding = report.verdict.findings[0]
    assert "no other implementation agrees with onnx: onnx-optimised is 0.01 away" in finding
    with pytest.raises(VerdictError):
        report.raise_for_verdict()


def test_an_evaluator_that_lacks_an_operator_leaves_the_other_opinion(copied: RunFolder) -> None:
    found = copied.recordings.load("net", EVALUATOR_LEG)
    assert found is not None
    failed = found[0].model_copy(update={"failure": "no such operator", "input_digests": {}})
    copied.recordings.save(failed, {})
    assert xport.judge(copied.root).passed
    spoil(copied, OPTIMISED_LEG, 0.01)
    report = xport.judge(copied.root)
    assert report.status is Status.NOT_RUN
    assert "onnx-evaluator is not known (no such operator)" in report.verdict.findings[0]


@pytest.mark.parametrize("leg", [ONNX_LEG, OPTIMISED_LEG, EVALUATOR_LEG])
def test_every_leg_is_recorded(copied: RunFolder, leg: str) -> None:
    copied.recordings.path("net", leg).unlink()
    assert xport.judge(copied.root).status is Status.NOT_RUN


def test_a_browser_that_says_something_else_fails(copied: RunFolder) -> None:
    spoil(copied, "tfjs/wasm", 0.01)
    report = xport.judge(copied.root)
    assert report.status is Status.FAILED
    assert report.verdict.culprits == ("net/tfjs/wasm",)
    page, _ = xport.report(report)
    assert "PyTorch" not in page.read_text() + str(report) + str(verdict_error(report))


def test_a_file_is_verified_from_python(tmp_path: Path) -> None:
    file = exported(tmp_path / "net.onnx")
    converted = xport.convert(file, out=tmp_path / "model")
    report = xport.verify(converted, backends=["wasm"])
    report.raise_for_verdict()
    assert "PyTorch" not in report.path.read_text()
    file.write_bytes(with_a_wrong_bias(file.read_bytes()))
    other = xport.convert(file, out=tmp_path / "other")
    mixed = dataclasses.replace(other, folder=converted.folder, files=converted.files)
    found = xport.verify(mixed, backends=["wasm"], out=tmp_path / "run")
    assert found.verdict.culprits == ("net/tfjs/wasm",)


def test_a_callable_builds_the_module(tmp_path: Path) -> None:
    converted = xport.convert(Classifier, (torch.zeros(1, 3, 8, 8),), out=tmp_path / "model")
    assert converted.title == "Classifier"
    with pytest.raises(InputError, match="returned int, not a module"):
        xport.convert(lambda: 3, (torch.zeros(1),), out=tmp_path / "other")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"checkpoint": "w.safetensors"}, "checkpoint: an ONNX file has its own"),
        ({"initializer": "a.b:c"}, "initializer: an ONNX file has its own"),
        ({"opset": 15}, "opset: an ONNX file has its own"),
        ({"factory": "C:net.onnx"}, "factory"),
        ({"factory": "net.onnx.txt"}, "factory"),
    ],
)
def test_keys_that_an_onnx_file_has_itself_are_refused(
    release: Path, tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    content = tomllib.loads(release.read_text())
    content["models"]["net"] |= changes
    with pytest.raises(InputError, match=words):
        read_release(mini.write(content, tmp_path / "net.toml"))


def verdict_error(report: Report) -> VerdictError:
    with pytest.raises(VerdictError) as caught:
        report.raise_for_verdict()
    return caught.value


def test_a_tolerance_that_float64_measures_is_refused(release: Path, tmp_path: Path) -> None:
    content = tomllib.loads(release.read_text())
    (one, *others) = content["policy"].pop("tolerances")
    relative = {"max_ratio_to_float64_gap": 10.0, "min_cosine": 0.999}
    kept = {key: one[key] for key in ("model", "output", "rationale")}
    content["policy"] |= {"tolerances": others, "relative_tolerances": [kept | relative]}
    with pytest.raises(InputError, match="net is an ONNX file, which has no float64"):
        read_release(mini.write(content, tmp_path / "net.toml"))


def test_what_it_is_held_to_is_never_advisory(release: Path, tmp_path: Path) -> None:
    content = tomllib.loads(release.read_text())
    one = {"model": "net", "leg": "onnx", "output": "logits", "rationale": "it is known to be off"}
    content["policy"]["advisory"] = [one]
    with pytest.raises(InputError, match="is what net is held to, and cannot be advisory"):
        read_release(mini.write(content, tmp_path / "net.toml"))


def test_a_file_that_is_missing_or_something_else_is_named(
    release: Path, tmp_path: Path, store: Path
) -> None:
    content = tomllib.loads(release.read_text())
    content["models"]["net"]["factory"] = "none.onnx"
    path = mini.write(content, tmp_path / "net.toml")
    with pytest.raises(InputError, match="cannot read the ONNX file"):
        xport.release(path, out=tmp_path / "run", cache_dir=store)
    (tmp_path / "none.onnx").write_text("no model")
    with pytest.raises(InputError, match="not an ONNX file"):
        xport.release(path, out=tmp_path / "run", cache_dir=store)
