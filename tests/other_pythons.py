"""The lane of other Pythons: no toolchain is there, and torch where pip has a CPU build of it."""

from __future__ import annotations

import importlib.util
import platform
import tempfile

import pytest

from scripts import lane_rules
from tests.lanes import LANES
from xport.toolchains import cache
from xport.toolchains.known import TOOLCHAINS

LEFT_OUT = pytest.StashKey[int]()


@pytest.hookimpl(trylast=True)  # after the lanes are read
def pytest_configure(config: pytest.Config) -> None:
    """Register what may be left out, and let no toolchain be found by what is tested."""
    config.addinivalue_line("markers", "torch: needs torch, which another Python may have to lack")
    if not _beside(config):
        return
    patch, folder = pytest.MonkeyPatch(), tempfile.TemporaryDirectory(prefix="xport-")
    patch.setenv(cache.FOLDER_VARIABLE, folder.name)
    for toolchain in TOOLCHAINS.values():
        patch.delenv(toolchain.variable, raising=False)
    config.add_cleanup(patch.undo)
    config.add_cleanup(folder.cleanup)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs torch where it is not; the summary counts it, and says why."""
    if not _beside(config) or importlib.util.find_spec("torch"):
        return
    left_out = [item for item in items if item.get_closest_marker("torch")]
    items[:] = [item for item in items if not item.get_closest_marker("torch")]
    config.stash[LEFT_OUT] = len(left_out)
    config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, and why."""
    count = terminalreporter.config.stash.get(LEFT_OUT, 0)
    if count:
        terminalreporter.write_line(
            f"{count} tests left out: they need torch, of which pip found no CPU build for "
            f"Python {platform.python_version()}",
            yellow=True,
        )


def _beside(config: pytest.Config) -> bool:
    """Whether the lane that was asked for is one of environments beside the main one."""
    name = config.getoption("--lane")
    lanes = config.stash[LANES]
    return any(lane.name == name and lane.environment == lane_rules.PYTHONS for lane in lanes)
