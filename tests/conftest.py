"""A miniature release converted and recorded once, for every test that reads or spoils it."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import kept
from tests.kept import MiniRun
from xport.publishing.seen import FOLDER_VARIABLE
from xport.toolchains import cache
from xport.toolchains.known import TOOLCHAINS

if TYPE_CHECKING:
    from tests.saboteurs.bench import Bench

pytest_plugins = ["tests.lanes", "tests.other_pythons"]

# The same examples every time: what CI says of a commit does not depend on chance.
settings.register_profile("fixed", derandomize=True)
settings.load_profile("fixed")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def store() -> Path:
    """One store for all tests of this code, so that nothing is converted twice."""
    return kept.mini_place() / "store"


@pytest.fixture(scope="session")
def mini_run() -> MiniRun:
    """The miniature release, released: both models, all three backends; `run_copy` is to spoil."""
    return kept.mini_run()


@pytest.fixture(scope="session", autouse=True)
def seen_channels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is seen of channels is remembered for this session alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(tmp_path_factory.mktemp("seen")))
        yield


@pytest.fixture
def run_copy(mini_run: MiniRun, tmp_path: Path) -> Path:
    """A copy of the miniature run's folder that a test may spoil."""
    return Path(shutil.copytree(mini_run.folder, tmp_path / "run"))


@pytest.fixture(scope="session")
def bench(mini_run: MiniRun, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The miniature run in memory, shared by all who spoil copies of it."""
    from tests.saboteurs.bench import Bench

    return Bench(mini_run, tmp_path_factory.mktemp("bench"))


@pytest.fixture
def no_toolchain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whatever is installed or named, there is no toolchain; the empty folder for them."""
    folder = tmp_path / "toolchains"
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(folder))
    for toolchain in TOOLCHAINS.values():
        monkeypatch.delenv(toolchain.variable, raising=False)
    return folder


@pytest.fixture
def no_onnxscript(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the extra of the newer exporter is not installed."""
    version = importlib.metadata.version

    def found(package: str) -> str:
        if package == "onnxscript":
            raise importlib.metadata.PackageNotFoundError(package)
        return version(package)

    monkeypatch.setattr(importlib.metadata, "version", found)


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
