"""Run lanes of tests, each within its budget of tests/lanes.toml; `make test` and .ci/run.

Uses the standard library alone. Lanes run one after the other, the shortest first, and a failed one
stops none. Exit code 0 if all passed, 1 if one failed, 2 for a wrong call, 3 if none could be run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts import lane_rules, other_pythons
from scripts.lane_rules import PYTHONS, WEB, Lane, LanesError
from scripts.lane_runs import ROOT, Result, not_run, run_pytest, run_vitest, unaccounted

ENVIRONMENT = ROOT / ".venv" / "bin"
COLUMNS = "{:<14} {:>7} {:>7} {:>8} {:>8} {:>8} {:>6} {:>8}  {}"


def main(arguments: list[str]) -> None:
    """Run what the command line names, and say what became of it."""
    asked = parsed(arguments)
    try:
        lanes = lane_rules.read(asked.lanes_file)
        chosen = named(lanes, asked.lanes) if asked.lanes else lanes
    except LanesError as error:
        sys.exit(fail(str(error), 2))
    if asked.plan:
        print(plan(by_budget(chosen)))
        return
    failures: list[str] = []
    notes: list[str] = []
    to_run = [one for one in by_budget(chosen) if not one.planned and (one.ci or asked.lanes)]
    if asked.ci:
        failures, notes = prepared()
    if any(lane.miniature for lane in to_run):
        notes.append(miniature())
    results = []
    for lane in to_run:
        found = list(results_of(lane, asked.python, asked.any_torch, bool(asked.lanes)))
        results += found
        notes += [] if found else [f"{lane.name}: there is nothing here to run it with"]
    failures += [
        f"{result.name}: {'; '.join(result.problems)}" for result in results if result.problems
    ]
    elsewhere = {lane.name for lane in lanes if not lane.ci}
    if not asked.lanes and (words := unaccounted(results, elsewhere)):
        failures.append(words)
    notes += [] if asked.lanes else [left_to(lane) for lane in lanes if not lane.ci]
    print(table(chosen, results, notes, failures))
    sys.exit(1 if failures else 0)


def parsed(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m scripts.lanes", description=__doc__)
    parser.add_argument("lanes", nargs="*", metavar="LANE", help="lanes to run; all by default")
    parser.add_argument("--plan", action="store_true", help="list the lanes and run nothing")
    parser.add_argument("--ci", action="store_true", help="set up and check first")
    parser.add_argument(
        "--python", action="append", default=[], help="for the lane of other Pythons"
    )
    parser.add_argument("--any-torch", action="store_true", help="for their set-up")
    parser.add_argument("--lanes-file", type=Path, default=lane_rules.FILE, help="another file")
    return parser.parse_args(arguments)


def named(lanes: Sequence[Lane], names: Sequence[str]) -> tuple[Lane, ...]:
    """The lanes of these names.

    Raises:
        LanesError: there is none of a name, or it has no tests yet.
    """
    by_name = {lane.name: lane for lane in lanes}
    for name in names:
        if name not in by_name:
            raise LanesError(f"no lane is called {name!r}; there are {', '.join(by_name)}")
        if by_name[name].planned:
            raise LanesError(f"the lane {name!r} is planned: {by_name[name].planned}")
    return tuple(by_name[name] for name in dict.fromkeys(names))


def by_budget(lanes: Sequence[Lane]) -> list[Lane]:
    """The shortest first."""
    return sorted(lanes, key=lambda lane: lane.minutes)


def prepared() -> tuple[list[str], list[str]]:
    """Set up and check; what failed, and how long it took, neither being any lane's time."""
    failures, notes = [], []
    for target, words in (("setup", "set-up"), ("check", "checks")):
        start = time.monotonic()
        code = subprocess.run(["make", "--no-print-directory", target], cwd=ROOT).returncode
        took = time.monotonic() - start
        notes.append(f"{words} {took:.0f} s, apart from the tests' time")
        if code != 0 and target == "setup":
            sys.exit(fail("`make setup` failed, so no test could be run; see its words above", 3))
        if code != 0:
            failures.append(f"`make {target}` ended with exit code {code}")
    return failures, notes


def miniature() -> str:
    """Make the miniature release where this code's is not kept yet; how long that took.

    Where it cannot be made, the tests that work on it say why.
    """
    start = time.monotonic()
    code = "from tests.kept import mini_run; mini_run()"
    made = subprocess.run([str(ENVIRONMENT / "python"), "-c", code], cwd=ROOT, env=environment())
    took = f"{time.monotonic() - start:.0f} s, apart from the tests' time"
    return f"miniature release {took}" + (" (it FAILED)" if made.returncode else "")


def environment() -> dict[str, str]:
    """This one, with the checkout's commands first on the path."""
    path = f"{ENVIRONMENT}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ | {"PATH": path}


def results_of(
    lane: Lane, pythons: Sequence[str], any_torch: bool, by_name: bool
) -> Iterator[Result]:
    """Run a lane in every environment that it is for.

    Args:
        by_name: whether the lane was asked for by its name: then it must run.
    """
    if lane.environment == PYTHONS:
        yield from on_other_pythons(lane, pythons, any_torch, by_name)
        return
    if not (ENVIRONMENT / "python").exists():
        sys.exit(fail("there is no environment to test in; run `make setup`", 3))
    say(lane)
    if lane.environment == WEB:
        yield run_vitest(lane, environment()["PATH"])
    else:
        yield run_pytest(lane, ENVIRONMENT / "python")


def on_other_pythons(
    lane: Lane, named: Sequence[str], any_torch: bool, by_name: bool
) -> Iterator[Result]:
    """Run a lane on the named Pythons, or on the others that are on PATH; arguments as above."""
    pythons = named or other_pythons.on_path(ENVIRONMENT / "python")
    if by_name and not pythons:
        yield not_run(lane, lane.name, "no other Python on PATH; name one: PYTHONS=/path/to/python")
    try:
        for version, python in other_pythons.environments(pythons, any_torch):
            say(lane, f" on Python {version}")
            yield run_pytest(lane, python, name=f"{lane.name} {version}")
    except other_pythons.NoEnvironment as error:
        yield not_run(lane, f"{lane.name} {error.version}".strip(), str(error))


def plan(lanes: Sequence[Lane]) -> str:
    """The lanes with their budgets, as a table."""
    lines = [
        f"{lane.name:<10} {lane.minutes:>4g} min  {lane.about}{_planned(lane)}" for lane in lanes
    ]
    return "\n".join(lines)


def table(
    lanes: Sequence[Lane], results: Sequence[Result], notes: Sequence[str], failures: Sequence[str]
) -> str:
    """What ran, beside the budgets on this machine; why what failed did; and the sum."""
    heading = ("lane", "passed", "failed", "skipped", "seconds", "cpu", "slow", "budget", "")
    lines = ["", COLUMNS.format(*heading).rstrip()]
    for one in results:
        times = [f"{one.seconds:.0f}", f"{one.cpu:.0f}", f"{one.slowness:.1f}", f"{one.budget:.0f}"]
        word = "FAILED" if one.problems else "ok"
        lines.append(COLUMNS.format(one.name, one.passed, one.failed, one.skipped, *times, word))
    for lane in lanes:
        if lane.planned:
            words = (*"------", f"{lane.seconds:.0f}", f"planned: {lane.planned}")
            lines.append(COLUMNS.format(lane.name, *words))
    lines += notes
    lines += [f"FAILED: {failure}" for failure in failures]
    passed, failed, skipped = (
        sum(getattr(one, key) for one in results) for key in ("passed", "failed", "skipped")
    )
    seconds = sum(one.seconds for one in results)
    lines.append(f"{passed} passed, {failed} failed, {skipped} skipped in {seconds:.0f} s")
    return "\n".join(lines)


def left_to(lane: Lane) -> str:
    """Which command runs a lane that is not run with all others."""
    return f"`make test-{lane.name}` runs what is not run here: {lane.about}"


def _planned(lane: Lane) -> str:
    return f" (planned: {lane.planned})" if lane.planned else ""


def say(lane: Lane, where: str = "") -> None:
    """Announce a lane."""
    print(f"\n[lane {lane.name}]{where} {lane.about}; {lane.minutes:g} min", flush=True)


def fail(what: str, code: int) -> int:
    """Say what is wrong; the exit code."""
    print(f"[lanes] {what}", file=sys.stderr)
    return code


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(fail("interrupted: the lane that ran was stopped, and no result counts", 3))
