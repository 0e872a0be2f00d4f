"""What is in the built page, and that it is what the sources build."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from browser_harness.serve.assets import OPERATORS, PAGE_FOLDER, app_files, page_files
from xport.common import digests

WEB = PAGE_FOLDER.parent


def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    assert (WEB / "node_modules").is_dir(), "run `npm ci` in browser_harness/web"
    command = ["node", "build.mjs", str(tmp_path / "dist")]
    subprocess.run(command, cwd=WEB, check=True, capture_output=True, timeout=120)
    assert digests.of_folder(tmp_path / "dist") == digests.of_folder(PAGE_FOLDER)


def imported(name: str) -> set[str]:
    """What a built script imports before it runs."""
    return set(re.findall(r'(?:from|import)\s*"([^"]+)"', (PAGE_FOLDER / name).read_text()))


def test_all_pages_load_one_engine() -> None:
    pages = ("runner.js", "bench.js", "engine.worker.js")
    for name in pages:
        assert imported(name) == {"./witness.js", "./engine.js"}
    for name in ("engine.kernels.js", "engine.gradient.js"):
        assert imported(name) == {"./engine.js"}
    for name in pages:
        assert (PAGE_FOLDER / name).stat().st_size < 50_000  # nothing of TF.js is in them
    assert imported("engine.js") == set()
    assert "engine.js" in page_files()
    assert "engine.js" in app_files()


OWN = ("runner.js", "bench.js", "app.js", "engine.worker.js", "picture.worker.js")


@pytest.mark.parametrize("name", OWN)
def test_the_witness_is_the_first_import_of_every_script_of_our_own(name: str) -> None:
    """Modules are evaluated in the order of imports, and the witness imports none."""
    text = (PAGE_FOLDER / name).read_text()
    first = re.match(r'import\s*(?:\{[^}]*\}\s*from\s*)?"([^"]+)"', text)
    assert first is not None
    assert first[1] == "./witness.js"
    assert imported("witness.js") == set()
    assert "witness.js" in page_files()
    assert "witness.js" in app_files()


def integrity(name: str) -> str:
    """How the deployed page's HTML holds a file to its bytes."""
    digest = hashlib.sha384((PAGE_FOLDER / name).read_bytes()).digest()
    return f' integrity="sha384-{base64.b64encode(digest).decode()}"'


def test_what_the_deployed_pages_html_loads_is_held_to_its_bytes() -> None:
    text = (PAGE_FOLDER / "index.html").read_text()
    assert f'<link rel="stylesheet" href="app.css"{integrity("app.css")} />' in text


@pytest.mark.parametrize("name", ["runner", "bench", "index"])
def test_a_page_has_no_script_before_the_one_that_begins_with_the_witness(name: str) -> None:
    text = (PAGE_FOLDER / f"{name}.html").read_text()
    own = "app" if name == "index" else name
    held = integrity("app.js") if name == "index" else ""
    assert re.findall(r"<script[^>]*>", text) == [f'<script type="module" src="{own}.js"{held}>']


def test_the_deployed_page_leaves_the_engine_to_its_worker() -> None:
    assert imported("app.js") == {"./witness.js"}
    assert "kernelName" in (PAGE_FOLDER / "engine.js").read_text()
    assert "kernelName" not in (PAGE_FOLDER / "app.js").read_text()


def test_the_service_worker_is_a_classic_script() -> None:
    script = (PAGE_FOLDER / "sw.js").read_text()
    assert not re.search(r"\b(import|export)\b\s*[{*\"(]", script)


def test_a_page_has_the_kernels_that_its_operators_need() -> None:
    for files in (page_files, app_files):
        everything = files()
        assert files(operators={"Const", "_FusedConv2D", "Erf"}) == everything
        del everything["engine.kernels.js"]
        assert files(operators={"Const", "_FusedConv2D", "Relu"}) == everything
    assert "engine.gradient.js" not in app_files()


def test_what_most_models_need_of_the_engine_is_small() -> None:
    """Bytes as a host sends them; with all kernels and gradients it is 246 kB."""
    assert len(gzip.compress((PAGE_FOLDER / "engine.js").read_bytes())) < 195_000


def test_an_installed_package_has_every_file_of_the_pages() -> None:
    project = tomllib.loads((WEB.parents[1] / "pyproject.toml").read_text())
    patterns = project["tool"]["setuptools"]["package-data"]["browser_harness"]
    packed = {path for pattern in patterns for path in WEB.parent.glob(pattern)}
    assert {*app_files().values(), *page_files().values(), PAGE_FOLDER / OPERATORS} <= packed


def test_scripts_do_not_evaluate_text() -> None:
    for path in PAGE_FOLDER.glob("*.js"):
        assert not re.search(r"(?<![\w.,)])eval\(|new Function\(", path.read_text())


def test_pages_hold_no_inline_script_or_style() -> None:
    for path in PAGE_FOLDER.glob("*.html"):
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]+src=)", text)


def test_the_lock_names_no_registry_and_pins_tfjs() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text())
    packages = lock["packages"]
    assert not any("resolved" in package for package in packages.values())
    for name in ("core", "converter", "backend-webgl", "backend-wasm", "backend-cpu"):
        assert packages[f"node_modules/@tensorflow/tfjs-{name}"]["version"] == "4.22.0"
