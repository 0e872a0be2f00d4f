"""One function in a process of its own: what it takes over, what it shares, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from xport.common import fork_server, isolated
from xport.common.own_names import ROOT
from xport.errors import RunnerCrashed, XportError


def state() -> tuple[str | None, str, int, list[str]]:
    mask = os.umask(0)
    os.umask(mask)
    return os.environ.get("SAID_LATER"), str(Path.cwd()), mask, list(sys.path)


def imported() -> list[str]:
    """The libraries that are there before the function asks for one."""
    before = [name for name in fork_server.LIBRARIES if name in sys.modules]
    import numpy

    assert numpy
    return before


def drawn() -> tuple[float, float]:
    import random

    import numpy as np

    return random.random(), float(np.random.random_sample())


def hashed() -> int:
    return hash("a string")


def parent() -> int:
    return os.getppid()


def noisy(ending: str) -> None:
    print("said before the end", flush=True)
    if ending == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    raise ValueError("unexpected")


def wait(place: str, seconds: float = 60.0) -> int:
    Path(place).write_text(str(os.getpid()))
    time.sleep(seconds)
    return os.getpid()


@pytest.fixture(autouse=True)
def _no_server_before() -> Iterator[None]:
    fork_server.close_all()
    yield
    fork_server.close_all()


@pytest.fixture(params=["forked", "spawned"])
def _either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "spawned":
        monkeypatch.setattr(fork_server, "possible", lambda: False)


@pytest.mark.usefixtures("_either")
def test_it_takes_over_what_has_changed_since_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolated.call(state)
    monkeypatch.setenv("SAID_LATER", "yes")
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o027)
    try:
        told = isolated.call(state).result
    finally:
        os.umask(before)
    assert told == ("yes", str(tmp_path), 0o027, sys.path)


@pytest.mark.usefixtures("_either")
@pytest.mark.parametrize("ending", ["killed", "raised"])
def test_its_end_is_told_with_its_last_words(ending: str) -> None:
    kind, what = {
        "killed": (RunnerCrashed, "died with signal SIGKILL"),
        "raised": (XportError, "ValueError: unexpected"),
    }[ending]
    with pytest.raises(kind, match=what) as caught:
        isolated.call(noisy, ending)
    assert "said before the end" in caught.value.details
    assert isolated.call(hashed).result is not None, "the next one works"


def test_a_library_is_imported_once_for_all_that_follow() -> None:
    assert isolated.call(imported).result == []
    assert isolated.call(imported).result == ["numpy"]
    assert isolated.call(parent).result == isolated.call(parent).result != os.getpid()


def test_what_libraries_read_while_they_are_imported_is_read_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    isolated.call(imported)
    monkeypatch.setenv("OMP_DYNAMIC", "false")
    assert isolated.call(imported).result == []


def test_random_numbers_are_not_the_same_in_all() -> None:
    isolated.call(imported)
    ours, theirs = isolated.call(drawn).result, isolated.call(drawn).result
    assert ours[0] != theirs[0]
    assert ours[1] != theirs[1]


def test_a_process_anew_hashes_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    assert isolated.call(hashed).result == isolated.call(hashed).result
    assert isolated.call(hashed).result != isolated.call_anew(hashed).result


def test_threads_have_processes_of_their_own_at_the_same_time(tmp_path: Path) -> None:
    pids: list[int] = []

    def one(name: str) -> None:
        pids.append(isolated.call(wait, str(tmp_path / name), 0.1).result)

    threads = [threading.Thread(target=one, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(pids)) == 2


def test_a_server_that_has_died_is_replaced() -> None:
    server = isolated.call(parent).result
    process = psutil.Process(server)
    process.kill()
    while process.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert isolated.call(parent).result != server


def test_a_program_that_has_called_ends_at_once_and_so_do_its_servers() -> None:
    code = (
        "from xport.common import isolated\nimport math, os, time\n"
        "assert isolated.call(math.sqrt, 4.0).result == 2.0\n"
        "print(isolated.call(os.getppid).result, time.monotonic(), flush=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    server, ended = done.stdout.split()
    assert time.monotonic() - float(ended) < fork_server.IDLE_SECONDS / 2
    assert not psutil.pid_exists(int(server))
    assert done.stderr == ""
