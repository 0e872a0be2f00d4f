"""Making a toolchain's environment from its lock, whole or not at all; removing it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import filelock
import psutil

from reference.system_errors import refusal
from xport.common import progress
from xport.errors import UnavailableError, XportError
from xport.toolchains import cache, interpreters
from xport.toolchains.pythons import python_for
from xport.toolchains.toolchain import HERE, Toolchain
from xport.toolchains.worker import Done, ToolRaised, Worker

TAIL_LINES = 15
END_SECONDS = 10.0
LOOP = "loop.py"
# pip looks for each package in every folder it was given, and warns of each that has none.
NOISE = re.compile(r"WARNING: Location '.*' is ignored")
PIP = ("-I", "-m", "pip", "--disable-pip-version-check")
LOCKED = ("install", "--quiet", "--no-input", "--require-hashes", "--no-deps")


def install(toolchain: Toolchain, python: Path | None = None) -> tuple[Path, bool]:
    """Make the environment, unless it is there; its interpreter, and whether it was there.

    It counts as made once its stamp is written, after the packages were imported in it. What fails
    or is interrupted is removed; two processes that want the same wait for one another. One that
    was damaged since is made anew.

    Raises:
        UnavailableError: there is no fitting Python, pip fails, what it installed does not run, or
            the folder cannot be written; or this is Windows.
    """
    if not hasattr(os, "killpg"):
        raise UnavailableError(
            "cannot be installed on this system, which has no process groups",
            f"toolchain {toolchain.name}",
            "go without it, or use Linux or macOS",
        )
    with _held(toolchain):
        there, folder = cache.installed(toolchain), cache.folder_of(toolchain)
        if there is not None:
            if not cache.is_damaged(toolchain):
                return there, True
            progress.say(f"{folder} is not what was installed there; making it anew")
        base = python_for(toolchain, python)
        try:
            _make(toolchain, base, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return cache.python_in(folder), False


def remove(toolchain: Toolchain) -> list[Path]:
    """Remove its environments of every lock; those that were there.

    Raises:
        UnavailableError: they cannot be removed.
    """
    if not cache.root().is_dir():
        return []
    with _held(toolchain):
        found = cache.every_folder(toolchain)
        for folder in found:
            (folder / cache.STAMP).unlink(missing_ok=True)
            shutil.rmtree(folder)
    return found


@contextlib.contextmanager
def _held(toolchain: Toolchain) -> Iterator[None]:
    """Hold the toolchain for this process."""
    root = cache.root()
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(root / f"{toolchain.name}.lock")
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            progress.say(f"another process is at work on {toolchain.name}; waiting for it")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()
    except OSError as error:
        known = refusal(error, root)
        if known is None:
            raise
        raise known from error


def _make(toolchain: Toolchain, base: Path, folder: Path) -> None:
    python = cache.python_in(folder)
    with progress.step(f"install {toolchain.name}", 3):
        _clear(folder)
        _run(
            [str(base), "-I", "-m", "venv", str(folder)],
            "make an environment",
            "install its venv module (apt-get install python3-venv), or choose another by --python",
        )
        progress.advance("environment")
        _run(
            [str(python), *PIP, *LOCKED, "-r", str(toolchain.lock)],
            "install the locked packages",
            "see pip's words, and run the command again",
        )
        progress.advance("packages")
        hello = _tried(toolchain, python)
        progress.advance("imported")
    packages = interpreters.versions_in(python, toolchain.packages)
    cache.Stamp(
        toolchain=toolchain.name,
        lock_sha256=toolchain.digest,
        python=hello,
        packages=packages,
    ).write(folder / cache.STAMP)


def _clear(folder: Path) -> None:
    """Remove what lies there, and end first what an installation that was killed left at work."""
    (folder / cache.STAMP).unlink(missing_ok=True)
    left = [one for one in psutil.process_iter(["cmdline"]) if _installs_into(folder, one)]
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, END_SECONDS)
    if folder.exists():
        shutil.rmtree(folder)


def _installs_into(folder: Path, process: psutil.Process) -> bool:
    """Whether a process makes the environment, or runs anything in it but a worker."""
    words = process.info["cmdline"] or [""]
    makes = words[-3:] == ["-m", "venv", str(folder)]
    inside = words[0].startswith(f"{folder / 'bin'}{os.sep}")
    return makes or (inside and str(HERE / LOOP) not in words)


def _tried(toolchain: Toolchain, python: Path) -> str:
    """Import everything once; the version of its Python."""
    try:
        with Worker(toolchain, python) as worker:
            worker.ask("check", Done)
            return worker.hello.python
    except (ToolRaised, XportError) as error:
        words = error.details if isinstance(error, XportError) else "\n".join(error.__notes__)
        what = error.what if isinstance(error, XportError) else str(error)
        raise UnavailableError(
            f"the installed packages do not run: {what}",
            f"toolchain {toolchain.name}",
            "see their words",
            words,
        ) from error


def _run(command: list[str], doing: str, remedy: str) -> None:
    """Run a command to its end; whatever ends us ends it and what it has started.

    Raises:
        UnavailableError: it fails.
    """
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode != 0:
        lines = [line for line in said.splitlines() if line.strip() and not NOISE.match(line)]
        raise UnavailableError(
            f"cannot {doing}", command[0], remedy, "\n".join(lines[-TAIL_LINES:])
        )
