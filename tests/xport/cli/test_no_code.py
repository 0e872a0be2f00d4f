"""Commands that never run a release's code: its module and its checkpoint are traps here."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from tests import examples, mini
from tests.conftest import ROOT, Xport
from tests.xport.signing.conftest import make_pair

TRAP = "from pathlib import Path\n\nPath({!r}).write_text('the module was imported')\n"


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.write_text, (self.path, "the checkpoint was unpickled"))


@pytest.fixture(scope="module")
def trapped(
    tmp_path_factory: pytest.TempPathFactory, xport: Xport, store: Path
) -> tuple[Path, Path]:
    """A folder with a run whose module and checkpoint were replaced since, and what they write."""
    folder = tmp_path_factory.mktemp("trapped")
    (folder / "network.py").write_text(examples.own_module())
    space: dict[str, object] = {}
    exec(examples.own_module(), space)
    torch.manual_seed(0)
    module = space["build"](num_classes=5)  # type: ignore[operator]
    save_file(module.state_dict(), folder / "weights.safetensors")
    content = mini.only_classifier() | {"routes": {"direct": {}}}
    entry = content["models"]["classifier"]
    del entry["initializer"]
    del entry["seed"]
    entry |= {"factory": "network:build", "arguments": {"num_classes": 5}}
    entry |= {"checkpoint": "weights.safetensors"}
    entry["signature"]["outputs"] = entry["signature"]["outputs"][1:]
    content["policy"]["tolerances"] = [
        one for one in content["policy"]["tolerances"] if one["output"] == "probabilities"
    ]
    content["browser"]["backends"] = ["wasm"]
    mini.write(content | {"preprocessing": {"synthetic": 8}}, folder / "release.toml")
    done = xport("release", "--out", "run", "--cache-dir", store, cwd=folder)
    assert done.returncode == 0, done.stderr
    written = folder / "written"
    (folder / "network.py").write_text(TRAP.format(str(written)) + examples.own_module())
    (folder / "weights.safetensors").write_bytes(pickle.dumps(Trap(written)))
    return folder, written


@pytest.mark.parametrize(
    "words",
    [
        *("judge run", "judge run --policy release.toml", "report run", "bundle run"),
        *("verify run/bundle", "sign run/bundle --key my.key"),
        "publish run/bundle site --channel next",
        "verify run/bundle --policy release.toml",
        *("migrate release.toml", "check release.toml", "diff run/bundle run"),
    ],
)
def test_it_runs_no_code_of_the_release(
    trapped: tuple[Path, Path], tmp_path: Path, xport: Xport, words: str
) -> None:
    folder, written = trapped
    place = shutil.copytree(folder, tmp_path / "place")
    make_pair(place, "my")
    done = xport(*words.split(), cwd=place)
    assert done.returncode == 0, done.stderr
    assert not written.exists()


def test_what_stands_above_a_module_is_not_imported_to_find_it(
    trapped: tuple[Path, Path], tmp_path: Path, xport: Xport
) -> None:
    """A package in a folder without __init__.py, which Python looks for by importing it."""
    folder, written = trapped
    place = shutil.copytree(folder, tmp_path / "place", ignore=shutil.ignore_patterns("run"))
    package = place / "plain" / "package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(TRAP.format(str(written)))
    (place / "network.py").rename(package / "network.py")
    text = (place / "release.toml").read_text()
    renamed = text.replace('"network:build"', '"plain.package.network:build"')
    assert renamed != text
    (place / "release.toml").write_text(renamed)
    done = xport("check", cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not written.exists()


@pytest.mark.long
@pytest.mark.parametrize("words", ["bench run/bundle --rounds 2", "profile run/bundle --rounds 2"])
def test_measuring_runs_no_code_of_the_release(
    trapped: tuple[Path, Path], tmp_path: Path, xport: Xport, words: str
) -> None:
    folder, written = trapped
    place = shutil.copytree(folder, tmp_path / "place")
    done = xport(*words.split(), "--backend", "wasm", cwd=place)
    assert done.returncode == 0, done.stderr
    assert not written.exists()


def test_serving_runs_no_code_of_the_release(trapped: tuple[Path, Path]) -> None:
    folder, written = trapped
    with subprocess.Popen(
        [sys.executable, "-m", "xport", "serve", "run/bundle"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        url = next(word for word in server.stdout.readline().split() if word.startswith("http"))
        urllib.request.urlopen(url).read()
        server.terminate()
    assert not written.exists()


def test_the_traps_are_traps(trapped: tuple[Path, Path], tmp_path: Path, xport: Xport) -> None:
    """Converting imports the module; the checkpoint is refused all the same, and not unpickled."""
    folder, written = trapped
    place = shutil.copytree(folder, tmp_path / "place")
    done = xport("convert", "--out", "again", cwd=place)
    assert done.returncode == 2
    assert "weights.safetensors" in done.stderr
    assert written.read_text() == "the module was imported"
    written.unlink()
    pickle.loads((folder / "weights.safetensors").read_bytes())
    assert written.read_text() == "the checkpoint was unpickled"
    written.unlink()
