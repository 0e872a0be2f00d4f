"""The environments of the direct route, which needs no TensorFlow: one for each Python."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.11", "3.12", "3.13")
VERSION = "import sys; print(f'{sys.version_info.major}.{sys.version_info.minor}')"


def environments(named: Sequence[str], any_torch: bool) -> Iterator[tuple[str, Path]]:
    """Set up for one Python after the other: its version, and the Python to test with.

    A failed set-up, or no Python at all, ends all with exit code 3.

    Args:
        named: the Pythons; without any, those of 3.11, 3.12 and 3.13 that are on PATH, and what is
            not is said.
        any_torch: whether a CUDA build of torch will do, where pip has no CPU build.
    """
    pythons = {python: version_of(python) for python in named or on_path()}
    unusable = [python for python, version in pythons.items() if version is None]
    if unusable or not pythons:
        names = ", ".join(unusable) or "none on PATH"
        raise NoEnvironment("", f"no Python: {names}; name one: PYTHONS=/path/to/python")
    for python, version in pythons.items():
        start = time.monotonic()
        options = ["--any-torch"] if any_torch else []
        set_up = subprocess.run([python, "scripts/setup.py", "direct", *options], cwd=ROOT)
        if set_up.returncode != 0:
            raise NoEnvironment(str(version), f"could not be set up on Python {version}")
        say(f"Python {version}: set up in {time.monotonic() - start:.0f} s")
        yield str(version), ROOT / ".venv-direct" / str(version) / "bin" / "python"


class NoEnvironment(Exception):
    """There is no Python, or no environment could be set up for one: its `version`, and why."""

    def __init__(self, version: str, why: str) -> None:
        super().__init__(why)
        self.version = version


def on_path() -> list[str]:
    """The Pythons on PATH that start; what is not there is said, since it goes untested."""
    usable = [f"python{v}" for v in VERSIONS if version_of(f"python{v}")]
    missing = [f"python{v}" for v in VERSIONS if f"python{v}" not in usable]
    if missing:
        say(
            f"not on PATH, so not tested: {', '.join(missing)} (PYTHONS=/path/to/python tests them)"
        )
    return usable


def version_of(python: str) -> str | None:
    """Such as 3.12; None if it does not start (a launcher without a Python behind it, say)."""
    try:
        done = subprocess.run([python, "-c", VERSION], capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def say(line: str) -> None:
    """A line for the person who waits."""
    print(f"[direct] {line}", flush=True)
