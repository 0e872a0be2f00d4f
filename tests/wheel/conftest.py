"""Wheel and sdist built from a copy of the checkout, and the wheel in an environment of its own."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import mini
from tests.conftest import ROOT

NAME = "xport-tfjs"
LEFT_OUT = ("node_modules", ".*", "build", "tests", "*.egg-info", "__pycache__")
BUILD = "from setuptools import build_meta as b; b.build_sdist('{0}'); b.build_wheel('{0}')"


def copy_of_the_checkout(folder: Path) -> Path:
    """Everything that building reads, and no Node packages."""
    return Path(shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT)))


def build(source: Path, out: Path, code: str = BUILD) -> subprocess.CompletedProcess[str]:
    """Build both into `out`, by the tools of this environment, where no Node can be found."""
    out.mkdir(exist_ok=True)
    nowhere = source.parent / "no-programs"
    assert shutil.which("node", path=str(nowhere)) is None
    return subprocess.run(
        [sys.executable, "-c", code.format(out)],
        cwd=source,
        env={"PATH": str(nowhere), "HOME": str(source)},
        capture_output=True,
        text=True,
    )


MODULE = """
from torch import nn


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3, stride=4)
        self.linear = nn.Linear(4, 5)

    def forward(self, image):
        logits = self.linear(self.convolution(image).relu().mean((2, 3)))
        return logits, logits.sigmoid()
"""


@dataclass(frozen=True)
class Built:
    """What was built."""

    wheel: Path
    sdist: Path


@dataclass(frozen=True)
class Installed:
    """The wheel, alone in an environment; `packages` holds what else can be imported."""

    folder: Path
    packages: Path

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.folder / "bin" / "python"

    def variables_of(self) -> dict[str, str]:
        """The environment variables of whatever runs in it: nothing of the checkout's."""
        ours = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
        path = f"{self.folder / 'bin'}{os.pathsep}{os.defpath}"
        return ours | {
            "PATH": path,
            "PYTHONPATH": str(self.packages),
            "XPORT_TOOLCHAINS": str(self.folder.parent / "toolchains"),
        }

    def run(
        self, *words: object, cwd: Path, program: tuple[str, ...] = ("xport",)
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in it."""
        first, *more = program
        return subprocess.run(
            [str(self.folder / "bin" / first), *more, *map(str, words)],
            cwd=cwd,
            env=self.variables_of(),
            capture_output=True,
            text=True,
            timeout=900,
        )

    def says(self, code: str, cwd: Path) -> str:
        """What a line of Python prints in it."""
        done = self.run("-c", code, cwd=cwd, program=("python",))
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def requirements(extra: str | None = None) -> list[str]:
    """The distributions that pyproject.toml names for an extra, or without any."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    listed = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return [re.split(r"[\s<>=!~\[;]", line)[0] for line in listed]


def with_theirs(names: Iterable[str]) -> set[str]:
    """Distributions and all that they need, by normalised name."""
    found: set[str] = set()
    wanted = [normal(name) for name in names]
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        found.add(name)
        wanted += [
            normal(re.split(r"[\s<>=!~\[;(]", need)[0]) for need in needs if "extra ==" not in need
        ]
    return found


def link_packages(
    folder: Path, *, without: Collection[str] = (), only: Collection[str] | None = None
) -> Path:
    """A folder through which this environment's distributions are found, but never the project.

    Those in `without` are left out; `only`, if given, names the ones that are there.
    """
    left_out = {NAME, *map(normal, without)}
    for one in importlib.metadata.distributions():
        name = normal(one.metadata["Name"])
        if name not in left_out and (only is None or name in only):
            link(one, folder)
    return folder


def link(one: importlib.metadata.Distribution, folder: Path) -> None:
    """Let a distribution be found through a folder too."""
    folder.mkdir(exist_ok=True)
    for file in one.files or ():
        first = file.parts[0]
        place, beside = Path(str(one.locate_file(first))), folder / first
        if first not in ("..", "__pycache__") and place.exists() and not beside.exists():
            beside.symlink_to(place)


def normal(name: str) -> str:
    """A distribution's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The wheel and the sdist of this checkout."""
    folder = tmp_path_factory.mktemp("built")
    done = build(copy_of_the_checkout(folder / "source"), folder / "out")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    shutil.rmtree(folder / "source")
    (wheel,), (sdist,) = (sorted((folder / "out").glob(one)) for one in ("*.whl", "*.tar.gz"))
    return Built(wheel, sdist)


@pytest.fixture(scope="session")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in a new environment, beside every locked package."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "environment", with_pip=False, symlinks=True)
    packages = link_packages(folder / "packages")
    made = Installed(folder / "environment", packages)
    install(made, built.wheel)
    return made


def install(into: Installed, file: Path, extras: str = "") -> None:
    """Install a wheel or an sdist, with nothing from a registry and no Node.

    With `extras`, pip checks that their packages, and all that these need, are there and fit.
    """
    command = [sys.executable, "-m", "pip", "--python", str(into.python), "install"]
    options = ["--no-index", "--no-build-isolation", "--quiet", *([] if extras else ["--no-deps"])]
    variables = into.variables_of() | {"PYTHONPATH": str(into.packages)}
    done = subprocess.run(
        [*command, *options, f"{file}[{extras}]" if extras else str(file)],
        cwd=into.folder,
        env=variables | {"PATH": str(into.folder / "bin")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def own_release(folder: Path) -> None:
    """A small network of one's own and its release file, by the direct route on wasm."""
    (folder / "my_network.py").write_text(MODULE)
    content = mini.only_classifier() | {"routes": {"direct": {}}}
    content["models"]["classifier"] |= {"factory": "my_network:Network", "arguments": {}}
    content["browser"]["backends"] = ["wasm"]
    mini.write(content | {"preprocessing": {"synthetic": 8}}, folder / "my.toml")


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder, to which the commands add what they make."""
    return tmp_path_factory.mktemp("place")


@pytest.fixture(scope="session")
def released(installed: Installed, place: Path) -> dict[str, Any]:
    """A model of one's own, from its file to a bundle; what the command said."""
    own_release(place)
    done = installed.run("release", "my.toml", "--out", "run", "--json", cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said
