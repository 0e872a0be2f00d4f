"""What is in the built page, and that it is what the sources build."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from browser_harness.assets import PAGE_FOLDER, app_files, lean_covers, page_files
from xport import digests

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
    for name in ("runner.js", "bench.js", "engine.worker.js"):
        assert imported(name) == {"./engine.js"}
        assert (PAGE_FOLDER / name).stat().st_size < 50_000  # nothing of TF.js is in them
    assert "engine.js" in page_files()
    assert "engine.js" in app_files()


def test_the_deployed_page_leaves_the_engine_to_its_worker() -> None:
    assert imported("app.js") == set()
    assert "kernelName" in (PAGE_FOLDER / "engine.js").read_text()
    assert "kernelName" not in (PAGE_FOLDER / "app.js").read_text()


def test_the_service_worker_is_a_classic_script() -> None:
    script = (PAGE_FOLDER / "sw.js").read_text()
    assert not re.search(r"\b(import|export)\b\s*[{*\"(]", script)


def test_the_lean_engine_covers_what_it_has_kernels_for() -> None:
    whole, lean = page_files()["engine.js"], page_files(lean=True)["engine.js"]
    assert app_files(lean=True)["engine.js"] == lean
    assert lean.stat().st_size < 0.8 * whole.stat().st_size
    assert lean_covers({"Const", "_FusedConv2D", "Relu"})
    assert not lean_covers({"Const", "_FusedConv2D", "Erf"})


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
