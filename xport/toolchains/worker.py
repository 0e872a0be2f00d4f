"""Our side: starts a worker program in its toolchain's interpreter, asks it, certainly ends it.

Commands and replies are JSON lines, through the program's standard input and a pipe of its own;
arrays go through `.npy` files. What the program and its libraries print is kept apart, and attached
to an unexpected error. The program ends with its standard input, that is, with us.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Self, TextIO, TypeVar

import numpy as np
from pydantic import ValidationError

from xport.common import isolated
from xport.common.arrays import Array, Tensors
from xport.common.document import Document
from xport.errors import RunnerError, UnavailableError
from xport.toolchains.interpreters import interpreter_for, is_ours
from xport.toolchains.toolchain import HERE, Toolchain

R = TypeVar("R", bound=Document)

END_SECONDS = 10.0
LACKING = ("ImportError", "ModuleNotFoundError")


class ToolRaised(Exception):
    """What a tool raised in a worker, of a class that carries the tool's own name for it."""


class Hello(Document):
    """What a worker says first: its Python's version, and its machine as Python tells it."""

    python: str
    platform: str


class Done(Document):
    """The reply of a command that has nothing to tell."""


class Worker:
    """A worker program while it is open; a context manager.

    It runs in the interpreter of its toolchain, unless `python` names another.
    """

    def __init__(self, toolchain: Toolchain, python: Path | None = None) -> None:
        self.toolchain, self._python = toolchain, python
        self.peak_mib = 0.0
        """Peak memory of the worker's process, in MiB, as of its last reply."""

    def __enter__(self) -> Self:
        """Start the program.

        Raises:
            PackageMissing: there is no interpreter with the toolchain's packages.
            RunnerCrashed: it ended at once.
        """
        python = self._python or interpreter_for(self.toolchain).python
        with contextlib.ExitStack() as undo:
            log = undo.enter_context(tempfile.NamedTemporaryFile(prefix="xport-", suffix=".log"))
            self._log = Path(log.name)
            self.folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="xport-")))
            self._process, self._replies = self._start(python)
            undo.callback(self._replies.close)
            undo.push(self._end)
            self.hello = self._reply("hello", Hello)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self._undo.__exit__(*error)

    def _start(self, python: Path) -> tuple[subprocess.Popen[str], TextIO]:
        """The process, and the stream of its replies."""
        # Another interpreter must not see our packages; ours sees what we see.
        mode = "-P" if is_ours(python) else "-I"
        program = [str(HERE / "loop.py"), str(self.toolchain.program)]
        receiving, sending = os.pipe()
        replies = os.fdopen(receiving, encoding="utf-8")
        try:
            with os.fdopen(sending, "wb"), self._log.open("ab") as log:
                process = subprocess.Popen(
                    [str(python), mode, *program, str(sending)],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    pass_fds=(sending,),
                    text=True,
                )
        except BaseException:
            replies.close()
            raise
        return process, replies

    def _end(self, *error: Any) -> bool:
        """Close its input, with which it ends; kill it if something went wrong, or it does not."""
        if error[0] is not None:
            self._process.kill()
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)
        finally:
            self._process.kill()
            self._process.wait()
        return False

    def ask(self, command: str, kind: type[R], /, **arguments: Any) -> R:
        """Let the program carry out a command, and wait for its reply, of type `kind`.

        Raises:
            ToolRaised: it raised something, and its class bears the name of what it raised; the
                program's last words are its note.
            OSError, MemoryError: it raised that.
            UnavailableError: a package of the toolchain cannot be imported.
            RunnerCrashed: the process died (killed, out of memory).
            RunnerError: it gave no such reply.
        """
        assert self._process.stdin is not None
        asked = json.dumps({"command": command, "arguments": arguments})
        with contextlib.suppress(BrokenPipeError):  # it has died, which its reply will tell
            self._process.stdin.write(asked + "\n")
            self._process.stdin.flush()
        return self._reply(command, kind)

    def _reply(self, command: str, kind: type[R]) -> R:
        line = self._replies.readline()
        if not line.endswith("\n"):
            raise isolated.death(self._process.wait(), self._log)
        reply = json.loads(line)
        self.peak_mib = reply["peak_mib"]
        if "raised" in reply:
            error = _raised(reply["raised"])
            error.add_note(isolated.last_words(self._log))
            if reply["raised"][0]["type"] in LACKING:
                raise UnavailableError(
                    f"its packages do not run: {error}",
                    f"toolchain {self.toolchain.name}",
                    self.toolchain.remedy,
                    isolated.last_words(self._log),
                ) from error
            raise error
        try:
            return kind.model_validate_json(json.dumps(reply["result"]))
        except ValidationError as error:
            raise RunnerError(
                f"its reply to {command!r} is none",
                f"toolchain {self.toolchain.name}",
                f"run `xport toolchain remove {self.toolchain.name}`, and install it again",
                str(error),
            ) from error

    def save(self, arrays: Tensors) -> dict[str, str]:
        """Write arrays where the worker can read them; their files by name."""
        files = {n: str(self.folder / f"given-{place}.npy") for place, n in enumerate(arrays)}
        for name, path in files.items():
            np.save(path, arrays[name], allow_pickle=False)
        return files


def load(files: dict[str, str]) -> dict[str, Array]:
    """The arrays that a worker wrote, by name."""
    return {name: np.load(path, allow_pickle=False) for name, path in files.items()}


def _raised(chain: list[dict[str, Any]]) -> Exception:
    """What was raised in a worker, with what caused it."""
    outermost, *causes = map(_made, chain)
    error = outermost
    for cause in causes:
        error.__cause__ = cause
        error = cause
    return outermost


def _made(told: dict[str, Any]) -> Exception:
    """An error as it was told; words that are made from it are as if it had been raised here."""
    if told["errno"] is not None:
        return OSError(told["errno"], os.strerror(told["errno"]), told["path"])
    if told["type"] == "MemoryError":
        return MemoryError(told["message"])
    kind: Any = type(told["type"], (ToolRaised,), {"__module__": told["module"]})
    error: Exception = kind(told["message"])
    return error
