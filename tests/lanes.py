"""Puts every collected test into its lane; `pytest --lane NAME` runs the tests of one lane."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from scripts import lane_rules
from scripts.lane_rules import MAIN, Lane

TESTS = Path(__file__).resolve().parent
LANES = pytest.StashKey[tuple[Lane, ...]]()
TOGETHER = {"session": {"session", "reused"}}
"""Fixtures of a whole process that take long to make: their tests share it, and them."""
SPREAD = "spread"
NO_BROWSER = "none: this lane starts no browser"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of lanes."""
    group = parser.getgroup("lanes")
    group.addoption("--lane", help="run the tests of one lane of tests/lanes.toml")
    group.addoption("--lane-report", type=Path, help="write how many tests each lane has, as JSON")
    group.addoption("--lanes-file", type=Path, default=lane_rules.FILE, help="another lanes.toml")


def pytest_configure(config: pytest.Config) -> None:
    """Read the lanes, register their markers, and close the way to a browser where none is due.

    The variable reaches the processes that tests start, too.

    Raises:
        UsageError: the file cannot be used, or there is no such lane.
    """
    try:
        lanes = lane_rules.read(config.getoption("--lanes-file"))
    except lane_rules.LanesError as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[LANES] = lanes
    config.addinivalue_line("markers", f"{SPREAD}: each test may run in any of a lane's processes")
    for lane in lanes:
        for marker in lane.markers:
            config.addinivalue_line("markers", f"{marker}: of the lane {lane.name}: {lane.about}")
    name = config.getoption("--lane")
    if name is None:
        return
    chosen = _chosen(config)
    if chosen is None:
        names = ", ".join(lane.name for lane in lanes)
        raise pytest.UsageError(f"no lane is called {name!r}; there are {names}")
    if not chosen.browser:
        from browser_harness.launch.browsers import BROWSER_VARIABLE

        patch = pytest.MonkeyPatch()
        patch.setenv(BROWSER_VARIABLE, NO_BROWSER)
        config.add_cleanup(patch.undo)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Say which tests stay in one process where several run: those of a file, or of one browser.

    Tests marked `spread` go to whatever process is free.
    """
    if item.get_closest_marker(SPREAD):
        return
    fixtures = set(getattr(item, "fixturenames", ()))
    name = next((group for group, shared in TOGETHER.items() if fixtures & shared), item.path.name)
    item.add_marker(pytest.mark.xdist_group(name))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Read no file of tests that the asked lane cannot have: importing all takes half a minute."""
    chosen = _chosen(config)
    if chosen is None or not chosen.by_file or not collection_path.match("test_*.py"):
        return None
    file = collection_path.relative_to(config.rootpath / TESTS.name).as_posix()
    return None if chosen.claims(file, (), ()) else True


def _chosen(config: pytest.Config) -> Lane | None:
    name = config.getoption("--lane")
    return next((lane for lane in config.stash[LANES] if lane.name == name), None)


@pytest.hookimpl(trylast=True)  # what others leave out is no test of any lane
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of the lane that was asked for.

    Raises:
        UsageError: a file of tests gave none, so that its tests would be in no lane.
    """
    lanes = config.stash[LANES]
    chosen = _chosen(config)
    whole = chosen is None or not chosen.by_file
    if whole and config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        _require_every_file(config, items)
    name = config.getoption("--lane")
    lane_by_item = {item: lane_of_item(lanes, item, name).name for item in items}
    report = config.getoption("--lane-report")
    if report is not None and getattr(config, "workerinput", {}).get("workerid", "gw0") == "gw0":
        counts = Counter(lane_by_item.values())
        told = {"collected": len(items) if whole else None, "lanes": counts}
        report.write_text(json.dumps(told))
    if name is not None:
        left_out = [item for item in items if lane_by_item[item] != name]
        items[:] = [item for item in items if lane_by_item[item] == name]
        config.hook.pytest_deselected(items=left_out)


def lane_of_item(lanes: tuple[Lane, ...], item: pytest.Item, asked: str | None) -> Lane:
    """The lane of a collected test; a lane of other environments, if `asked` for, has it too."""
    file = item.path.relative_to(item.config.rootpath / TESTS.name).as_posix()
    markers = {marker.name for marker in item.iter_markers()}
    fixtures = getattr(item, "fixturenames", ())
    for lane in lanes:
        if lane.name == asked and lane.environment != MAIN and lane.claims(file, markers, fixtures):
            return lane
    return lane_rules.lane_of(lanes, file, markers, fixtures)


def _require_every_file(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Check that no file of tests was passed by, as in a folder that pytest does not enter."""
    tests = config.rootpath / TESTS.name
    found = {item.path.relative_to(tests).as_posix() for item in items}
    files = {path.relative_to(tests).as_posix() for path in tests.rglob("test_*.py")}
    missing = ", ".join(sorted(files - found))
    if missing:
        raise pytest.UsageError(
            f"no test was found in {missing}; give it tests, or move it out of a folder "
            "that pyproject.toml's norecursedirs names"
        )
