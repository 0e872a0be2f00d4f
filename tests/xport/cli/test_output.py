"""Standard output that its reader has closed, as `head` does, or whose disk is full."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, MiniRun

CLOSED = 141
"""A shell's code for a program that SIGPIPE ended."""

PRINTING = {
    "help": "--help",
    "help of a command": "bench --help",
    "version": "--version",
    "passes": "convert --print-passes",
    "schema": "check --print-schema",
    "judge": "judge RUN",
    "judge as JSON": "judge RUN --json",
    "report": "report RUN",
    "verify": "verify RUN/bundle",
    "doctor": "doctor",
}


@pytest.fixture
def closed() -> Iterator[int]:
    """A pipe whose reader is gone."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def xport(command: str, run: Path, buffered: bool = True, **streams: int) -> tuple[int, str, str]:
    """Exit code, output and errors of a command line in which RUN is a run's folder."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "" if buffered else "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "xport", *command.replace("RUN", str(run)).split()],
        cwd=ROOT,
        env=environment,
        text=True,
        timeout=300,
        **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams),
    )
    return done.returncode, done.stdout or "", done.stderr or ""


@pytest.mark.parametrize("name", PRINTING)
def test_a_reader_that_has_closed_it_ends_a_command_without_a_word(
    name: str, closed: int, run_copy: Path
) -> None:
    assert xport(PRINTING[name], run_copy, stdout=closed) == (CLOSED, "", "")


def test_and_so_without_python_s_own_buffer(closed: int, tmp_path: Path) -> None:
    assert xport("--help", tmp_path, buffered=False, stdout=closed) == (CLOSED, "", "")
    assert xport("convert --print-passes", tmp_path, buffered=False, stdout=closed) == (
        CLOSED, "", "",
    )  # fmt: skip


def test_a_reader_that_wants_one_line_gets_it(tmp_path: Path) -> None:
    command = f"{sys.executable} -m xport convert --print-passes | head -n 1"
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.startswith("fold_constants")
    assert done.stderr == ""


def test_what_was_to_be_made_is_made(closed: int, run_copy: Path) -> None:
    (run_copy / "evidence.json").unlink()
    xport("judge RUN", run_copy, stdout=closed)
    assert (run_copy / "evidence.json").is_file()


def test_an_error_keeps_its_own_code(closed: int, tmp_path: Path) -> None:
    code, _, errors = xport("judge RUN/absent --json", tmp_path, stdout=closed)
    assert code == 2
    assert "there is no run here" in errors
    assert xport("judge RUN/absent", tmp_path, stderr=closed) == (2, "", "")


def test_closed_standard_error_ends_long_work_whose_progress_goes_there(
    closed: int, mini_run: MiniRun, tmp_path: Path
) -> None:
    command = f"convert {mini_run.release_file} --out RUN/run --cache-dir {mini_run.store}"
    assert xport(command, tmp_path, stderr=closed) == (CLOSED, "", "")
    assert not (tmp_path / "run" / "plan.json").exists()


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("name", ["help", "version", "passes", "verify"])
def test_a_full_disk_is_said_to_be_full(name: str, buffered: bool, mini_run: MiniRun) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    code, _, errors = xport(PRINTING[name], mini_run.folder, buffered, stdout=full)
    os.close(full)
    assert code == 3
    assert errors.startswith("xport: standard output: cannot write: No space left on device; free")
