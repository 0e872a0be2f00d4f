"""An installation with some of the extras: what is missing is said in a line, all else works."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import mini
from tests.conftest import ROOT
from tests.wheel.conftest import Installed, link_packages, requirements, with_theirs
from xport.common.tools import BASE, EXTRAS
from xport.plan.plan import Plan

HEAVY = {"numpy", "onnx", "onnxruntime", "pydantic", "jinja2", "rich", "PIL", "safetensors"} | {
    *("torch", "playwright", "psutil", "pydicom", "imagecodecs", "simplejpeg", "skimage"),
    *("cyclonedx", "matplotlib", "sklearn", "lightning_fabric", "onnxscript", "tensorflow"),
    *("cryptography", "model_signing", "OpenSSL", "sigstore", "fsspec"),
}
PAPER = "paper all --data packaged:photographs --classifier c.safetensors --out paper"
TRAINING = "train --recipe ali --data NIH --out training"
CASES = [
    ("torch", "torch", "convert my.toml --out other"),
    ("torch", "torch", "release my.toml --out other"),
    ("torch", "torch", "record run"),
    ("torch", "torch", PAPER),
    ("browser", "playwright", "release my.toml --out other"),
    ("browser", "playwright", "demo --out other"),
    ("browser", "playwright", "record run"),
    ("browser", "playwright", "bench run/bundle"),
    ("browser", "playwright", "profile run/bundle"),
    ("browser", "playwright", "targets my.toml"),
    ("imaging", "scikit-image", "convert my.toml --out other"),
    ("imaging", "scikit-image", "release my.toml --out other"),
    ("imaging", "pydicom", "judge run"),
    ("imaging", "pydicom", "bundle run"),
    ("paper", "scikit-learn", PAPER),
    ("dynamo", "onnxscript", "convert dynamo.toml --out other"),
    ("sign", "cryptography", "sign run/bundle --key my.key"),
    ("sign", "cryptography", "verify run/bundle --key my.pub"),
    ("publish", "fsspec", "publish run/bundle memory://site --channel next"),
]
"""An extra that is absent, the package that is named first, and a command that needs it."""

STILL = {
    "torch": ("judge run", "report run", "bundle run", "verify run/bundle", "migrate my.toml"),
    "browser": ("convert my.toml --out other", "judge run", "bundle run", "verify run/bundle"),
    "imaging": ("report run", "verify run/bundle", "migrate my.toml"),
    "paper": ("convert my.toml --out other", "judge run", "bundle run", "verify run/bundle"),
    "train": ("convert my.toml --out other", "judge run", "bundle run"),
    "dynamo": ("convert my.toml --out other",),
    "sign": ("bundle run", "verify run/bundle"),
}
"""What works without an extra."""

Without = Callable[[str], Installed]


@pytest.fixture(scope="module")
def without(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Without:
    """The installation without the packages of an extra, or with those of the base alone."""
    made: dict[str, Installed] = {}

    def get(extra: str) -> Installed:
        if extra not in made:
            packages = tmp_path_factory.mktemp(extra) / "packages"
            if extra == "all":
                link_packages(packages, only=with_theirs(requirements()))
            else:
                # What several extras bring is away with the one that is named for it.
                link_packages(packages, without=EXTRAS[extra])
            made[extra] = dataclasses.replace(installed, packages=packages)
        return made[extra]

    return get


@pytest.fixture
def copy(released: object, place: Path, tmp_path: Path) -> Path:
    """A copy of the folder in which a model was released, with the store, and a dynamo's file."""
    folder = tmp_path / "place"
    shutil.copytree(place, folder, ignore=shutil.ignore_patterns("demo", "converted"))
    content = mini.only_classifier() | {"routes": {"direct": {}}}
    content["models"]["classifier"]["exporter"] = "dynamo"
    mini.write(content, folder / "dynamo.toml")
    return folder


@pytest.mark.parametrize(("extra", "package", "words"), CASES)
def test_what_is_missing_is_said_in_one_line(
    without: Without, copy: Path, extra: str, package: str, words: str
) -> None:
    done = without(extra).run(*words.split(), cwd=copy)
    assert done.returncode == 3, done.stdout + done.stderr
    line = done.stderr.strip().splitlines()[-1]
    assert f"package {package} is not installed" in line
    assert f"`pip install 'xport-tfjs[{extra}]'`" in line
    assert "Traceback" not in done.stderr
    assert not (copy / "other" / "plan.json").exists()


@pytest.mark.parametrize(
    ("extra", "words"), [(extra, words) for extra, all_of in STILL.items() for words in all_of]
)
def test_what_does_not_need_it_works(without: Without, copy: Path, extra: str, words: str) -> None:
    done = without(extra).run(*words.split(), cwd=copy)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("words", STILL["imaging"])
def test_the_base_alone_reports_verifies_and_migrates(
    without: Without, copy: Path, words: str
) -> None:
    done = without("all").run(*words.split(), cwd=copy)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_base_alone_converts_an_onnx_file(without: Without, copy: Path) -> None:
    artifact = Plan.read(copy / "run" / "plan.json").model("classifier").artifacts["onnx"]
    shutil.copy(artifact.path / "model.onnx", copy)
    done = without("all").run("convert", "model.onnx", "--out", "converted", cwd=copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (copy / "converted" / "model.json").is_file()


def test_training_says_what_brings_it(without: Without, copy: Path) -> None:
    program = ("python", "-m", "reference.training")
    done = without("train").run(*TRAINING.split(), cwd=copy, program=program)
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("error: package lightning-fabric is not installed; run")
    assert "xport-tfjs[train]" in done.stderr


def test_doctor_names_every_extra_that_is_missing(without: Without, copy: Path) -> None:
    done = without("all").run("doctor", "--json", cwd=copy)
    assert done.returncode == 3, done.stderr
    found = {one["name"]: one for one in json.loads(done.stdout)["findings"]}
    assert found["packages: base"]["ok"]
    for extra in ("torch", "browser", "imaging", "paper", "publish", "sign", "train"):
        assert not found[f"packages: {extra}"]["ok"]
        assert f"xport-tfjs[{extra}]" in found[f"packages: {extra}"]["remedy"]


@pytest.mark.parametrize(
    "code",
    [
        "import xport",
        "from xport.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: pass",
    ],
)
def test_little_is_imported_before_there_is_something_to_do(
    installed: Installed, place: Path, code: str
) -> None:
    after = "\nimport sys; print('\\nimported', *{name.partition('.')[0] for name in sys.modules})"
    said = installed.says(code + after, place).splitlines()[-1]
    assert said.startswith("imported ")
    assert not HEAVY & set(said.split())


def test_the_tables_of_extras_are_pyprojects() -> None:
    assert {*BASE} <= {*requirements()}
    for extra, packages in EXTRAS.items():
        assert {*packages} <= {*requirements(extra)}, extra
    text = (ROOT / "pyproject.toml").read_text()
    assert 'all = ["xport-tfjs[browser,dynamo,imaging,paper,torch]"]' in text
