"""Run one function in a process of its own: its memory is measured, its noise kept from ours."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

from xport.common import fork_server, own_names, system
from xport.common.tools import missing_packages_named
from xport.errors import RunnerCrashed, UnavailableError, XportError

P = ParamSpec("P")
T = TypeVar("T")

END_SECONDS = 10.0
_starting = threading.Lock()


@dataclass(frozen=True)
class Isolated(Generic[T]):
    """A function's result, the seconds it took, and the peak memory of its process in MiB.

    Where it let another process do the work and waited for it, the larger of the two counts.
    """

    result: T
    seconds: float
    peak_mib: float


def call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Isolated[T]:
    """Call a module-level function in a process of its own and wait for it.

    What the child and its libraries print is kept and attached to an unexpected error. An
    interrupt (Ctrl-C) ends the child before it is passed on.

    Where the system allows it, the process is forked from a server that has imported the large
    libraries, so that only the first one waits for them.

    Raises:
        XportError: as raised by the function, or wrapping what it did not expect.
        RunnerCrashed: the process died (killed, out of memory).
        UnavailableError: this is a process that may start no other, such as a pool's.
    """
    forked = fork_server.possible()
    return _call(_forked if forked else _spawned, function, args, kwargs)


def call_anew(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Isolated[T]:
    """As `call`, in a process that has nothing in common with another, Python's hash seed included.

    For what would otherwise only seem to be the same from one process to the next.
    """
    return _call(_spawned, function, args, kwargs)


class _Worker(Protocol):
    """Whoever lets a process do one piece of work."""

    process: BaseProcess
    used: set[str]

    def ask(self, work: Callable[..., None], sender: Connection, *arguments: Any) -> None: ...

    def exit_code(self) -> int | None: ...


class _Spawned:
    """A process that is spawned for one piece of work."""

    def __init__(self) -> None:
        self.process: BaseProcess = multiprocessing.Process()
        self.used: set[str] = set()

    def ask(self, work: Callable[..., None], sender: Connection, *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self.process = context.Process(target=work, args=(sender, *arguments))
        _start(self.process)
        sender.close()

    def exit_code(self) -> int | None:
        self.process.join()
        return self.process.exitcode


@contextlib.contextmanager
def _spawned() -> Iterator[_Worker]:
    yield _Spawned()


@contextlib.contextmanager
def _forked() -> Iterator[_Worker]:
    with fork_server.server(_start) as server:
        yield server


def _call(
    workers: Callable[[], contextlib.AbstractContextManager[_Worker]],
    function: Callable[..., T],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Isolated[T]:
    if multiprocessing.current_process().daemon:
        raise UnavailableError(
            "a daemonic process, such as one of multiprocessing.Pool, may start no other",
            multiprocessing.current_process().name,
            "call xport from the main process, or from a multiprocessing.Process of its own",
        )
    work = bytes(ForkingPickler.dumps((function, args, kwargs)))
    receiver, sender = multiprocessing.Pipe(duplex=False)
    with tempfile.TemporaryDirectory(prefix="xport-", ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "log"
        log.touch()
        start = time.monotonic()
        with workers() as worker, receiver, sender:
            try:
                with _interrupts_held():
                    worker.ask(_child, sender, str(log), list(sys.path), work)
                outcome, peak_mib, used = receiver.recv()
                worker.used.update(used)
                worker.exit_code()
            except EOFError:
                outcome, peak_mib = death(worker.exit_code(), log), 0.0
            except BaseException:
                if worker.process.pid is not None:
                    _kill(worker.process.pid)
                    worker.process.join()
                raise
        if isinstance(outcome, BaseException):
            raise outcome
        return Isolated(outcome, time.monotonic() - start, peak_mib)


def _start(process: BaseProcess) -> None:
    with _interrupts_held(), _without_main(), _ours_first():
        process.start()


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Let a process that starts meanwhile not run the program that started it.

    A spawned process imports its parent's main module first, so a script without a guard around
    its work would begin that work anew. Nothing that is called here lies in a main module.
    """
    with _starting:
        ours = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = ours


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back: here until we are done, in a process started meanwhile for good.

    The mask is what the new process inherits; it does not keep the signal from our other threads,
    so the handler holds it back too.
    """
    held: list[int] = []
    main_thread = threading.current_thread() is threading.main_thread()
    with system.interrupts_masked():
        handler = (
            signal.signal(signal.SIGINT, lambda number, _: held.append(number))
            if main_thread
            else None
        )
        try:
            yield
        finally:
            if main_thread:
                signal.signal(signal.SIGINT, handler)
    if held:
        raise KeyboardInterrupt


@contextlib.contextmanager
def _ours_first() -> Iterator[None]:
    """Let a process that is started meanwhile find our packages before anybody's of their names."""
    before = list(sys.path)
    sys.path.insert(0, str(own_names.ROOT))
    try:
        yield
    finally:
        sys.path[:] = before


def _child(sender: Connection, log: str, search_path: list[str], work: bytes) -> None:
    """In the process: do the work, and send its outcome, the memory, and the libraries used."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    handle = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    own_names.keep()
    sys.path[:] = search_path
    where = ""
    try:
        function, args, kwargs = ForkingPickler.loads(work)
        where = f"{function.__module__}.{getattr(function, '__qualname__', function)}"
        with missing_packages_named():
            outcome: object = function(*args, **kwargs)
    except XportError as error:
        outcome = error
    except BaseException as error:
        traceback.print_exc()
        sys.stderr.flush()
        outcome = XportError(f"{type(error).__name__}: {error}", where, "", last_words(Path(log)))
    used = [name for name in fork_server.LIBRARIES if name in sys.modules]
    sender.send((outcome, system.peak_mib(), used))
    sender.close()


def _kill(pid: int) -> None:
    """End a process of ours and all that it has started, and see that the latter have gone."""
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        process.suspend()  # or it might start another meanwhile
        started = process.children(recursive=True)
        process.kill()
        for one in started:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(started, timeout=END_SECONDS)


def _end_with_parent() -> None:
    """Wait until whoever called us has gone, and end: there is nobody left to tell."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def death(exit_code: int | None, log: Path) -> RunnerCrashed:
    """The error for a process that died; `log` has what it printed."""
    how = f"exit code {exit_code}"
    if exit_code is not None and exit_code < 0:
        how = f"signal {signal.Signals(-exit_code).name}"
    memory = " (out of memory?)" if system.is_kill(exit_code) else ""
    return RunnerCrashed(f"the worker process died with {how}{memory}", "", "", last_words(log))


def last_words(log: Path, lines: int = 12) -> str:
    """The end of what a process printed, as details of an error; empty if it printed nothing."""
    text = log.read_text(errors="replace").strip().splitlines()[-lines:]
    return "the process's last words:\n" + "\n".join(text) if text else ""
