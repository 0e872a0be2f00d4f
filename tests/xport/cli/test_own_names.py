"""Folders that have modules of our packages' names: ours are imported, theirs come to no harm."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import mini
from tests.conftest import ROOT, MiniRun

THEIRS = "raise SystemExit('this is theirs')\n"
HELPERS = "from reference.networks.densenet import classifier as build\n\nassert build\n"
NETWORK = "from torch import nn\n\n\ndef build(**arguments):\n    return nn.Identity()\n"
SCRIPT = ("-c", "import sys; sys.path.pop(0); from xport.cli.main import main; main()")
"""What an installed `xport` is, whose first searched folder is its own and not the working one."""

MODULE = ("-m", "xport")
SAFE = ("-P", "-m", "xport")
"""Without the working folder in the searched ones, where `-m` would take a module of our name."""


def run(
    program: tuple[str, ...], *words: object, cwd: Path, searched: bool = True
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *program, *map(str, words)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{cwd}" if searched else str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with somebody's own `reports`, `reference` and `browser_harness`."""
    for name in ("reports", "browser_harness"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(THEIRS)
    (tmp_path / "reference.py").write_text(THEIRS)
    (tmp_path / "helpers.py").write_text(HELPERS)
    return tmp_path


def theirs() -> dict[str, Any]:
    """A release whose factory is a module of that folder, which imports one of ours."""
    content = mini.only_classifier() | {"routes": {"direct": {}}}
    content["models"]["classifier"]["factory"] = "helpers:build"
    return content


@pytest.mark.parametrize("program", [MODULE, SCRIPT], ids=["python -m xport", "xport"])
def test_ours_are_imported_here_and_in_the_processes_that_convert(
    folder: Path, program: tuple[str, ...], store: Path
) -> None:
    mini.write(theirs(), folder / "release.toml")
    done = run(program, "convert", "--out", "run", "--cache-dir", folder / "store", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "theirs" not in done.stdout + done.stderr


@pytest.mark.parametrize("program", [MODULE, SCRIPT], ids=["python -m xport", "xport"])
def test_a_run_is_reported(folder: Path, program: tuple[str, ...], run_copy: Path) -> None:
    for command in ("judge", "report"):
        done = run(program, command, run_copy, cwd=folder)
        assert done.returncode == 0, done.stderr


def test_the_script_is_ours_beside_somebodys_xport(folder: Path, mini_run: MiniRun) -> None:
    (folder / "xport.py").write_text(THEIRS)
    done = run(SCRIPT, "verify", mini_run.folder / "bundle", cwd=folder)
    assert done.returncode == 0, done.stderr
    done = run(SAFE, "--version", cwd=folder, searched=False)
    assert (done.returncode, done.stdout.partition(" ")[0]) == (0, "xport"), done.stderr
    mini.write(theirs(), folder / "release.toml")
    done = run(SCRIPT, "convert", "--out", "run", cwd=folder)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("program", [MODULE, SCRIPT], ids=["python -m xport", "xport"])
@pytest.mark.parametrize(
    ("factory", "file"),
    [("reference:build", "reference.py"), ("reports.networks:build", "reports/networks.py")],
)
def test_a_factory_in_whose_place_ours_would_be_imported_is_refused(
    folder: Path, program: tuple[str, ...], factory: str, file: str
) -> None:
    (folder / file).write_text(NETWORK)
    content = mini.only_classifier() | {"routes": {"direct": {}}}
    content["models"]["classifier"]["factory"] = factory
    mini.write(content, folder / "release.toml")
    done = run(program, "convert", "--out", "run", cwd=folder)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "factory" in done.stderr
    assert str(folder / file) in done.stderr
    assert f"give {factory.partition(':')[0].partition('.')[0]!r} another name" in done.stderr


def test_a_program_that_has_imported_its_own_is_told(folder: Path) -> None:
    (folder / "reports" / "__init__.py").write_text("")
    mini.write(mini.only_classifier(), folder / "release.toml")
    code = (
        "import sys; sys.path.insert(0, '.'); import reports, pathlib, xport\n"
        "try: xport.convert(pathlib.Path('release.toml'), pathlib.Path('o'),"
        " cache_dir=pathlib.Path('s'))\n"
        "except Exception as error: print(error, int(error.exit_code))"
    )
    done = run(("-c", code), cwd=folder)
    assert "a module 'reports' was imported that is not xport's" in done.stdout, done.stderr
    assert done.stdout.strip().endswith("2")
