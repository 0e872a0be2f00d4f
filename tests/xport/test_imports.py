"""No module needs TensorFlow, which this environment has not; nor torch, but PyTorch's own side."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("xport", "browser_harness", "reports")
PYTORCH_SIDE = ("reference",)

pytestmark = pytest.mark.slow


def modules(packages: tuple[str, ...]) -> list[str]:
    """Every module of these packages but those that run a command when imported."""
    files = [path for package in packages for path in (ROOT / package).rglob("*.py")]
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in files]
    names = {".".join(p[:-1] if p[-1] == "__init__" else p) for p in parts}
    return sorted(name for name in names if not name.endswith("__main__"))


def imported(*names: str) -> set[str]:
    """The top-level packages that importing these modules brings, in a Python of its own."""
    code = (
        f"import importlib, sys\nfor name in {names!r}:\n    importlib.import_module(name)\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_tensorflow_is_not_installed_and_numpy_is_2() -> None:
    installed = {d.name.lower() for d in importlib.metadata.distributions()}
    assert not {name for name in installed if "tensorflow" in name or "onnx-tf" in name}
    assert int(np.__version__.split(".")[0]) >= 2


def test_every_module_can_be_imported() -> None:
    names = modules(PACKAGES)
    assert {
        "xport.cli.main",
        "xport.conversion.stages.tf_from_onnx",
        "xport.recording.runners.tf_runner",
    } <= set(names)
    assert {"numpy", "pydantic"} <= imported(*names)


@pytest.mark.torch
def test_every_module_of_the_pytorch_side_can_be_imported() -> None:
    names = modules(PYTORCH_SIDE)
    assert "reference.training.fitting" in names
    assert "torch" in imported(*names)
