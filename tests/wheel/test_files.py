"""What is in the wheel: everything that the code opens beside itself, and no more than is ours."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.wheel.conftest import Built

PACKAGES = ("xport", "reference", "reports", "browser_harness")
WEB = ROOT / "browser_harness" / "web"
OPENS = {
    "browser_harness/serve/assets.py": "browser_harness/web/dist/",
    "reference/data/films.py": "reference/data/films.csv",
    "reference/defaults/__init__.py": "reference/defaults/release.toml",
    "reports/page.py": "reports/templates/",
    "xport/plan/presets.py": "xport/plan/policies/",
    "xport/recording/surroundings.py": "browser_harness/drive/",
    "xport/toolchains/toolchain.py": "xport/toolchains/tensorflow.lock",
}
"""Modules that look for files beside themselves, and what the wheel has of these.

`surroundings` reads all code of those who record, for its digest."""

NO_FILES = {"xport/common/own_names.py", "xport/formats/torch_reads.py"}
"""Modules that ask where they lie, and open nothing there."""


@pytest.fixture(scope="module")
def names(built: Built) -> set[str]:
    """The names of the wheel's files."""
    with zipfile.ZipFile(built.wheel) as wheel:
        return {name for name in wheel.namelist() if ".dist-info/" not in name}


def test_it_has_every_file_of_the_packages(names: set[str]) -> None:
    """Code and data; of the web page what was built, and not its sources."""
    found = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and (WEB not in path.parents or WEB / "dist" in path.parents)
        and path.name != "README.md"
    }
    assert names == found


def test_what_the_code_opens_is_known_and_there(names: set[str]) -> None:
    own = re.compile(r"\b(?<!\.)__file__|importlib\.resources|PackageLoader")
    found = {
        name
        for name in names
        if name.endswith(".py") and own.search((ROOT / name).read_text(encoding="utf-8"))
    }
    assert found - NO_FILES == set(OPENS)
    for wanted in OPENS.values():
        assert any(name.startswith(wanted) for name in names), wanted


@pytest.mark.parametrize(("release", "count"), [("release", 5), ("phantoms", 4)])
def test_it_has_what_a_default_release_names(names: set[str], release: str, count: int) -> None:
    text = (ROOT / "reference" / "defaults" / f"{release}.toml").read_text(encoding="utf-8")
    files = re.findall(r'^(?:checkpoint|calibration|gate|rule) = "(.+)"$', text, re.MULTILINE)
    assert len(files) == count
    assert f"reference/defaults/{release}.toml" in names
    assert {f"reference/defaults/{file}" for file in files} <= names


def test_every_npm_package_that_ships_has_its_licence_there(built: Built) -> None:
    package = json.loads((WEB / "package.json").read_text())
    with zipfile.ZipFile(built.wheel) as wheel:
        licences = "\n".join(
            wheel.read(name).decode()
            for name in wheel.namelist()
            if name.startswith("browser_harness/web/dist/licenses/")
        )
        assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel.namelist())
    for name in (*package["dependencies"], "onnxruntime-web"):
        assert name in licences, name


def test_an_sdist_has_the_page_and_its_sources(built: Built) -> None:
    import tarfile

    with tarfile.open(built.sdist) as archive:
        names = {str(Path(*Path(one).parts[1:]).as_posix()) for one in archive.getnames()}
    built_from = json.loads((WEB / "dist" / "build.json").read_text())
    wanted = {f"browser_harness/web/{name}" for name in built_from["sources"]}
    wanted |= {f"browser_harness/web/dist/{name}" for name in built_from["files"]}
    assert wanted <= names
    assert not [name for name in names if "node_modules" in name]


def test_set_up_builds_again_whatever_the_page_is_made_from() -> None:
    from scripts.setup import web_sources

    sources = json.loads((WEB / "dist" / "build.json").read_text())["sources"]
    assert {WEB / name for name in sources} <= {*web_sources()}
