"""A release as tests of pytest, one for each model, leg and output, and fixtures for own tests.

pytest loads this module in every run where xport is installed (entry point `pytest11`), so nothing
heavy is imported before an option or a fixture asks for it.

- `fixtures`: what the fixtures hand out: the verified bundle, and any leg to be played to.
- `items`: the tests: collectors by model and leg, and an item for each output.
- `judging`: what a verdict says of one item: passed or not, the finding, the numbers.
- `options`: the options, and what they ask for.
- `session`: one release for a whole session of pytest, whatever number of processes it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from xport.pytest_plugin.options import add_options, wanted_of

if TYPE_CHECKING:
    from xport.pytest_plugin.fixtures import Played
    from xport.pytest_plugin.session import Session

NAME = "xport-session"
REMEDY = "run pytest with --xport-release FILE, or with --xport-run RUN"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    add_options(parser)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take up the release that an option names, and leave everything alone where none does.

    Raises:
        UsageError: the options contradict each other, or the file cannot be used.
    """
    wanted = wanted_of(config)
    if wanted is None or config.pluginmanager.has_plugin(NAME):
        return
    from xport.pytest_plugin.session import begin

    config.pluginmanager.register(begin(config, wanted), NAME)


@pytest.fixture(scope="session")
def xport_bundle(request: pytest.FixtureRequest) -> Path:
    """The folder of the release's bundle, every byte of it verified."""
    from xport.pytest_plugin.fixtures import verified_bundle

    return verified_bundle(_session(request.config))


@pytest.fixture(scope="module")
def xport_runner(request: pytest.FixtureRequest) -> Iterator[Played]:
    """Plays inputs to a leg of the release, in the real engine: `xport_runner(array, leg=…)`."""
    from xport.pytest_plugin.fixtures import Played

    with Played(_session(request.config)) as played:
        yield played


def _session(config: pytest.Config) -> Session:
    found: Any = config.pluginmanager.get_plugin(NAME)
    if found is None:
        pytest.fail(f"no release is asked for; {REMEDY}", pytrace=False)
    session: Session = found
    return session
