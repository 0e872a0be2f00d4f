"""What is in the built page, and that it is what the sources build."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import tomllib
from pathlib import Path

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
    for name in (*pages, "engine.kernels.js", "engine.gradient.js"):
        assert imported(name) == {"./engine.js"}
    for name in pages:
        assert (PAGE_FOLDER / name).stat().st_size < 50_000  # nothing of TF.js is in them
    assert imported("engine.js") == set()
    assert "engine.js" in page_files()
    assert "engine.js" in app_files()


def test_the_deployed_page_leaves_the_engine_to_its_worker() -> None:
    assert imported("app.js") == set()
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
