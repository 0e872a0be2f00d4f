"""Environments beside `.venv`, one for each other Python: what it has, and no toolchain."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.11", "3.12", "3.13")
VERSION = "import sys; print(f'{sys.version_info.major}.{sys.version_info.minor}')"


def environments(pythons: Sequence[str], any_torch: bool) -> Iterator[tuple[str, Path]]:
    """Set up for one Python after the other: its version, and the Python to test with.

    Args:
        any_torch: whether a CUDA build of torch will do, where pip has no CPU build.

    Raises:
        NoEnvironment: one does not start, or its set-up fails.
    """
    versions = {python: version_of(python) for python in pythons}
    unusable = [python for python, version in versions.items() if version is None]
    if unusable:
        raise NoEnvironment("", f"no Python: {', '.join(unusable)}")
    for python, version in versions.items():
        start = time.monotonic()
        options = ["--any-torch"] if any_torch else []
        set_up = subprocess.run([python, "scripts/setup.py", "beside", *options], cwd=ROOT)
        if set_up.returncode != 0:
            raise NoEnvironment(str(version), f"could not be set up on Python {version}")
        say(f"Python {version}: set up in {time.monotonic() - start:.0f} s")
        yield str(version), ROOT / f".venv-{version}" / "bin" / "python"


class NoEnvironment(Exception):
    """No environment could be set up for a Python: its `version`, and why."""

    def __init__(self, version: str, why: str) -> None:
        super().__init__(why)
        self.version = version


def on_path(main: Path) -> list[str]:
    """The Pythons on PATH that start, but that of the main environment, whose Python is `main`.

    What is not there is said, since it goes untested.
    """
    others = [f"python{version}" for version in VERSIONS if version != version_of(str(main))]
    usable = [python for python in others if version_of(python)]
    missing = [python for python in others if python not in usable]
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
    print(f"[pythons] {line}", flush=True)
