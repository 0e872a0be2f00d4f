"""The lanes of the tests, read from tests/lanes.toml, and which test is in which.

Uses the standard library alone: `make` reads the budgets before anything is installed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath
from typing import Any

FILE = Path(__file__).resolve().parent.parent / "tests" / "lanes.toml"
MAIN, PYTHONS, WEB = "main", "pythons", "web"


class LanesError(Exception):
    """The file of lanes is not usable; the message says where and why."""


@dataclass(frozen=True)
class Lane:
    """A lane and its budget.

    Args:
        minutes: wall-clock time that its tests may take, on an idle machine of two cores.
        paths: patterns of files, from the folder of the tests; `**` is any number of folders.
        rest: whether it takes the tests that no lane claims.
        browser: whether its tests may start one.
        workers: how many processes run it.
        environment: `main`; `pythons`, which are those beside it; or `web`, which is Node.
        planned: what it waits for, if it has no tests yet.
        miniature: whether its tests work on the miniature release (tests/kept.py), which is made
            before, apart from its time: several lanes do.
        ci: whether CI runs it; otherwise it is a command of its own, and CI says so.
    """

    name: str
    about: str
    minutes: float
    paths: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    fixtures: tuple[str, ...] = ()
    rest: bool = False
    browser: bool = True
    workers: int = 1
    environment: str = MAIN
    planned: str = ""
    miniature: bool = False
    ci: bool = True

    @property
    def seconds(self) -> float:
        """The budget."""
        return self.minutes * 60

    @property
    def by_file(self) -> bool:
        """Whether all its tests are told by their files, so that no others need be collected."""
        return bool(self.paths) and not (self.markers or self.fixtures)

    def claims(self, file: str, markers: Collection[str], fixtures: Collection[str]) -> bool:
        """Whether a test is its own, by file (from the folder of the tests), marker or fixture."""
        return (
            any(_matches(file, pattern) for pattern in self.paths)
            or not set(self.markers).isdisjoint(markers)
            or not set(self.fixtures).isdisjoint(fixtures)
        )


def read(file: Path = FILE) -> tuple[Lane, ...]:
    """Every lane, in the order in which they claim tests; the one with `rest` is last.

    Raises:
        LanesError: not TOML, an unknown key, no budget, or not exactly one lane for the rest.
    """
    try:
        tables: dict[str, dict[str, Any]] = tomllib.loads(file.read_text())["lanes"]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise LanesError(f"{file}: no lanes can be read: {error!r}") from error
    lanes = tuple(_lane(file, name, table) for name, table in tables.items())
    if [lane.name for lane in lanes if lane.rest] != [lanes[-1].name]:
        raise LanesError(f"{file}: exactly one lane has `rest`, the last one")
    return lanes


def lane_of(
    lanes: Sequence[Lane], file: str, markers: Collection[str], fixtures: Collection[str]
) -> Lane:
    """The lane of a test in the main environment: the first that claims it, or that of the rest."""
    ours = [one for one in lanes if one.environment == MAIN]
    return next((one for one in ours if one.claims(file, markers, fixtures)), lanes[-1])


def _lane(file: Path, name: str, table: dict[str, Any]) -> Lane:
    known = {field.name for field in fields(Lane)} - {"name"}
    if unknown := set(table) - known:
        raise LanesError(f"{file}: lanes.{name}: unknown: {', '.join(sorted(unknown))}")
    if not table.get("minutes", 0) > 0:
        raise LanesError(f"{file}: lanes.{name}: no budget; say `minutes`, above 0")
    if table.get("environment", MAIN) not in (MAIN, PYTHONS, WEB):
        raise LanesError(f"{file}: lanes.{name}: environment is {MAIN}, {PYTHONS} or {WEB}")
    values = {key: tuple(v) if isinstance(v, list) else v for key, v in table.items()}
    try:
        lane = Lane(name, **values)
    except TypeError as error:
        raise LanesError(f"{file}: lanes.{name}: {error}; say `about`") from error
    claims = bool(lane.paths or lane.markers or lane.fixtures)
    if [claims, lane.rest, bool(lane.planned), lane.environment == WEB].count(True) != 1:
        raise LanesError(
            f"{file}: lanes.{name}: has either paths, markers or fixtures, or `rest`, or `planned`"
        )
    return lane


def _matches(file: str, pattern: str) -> bool:
    """Whether a path fits a pattern in which `**` is any number of folders."""
    return _parts_match(PurePosixPath(file).parts, PurePosixPath(pattern).parts)


def _parts_match(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        rest = pattern[1:] or ("*",)
        return any(_parts_match(parts[start:], rest) for start in range(len(parts)))
    return (
        bool(parts)
        and PurePosixPath(parts[0]).match(pattern[0])
        and _parts_match(parts[1:], pattern[1:])
    )
