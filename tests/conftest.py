"""A miniature release converted and recorded once, for every test that reads or spoils it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from tests import mini
from xport.judgement.evidence import Evidence
from xport.workflow import commands

pytest_plugins = ["tests.lanes"]

# The same examples every time: what CI says of a commit does not depend on chance.
settings.register_profile("fixed", derandomize=True)
settings.load_profile("fixed")

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class MiniRun:
    """The run folder of the miniature release, its release file, its store and its evidence."""

    folder: Path
    release_file: Path
    store: Path
    evidence: Evidence


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for the whole session, so that nothing is converted twice."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="session")
def mini_run(tmp_path_factory: pytest.TempPathFactory, store: Path) -> MiniRun:
    """The miniature release, released: both models, all three backends."""
    folder = tmp_path_factory.mktemp("mini")
    release_file = mini.write(mini.release(), folder / "release.toml")
    evidence = commands.release(release_file, folder / "run", cache_dir=store)
    return MiniRun(folder / "run", release_file, store, evidence)


@pytest.fixture
def run_copy(mini_run: MiniRun, tmp_path: Path) -> Path:
    """A copy of the miniature run's folder that a test may spoil."""
    return Path(shutil.copytree(mini_run.folder, tmp_path / "run"))


Xport = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def xport() -> Xport:
    """The command line in a process of its own: `xport("judge", folder)`."""

    def call(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "xport", *map(str, arguments)],
            cwd=cwd,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=300,
        )

    return call
