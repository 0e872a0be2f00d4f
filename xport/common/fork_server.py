"""Processes forked from one that has imported the large libraries already: no import is paid twice.

A server is a spawned process that runs no code but ours: it imports, of `LIBRARIES`, those that an
earlier function has used, and forks for each request a process that does the work. It has one
thread and no state of ours, so what it forks is as fresh as a spawned process, but for Python's
hash seed, which all of one server share. It ends with us, and after `IDLE_SECONDS` without work.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import reduction
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NoReturn

from xport.common import own_names, system

LIBRARIES = ("numpy", "onnx", "onnxruntime", "torch")
"""What takes long to import; in the order of their weight."""

IDLE_SECONDS = 30.0

READ_AT_IMPORT = (
    *("CUDA", "GOMP_", "KMP_", "LD_", "MALLOC_", "MKL_", "NPY_", "NUMPY_", "OMP_", "ONNX"),
    *("OPENBLAS_", "ORT_", "PYTHON", "PYTORCH", "TORCH"),
)
"""Beginnings of the environment variables that libraries read while they are imported."""


@dataclass(frozen=True)
class _State:
    """What a forked process takes over from ours: its server was started from another state."""

    search_path: list[str]
    environment: dict[str, str]
    folder: Path
    umask: int | None

    @classmethod
    def ours(cls) -> _State:
        return cls(list(sys.path), dict(os.environ), Path.cwd(), system.umask())

    def of_imports(self) -> object:
        """What decides which libraries are found, and what they read while they are imported."""
        relative = any(not Path(place).is_absolute() for place in self.search_path)
        told = {k: v for k, v in self.environment.items() if k.startswith(READ_AT_IMPORT)}
        return self.search_path, self.folder if relative else None, told

    def take_over(self) -> None:
        sys.path[:] = self.search_path
        os.environ.clear()
        os.environ.update(self.environment)
        os.chdir(self.folder)
        if self.umask is not None:
            os.umask(self.umask)
        tempfile.tempdir = None
        if "numpy" in sys.modules:
            importlib.import_module("numpy.random").seed()


class Server:
    """A server's process, as whoever asks it sees it: one request at a time."""

    def __init__(self, start: Callable[[BaseProcess], None], imports: object) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=_serve, args=(theirs,), name="xport-fork-server"
        )
        try:
            start(self.process)
        except BaseException:
            self._connection.close()  # with which it ends
            raise
        finally:
            theirs.close()
        self.imports = imports
        """What decided its imports when it was started."""
        self.used: set[str] = set()
        """Those of LIBRARIES that functions have imported."""
        self.rested = time.monotonic()
        """Since when it has had no work."""

    def ask(self, work: Callable[..., None], sender: Connection, *arguments: Any) -> None:
        """Let a new process do `work(sender, *arguments)`, and close our `sender`.

        Raises:
            OSError: the server has gone.
        """
        dumps = reduction.ForkingPickler.dumps
        request = dumps((work, arguments))
        self._connection.send(sorted(self.used, key=LIBRARIES.index))
        self._connection.send_bytes(dumps(_State.ours()))
        self._connection.send_bytes(request)
        reduction.send_handle(self._connection, sender.fileno(), self.process.pid)
        sender.close()

    def exit_code(self) -> int | None:
        """Wait for the end of the process that was asked for, or of the server if it has died."""
        try:
            code: int = self._connection.recv()
        except (EOFError, OSError):
            self.process.join()
            return self.process.exitcode
        self.rested = time.monotonic()
        return code

    def close(self) -> None:
        """Let the server end, which has no work."""
        self._connection.close()
        self.process.join()


_resting: list[Server] = []
_lock = threading.Lock()


@contextlib.contextmanager
def server(start: Callable[[BaseProcess], None]) -> Iterator[Server]:
    """A server for one request: one that rests, or a new one, whose process `start` starts.

    It rests again afterwards, unless an error comes through: then whoever asked has ended it.
    """
    imports = _State.ours().of_imports()
    with _lock:
        resting, _resting[:] = list(_resting), []
        latest = time.monotonic() - IDLE_SECONDS / 2
        fit = [
            one
            for one in resting
            if one.imports == imports and one.rested > latest and one.process.is_alive()
        ]
        one = fit.pop() if fit else None
        _resting.extend(fit)
    for other in resting:
        if other is not one and other not in fit:
            other.close()
    one = one or Server(start, imports)
    yield one
    with _lock:
        _resting.append(one)


@atexit.register
def close_all() -> None:
    """Let all servers end that rest: multiprocessing waits for its processes as we end."""
    while _resting:
        _resting.pop().close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_resting.clear)  # they are the children of another


def possible() -> bool:
    """Whether this system can fork safely with libraries imported: Linux can, macOS cannot."""
    return sys.platform == "linux" and hasattr(os, "fork")


def _serve(connection: Connection) -> None:
    """What a server does, and, once for each request, the process that it forked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    own_names.keep()
    _silence()
    while connection.poll(IDLE_SECONDS):
        try:
            libraries = connection.recv()
            state, request = connection.recv_bytes(), connection.recv_bytes()
            handle = reduction.recv_handle(connection)
        except (EOFError, OSError):
            return
        os.set_inheritable(handle, False)
        for name in libraries:
            with contextlib.suppress(Exception):  # whoever needs it will say so
                importlib.import_module(name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of libraries' resting threads
            child = os.fork()
        if child == 0:
            connection.close()
            reduction.ForkingPickler.loads(state).take_over()
            work, arguments = reduction.ForkingPickler.loads(request)
            work(Connection(handle, readable=False), *arguments)
            _end_at_once()
        os.close(handle)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with contextlib.suppress(OSError):
            connection.send(code)


def _end_at_once() -> NoReturn:
    """End a forked process whose work is done, as multiprocessing ends its own.

    What libraries do at exit may wait for threads that were never forked, and so for ever.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):  # None, closed, or full
            stream.flush()
    os._exit(0)


def _silence() -> None:
    """Keep what libraries print while they are imported from the terminal."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
