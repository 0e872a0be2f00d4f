"""`pip install 'xport-tfjs[tensorflow]'`: both routes in one environment of Python 3.11.

Its packages are the toolchain's, and of this environment's those that are missing there: that they
fit together is for pip to say. Of `[imaging]` only scikit-image is there, which every release asks
for: numpy 1.26 needs an older imagecodecs, which pip would take from a registry.
"""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import mini
from tests.wheel.conftest import (
    MODULE,
    Built,
    Installed,
    install,
    link,
    link_packages,
    normal,
    requirements,
    with_theirs,
)
from xport.plan.plan import Plan
from xport.toolchains.interpreters import interpreter_for
from xport.toolchains.tensorflow import TENSORFLOW

EXTRAS = ("tensorflow", "torch", "browser")
SITE = "import sysconfig; print(sysconfig.get_path('purelib'))"


@pytest.fixture(scope="module")
def one(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel with its extras in one environment."""
    if "{}.{}".format(*sys.version_info) != TENSORFLOW.python:
        pytest.fail(
            f"needs packages of Python {TENSORFLOW.python} in .venv: "
            f"run `make setup PYTHON=python{TENSORFLOW.python}`"
        )
    python = interpreter_for(TENSORFLOW).python
    folder = tmp_path_factory.mktemp("one")
    subprocess.run([python, "-m", "venv", "--without-pip", folder / "environment"], check=True)
    made = Installed(folder / "environment", packages_of_both(python, folder / "packages"))
    install(made, built.wheel, ",".join(EXTRAS))
    return made


def packages_of_both(python: Path, folder: Path) -> Path:
    """The toolchain's packages, and whatever else the extras need."""
    done = subprocess.run([python, "-I", "-c", SITE], capture_output=True, text=True, check=True)
    theirs = list(importlib.metadata.distributions(path=[done.stdout.strip()]))
    for distribution in theirs:
        link(distribution, folder)
    named = [name for extra in (None, *EXTRAS) for name in requirements(extra)]
    named.append("scikit-image")
    names = {normal(distribution.metadata["Name"]) for distribution in theirs}
    return link_packages(folder, only=with_theirs(named) - names)


def release() -> dict[str, Any]:
    """A release of a small network by both routes, on wasm, and of no image file."""
    content = mini.only_classifier(kind="other", factory="my_network:Network", arguments={})
    for key in ("labels", "preprocess"):
        del content["models"]["classifier"][key]
    del content["preprocessing"], content["policy"]["min_images"]
    return content


def test_both_routes_are_released_in_it(one: Installed, tmp_path: Path) -> None:
    (tmp_path / "my_network.py").write_text(MODULE)
    mini.write(release(), tmp_path / "my.toml")
    done = one.run("release", "my.toml", "--out", "run", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["verdict"] == "PASSED"
    artifacts = Plan.read(tmp_path / "run" / "plan.json").model("classifier").artifacts
    assert {*artifacts} == {"torch", "onnx", "tfjs", "savedmodel", "tfjs-tf"}
    tools = {name: artifact.cost.tools for name, artifact in artifacts.items()}
    assert {tools[name]["numpy"] for name in ("onnx", "tfjs", "savedmodel")} == {"1.26.4"}


def test_the_toolchain_is_this_environment(one: Installed, tmp_path: Path) -> None:
    done = one.run("toolchain", "list", "--json", cwd=tmp_path)
    (found,) = json.loads(done.stdout)["toolchains"]
    assert (found["found"], found["python"]) == ("this environment", str(one.python))
