"""Which page a named engine is: found, built once from packages that are there, or refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from browser_harness.serve import engines
from browser_harness.serve.assets import PAGE_FOLDER, WEB
from browser_harness.serve.engines import PACKAGES, SCOPE, engine_named
from tests.xport.difference.sides import bundle_in, ended
from xport.bundles.requalified import Requalification
from xport.common import digests
from xport.errors import InputError, UnavailableError


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of engines."""
    monkeypatch.setenv(engines.FOLDER_VARIABLE, str(tmp_path / "engines"))
    return tmp_path / "engines"


def packages(folder: Path, **versions: str) -> Path:
    """TF.js's packages by name and version, with nothing in them."""
    for name in PACKAGES:
        version = versions.get(name.replace("-", "_"), "4.20.0")
        if version:
            (folder / name).mkdir(parents=True)
            (folder / name / "package.json").write_text(json.dumps({"version": version}))
    return folder


@pytest.mark.slow
def test_a_page_is_built_of_packages_once_and_is_the_page_that_they_make(cache: Path) -> None:
    found = engine_named(str(WEB / "node_modules"))
    built, ours = digests.of_folder(found.page), digests.of_folder(PAGE_FOLDER)
    assert {name for name in ours if built.get(name) != ours[name]} == set()
    about = json.loads((WEB / "package.json").read_text())["dependencies"]
    assert found.version == about["@tensorflow/tfjs-core"]
    core = digests.of_folder(WEB / "node_modules" / SCOPE / "tfjs-core")
    assert found.packages["@tensorflow/tfjs-core"] == digests.of_listing(core)
    assert len(found.packages) == 5
    before = (found.page / "engine.js").stat().st_mtime_ns
    assert engine_named(str(WEB / "node_modules" / SCOPE)).page == found.page
    assert (found.page / "engine.js").stat().st_mtime_ns == before
    assert [path.parent for path in cache.glob("*/engine.json")] == [found.page.parent]


def test_a_built_page_is_taken_as_it_is() -> None:
    found = engine_named(str(PAGE_FOLDER))
    assert (found.page, found.packages) == (PAGE_FOLDER, {})


def test_what_is_no_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"this is no engine.*such as tfjs@4\.21\.0"):
        engine_named(str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="this is no engine"):
        engine_named("tfjs@latest")
    lacking = packages(tmp_path / "lacking", tfjs_backend_wasm="")
    with pytest.raises(InputError, match="it lacks @tensorflow/tfjs-backend-wasm"):
        engine_named(str(lacking))
    mixed = packages(tmp_path / "mixed" / "node_modules" / SCOPE, tfjs_converter="4.19.0")
    with pytest.raises(InputError, match=r"of several versions: .*tfjs-converter 4\.19\.0"):
        engine_named(str(mixed.parent.parent))


def test_an_installed_xport_says_that_it_cannot_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "WEB", tmp_path)
    with pytest.raises(UnavailableError, match="an installed xport has the built page alone"):
        engine_named("tfjs@4.21.0")
    with pytest.raises(UnavailableError, match="run `make setup` in a checkout"):
        engine_named(str(packages(tmp_path / "whole")))


def test_without_the_tools_it_is_said_which(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnavailableError, match="npm is not installed"):
        engine_named("tfjs@4.21.0")
    with pytest.raises(UnavailableError, match="node is not installed"):
        engine_named(str(packages(tmp_path / "whole")))
    assert not [*cache.glob("*")]


def test_packages_of_which_no_page_can_be_built_leave_nothing(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(UnavailableError, match="the page cannot be built with it"):
        engine_named(str(packages(tmp_path / "empty")))
    assert not [*cache.glob("*")]


def test_a_page_in_the_cache_is_taken_and_a_damaged_one_is_not(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = cache / f"tfjs-4.22.0-{engines._sources_digest()[:12]}"
    shutil.copytree(PAGE_FOLDER, place / "page")
    (place / "engine.json").write_text(json.dumps({"packages": {"one": "two"}}))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert engine_named("tfjs@4.22.0").packages == {"one": "two"}
    (place / "page" / "runner.js").write_text("other")
    with pytest.raises(UnavailableError, match="npm is not installed"):
        engine_named("tfjs@4.22.0")


@pytest.mark.long
def test_a_bundle_is_played_on_another_version_which_the_page_itself_tells(tmp_path: Path) -> None:
    bundle, out = bundle_in(tmp_path / "published"), tmp_path / "requalified.json"
    allowed = ("--allow-unchecked", "--allow-weak")
    assert ended("requalify", bundle, "--engine", "tfjs@4.21.0", "--out", out, *allowed) == 0
    found = Requalification.read(out)
    assert found.engine is not None
    assert found.engine.asked == "tfjs@4.21.0"
    webs = [one.environment.web for one in found.recordings if one.environment]
    assert {web.tfjs for web in webs if web} == {"4.21.0"}
    assert any("TF.js 4.21.0 (asked for: tfjs@4.21.0)" in line for line in found.lines())
    assert found.bundle.manifest_sha256 == digests.of_file(bundle / "manifest.json")
