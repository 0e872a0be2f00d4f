"""Nothing but the TensorFlow route asks for TensorFlow."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("xport", "browser_harness", "reports")
PYTORCH_SIDE = ("reference",)


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
    """All but training, which needs the extra `train`; nobody who converts needs it."""
    names = modules(PYTORCH_SIDE)
    training = {name for name in names if name.startswith("reference.training")}
    assert "reference.training.fitting" in training
    assert "torch" in imported(*(name for name in names if name not in training))


def test_the_tensorflow_route_says_what_brings_it(tmp_path: Path) -> None:
    from xport.conversion.pipeline import run_stage
    from xport.conversion.stages.tf_from_onnx import TfFromOnnx
    from xport.conversion.store import Store
    from xport.errors import UnavailableError
    from xport.formats.artifact import Artifact, Format, Signature, TensorSpec

    x, y = (TensorSpec(name=name, shape=(1, 4)) for name in "xy")
    source = Artifact(Format.ONNX, tmp_path, Signature(inputs=(x,), outputs=(y,)), "digest")
    brings = r"not installed.*`xport toolchain install tensorflow`.*make setup.*\[tensorflow\]"
    with pytest.raises(UnavailableError, match=brings):
        run_stage(TfFromOnnx(), source, Store(tmp_path / "store"))


def test_doctor_lists_the_tensorflow_route_as_optional() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "xport", "doctor", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    findings = {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}
    route = findings["toolchain: tensorflow"]
    assert (route["ok"], route["optional"]) == (False, True)
    assert "xport toolchain install tensorflow" in route["remedy"]
    assert findings["packages: dynamo exporter"]["ok"]
    bad = {name for name, f in findings.items() if not (f["ok"] or f["optional"])}
    assert bad <= {"packages: torch"}
    assert done.returncode == (3 if bad else 0)
