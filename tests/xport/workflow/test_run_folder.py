"""A run replaces what runs made, and nothing else."""

from __future__ import annotations

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


def test_what_an_interrupted_run_left_is_replaced(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    with run.locked(create=True):
        run.probes.root.mkdir()
        (run.probes.root / "half.npy").touch()
    with run.locked(create=True):
        run.clear("convert")
    assert not run.probes.root.exists()
