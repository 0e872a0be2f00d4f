"""A module in memory is held to itself in a browser; whatever is wrong is named and raised."""

from __future__ import annotations

import asyncio
import dataclasses
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.numpy_helper
import pytest
import torch

import xport
from tests.conftest import ROOT
from tests.told import Told
from tests.xport.library.networks import Classifier, Doubtful, Returning, Tokens
from xport.common import digests, progress
from xport.errors import ExitCode, InputError, IntegrityError, UnavailableError, VerdictError
from xport.judgement.verdict import Status
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

pytestmark = pytest.mark.browser

IMAGE = torch.zeros(1, 3, 8, 8)
SCRIPT = """
import sys
import torch
import xport

print("started", flush=True)

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 2)

    def forward(self, x):
        return self.linear(x).tanh()

torch.manual_seed(0)
converted = xport.convert(Net(), (torch.randn(1, 4),), out=sys.argv[1])
report = xport.verify(converted, backends=["wasm"])
report.raise_for_verdict()
print(report)
"""


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> xport.Converted:
    return xport.convert(Classifier(), (IMAGE,), out=tmp_path_factory.mktemp("model") / "model")


@pytest.fixture(scope="module")
def report(converted: xport.Converted) -> xport.Report:
    rng = np.random.default_rng(0)
    probes = [rng.standard_normal((1, 3, 8, 8)) for _ in range(3)]
    return xport.verify(converted, probes, browsers=["chromium"], backends=["webgl", "wasm"])


def test_it_passes_on_the_callers_probes(report: xport.Report) -> None:
    report.raise_for_verdict()
    assert report.passed
    plan = report.evidence.plan
    assert [leg.name for leg in plan.legs] == [
        "torch-float64", "torch", "onnx", "tfjs/webgl", "tfjs/wasm",
    ]  # fmt: skip
    assert [probe.name for probe in plan.models[0].probes] == [
        "input-000",
        "input-001",
        "input-002",
    ]
    assert {check.leg for check in report.verdict.checks} == {leg.name for leg in plan.legs}


def test_tolerances_say_what_was_measured(report: xport.Report) -> None:
    tolerances = {t.output: t for t in report.evidence.plan.policy.tolerances}
    assert tolerances.keys() == {"logits", "probabilities"}
    for tolerance in tolerances.values():
        assert re.match(
            "suggested: 10 times the rounding measured on 3 probes", tolerance.rationale
        )
        assert 1e-7 < tolerance.max_abs < 1e-4


def test_it_is_printed_as_a_table_and_shown_in_a_notebook(report: xport.Report) -> None:
    lines = str(report).splitlines()
    assert lines[0].startswith("PASSED  Classifier: ")
    rows = [line.split() for line in lines if line.startswith("classifier")]
    assert [row[1:3] for row in rows] == [
        [output, leg]
        for output in ("logits", "probabilities")
        for leg in ("onnx", "tfjs/webgl", "tfjs/wasm")
    ]
    assert all(row[-1] == "PASSED" for row in rows)
    html = report._repr_html_()
    assert html.count("<tr>") == 7
    assert str(report.path) in html
    assert report.path.read_text().startswith("<!DOCTYPE html>")


def test_the_run_is_one_like_a_releases(report: xport.Report, tmp_path: Path) -> None:
    assert xport.judge(report).verdict == report.verdict
    assert xport.report(report) == (report.path, report.folder / "junit.xml")
    bundle = xport.bundle(report)
    assert xport.verify(bundle).verdict == "PASSED"
    assert xport.verify(str(bundle)).verdict == "PASSED"


@pytest.mark.long
def test_recorded_in_another_process_the_module_is_missed_by_name(tmp_path: Path) -> None:
    made = xport.convert(Returning(lambda x: x), torch.ones(1, 4), out=tmp_path / "model")
    folder = xport.verify(made, backends=["wasm"]).folder
    recordings = commands.record(folder, measure=False)
    failed = {recording.leg: recording.failure for recording in recordings if recording.failure}
    assert failed.keys() == {"torch-float64", "torch"}
    assert all("Returning lived in the process that converted it" in f for f in failed.values())
    with pytest.raises(VerdictError) as caught:
        xport.judge(folder).raise_for_verdict()
    assert caught.value.status == "NOT_RUN"
    assert caught.value.exit_code == ExitCode.COULD_NOT_RUN


def test_without_probes_the_example_and_noise_are_taken(tmp_path: Path) -> None:
    example = (torch.tensor([[1, 2, 3]]), torch.rand(1, 3))
    made = xport.convert(Tokens(), example, out=tmp_path / "model")
    report = xport.verify(made, backends=["wasm"], out=tmp_path / "run")
    report.raise_for_verdict()
    probes = report.evidence.plan.models[0].probes
    assert [probe.source.split(",")[0] for probe in probes] == [
        "the example that the model was converted with", *["synthetic"] * 8,
    ]  # fmt: skip
    assert report.folder == tmp_path / "run"


def test_a_verdict_names_model_leg_output_probe_and_numbers(tmp_path: Path) -> None:
    module = torch.nn.Linear(64, 64)
    made = xport.convert(module, torch.rand(1, 64), out=tmp_path / "model", weights="uint8")
    report = xport.verify(made, backends=["wasm"])
    with pytest.raises(VerdictError) as caught:
        report.raise_for_verdict()
    error = caught.value
    assert (error.status, error.exit_code) == ("FAILED", ExitCode.FAILED)
    assert (error.model, error.leg, error.output) == ("linear", "tfjs/wasm", "output")
    assert error.probe in {probe.name for probe in report.evidence.plan.models[0].probes}
    assert error.measured is not None
    assert error.bound is not None
    assert error.measured > error.bound
    said = str(error)
    for word in (error.leg, error.output, error.probe, f"{error.bound:.3g}"):
        assert str(word) in said
    assert "FAILED" in str(report)


def with_a_wrong_bias(content: bytes) -> bytes:
    model = onnx.load_from_string(content)
    (bias,) = [one for one in model.graph.initializer if one.name.endswith("linear.bias")]
    values = onnx.numpy_helper.to_array(bias) + np.float32(0.01)
    bias.CopyFrom(onnx.numpy_helper.from_array(values, bias.name))
    return model.SerializeToString()


def test_a_wrong_export_is_to_blame_and_widens_no_tolerance(
    converted: xport.Converted, report: xport.Report, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(converted.folder, tmp_path / "model"))
    spoilt = with_a_wrong_bias(converted.onnx)
    wrong = dataclasses.replace(converted, onnx=spoilt, folder=folder)
    with pytest.raises(InputError, match="was not verified"):
        xport.debug(wrong)
    found = xport.verify(wrong, backends=["wasm"])
    with pytest.raises(VerdictError) as caught:
        found.raise_for_verdict()
    assert caught.value.leg == "onnx"
    assert all(t.max_abs < 1e-4 for t in found.evidence.plan.policy.tolerances)
    is_named_from_python(wrong, found)


def is_named_from_python(wrong: xport.Converted, report: xport.Report) -> None:
    """Its first node, held to the layers of the module in this process."""
    found = xport.debug(wrong)
    assert found.over
    assert found.first is not None
    assert found.first.op == "Gemm"
    with pytest.raises(VerdictError) as caught:
        found.raise_for_divergence()
    error = caught.value
    assert (error.leg, error.exit_code) == ("onnx", ExitCode.FAILED)
    assert error.measured == found.first.local
    assert error.bound == found.first.tolerance
    assert found.path == report.folder / "divergence.html"
    said = str(found)
    assert "differs: weight bias (" in said
    assert "Gemm" in said.splitlines()[-4]
    assert "<table>" in found._repr_html_()
    assert "DIVERGES" in repr(found)
    with pytest.raises(InputError, match=r"give xport\.verify or xport\.debug what xport"):
        xport.debug(report, leg="onnx")
    (wrong.folder / "more.json").write_text("{}")
    other = dataclasses.replace(wrong, files=digests.of_folder(wrong.folder))
    with pytest.raises(IntegrityError, match="what was verified there is another model"):
        xport.debug(other)


def test_a_declared_tolerance_stands_with_its_reason(tmp_path: Path) -> None:
    made = xport.convert(Returning(torch.tanh), torch.ones(1, 4), out=tmp_path / "model")
    said = {"output": (1e-12, "no runtime can be as close as that")}
    report = xport.verify(made, backends=["wasm"], tolerances=said)
    (tolerance,) = report.evidence.plan.policy.tolerances
    assert (tolerance.max_abs, tolerance.rationale) == said["output"]
    assert not report.passed


def test_what_asks_too_little_is_weak_where_that_is_allowed(tmp_path: Path) -> None:
    made = xport.convert(Returning(torch.tanh), torch.ones(1, 4), out=tmp_path / "model")
    said = {"output": (1e9, "everything may pass here")}
    report = xport.verify(made, backends=["wasm"], tolerances=said, allow_weak=True)
    assert report.status is Status.WEAK_PASSED
    assert not report.passed
    report.raise_for_verdict()
    assert str(report).startswith("WEAK_PASSED  ")
    with pytest.raises(xport.VerdictError, match=r"WEAK_PASSED: policy\.tolerances of") as raised:
        xport.judge(report).raise_for_verdict()
    assert raised.value.exit_code == 2


def test_a_module_that_float32_does_not_settle_is_refused(tmp_path: Path) -> None:
    made = xport.convert(Doubtful(), torch.rand(1, 4), out=tmp_path / "model")
    with pytest.raises(InputError, match=r"PyTorch float32 is .* from its own float64"):
        xport.verify(made, backends=["wasm"])


@pytest.mark.parametrize(
    ("inputs", "options", "words"),
    [
        ([], {}, "there are no probes"),
        ([np.zeros((1, 3, 8, 9))], {}, r"float32\[1, 3, 8, 9\] is not image"),
        ([{"picture": IMAGE}], {}, "it has picture, the inputs are image"),
        ([(IMAGE, IMAGE)], {}, "2 arrays for 1 inputs"),
        ([np.full((1, 3, 8, 8), "a")], {}, "is no array of numbers"),
        (None, {"backends": ["webgpu"]}, "is not a list of backends"),
        (None, {"backends": "wasm"}, "is not a list of backends"),
        (None, {"browsers": ["chromium", "firefox"]}, "is not a list of one"),
        (None, {"tolerances": {"nothing": (1, "of no output at all")}}, "no such output"),
        (None, {"tolerances": {"logits": 1e-5}}, "is no tolerance with its reason"),
        (None, {"tolerances": {"logits": (1e9, "everything may pass here")}}, "1e.09, at most"),
        (None, {"tolerances": {"logits": (1e-5, "xxxxxxxxxxxxxxxx")}}, "is no sentence"),
        ([IMAGE], {}, "below the floor of every policy: policy.min_probes: 1, at least 3"),
        (None, {"backends": ["webgl"]}, "a hardware-independent one is wanted too"),
    ],
)
def test_what_does_not_fit_is_refused_before_a_browser_starts(
    converted: xport.Converted, inputs: Any, options: Any, words: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words):
        xport.verify(converted, inputs, out=tmp_path / "run", **options)
    assert not RunFolder(tmp_path / "run").plan_path.exists()


def test_changed_files_are_not_verified(tmp_path: Path) -> None:
    made = xport.convert(Returning(torch.tanh), torch.ones(1, 4), out=tmp_path / "model")
    path = tmp_path / "model" / "model.json"
    path.write_text(path.read_text() + " ")
    with pytest.raises(IntegrityError, match="not the converted ones"):
        xport.verify(made)


def test_an_array_of_several_probes_is_split(converted: xport.Converted, tmp_path: Path) -> None:
    batch = np.random.default_rng(1).standard_normal((3, 3, 8, 8))
    report = xport.verify(converted, batch, backends=["wasm"], out=tmp_path / "run")
    report.raise_for_verdict()
    assert len(report.evidence.plan.models[0].probes) == 3


def run_script(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
    )


@pytest.mark.parametrize(
    "way", ["-m", *(pytest.param(way, marks=pytest.mark.long) for way in ("file", "-c"))]
)
def test_a_script_without_a_guard_runs_once(way: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    words = {"file": ["script.py"], "-c": ["-c", SCRIPT], "-m": ["-m", "script"]}[way]
    done = run_script(tmp_path, *words, str(tmp_path / "model"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("started") == 1
    assert "PASSED  Net" in done.stdout


def small_report(folder: Path) -> xport.Report:
    made = xport.convert(Returning(torch.tanh), torch.rand(1, 4), out=folder / "model")
    return xport.verify(made, backends=["wasm"])


def test_it_works_where_an_event_loop_runs_as_in_a_notebook(tmp_path: Path) -> None:
    """And tells whoever shows it there how far it has come, of every piece of work."""
    display = Told()

    async def cell() -> xport.Report:
        assert asyncio.get_running_loop().is_running()
        with progress.shown(display):
            return small_report(tmp_path)

    # In a thread of its own: in this one a browser of other tests may have a loop already.
    with ThreadPoolExecutor(1) as one:
        assert one.submit(asyncio.run, cell()).result().passed
    steps = [line.partition(", ")[0] for line in display.told]
    assert "convert Returning: 2 of 2" in steps
    assert "record returning torch: 9 of 9" in steps
    said = "returning: sensitivity: onnx: the ONNX file has no weights"
    counts = {step: re.search(r": (\d+) of (\d+)$", step) for step in steps if step != said}
    assert [s for s, found in counts.items() if not found or int(found[1]) > int(found[2])] == []


def report_into(folder: Path) -> None:
    (folder / "said").write_text(str(small_report(folder)))


def refusal_into(folder: Path) -> None:
    try:
        report_into(folder)
    except UnavailableError as error:
        (folder / "said").write_text(str(error))


@pytest.mark.long
def test_it_works_in_a_process_of_multiprocessing(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=report_into, args=(tmp_path,))
    process.start()
    process.join()
    assert (tmp_path / "said").read_text().startswith("PASSED")


def test_a_pools_process_says_why_it_cannot(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(refusal_into, (tmp_path,))
    assert "may start no other; call xport from the main process" in (tmp_path / "said").read_text()


def test_it_works_in_a_thread(tmp_path: Path) -> None:
    found: list[xport.Report] = []
    thread = threading.Thread(target=lambda: found.append(small_report(tmp_path)))
    thread.start()
    thread.join()
    assert [report.passed for report in found] == [True]
