"""A crashed browser is started again once and goes on where it stopped."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Self

import pytest

from tests.conftest import MiniRun
from xport.common.arrays import Array, Tensors
from xport.exchange.recording import Environment, Recording, Runner
from xport.recording.browser import BrowserOptions, Harness
from xport.recording.legs import artifact_of
from xport.recording.recorder import record
from xport.workflow.run_folder import RunFolder


class Fragile:
    """A real browser runner whose browser is killed before some of its runs."""

    def __init__(self, runner: Runner, kill_before: list[int]) -> None:
        self.runner, self.kill_before, self.runs = runner, kill_before, 0
        self.leg = runner.leg

    @property
    def load_seconds(self) -> float:
        return self.runner.load_seconds

    @property
    def peak_mib(self) -> float:
        return self.runner.peak_mib

    def __enter__(self) -> Self:
        self.runner.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.runner.__exit__(*error)

    def environment(self) -> Environment:
        return self.runner.environment()

    def run(self, inputs: Tensors) -> tuple[dict[str, Array], float]:
        self.runs += 1
        if self.runs in self.kill_before:
            kill_the_browser()
        return self.runner.run(inputs)


def kill_the_browser() -> None:
    import psutil

    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # one that has ended has no command line
            if "--type=renderer" in " ".join(process.cmdline()):
                process.kill()


def recorded(mini_run: MiniRun, folder: Path, kill_before: list[int]) -> tuple[Recording, Fragile]:
    run = RunFolder(mini_run.folder)
    plan = run.plan()
    model = plan.model("classifier")
    leg = next(leg for leg in plan.legs if leg.name == "tfjs/wasm")
    runner = Harness(plan, BrowserOptions(), folder).runner(
        model.id, artifact_of(model, "tfjs"), "wasm"
    )
    fragile = Fragile(runner, kill_before)
    recording, _ = record(fragile, plan, model, leg, run.probes)
    return recording, fragile


def test_goes_on_from_the_probe_at_which_the_browser_crashed(
    mini_run: MiniRun, tmp_path: Path
) -> None:
    recording, fragile = recorded(mini_run, tmp_path, kill_before=[3])
    assert recording.failure is None
    assert recording.restarts == 1
    assert len(recording.output_digests) == 8
    assert fragile.runs == 2 * 8 + 1
    assert recording.again_digests == recording.output_digests
    whole = RunFolder(mini_run.folder).recordings.load("classifier", "tfjs/wasm")
    assert whole is not None
    assert recording.output_digests == whole[0].output_digests


def test_a_second_crash_is_the_recordings_failure(mini_run: MiniRun, tmp_path: Path) -> None:
    recording, _ = recorded(mini_run, tmp_path, kill_before=[2, 4])
    assert recording.failure is not None
    assert recording.output_digests == {}
    assert recording.restarts == 1


def test_a_browser_that_does_not_exist_is_the_recordings_failure(
    mini_run: MiniRun, tmp_path: Path
) -> None:
    run = RunFolder(mini_run.folder)
    plan = run.plan()
    model = plan.model("classifier")
    leg = next(leg for leg in plan.legs if leg.name == "tfjs/wasm")
    options = BrowserOptions(browser=str(tmp_path / "chromium"))
    runner = Harness(plan, options, tmp_path).runner(model.id, artifact_of(model, "tfjs"), "wasm")
    recording, arrays = record(runner, plan, model, leg, run.probes)
    assert arrays == {}
    assert "apt-get install chromium" in (recording.failure or "")


@pytest.mark.parametrize("name", ["distinct-channels-000", "synthetic-000-chest"])
def test_the_same_bytes_reach_every_leg(mini_run: MiniRun, name: str) -> None:
    seen = {
        recording.input_digests[name]["image"]
        for recording in mini_run.evidence.recordings
        if recording.model == "classifier"
    }
    assert len(seen) == 1
