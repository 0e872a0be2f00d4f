"""The worker's side: carries out the commands of a worker program, one line each.

Runs in the toolchain's interpreter, so it needs the standard library alone and imports nothing of
this project. `python loop.py PROGRAM HANDLE` reads commands from standard input, as JSON lines
`{"command": "name", "arguments": {...}}`, calls the program's function of that name in `COMMANDS`,
and writes replies into the handle: `{"result": {...}, "peak_mib": 12.5}`, or `raised` in the place
of `result`. Standard output and error are the libraries' own, and kept apart.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO


def main(program: str, handle: int) -> None:
    """Say hello, then carry out command after command; ends with its standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started us decides when we end
    os.set_inheritable(handle, False)
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    with os.fdopen(handle, "w", encoding="utf-8", buffering=1) as replies:
        said = {"python": platform.python_version(), "platform": platform.platform()}
        _reply(replies, {"result": said})
        commands = _commands(program)
        while True:
            asked = json.loads(lines.get())
            _reply(replies, _carried_out(commands[asked["command"]], asked["arguments"]))


def _listen(lines: queue.SimpleQueue[str]) -> None:
    """Pass commands on; when there is nobody left to give them, end at once, busy or not."""
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)


def _commands(program: str) -> dict[str, Callable[..., Any]]:
    spec = importlib.util.spec_from_file_location("worker_program", program)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    commands: dict[str, Callable[..., Any]] = module.COMMANDS
    return commands


def _carried_out(command: Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": command(**arguments)}
    except BaseException as error:
        traceback.print_exc()
        sys.stderr.flush()
        return {"raised": _chain(error)}


def _chain(error: BaseException) -> list[dict[str, Any]]:
    """An error and its causes, outermost first."""
    found: list[dict[str, Any]] = []
    cause: BaseException | None = error
    while cause is not None:
        system = cause if isinstance(cause, OSError) else None
        named = (system.filename2 or system.filename) if system else None
        found.append(
            {
                "type": type(cause).__name__,
                "module": type(cause).__module__,
                "message": str(cause),
                "errno": system.errno if system else None,
                "path": str(named) if named else None,
            }
        )
        cause = cause.__cause__
    return found


def _reply(replies: TextIO, reply: dict[str, Any]) -> None:
    replies.write(json.dumps({**reply, "peak_mib": _peak_mib()}) + "\n")


def _peak_mib() -> float:
    """Of this process: on Linux of its address space, as `getrusage` begins with the parent's."""
    import resource

    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        told = next(line.split() for line in lines if line.startswith("VmHWM:"))
        return float(told[1]) / 1024
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
