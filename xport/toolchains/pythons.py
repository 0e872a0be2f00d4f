"""Finding a Python of the version that a lock is for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from xport.errors import UnavailableError
from xport.toolchains.toolchain import Toolchain

SECONDS = 60


def python_for(toolchain: Toolchain, chosen: Path | None) -> Path:
    """The Python that a toolchain's environment is made with: the chosen one, or one that is found.

    Looked for are ours, `python3.x` on PATH, and pyenv's.

    Raises:
        UnavailableError: there is none of the lock's version, or the chosen one is of another.
    """
    if chosen is not None:
        found = version_of(chosen)
        if found != toolchain.python:
            raise UnavailableError(
                f"is Python {found}" if found else "does not run as a Python",
                str(chosen),
                f"the lock of {toolchain.name} is for Python {toolchain.python}; name one of these",
            )
        return chosen
    for python in _candidates(toolchain.python):
        if version_of(python) == toolchain.python:
            return python
    raise UnavailableError(
        f"there is no Python {toolchain.python}, which the lock of {toolchain.name} is for",
        "this machine",
        f"install it, or run `xport toolchain install {toolchain.name} "
        f"--python /path/to/python{toolchain.python}`",
    )


def version_of(python: Path) -> str:
    """Its version, such as "3.11"; empty if it does not run."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run(
            [str(python), "-I", "-c", code],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _candidates(version: str) -> Iterator[Path]:
    yield Path(sys.executable)
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield Path(on_path)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True)
