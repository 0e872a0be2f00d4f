"""A release that was killed goes on where it stopped; what did not change is not recorded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import mini
from tests.conftest import ROOT
from xport.recording.keeper import ENTRY, RECORDINGS
from xport.workflow.run_folder import RunFolder

NOTED = "recordings were reused, the oldest of "


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """The command of a release of one classifier on wasm, by the direct route."""
    content = mini.only_classifier() | {"routes": {"direct": {}}}
    content |= {"preprocessing": {"synthetic": 8, "examples": 0}}
    file = mini.write(content, tmp_path / "release.toml")
    cache = str(tmp_path / "cache")
    return [sys.executable, "-m", "xport", "release", str(file), "--cache-dir", cache, "--out"]


def start(words: list[str], run: Path) -> subprocess.Popen[str]:
    """The release in a folder, in processes of its own group."""
    return subprocess.Popen(
        [*words, str(run)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def released(words: list[str], run: Path) -> str:
    """What a release says that comes to its end and passes."""
    process = start(words, run)
    said, wrong = process.communicate(timeout=300)
    assert process.returncode == 0, wrong
    return said


@pytest.mark.long
def test_what_was_recorded_before_a_release_was_killed_is_taken(
    words: list[str], tmp_path: Path
) -> None:
    kept = tmp_path / "cache" / RECORDINGS
    run = RunFolder(tmp_path / "run")
    process = start(words, run.root)
    deadline = time.monotonic() + 120
    while len([*kept.glob(f"*/*/{ENTRY}")]) < 2:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not run.evidence_path.exists()
    before = len([*kept.glob(f"*/*/{ENTRY}")])

    said = released(words, run.root)
    evidence = run.evidence()
    every = [*evidence.recordings, *evidence.prepared]
    assert f"{before} of {len(every)} {NOTED}" in said
    assert [one.reused_from is not None for one in every] == [
        place < before for place in range(len(every))
    ]
    assert NOTED in (run.report_path).read_text()
    assert NOTED in (run.junit_path).read_text()
    assert NOTED in (run.bundle_path / "manifest.json").read_text()

    other = RunFolder(tmp_path / "other")
    assert f"{len(every)} of {len(every)} {NOTED}" in released(words, other.root)
    again = other.evidence()
    assert all(one.reused_from for one in (*again.recordings, *again.prepared))
    assert all(one.reused_from for one in (*again.runtimes, *again.sensitivity))
    assert again.preparations is not None
    assert again.preparations.reused_from is not None
    assert [one.output_digests for one in again.recordings] == [
        one.output_digests for one in evidence.recordings
    ]

    assert NOTED not in released([*words[:-1], "--fresh", "--out"], other.root)
