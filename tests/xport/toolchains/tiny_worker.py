"""A worker program for tests: it echoes, prints, fails and dies as it is asked."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any


class OwnError(Exception):
    """An error of the program's own."""


def check() -> dict[str, Any]:
    return {}


def imports(name: str) -> dict[str, Any]:
    __import__(name)
    return {"path": sys.path, "executable": sys.executable}


def double(inputs: dict[str, str], folder: str) -> dict[str, Any]:
    import numpy as np

    print("a library's noise")
    outputs = {}
    for name, path in inputs.items():
        outputs[name] = str(Path(folder) / f"{name}-out.npy")
        np.save(outputs[name], 2 * np.load(path))
    return {"outputs": outputs}


def fail(kind: str) -> dict[str, Any]:
    print("out: before it failed")
    os.system("echo a child of a library >&2")
    if kind == "own":
        try:
            raise KeyError("inner")
        except KeyError as error:
            raise OwnError("outer\nand more") from error
    if kind == "system":
        (Path("/") / "no-such-folder" / "file").write_text("")
    if kind == "memory":
        raise MemoryError
    raise SystemExit("a library that exits")


def die(number: int) -> dict[str, Any]:
    print("last words")
    sys.stdout.flush()
    os.kill(os.getpid(), number)
    return {}


def write_pid_and_work(path: str) -> dict[str, Any]:
    """Compute without ever looking at its input, as a converter does."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path(path + ".new").write_text(str(os.getpid()))
    Path(path + ".new").rename(path)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        sum(range(10_000))
    return {}


def allocate(mib: int) -> dict[str, Any]:
    return {"length": len(b"x" * (mib * 2**20))}


COMMANDS = {
    function.__name__: function
    for function in (check, imports, double, fail, die, write_pid_and_work, allocate)
}
