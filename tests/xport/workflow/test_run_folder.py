"""A run replaces what runs made, and nothing else."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from xport.errors import InputError
from xport.workflow.run_folder import RunFolder


@pytest.mark.parametrize(
    "name", ["images", "probes", "artifacts", "bundle", "report.html", "evidence.json"]
)
def test_somebodys_files_are_not_replaced(name: str, tmp_path: Path) -> None:
    own = tmp_path / name if "." in name else tmp_path / name / "own.png"
    own.parent.mkdir(exist_ok=True)
    own.write_text("mine")
    with (
        pytest.raises(InputError, match=f"a run would replace its {name}"),
        RunFolder(tmp_path).locked(create=True),
    ):
        raise AssertionError("the folder was taken")
    assert own.read_text() == "mine"
    assert not (tmp_path / ".lock").exists()


def test_other_files_may_lie_there_and_stay(tmp_path: Path) -> None:
    (tmp_path / "release.toml").write_text("mine")
    run = RunFolder(tmp_path)
    with run.locked(create=True):
        run.clear("convert")
    assert (tmp_path / "release.toml").read_text() == "mine"


def _held_elsewhere(folder: Path) -> str:
    """What another process is told that wants the folder."""
    program = (
        "import sys; from pathlib import Path; from xport.errors import XportError\n"
        "from xport.workflow.run_folder import RunFolder\n"
        "try:\n    RunFolder(Path(sys.argv[1])).locked(create=True).__enter__()\n"
        "except XportError as error:\n    print(int(error.exit_code), error)\n"
    )
    asked = [sys.executable, "-c", program, str(folder)]
    return subprocess.run(asked, capture_output=True, text=True, timeout=120).stdout


def test_two_runs_in_one_folder_exclude_each_other(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    with run.locked(create=True), run.locked(create=True):
        said = _held_elsewhere(tmp_path)
        assert said.startswith("3 ")
        assert f"process {os.getpid()} on {platform.node()}" in said
    assert _held_elsewhere(tmp_path) == ""


def test_what_an_interrupted_run_left_is_replaced(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    with run.locked(create=True):
        run.probes.root.mkdir()
        (run.probes.root / "half.npy").touch()
    with run.locked(create=True):
        run.clear("convert")
    assert not run.probes.root.exists()
