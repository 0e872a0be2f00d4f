"""The direct route's own environment: no TensorFlow, and torch where there is a CPU build of it."""

from __future__ import annotations

import importlib.util
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from browser_harness.drive.models import ModelSource
from browser_harness.drive.runner import TfjsRunner
from browser_harness.launch.settings import BrowserSettings
from xport.conversion.store import Store
from xport.formats.artifact import Artifact

TENSORFLOWS = ("tensorflow", "tensorflowjs", "onnx_tf", "tf_keras")
HAS_TORCH = importlib.util.find_spec("torch") is not None
LEFT_OUT = pytest.StashKey[int]()

InBrowser = Callable[[Artifact, dict[str, np.ndarray]], dict[str, np.ndarray]]


def pytest_configure(config: pytest.Config) -> None:
    """Refuse an environment that proves nothing.

    Raises:
        UsageError: TensorFlow is installed, or torch is not although this Python's lock has it.
    """
    config.addinivalue_line("markers", "torch: exports a PyTorch module")
    found = [name for name in TENSORFLOWS if importlib.util.find_spec(name)]
    if found:
        raise pytest.UsageError(
            f"tests/direct is for an environment without {', '.join(found)}: run `make test-direct`"
        )
    if not HAS_TORCH and sys.version_info[:2] == (3, 11):
        raise pytest.UsageError(
            "torch is missing, and there is a CPU build: run `make test-direct`"
        )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs torch where there is none; the summary counts it."""
    if HAS_TORCH:
        return
    left_out = [item for item in items if item.get_closest_marker("torch")]
    items[:] = [item for item in items if item not in left_out]
    config.stash[LEFT_OUT] = len(left_out)
    config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, and why."""
    count = terminalreporter.config.stash.get(LEFT_OUT, 0)
    if count:
        terminalreporter.write_line(
            f"{count} tests left out: they need torch, of which pip found no CPU build for "
            f"Python {platform.python_version()}",
            yellow=True,
        )


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One store for the whole session, so that nothing is converted twice."""
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session")
def in_browser() -> InBrowser:
    """Runs a TF.js artifact in a real Chromium, on wasm."""

    def run(artifact: Artifact, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        settings = BrowserSettings(backend="wasm", threads=1, timeout_s=120.0)
        with TfjsRunner(ModelSource.of_artifact("model", artifact), settings) as runner:
            outputs, _ = runner.run(inputs)
        return outputs

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for a stage that is run by hand."""
    made = tmp_path / "made"
    made.mkdir()
    return made
