"""What README and help show works: release files are read, commands parsed, and most are run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from skimage import data

from reference.training.__main__ import parser as training_parser
from tests import examples, mini
from tests.conftest import ROOT
from tests.reference.evaluation import tiny
from xport.cli.arguments import make_parser
from xport.common import digests
from xport.release_file.file import read_release
from xport.workflow.run_folder import RunFolder

LARGE = 2**16
"""Bytes."""

NOT_HERE = {
    "xport release new.toml --out build/new": "as my.toml is released, by both routes, for minutes",
    "xport record build/my": "as the release before it recorded it, for a minute",
    "xport targets --out build/bench": "measures the full-width networks, for minutes",
    "xport demo": "releases the default models, for minutes; tests/wheel does so",
    "xport demo --phantoms": "as the default models, for minutes",
    "xport convert --print-passes": "ends while it is parsed",
    "xport check --print-schema": "ends while it is parsed",
    "xport toolchain install tensorflow": "downloads TensorFlow",
    "xport toolchain install tensorflow --python /usr/bin/python3.11": "downloads TensorFlow",
}
"""Examples that are parsed and not run, and why."""

FEWER = {
    "release": (r"$^", "", "--fresh"),
    "bench": (r"--rounds \d+", "", "--rounds 2"),
    "profile": (r"$^", "", "--rounds 2"),
    "soak": (r"--images \d+", "", "--images 20"),
    "phantoms": (r"--patients \d+", "--patients 5 --size 64", ""),
    "paper": (r"$^", "", "--limit 8 --levels none 45 --per-finding 2"),
}
"""How an example is made smaller: what is replaced, by what, and what is added."""

COMMANDS = [command for command in examples.commands() if command.startswith("xport ")]
RELEASES = {
    "xport init my_package.models:build --input 1,3,224,224 --out new.toml",
    "xport release --out build/demo",
    "xport release my.toml --out build/my",
}
"""Those that make what the others are about."""


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run an example in a folder, as it stands but for what FEWER says."""
    _, name, *_ = examples.words_of(command)
    # What an example removes is not what is installed here.
    away = {"XPORT_TOOLCHAINS": str(folder / "toolchains")} if name == "toolchain" else {}
    pattern, instead, more = FEWER.get(name, (r"$^", "", ""))
    words = examples.words_of(f"{re.sub(pattern, instead, command)} {more}")[1:]
    return subprocess.run(
        [sys.executable, "-m", "xport", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | away,
        capture_output=True,
        text=True,
        timeout=500,
    )


def own_package(folder: Path) -> None:
    """README's own model: its file as it stands, the package that it names, and a checkpoint."""
    (folder / "my.toml").write_text(examples.own_model())
    (folder / "my_package").mkdir()
    (folder / "my_package" / "__init__.py").touch()
    (folder / "my_package" / "models.py").write_text(examples.own_module())
    space: dict[str, Any] = {}
    exec(examples.own_module(), space)
    torch.manual_seed(0)
    save_file(space["build"](num_classes=3).state_dict(), folder / "weights.safetensors")


def test_readme_s_release_file_is_the_explained_one() -> None:
    (short,) = [code for code in examples.blocks(examples.README, "toml") if "my_package" in code]
    assert tomllib.loads(short) == tomllib.loads(examples.own_model())


def of_version_1(text: str) -> str:
    """README's own release file as it was before keys were renamed."""
    old = text.replace("schema_version = 2", "schema_version = 1")
    return old.replace("rationale = ", "because = ")


def small_release(folder: Path) -> None:
    """release.toml: the miniature classifier on wasm, by the direct route."""
    content = mini.only_classifier() | {"routes": {"direct": {}}}
    mini.write(content | {"preprocessing": {"synthetic": 8}}, folder / "release.toml")
    (folder / "rays").mkdir()
    Image.fromarray(data.camera()).save(folder / "rays" / "one.png")


def models_of(plan_folder: Path, folder: Path) -> None:
    """The folders and files that the examples of `xport bench` name."""
    artifacts = RunFolder(plan_folder).plan().model("classifier").artifacts
    for name in ("A", "B", "build/a", "build/b", "new-model", "old-model", "explained", "model"):
        shutil.copytree(artifacts["tfjs"].path, folder / name)
    shutil.copy(artifacts["onnx"].path / "model.onnx", folder / "model.onnx")


def sets_and_networks(folder: Path) -> None:
    """The data sets and checkpoints that the examples of `xport paper` name."""
    tiny.write_sets(folder / "build")
    tiny.write_networks(folder)
    shutil.copy(folder / "ali.safetensors", folder / "a.safetensors")
    for level in ("none", "45"):
        (folder / "build" / level).mkdir()
        shutil.copy(folder / "c.safetensors", folder / "build" / level / "best.safetensors")


@pytest.fixture(scope="module")
def released(
    tmp_path_factory: pytest.TempPathFactory, store: Path
) -> Iterator[tuple[Path, dict[str, subprocess.CompletedProcess[str]]]]:
    """A folder with everything that the examples name, and what the releases in it said."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "build").mkdir()
    store.mkdir(parents=True, exist_ok=True)
    (folder / "build" / "store").symlink_to(store)
    small_release(folder)
    own_package(folder)
    done = {command: run(command, folder) for command in sorted(RELEASES)}
    models_of(folder / "build" / "demo", folder)
    shutil.copytree(folder / "build" / "my" / "bundle", folder / "published")
    sets_and_networks(folder)
    for name, release in (("strict", "release.toml"), ("other", "my.toml")):
        shutil.copy(folder / release, folder / f"{name}.toml")
    (folder / "old.toml").write_text(of_version_1(examples.own_model()))
    before = digests.of_folder(folder)
    yield folder, done
    assert digests.of_folder(folder) == before, "an example changed a file in place"


@pytest.fixture
def folder(released: tuple[Path, Any], tmp_path: Path) -> Path:
    """A copy of that folder, which an example may change."""
    copy = tmp_path / "examples"
    return Path(shutil.copytree(released[0], copy, symlinks=True, copy_function=copied))


def copied(source: str, target: str) -> None:
    """Copy a small file, and link a large one: no command writes into files that are there."""
    if Path(source).stat().st_size < LARGE:
        shutil.copy2(source, target)
    else:
        os.link(source, target)


def test_there_are_examples_of_every_command_and_none_that_is_set_aside_is_gone() -> None:
    shown = {examples.words_of(command)[1] for command in COMMANDS}
    assert shown >= {"convert", "record", "judge", "report", "bundle", "release", "verify"}
    assert shown >= {"serve", "doctor", "bench", "profile", "targets", "paper", "phantoms"}
    assert shown >= {"migrate", "init", "check", "toolchain", "diff", "debug"}
    assert {*COMMANDS} >= {*NOT_HERE} | RELEASES


@pytest.mark.parametrize("command", examples.commands())
def test_every_command_is_one(command: str) -> None:
    program, *words = examples.words_of(command)
    if program == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert words[0] in targets
        return
    assert program in ("xport", "python")
    parser = make_parser() if program == "xport" else training_parser()
    if program == "python":
        assert words[:2] == ["-m", "reference.training"]
        words = [word.replace("LEVEL", "45") for word in words[2:]]
    if "--print-" in command:
        with pytest.raises(SystemExit, match=r"^0$"):
            parser.parse_args(words)
        return
    assert parser.parse_args(words)


@pytest.mark.parametrize("code", examples.release_files().values(), ids=examples.release_files())
def test_every_release_file_is_read(code: str, tmp_path: Path) -> None:
    path = mini.write(examples.framed(code), tmp_path / "release.toml")
    release = read_release(path)
    assert release.models["classifier"].labels


def test_the_own_model_goes_from_file_to_a_passed_bundle(released: tuple[Path, Any]) -> None:
    folder, done = released
    said = done["xport release my.toml --out build/my"]
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("PASSED  My model (my-model)")
    evidence = RunFolder(folder / "build" / "my").evidence()
    browser = {leg.backend for leg in evidence.plan.legs if leg.backend}
    assert browser == {"webgl", "wasm"}
    assert evidence.plan.missing_routes == ()
    assert evidence.plan.preprocessing is not None
    assert len(evidence.plan.preprocessing.images) == evidence.plan.policy.min_images == 20
    manifest = json.loads((folder / "build" / "my" / "bundle" / "manifest.json").read_text())
    assert (manifest["verdict"], manifest["publishable"]) == ("PASSED", True)


def test_the_default_release_passes_too(released: tuple[Path, Any]) -> None:
    said = released[1]["xport release --out build/demo"]
    assert said.returncode == 0, said.stderr


RUN = sorted({*COMMANDS} - {*NOT_HERE} - RELEASES)


@pytest.mark.parametrize("command", [one for one in RUN if " serve " not in one])
def test_it_runs(command: str, folder: Path) -> None:
    if " phantoms " in command:
        shutil.rmtree(folder / examples.words_of(command)[3])
    if " init " in command and " --out " not in command:
        (folder / "release.toml").unlink()
    done = run(command, folder)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.parametrize("command", [one for one in RUN if " serve " in one])
def test_it_serves(command: str, folder: Path) -> None:
    words = [sys.executable, "-m", "xport", *examples.words_of(command)[1:]]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        words, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("serving build/")
        server.terminate()
        assert server.wait(timeout=10) == 0
