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
from xport.toolchains import cache
from xport.toolchains.tensorflow import TENSORFLOW

TENSORFLOWS = ("tensorflow", "tensorflowjs", "onnx_tf", "tf_keras")
HAS_TORCH = importlib.util.find_spec("torch") is not None
TOOLCHAIN_PYTHON = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "python"
"""`make setup` puts TensorFlow there: for this environment, a toolchain's interpreter."""
LEFT_OUT = pytest.StashKey[dict[str, int]]()
WHY = {
    "torch": "they need torch, of which pip found no CPU build for Python "
    f"{platform.python_version()}",
    "toolchain": "they need an interpreter with TensorFlow, which `make setup` makes",
}
"""By marker."""

InBrowser = Callable[[Artifact, dict[str, np.ndarray]], dict[str, np.ndarray]]


def pytest_configure(config: pytest.Config) -> None:
    """Refuse an environment that proves nothing.

    Raises:
        UsageError: TensorFlow is installed, or torch is not although this Python's lock has it.
    """
    config.addinivalue_line("markers", "torch: exports a PyTorch module")
    config.addinivalue_line("markers", "toolchain: runs TensorFlow in another interpreter")
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
    """Leave out what needs something that is not there; the summary counts it, and says why."""
    there = {"torch": HAS_TORCH, "toolchain": TOOLCHAIN_PYTHON.exists()}
    counts = config.stash.setdefault(LEFT_OUT, {})
    for marker in (marker for marker in WHY if not there[marker]):
        left_out = [item for item in items if item.get_closest_marker(marker)]
        items[:] = [item for item in items if item not in left_out]
        counts[marker] = len(left_out)
        config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, and why."""
    for marker, count in terminalreporter.config.stash.get(LEFT_OUT, {}).items():
        if count:
            terminalreporter.write_line(f"{count} tests left out: {WHY[marker]}", yellow=True)


@pytest.fixture(autouse=True)
def no_toolchain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this user has installed or named: without the fixture below there is none."""
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path / "toolchains"))
    monkeypatch.delenv(TENSORFLOW.variable, raising=False)


@pytest.fixture
def toolchain(no_toolchain: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The checkout's own environment as the toolchain of TensorFlow; its interpreter."""
    monkeypatch.setenv(TENSORFLOW.variable, str(TOOLCHAIN_PYTHON))
    return TOOLCHAIN_PYTHON


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
