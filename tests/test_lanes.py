"""Every test is in one lane; a lane that fails, is too slow or runs nothing is told."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import scripts.slowness
from browser_harness.launch.browsers import BROWSER_VARIABLE
from scripts import lane_runs, lanes
from scripts.lane_rules import Lane, LanesError, lane_of, read
from scripts.lane_runs import Counts, Result, problems, run_pytest, unaccounted
from tests.conftest import ROOT

CI_MINUTES = 48
RULES = """
[lanes.fuzz]
about = "fuzzing"
minutes = 20
paths = ["**/test_fuzz*.py"]
markers = ["fuzz"]

[lanes.later]
about = "what is to come"
minutes = 20
planned = "nothing is there yet"

[lanes.browser]
about = "browsers"
minutes = 20
paths = ["browser/**"]
fixtures = ["page"]

[lanes.fast]
about = "the rest"
minutes = 20
browser = false
rest = true
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose tests have the lanes above; its folder."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "lanes.toml").write_text(RULES)
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.lanes"]\n')
    (tmp_path / "pyproject.toml").write_text(
        "[tool.pytest.ini_options]\n"
        f'addopts = "--import-mode=importlib --lanes-file={tmp_path}/lanes.toml"\n'
        'testpaths = ["tests"]\nnorecursedirs = ["build"]\n'
    )
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for variable in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", BROWSER_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


@pytest.fixture(autouse=True)
def ordinary_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose slowness takes no time to measure."""
    monkeypatch.setattr(lane_runs, "slowness", lambda: 1.0)


def lane(project: Path, name: str = "fast", **changes: object) -> Lane:
    """A lane of the project."""
    (found,) = (one for one in read(project / "lanes.toml") if one.name == name)
    return replace(found, **changes)  # type: ignore[arg-type]


def run(project: Path, code: str, name: str = "fast", **changes: object) -> Result:
    """What becomes of one file of tests."""
    (project / "tests" / "test_one.py").write_text(f"import pytest, time\n{code}\n")
    return run_pytest(lane(project, name, **changes), Path(sys.executable), root=project)


def test_all_budgets_together_fit_into_ci() -> None:
    found = read()
    assert sum(one.minutes for one in found if one.ci) <= CI_MINUTES
    by_name = {one.name: one for one in found}
    most = {"fast": 3, "fuzz": 4, "saboteurs": 4, "browsers": 5, "page": 7, "wheel": 3}
    assert all(by_name[name].minutes <= minutes for name, minutes in most.items())
    assert sum(by_name[name].minutes for name in ("web", "fast", "test")) <= 18
    assert not by_name["fast"].browser


@pytest.mark.parametrize(
    ("file", "markers", "fixtures", "expected"),
    [
        ("test_a.py", (), (), "fast"),
        ("images/test_a.py", (), ("tmp_path",), "fast"),
        ("images/test_fuzz.py", (), (), "fuzz"),
        ("test_fuzzing.py", (), (), "fuzz"),
        ("images/test_a.py", ("fuzz",), (), "fuzz"),
        ("browser/test_a.py", (), (), "browser"),
        ("browser/deep/er/test_a.py", (), (), "browser"),
        ("images/test_a.py", (), ("page",), "browser"),
        ("images/browser/test_a.py", (), (), "fast"),
        ("browser/test_fuzz.py", (), ("page",), "fuzz"),  # the first that claims it
    ],
)
def test_a_test_is_in_the_first_lane_that_claims_it(
    project: Path, file: str, markers: tuple[str, ...], fixtures: tuple[str, ...], expected: str
) -> None:
    assert lane_of(read(project / "lanes.toml"), file, markers, fixtures).name == expected


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("minutes = 20", "minutes = 0", "no budget"),
        ("minutes = 20", "minutes = nan", "no budget"),
        ("minutes = 20", "hours = 1", "unknown: hours"),
        ('about = "fuzzing"', "", "say `about`"),
        ("rest = true", 'paths = ["**"]', "exactly one lane has `rest`"),
        ('paths = ["browser/**"]\nfixtures = ["page"]', "rest = true", "the last one"),
        ('paths = ["**/test_fuzz*.py"]\nmarkers = ["fuzz"]', "", "has either"),
        ("rest = true", 'rest = true\nplanned = "x"', "has either"),
        ("rest = true", 'rest = true\nenvironment = "moon"', "environment is"),
        ("[lanes.fuzz]", "[lanes.fuzz", "no lanes can be read"),
    ],
)
def test_a_file_of_lanes_that_says_too_little_is_refused(
    project: Path, before: str, after: str, words: str
) -> None:
    assert before in RULES
    (project / "lanes.toml").write_text(RULES.replace(before, after, 1))
    with pytest.raises(LanesError, match=words):
        read(project / "lanes.toml")


def test_a_lane_runs_its_own_tests_alone(project: Path) -> None:
    (project / "tests" / "test_fuzz.py").write_text("def test_b(): assert False\n")
    result = run(project, "def test_a(): pass\n@pytest.mark.fuzz\ndef test_c(): assert False")
    assert (result.passed, result.failed, result.skipped) == (1, 0, 0)
    assert result.problems == ()
    assert result.collected == {"": 3, "fast": 1, "fuzz": 2}


def test_a_lane_of_another_environment_finds_its_own_folder(project: Path) -> None:
    (project / "tests" / "apart").mkdir()
    (project / "tests" / "apart" / "test_b.py").write_text("def test_b(): pass\n")
    rules = (
        '[lanes.apart]\nabout = "x"\nminutes = 20\nenvironment = "pythons"\npaths = ["apart/**"]'
    )
    (project / "lanes.toml").write_text(f"{rules}\n{RULES}")
    result = run(project, "def test_a(): assert False", "apart")
    assert (result.passed, result.problems, result.collected) == (1, (), None)


def test_tests_that_an_environment_leaves_out_are_not_waited_for(project: Path) -> None:
    (project / "tests" / "conftest.py").write_text(
        "def pytest_collection_modifyitems(items):\n    del items[0]\n"
    )
    result = run(project, "def test_a(): assert False\ndef test_b(): pass")
    assert (result.passed, result.problems) == (1, ())


def test_a_failed_test_fails_its_lane(project: Path) -> None:
    result = run(project, "def test_a(): pass\ndef test_b(): assert False")
    assert (result.passed, result.failed) == (1, 1)
    assert result.problems == ("1 failed",)


def test_a_test_that_breaks_twice_is_one_test(project: Path) -> None:
    code = (
        "@pytest.fixture\ndef broken():\n    yield\n    assert False\n"
        "def test_a(broken): assert False\ndef test_b(broken): pass"
    )
    assert (run(project, code).passed, run(project, code).failed) == (0, 2)


def test_two_tests_of_one_name_are_two_tests(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    case, broken = '<testcase classname="a" name="b"/>', '<testcase name="c"><failure/></testcase>'
    junit.write_text(f"<testsuite>{case}{case}{broken}</testsuite>")
    assert lane_runs.counts_of(junit) == Counts(2, 1, 0)


def test_a_lane_may_run_in_several_processes(project: Path) -> None:
    code = "\n".join(f"def test_{n}(): assert {n} != 2" for n in range(4))
    (project / "tests" / "test_fuzz.py").write_text("def test_b(): pass\n")
    result = run(project, code, workers=2)
    assert (result.passed, result.failed, result.problems) == (3, 1, ("1 failed",))
    assert result.collected == {"": 5, "fast": 4, "fuzz": 1}


def test_tests_marked_spread_go_to_whatever_process_is_free(project: Path) -> None:
    code = (
        "import os\n"
        "@pytest.mark.spread\n@pytest.mark.parametrize('n', range(12))\n"
        "def test_a(n):\n    time.sleep(0.1)\n"
        f"    with open({str(project / 'workers')!r}, 'a') as file:\n"  # no process loses another's
        "        file.write(os.environ['PYTEST_XDIST_WORKER'])"
    )
    for marked, processes in ((code, 2), (code.replace("@pytest.mark.spread\n", ""), 1)):
        (project / "workers").write_text("")
        assert run(project, marked, workers=2).passed == 12
        found = (project / "workers").read_text()
        assert len({found[i : i + 3] for i in range(0, len(found), 3)}) == processes


def test_a_lane_over_its_budget_fails_although_its_tests_pass(project: Path) -> None:
    result = run(project, "def test_a(): time.sleep(0.2)", minutes=0.1 / 60)
    assert any("its budget is 0 s" in words for words in result.problems)
    assert run(project, "def test_a(): time.sleep(0.2)").problems == ()


def test_a_slow_machine_has_more_seconds_for_a_lane(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = iter([1.0, 2.0])
    monkeypatch.setattr(lane_runs, "slowness", lambda: next(found))
    result = run(project, "def test_a(): pass")
    assert (result.slowness, result.budget) == (1.5, 1.5 * 20 * 60)


def test_slowness_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    for counted, page, expected in (
        (0.01, 0.0, 1.0),
        (0.21, 1.05e-6, 1.5),
        (0.14, 2.1e-6, 1.66),
        (0.14, 1.0, 2.5),
        (7.0, 0.7e-6, 2.5),
    ):
        monkeypatch.setattr(scripts.slowness, "_counted", lambda value=counted: value)
        monkeypatch.setattr(scripts.slowness, "_handed_out", lambda value=page: value)
        assert scripts.slowness.slowness() == pytest.approx(expected)


def test_what_slowness_is_made_of_is_measured() -> None:
    assert 0.001 < scripts.slowness._counted() < 20
    assert 1e-8 < scripts.slowness._handed_out() < 1e-3


def test_a_lane_far_over_its_budget_is_stopped(project: Path) -> None:
    result = run(project, "def test_a(): time.sleep(550)", minutes=4 / 60)
    assert result.seconds < 500
    assert any(words.startswith("stopped after") for words in result.problems)


@pytest.mark.parametrize(
    "code", ["", "def test_a(): pytest.skip('not here')", "@pytest.mark.fuzz\ndef test_a(): pass"]
)
def test_a_lane_in_which_no_test_ran_fails(project: Path, code: str) -> None:
    assert "no test ran" in run(project, code + "\n\ndef helper(): pass").problems


def test_a_lane_that_breaks_off_fails(project: Path) -> None:
    code = "def test_a(): pytest.exit('out of luck', 0)\ndef test_b(): pass\ndef test_c(): pass"
    assert any("have no outcome" in words for words in run(project, code).problems)


def test_a_file_of_tests_that_pytest_passes_by_is_refused(project: Path) -> None:
    (project / "tests" / "build").mkdir()
    (project / "tests" / "build" / "test_lost.py").write_text("def test_a(): pass\n")
    result = run(project, "def test_a(): pass")
    assert "no test ran" in result.problems


def test_in_a_lane_without_browsers_none_can_be_found(project: Path) -> None:
    code = (
        "import os, pathlib, subprocess, sys\nfrom browser_harness.launch import browsers\n"
        "FIND = 'from browser_harness.launch.browsers import *; '\n"
        "FIND += 'find_browser(None, Path(\"/bin/sh\"))'\n"
        "def test_here(): browsers.find_browser(None, pathlib.Path('/bin/sh'))\n"
        "def test_below(): subprocess.run([sys.executable, '-c', FIND], check=True)"
    )
    assert run(project, code).failed == 2
    assert run(project, code, browser=True).failed == 2
    (project / "lanes.toml").write_text(RULES.replace("browser = false", ""))
    assert run(project, code).passed == 2


def test_this_lane_lets_no_browser_start(request: pytest.FixtureRequest) -> None:
    chosen = request.config.getoption("--lane")
    assert (os.environ.get(BROWSER_VARIABLE, "").startswith("none:")) == (chosen == "fast")


GOOD = Result("fast", 3, 0, 1, 9.6, 8.0, 1.0, 60.0, (), {"": 6, "fast": 4, "fuzz": 2})
ALSO_GOOD = replace(GOOD, name="fuzz", passed=2, skipped=0)


def test_a_time_that_is_not_a_number_is_over_the_budget() -> None:
    assert problems(Counts(1, 0, 0), float("nan"), 1200.0, 0, 1)
    assert not problems(Counts(1, 0, 0), 1200.0, 1200.0, 0, 1)


def test_tests_that_no_lane_ran_are_told() -> None:
    assert unaccounted([GOOD, ALSO_GOOD]) == ""
    assert "no lane ran {'fuzz': 2}" in unaccounted([GOOD])
    more = {"": 7, "fast": 4, "fuzz": 2}
    assert unaccounted([GOOD], {"fuzz"}) == ""
    both = [replace(one, collected=more) for one in (GOOD, ALSO_GOOD)]
    assert "7 tests were collected" in unaccounted(both)
    assert "not collect the same" in unaccounted([GOOD, replace(ALSO_GOOD, collected=more)])
    assert unaccounted([GOOD, replace(ALSO_GOOD, collected={"fuzz": 2})]) == ""
    assert "not collect the same" in unaccounted([GOOD, replace(ALSO_GOOD, collected={"fuzz": 3})])


def test_a_lane_that_is_told_by_files_reads_no_other_file(project: Path) -> None:
    own = '[lanes.one]\nabout = "a file"\nminutes = 20\npaths = ["test_one.py"]\n'
    (project / "lanes.toml").write_text(own + RULES)
    (project / "tests" / "test_other.py").write_text("raise RuntimeError('it was read')\n")
    result = run(project, "def test_a(): pass", "one")
    assert (result.passed, result.problems, result.collected) == (1, (), {"one": 1})
    assert run(project, "def test_a(): pass").problems[0] in ("1 failed", "no test ran")


@pytest.mark.parametrize(
    ("second", "code", "last"),
    [
        (ALSO_GOOD, 0, "5 passed, 0 failed, 1 skipped in 19 s"),
        (
            replace(ALSO_GOOD, passed=1, failed=1, problems=("1 failed",)),
            1,
            "4 passed, 1 failed, 1 skipped in 19 s",
        ),
        (
            replace(ALSO_GOOD, problems=("took 61 s, and its budget is 60 s",)),
            1,
            "5 passed, 0 failed, 1 skipped in 19 s",
        ),
    ],
)
def test_every_lane_runs_and_the_worst_decides(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    second: Result,
    code: int,
    last: str,
) -> None:
    results = {"fuzz": second, "fast": GOOD}
    monkeypatch.setattr(lanes, "results_of", lambda one, *_: iter([results[one.name]]))
    with pytest.raises(SystemExit) as ended:
        lanes.main(["--lanes-file", str(project / "lanes.toml"), "fuzz", "fast"])
    assert ended.value.code == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == last
    assert sum("FAILED" in line for line in lines) == 2 * code


@pytest.mark.parametrize(
    ("arguments", "words"), [(["fats"], "no lane is called 'fats'"), (["later"], "is planned")]
)
def test_a_lane_that_cannot_be_run_is_exit_code_2(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        lanes.main(["--lanes-file", str(project / "lanes.toml"), *arguments])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_a_lane_that_ci_leaves_to_a_command_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / "lanes.toml"
    file.write_text(file.read_text().replace('about = "fuzzing"', 'about = "fuzzing"\nci = false'))
    collected = {"": 4, "fast": 4}
    monkeypatch.setattr(
        lanes,
        "results_of",
        lambda one, *_: iter([replace(GOOD, name=one.name, collected=collected)]),
    )
    with pytest.raises(SystemExit) as ended:
        lanes.main(["--lanes-file", str(file)])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert "`make test-fuzz` runs what is not run here: fuzzing" in said
    assert "\nfuzz " not in said
    with pytest.raises(SystemExit):
        lanes.main(["--lanes-file", str(file), "fuzz"])
    assert "\nfuzz " in capsys.readouterr().out


def test_a_planned_lane_is_shown_as_planned(project: Path) -> None:
    shown = lanes.table(
        read(project / "lanes.toml"), [GOOD], ["set-up 12 s, apart from the tests"], []
    )
    assert "planned: nothing is there yet" in shown
    assert "\nset-up 12 s, apart from the tests\n" in shown


def test_a_lane_of_other_pythons_is_told_where_there_is_none_and_failed_where_it_is_asked_for(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes.other_pythons, "on_path", lambda main: [])
    others = lane(project, "fuzz", environment="pythons")
    assert list(lanes.results_of(others, [], False, by_name=False)) == []
    (result,) = lanes.results_of(others, [], False, by_name=True)
    assert "no other Python on PATH; name one: PYTHONS=" in result.problems[0]
    (result,) = lanes.results_of(others, ["/no/python"], False, by_name=False)
    assert result.problems == ("no Python: /no/python",)


def test_results_of_an_earlier_run_are_not_taken_for_this_one(project: Path) -> None:
    assert run(project, "def test_a(): pass").passed == 1
    assert lane_runs.counts_of(project / "build" / "lanes" / "fast.xml").passed == 1
    assert run(project, "import nothing_of_the_kind").problems[0] in ("1 failed", "no test ran")
