"""`xport toolchain`: what it says, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import mini
from tests.conftest import Xport
from xport.toolchains import cache
from xport.toolchains.tensorflow import TENSORFLOW


def test_lists_where_the_toolchain_runs(xport: Xport) -> None:
    done = xport("toolchain", "list", "--json")
    assert done.returncode == 0
    (found,) = json.loads(done.stdout)["toolchains"]
    assert (found["name"], found["found"]) == ("tensorflow", "installed")
    assert found["python"] == str(cache.installed(TENSORFLOW))
    assert found["packages"]["tensorflow"] == "2.15.1"
    assert "onnx-tf 1.10.0" in xport("toolchain", "list", "tensorflow").stdout


def test_doctor_says_that_it_is_optional_and_what_brings_it(
    xport: Xport, no_toolchain: Path
) -> None:
    lines = xport("doctor", "--browser", "/no/browser").stdout.splitlines()
    (at,) = [n for n, line in enumerate(lines) if "toolchain: tensorflow" in line]
    assert lines[at].startswith("optional")
    assert "package tensorflow is not installed" in lines[at]
    assert "xport toolchain install tensorflow" in lines[at + 1]


def test_says_what_a_variable_names_in_vain(xport: Xport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TENSORFLOW.variable, "/no/python")
    done = xport("toolchain", "list")
    assert "/no/python: does not run as a Python" in done.stdout
    findings = json.loads(xport("doctor", "--browser", "/no/browser", "--json").stdout)["findings"]
    (route,) = [finding for finding in findings if finding["name"] == "toolchain: tensorflow"]
    assert (route["ok"], route["optional"]) == (False, False)


def test_shows_and_removes_what_is_not_in_use(xport: Xport, no_toolchain: Path) -> None:
    old = no_toolchain / "tensorflow-0123456789abcdef"
    old.mkdir(parents=True)
    assert f"not in use: {old}" in xport("toolchain", "list").stdout
    done = xport("toolchain", "remove", "tensorflow", "--json")
    assert json.loads(done.stdout)["removed"] == [str(old)]
    assert not old.exists()
    done = xport("toolchain", "remove", "tensorflow")
    assert (done.returncode, done.stdout) == (0, "tensorflow is not installed\n")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("install",), 2, "which toolchain?; name one of tensorflow"),
        (("install", "foo"), 2, "foo: no toolchain has this name; name one of tensorflow"),
        (("remove", "foo"), 2, "no toolchain has this name"),
        (("list", "--python", "p"), 2, "--python: only `install` takes it"),
        (("upgrade",), 2, "invalid choice"),
        (("install", "tensorflow", "--python", "/no/python"), 3, "for Python 3.11"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_refuses_with_a_remedy(
    words: tuple[str, ...], code: int, said: str, xport: Xport, no_toolchain: Path
) -> None:
    done = xport("toolchain", *words)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(no_toolchain.glob("*/"))


def test_a_check_of_a_release_says_where_its_toolchain_runs(
    xport: Xport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = mini.write(mini.only_classifier(), tmp_path / "release.toml")
    (line,) = [one for one in xport("check", path).stdout.splitlines() if "toolchain" in one]
    assert line.startswith("ok")
    assert "installed" in line
    monkeypatch.setenv(TENSORFLOW.variable, "/no/python")
    done = xport("check", path)
    assert done.returncode == 3
    assert "/no/python: does not run as a Python" in done.stdout
