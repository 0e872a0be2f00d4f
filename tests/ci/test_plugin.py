"""The plug-in of pytest before anything is released: it costs nothing, and refuses by name."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.ci.steps import pytest_in, sample
from tests.conftest import ROOT

NODES = [
    f"release.toml::colours::{leg}::{name}"
    for leg in ("torch-float64", "torch", "onnx", "tfjs/webgl", "tfjs/wasm")
    for name in ("(leg)", "probabilities")
]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the sample repository."""
    return sample(tmp_path / "repository")


def edited(repository: Path, before: str, after: str) -> None:
    """Let the release file say something else."""
    file = repository / "release.toml"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def test_pytest_finds_it_under_the_name_by_which_it_can_be_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = project["entry-points"]["pytest11"]
    assert [*found.items()] == [("xport.pytest_plugin", "xport.pytest_plugin")]
    assert not any("pytest" in one for one in project["dependencies"])


def test_a_run_that_does_not_use_it_imports_nothing_for_it(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(
        "import sys\n"
        "def test_own():\n"
        "    top = ('xport', 'reports', 'reference', 'browser_harness')\n"
        "    ours = {name for name in sys.modules if name.split('.')[0] in top}\n"
        "    assert ours == {'xport', 'xport.common', 'xport.common.version',\n"
        "                    'xport.pytest_plugin', 'xport.pytest_plugin.options'}\n"
    )
    strict = ("--strict-config", "--strict-markers")
    done = pytest_in(tmp_path, "-p", "xport.pytest_plugin", *strict)
    assert done.returncode == 0, done.stdout


def test_there_is_a_test_for_each_model_leg_and_output_before_anything_runs(
    repository: Path,
) -> None:
    done = pytest_in(repository, "--xport-release", "release.toml", "--collect-only", "-q")
    assert done.returncode == 0, done.stdout
    listed = [line for line in done.stdout.splitlines() if "::" in line]
    assert listed == [*NODES, "release.toml::colours::(others)", "release.toml::(verdict)"]
    named = ("release.toml::colours::tfjs/wasm", "--xport-release", "release.toml")
    done = pytest_in(repository, *named, "--collect-only", "-q")
    assert [line for line in done.stdout.splitlines() if "::" in line] == NODES[-2:]
    assert not (repository / "build").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--xport-release", "none.toml"], "none.toml: cannot read: No such file or directory"),
        (["--xport-run", "none"], "there is no evidence here"),
        (["--xport-release", "release.toml", "--xport-run", "x"], "give either"),
        (["--xport-run", "x", "--xport-out", "y"], "--xport-out is what --xport-release makes"),
    ],
)
def test_options_that_cannot_be_are_refused(repository: Path, words: list[str], said: str) -> None:
    done = pytest_in(repository, *words)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_release_that_is_refused_leaves_no_test_green(repository: Path) -> None:
    edited(repository, "min_probes = 4", "min_probes = 1")
    done = pytest_in(repository, "--xport-release", "release.toml", "-q")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert f"{len(NODES) + 2} failed" in done.stdout
    assert "below the floor of every policy: policy.min_probes: 1" in done.stdout
    assert "Traceback" not in done.stdout


def test_fixtures_without_a_release_say_what_gives_them_one(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text("def test_own(xport_bundle, xport_runner): pass\n")
    done = pytest_in(tmp_path)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "no release is asked for; run pytest with --xport-release FILE" in done.stdout
