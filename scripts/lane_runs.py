"""Runs one lane of tests, and holds it to its budget; standard library alone."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.lane_rules import MAIN, Lane
from scripts.slowness import slowness

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "browser_harness" / "web"
STOPPED_AT = 2.0
"""Times the budget at which a lane is stopped: it has failed, and the others are to run too."""
STOP_S = 30.0


@dataclass(frozen=True)
class Result:
    """What became of a lane's tests.

    Args:
        cpu: seconds of computing, of all processes that have ended.
        slowness: of the machine, before and after the lane; `budget` is in seconds of this machine.
        problems: why it failed; without any, it passed.
        collected: how many tests were found for each lane, and for "" in all, or for its own
            where no others were looked for; None where it was not in the main environment, which
            alone has the tests of several lanes.
    """

    name: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    cpu: float
    slowness: float
    budget: float
    problems: tuple[str, ...]
    collected: dict[str, int] | None = None


@dataclass(frozen=True)
class Counts:
    """Tests by outcome; one that failed and broke its cleaning up is one test."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def all(self) -> int:
        """How many have an outcome."""
        return self.passed + self.failed + self.skipped


def run_pytest(lane: Lane, python: Path, *, name: str = "", root: Path = ROOT) -> Result:
    """Run a lane's tests.

    Args:
        python: of the environment in which they run.
        name: of the result; the lane's own otherwise.
        root: the checkout.
    """
    name = name or lane.name
    junit, report = _fresh(root, f"{name}.xml"), _fresh(root, f"{name}.json")
    command = [str(python), "-m", "pytest", f"--junitxml={junit}"]
    command += [f"--lane={lane.name}", f"--lane-report={report}"]
    if lane.workers > 1:
        command += [f"--numprocesses={lane.workers}", "--dist=loadgroup"]
    command += [f"tests/{p.removesuffix('/**')}" for p in lane.paths if lane.environment != MAIN]
    # A core for each: threads that wait for those of other processes double what the work costs.
    threads = {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // lane.workers))}
    return _run(lane, name, command, junit, report, root, threads)


def not_run(lane: Lane, name: str, why: str) -> Result:
    """A lane that failed before its tests could begin."""
    return Result(name, 0, 0, 0, 0.0, 0.0, 1.0, lane.seconds, (why,))


def run_vitest(lane: Lane, path: str, *, root: Path = ROOT) -> Result:
    """Run the TypeScript's unit tests.

    Args:
        path: where Node is looked for.
    """
    junit = _fresh(root, f"{lane.name}.xml")
    reporters = ["--reporter=default", "--reporter=junit", f"--outputFile.junit={junit}"]
    command = ["npm", "--prefix", str(WEB), "run", "--silent", "test", "--", *reporters]
    return _run(lane, lane.name, command, junit, None, root, {"PATH": path})


def _run(
    lane: Lane,
    name: str,
    command: list[str],
    junit: Path,
    report: Path | None,
    root: Path,
    variables: dict[str, str],
) -> Result:
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    before = slowness()
    start, computed = time.monotonic(), _cpu()
    code = _ended(command, root, {"PATH": path} | variables, STOPPED_AT * before * lane.seconds)
    seconds, cpu = time.monotonic() - start, _cpu() - computed
    slow = (before + slowness()) / 2
    counts = counts_of(junit)
    found = json.loads(report.read_text()) if report and report.is_file() else None
    expected = found["lanes"].get(lane.name, 0) if found else None
    why = problems(counts, seconds, slow * lane.seconds, code, expected)
    collected = None
    if found and lane.environment == MAIN:
        whole = found["collected"] is not None
        collected = found["lanes"] | {"": found["collected"]} if whole else {lane.name: expected}
    return Result(
        name,
        counts.passed,
        counts.failed,
        counts.skipped,
        seconds,
        cpu,
        slow,
        slow * lane.seconds,
        why,
        collected,
    )


def problems(
    counts: Counts, seconds: float, budget: float, code: int | None, expected: int | None
) -> tuple[str, ...]:
    """Why a lane failed, if it did.

    Args:
        budget: seconds that it may take on this machine.
        code: exit code of what ran the tests; None if it was stopped.
        expected: tests that were collected for the lane, where that is known.
    """
    found = []
    if counts.failed:
        found.append(f"{counts.failed} failed")
    if counts.passed + counts.failed == 0:
        found.append("no test ran")
    if code is None:
        found.append(f"stopped after {seconds:.0f} s")
    elif code != 0 and not counts.failed:
        found.append(f"ended with exit code {code}")
    if expected is not None and counts.all < expected:
        found.append(f"{expected - counts.all} of its {expected} tests have no outcome")
    if not seconds <= budget:
        found.append(f"took {seconds:.0f} s, and its budget is {budget:.0f} s")
    return tuple(found)


def counts_of(junit: Path) -> Counts:
    """Outcomes in a JUnit file; none where it is missing or broken off."""
    try:
        cases = ElementTree.parse(junit).getroot().iter("testcase")
    except (OSError, ElementTree.ParseError):
        return Counts()
    outcomes: list[set[str]] = []
    last: dict[tuple[str | None, str | None], set[str]] = {}
    for case in cases:
        key, tags = (case.get("classname"), case.get("name")), {child.tag for child in case}
        if key in last and "error" in tags:
            last[key] |= tags  # pytest writes a failed cleaning up as a case of its own
        else:
            outcomes.append(tags)
            last[key] = tags
    failed = sum(bool(tags & {"failure", "error"}) for tags in outcomes)
    skipped = sum("skipped" in tags and not tags & {"failure", "error"} for tags in outcomes)
    return Counts(len(outcomes) - failed - skipped, failed, skipped)


def unaccounted(results: Sequence[Result], elsewhere: Collection[str] = ()) -> str:
    """Whether the lanes that ran have every collected test, in words; nothing if they do.

    Args:
        elsewhere: lanes that need not have run.
    """
    reports = [result.collected for result in results if result.collected]
    whole = next((report for report in reports if "" in report), None)
    if whole is None:
        return ""
    if any(whole.get(name, 0) != n for report in reports for name, n in report.items()):
        return "the lanes did not collect the same tests"
    ran = {result.name for result in results}
    ran |= set(elsewhere)
    left_out = {name: n for name, n in whole.items() if name and name not in ran}
    total = sum(n for name, n in whole.items() if name)
    if left_out or total != whole[""]:
        return f"{whole['']} tests were collected, and no lane ran {left_out or 'some'}"
    return ""


def _ended(command: list[str], root: Path, variables: dict[str, str], limit: float) -> int | None:
    """The exit code of a command; None if it had to be stopped, with all that it started."""
    with subprocess.Popen(
        command, cwd=root, env=os.environ | variables, start_new_session=True
    ) as process:
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            _stop(process)
            return None
        except BaseException:
            _stop(process)
            raise


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Interrupt, so that browsers are closed and results written; then end what is left."""
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _fresh(root: Path, name: str) -> Path:
    """Where a result goes; none of an earlier run is there."""
    path = root / "build" / "lanes" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return path
