"""The house is as its map says: rooms, modules, twins, and a public face in front of no module."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import xport

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "browser_harness" / "web"
PACKAGES = ("xport", "reference", "browser_harness", "reports")
MAP = (ROOT / "ARCHITECTURE.md").read_text()
PUBLIC = [name for name in xport.__all__ if not name.startswith("_")]
FUNCTIONS = [name for name in PUBLIC if name.islower()]
PYTHON_PATH = re.compile(r"(?<![\w/])(?:xport|reference|browser_harness|reports)/[\w/]+\.py")
SCRIPT_PATH = re.compile(
    r"(?<![\w/])(?:witness|engine|runner|bench|app)/[\w/]+\.tsx?|(?<![\w/.])kernels\.mjs"
)


@dataclass(frozen=True)
class Twin:
    """A row of the table of twins: files from the root, TypeScript's from the web folder."""

    definition: str
    python: frozenset[str]
    script: frozenset[str]
    tests: frozenset[str]


def twins() -> list[Twin]:
    """The rows of the table."""
    _, table = MAP.split("## Table of twins")
    rows = [line for line in table.split("\n## ")[0].splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[1:]]
    return [
        Twin(name, *(frozenset(re.findall(r"`([^`]+)`", cell)) for cell in files))
        for name, *files in cells
    ]


def sources(*folders: str) -> Iterator[Path]:
    """The Python files of packages, those of the web folder's packages left out."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if WEB not in path.parents:
                yield path


def scripts() -> Iterator[Path]:
    """The TypeScript of the pages, without tests."""
    for folder in ("witness", "engine", "runner", "bench", "app"):
        for path in sorted((WEB / folder).rglob("*.ts*")):
            if ".test." not in path.name:
                yield path
    yield WEB / "kernels.mjs"


def rooms() -> list[Path]:
    """The folders of modules, those of the web folder and of data left out."""
    return sorted({path.parent for path in sources(*PACKAGES)})


@pytest.mark.parametrize("room", rooms(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_room_says_what_it_is_for(room: Path) -> None:
    described = ast.get_docstring(ast.parse((room / "__init__.py").read_text()))
    assert described


@pytest.mark.parametrize("package", PACKAGES)
def test_a_list_of_modules_has_all_of_them_and_no_other(package: str) -> None:
    for room in rooms():
        listed = re.findall(r"^- `(\w+)`: ", (room / "__init__.py").read_text(), re.MULTILINE)
        modules = {path.stem for path in room.glob("*.py")} - {"__init__", "__main__"}
        if room.parts[len(ROOT.parts)] == package and room != ROOT / package and modules:
            assert (room, set(listed)) == (room, modules)


def test_every_folder_of_the_repository_is_on_the_map() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    tracked = [Path(line) for line in listed.stdout.splitlines()]
    tops = {path.parts[0] for path in tracked if len(path.parts) > 1 and path.parts[0][0] != "."}
    assert {"xport", "reference", "browser_harness", "reports", "tests"} <= tops
    table = MAP.split("## The rooms")[1].split("\n## ")[0]
    rows = [line.split("|")[1:3] for line in table.splitlines() if line.startswith("| `")]
    named = {name.removesuffix("/") for row in rows for name in re.findall(r"`([^`]+)`", row[0])}
    inner = {f"{path.parts[0]}/{path.parts[1]}" for path in tracked if len(path.parts) > 2}
    of_packages = {name for name in inner if name.split("/")[0] in PACKAGES}
    unnamed = of_packages - named - {"reports/templates"}
    assert unnamed == set(), "each room has a row of its own name"
    assert tops - {name.split("/")[0] for name in named} == set()
    about_tests = next(row[1] for row in rows if row[0].strip() == "`tests`")
    folders = {
        path.parts[1] for path in tracked if path.parts[0] == "tests" and len(path.parts) > 2
    }
    assert folders - set(PACKAGES) - set(re.findall(r"`([^`]+)`", about_tests)) == set()


def test_every_room_has_its_floor_in_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    floors = " | ".join(contracts["contracts"][0]["layers"])
    named = {name.strip() for name in floors.split("|")}
    for path in sources(*PACKAGES):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if path.stem in ("__main__", "__init__") or module == "reference.defaults":
            continue
        above = {".".join(module.split(".")[:n]) for n in range(1, module.count(".") + 2)}
        assert above & named, f"{module} has no floor"


@pytest.mark.parametrize("twin", twins(), ids=lambda twin: twin.definition)
def test_twins_exist_name_each_other_and_are_held_together_by_a_test(twin: Twin) -> None:
    assert twin.python
    assert twin.script
    assert twin.tests
    for path in twin.python:
        assert set(SCRIPT_PATH.findall((ROOT / path).read_text())) & twin.script, path
    for path in twin.script:
        assert set(PYTHON_PATH.findall((WEB / path).read_text())) & twin.python, path
    for path in twin.tests:
        assert reached(ROOT / path) & twin.python, path


def test_modules_that_name_a_twin_stand_in_the_table() -> None:
    for path in sources(*PACKAGES):
        ours = path.relative_to(ROOT).as_posix()
        for named in set(SCRIPT_PATH.findall(path.read_text())):
            assert any(ours in t.python and named in t.script for t in twins()), (ours, named)


def test_scripts_that_name_a_twin_stand_in_the_table() -> None:
    for path in scripts():
        ours = path.relative_to(WEB).as_posix()
        for named in set(PYTHON_PATH.findall(path.read_text())):
            assert any(ours in t.script and named in t.python for t in twins()), (ours, named)


def reached(test: Path) -> set[str]:
    """The modules that a test file imports, by path, through its helpers too."""
    found: set[str] = set()
    begun = [test]
    while begun:
        for name in imported(begun.pop()):
            base = ROOT.joinpath(*name.split("."))
            for path in (base.with_suffix(".py"), base / "__init__.py"):
                place = path.relative_to(ROOT).as_posix()
                if path.is_file() and place not in found:
                    found.add(place)
                    begun.append(path)
    return found


def imported(path: Path) -> Iterator[str]:
    """What a file imports of ours, as modules; names in them count as modules too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("name", PUBLIC)
def test_no_public_name_is_a_module(name: str) -> None:
    folder = ROOT / "xport"
    assert not (folder / name).exists()
    assert not (folder / f"{name}.py").exists()


def test_every_public_function_can_be_called_twice(tmp_path: Path) -> None:
    code = (
        "import pkgutil, sys, xport; from pathlib import Path\n"
        "for module in pkgutil.walk_packages(xport.__path__, 'xport.'):\n"
        "    if module.name != 'xport.__main__': __import__(module.name)\n"
        "none = Path(sys.argv[1]) / 'none'\n"
        "for name in [name for name in xport.__all__ if name.islower() and name[0] != '_'] * 2:\n"
        "    more = {'convert': {'out': none}, 'release': {'out': none, 'cache_dir': none}}\n"
        "    more |= {'diff': {'after': none}, 'publish': {'target': none}}\n"
        "    given = [str(none)] + [()] * (name == 'init')\n"
        "    try: getattr(xport, name)(*given, **more.get(name, {}))\n"
        "    except xport.errors.XportError as error: print(name, error.exit_code)\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == FUNCTIONS * 2


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'evaluate'"):
        _ = xport.evaluate
