"""A run, and a copy of it that a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.xport.difference.sides import bundle_in, run_in


@pytest.fixture(scope="session")
def old_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of before, which nobody changes."""
    return run_in(tmp_path_factory.mktemp("before") / "run")


@pytest.fixture(scope="session")
def old_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of before, which nobody changes."""
    return bundle_in(tmp_path_factory.mktemp("published") / "bundle")


@pytest.fixture
def new_run(old_run: Path, tmp_path: Path) -> Path:
    """The run of after: at first what the one of before is."""
    return Path(shutil.copytree(old_run, tmp_path / "after"))
