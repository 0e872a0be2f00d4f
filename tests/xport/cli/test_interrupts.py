"""Ctrl-C in every stage: one line, exit code 3, and nothing that can be taken for whole."""

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
from xport.conversion.store import ENTRY, Store
from xport.workflow.run_folder import RunFolder

pytestmark = pytest.mark.slow

STAGES = 4


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "xport", *map(str, arguments)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def interrupt(process: subprocess.Popen[str]) -> str:
    """Send what Ctrl-C sends, to the whole process group; the words that came out."""
    os.killpg(process.pid, signal.SIGINT)
    _, words = process.communicate(timeout=60)
    assert process.returncode == 3, words
    assert "interrupted" in words
    assert "Traceback" not in words
    return words


def wait_for(condition: object, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not condition():  # type: ignore[operator]
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.long
def test_in_every_stage_of_a_conversion(tmp_path: Path) -> None:
    release = mini.write(mini.only_classifier(), tmp_path / "release.toml")
    store, run = Store(tmp_path / "store"), RunFolder(tmp_path / "run")
    arguments = ("convert", release, "--out", run.root, "--cache-dir", store.root)

    def entries() -> list[Path]:
        return list(store.root.glob(f"*/*/{ENTRY}"))

    def staged() -> list[Path]:
        return [path for path in (store.root / "staging").glob("*") if path.is_dir()]

    for stage in range(STAGES):
        process = start(*arguments)
        wait_for(lambda n=stage: len(entries()) == n and staged(), process)
        time.sleep(1.0 if stage else 0.3)
        interrupt(process)
        assert not staged()
        assert len(entries()) in (stage, stage + 1)
        assert not run.plan_path.exists()
        for path in entries():
            assert store.find(path.parent.name) is not None
        if len(entries()) == stage:
            finish_one_more(arguments, entries, stage + 1)
    finished = start(*arguments)
    _, words = finished.communicate(timeout=300)
    assert finished.returncode == 0, words
    assert run.plan_path.exists()


def finish_one_more(arguments: tuple[object, ...], entries: object, wanted: int) -> None:
    """Run until one more stage is whole, so that the next interrupt hits the stage after it."""
    process = start(*arguments)
    wait_for(lambda: len(entries()) >= wanted, process)  # type: ignore[operator]
    if process.poll() is None and wanted < STAGES:
        interrupt(process)
    else:
        process.communicate(timeout=300)


def test_while_a_browser_records(run_copy: Path) -> None:
    run = RunFolder(run_copy)
    saved = run.recordings.path("classifier", "savedmodel")
    saved.unlink()
    process = start("record", run_copy, "--cache-dir", run_copy / "cache")
    wait_for(saved.is_file, process)
    time.sleep(1.5)
    children = descendants(process.pid)
    interrupt(process)
    assert children
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{child}/stat").exists() for child in children):
        assert time.monotonic() < deadline, "the browser outlived the interrupt"
        time.sleep(0.1)
    assert not run.recordings.path("autoencoder", "tfjs/wasm").exists()
    assert not run.evidence_path.exists()
    assert not run.bundle_path.exists()


def descendants(pid: int) -> list[int]:
    import psutil

    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


@pytest.mark.parametrize("error", ["Exception('closed')", "xport.XportError('no driver')"])
def test_what_fails_while_it_is_put_away_is_an_interruption_too(error: str) -> None:
    code = (
        "import argparse, xport; from xport.cli.ending import ended\n"
        "def run():\n"
        "    try:\n"
        "        raise KeyboardInterrupt\n"
        "    finally:\n"
        f"        raise {error}\n"
        "ended(argparse.Namespace(json=False), run)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (
        3,
        "xport: interrupted; nothing half-written was kept\n",
    )
