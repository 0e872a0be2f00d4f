"""A worker program: what it says, prints, raises; and that it ends, however its parent does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.conftest import ROOT
from tests.xport.toolchains import tiny
from xport.common import fork_server, isolated
from xport.errors import RunnerCrashed, RunnerError, UnavailableError, XportError
from xport.toolchains.worker import Done, ToolRaised, Worker, load


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """A worker in this interpreter."""
    with Worker(tiny.here(tmp_path)) as opened:
        yield opened


def pid_in(path: Path) -> int:
    """The worker's process, once it is at work."""
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return int(path.read_text())


def ends(pid: int, seconds: float = 20) -> bool:
    """Whether a process ends, or has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_arrays_go_there_and_back_and_noise_does_not(
    worker: Worker, capfd: pytest.CaptureFixture[str]
) -> None:
    given = {"a": np.float32([[1, 2], [3, 4]]), "b": np.array(5.0), "c": np.arange(3)[::-1]}
    found = load(
        worker.ask(
            "double", tiny.Files, inputs=worker.save(given), folder=str(worker.folder)
        ).outputs
    )
    assert found.keys() == given.keys()
    for name, array in given.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], 2 * array)
    assert capfd.readouterr() == ("", "")
    assert worker.hello.python == sys.version.split()[0]
    assert worker.peak_mib > 5


def test_no_array_of_objects_is_written(worker: Worker) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        worker.save({"a": np.array([object()])})


def test_what_it_raises_bears_its_name_and_cause_and_the_noise_before(worker: Worker) -> None:
    with pytest.raises(ToolRaised) as caught:
        worker.ask("fail", Done, kind="own")
    error = caught.value
    assert (type(error).__name__, type(error).__module__) == ("OwnError", "worker_program")
    assert str(error) == "outer\nand more"
    assert type(error.__cause__).__name__ == "KeyError"
    (note,) = error.__notes__
    assert "OwnError: outer" in note


def test_noise_of_libraries_and_their_children_is_attached(worker: Worker) -> None:
    with pytest.raises(ToolRaised, match="a library that exits") as caught:
        worker.ask("fail", Done, kind="exit")
    assert type(caught.value).__name__ == "SystemExit"
    assert "a child of a library" in caught.value.__notes__[0]


def test_errors_of_the_system_stay_what_they_are(worker: Worker) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        worker.ask("fail", Done, kind="system")
    assert caught.value.filename == "/no-such-folder/file"
    with pytest.raises(MemoryError):
        worker.ask("fail", Done, kind="memory")
    worker.ask("check", Done)


def test_death_is_told_with_its_signal_and_last_words(worker: Worker) -> None:
    with pytest.raises(RunnerCrashed, match=r"died with signal SIGKILL \(out of memory\?\)") as it:
        worker.ask("die", Done, number=signal.SIGKILL)
    assert "last words" in it.value.details
    with pytest.raises(RunnerCrashed, match="SIGKILL"):
        worker.ask("check", Done)


def test_a_program_that_cannot_start_says_why(tmp_path: Path) -> None:
    program = tmp_path / "broken.py"
    program.write_text("raise ImportError('nothing of this kind')\n")
    with Worker(replace(tiny.here(tmp_path), program=program)) as worker:
        with pytest.raises(RunnerCrashed, match="exit code 1") as caught:
            worker.ask("check", Done)
        assert "nothing of this kind" in caught.value.details


def test_a_reply_of_another_kind_is_refused(worker: Worker) -> None:
    with pytest.raises(RunnerError, match="its reply to 'check' is none"):
        worker.ask("check", tiny.Length)


def test_an_interrupt_ends_it(tmp_path: Path) -> None:
    place = tmp_path / "pid"

    def interrupt() -> None:
        pid_in(place)
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        tiny.work_in(str(tmp_path), str(place))
    thread.join()
    assert ends(pid_in(place), 0.5)


@pytest.mark.parametrize("by", ["a process", "a process of a process"])
def test_it_ends_when_its_parent_is_killed(by: str, tmp_path: Path) -> None:
    place = tmp_path / "pid"
    work = f"tiny.work_in, {str(tmp_path)!r}, {str(place)!r}"
    call = f"(lambda f, *a: f(*a))({work})" if by == "a process" else f"isolated.call({work})"
    code = (
        "from tests.xport.toolchains import tiny\nfrom xport.common import isolated\n"
        f"if __name__ == '__main__':\n    {call}\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    with subprocess.Popen(
        [sys.executable, script], env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=ROOT
    ) as parent:
        pid = pid_in(place)
        between = [one.pid for one in psutil.Process(parent.pid).children(recursive=True)]
        assert pid in between
        parent.kill()
    assert all(map(ends, between))


def test_an_isolated_call_that_is_interrupted_leaves_no_worker(tmp_path: Path) -> None:
    place = tmp_path / "pid"
    main = threading.main_thread().ident
    assert main is not None

    def interrupt() -> None:
        pid_in(place)
        signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        isolated.call(tiny.work_in, str(tmp_path), str(place))
    assert not psutil.pid_exists(pid_in(place))
    thread.join()


def test_an_isolated_call_measures_its_worker_and_tells_what_it_raised(tmp_path: Path) -> None:
    ours = b"x" * (600 * 2**20)  # what calls is no part of what is measured
    small = isolated.call(tiny.allocate_in, str(tmp_path), 1)
    large = isolated.call(tiny.allocate_in, str(tmp_path), 500)
    assert large.result == 500 * 2**20
    assert len(ours) / 2**20 > small.peak_mib
    assert large.peak_mib - small.peak_mib > 300
    with pytest.raises(XportError, match="OverflowError: ") as caught:
        isolated.call(tiny.allocate_in, str(tmp_path), 2**60)
    assert "in allocate" in caught.value.details
    fork_server.close_all()
    assert multiprocessing.active_children() == []


def test_another_interpreter_sees_its_own_packages_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv.create(tmp_path / "empty", with_pip=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with Worker(tiny.here(tmp_path), tmp_path / "empty" / "bin" / "python") as worker:
        place = worker.ask("imports", tiny.Place, name="json")
        assert not {str(ROOT), str(tmp_path)} & set(place.path)
        with pytest.raises(UnavailableError, match=r"packages do not run: .*pydantic"):
            worker.ask("imports", tiny.Place, name="pydantic")
