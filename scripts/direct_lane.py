"""Test the direct route, which needs no TensorFlow, on several Pythons; `make test-direct`.

Uses the standard library alone. Takes the Pythons as arguments; without any, those of 3.11, 3.12
and 3.13 that are on PATH, and says which are not. `--any-torch` is handed on to set-up.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.11", "3.12", "3.13")
VERSION = "import sys; print(f'{sys.version_info.major}.{sys.version_info.minor}')"


def main(arguments: list[str]) -> None:
    """Set up and test on each Python; exit code 1 if a test failed, 3 if none could be run."""
    options = [argument for argument in arguments if argument.startswith("-")]
    named = [argument for argument in arguments if argument not in options]
    pythons = {python: version_of(python) for python in named or on_path()}
    unusable = [python for python, version in pythons.items() if version is None]
    if unusable or not pythons:
        say(
            f"no Python: {', '.join(unusable) or 'none on PATH'}; name one: PYTHONS=/path/to/python"
        )
        sys.exit(3)
    failed = []
    for python, version in pythons.items():
        start = time.monotonic()
        set_up = subprocess.run([python, "scripts/setup.py", "direct", *options], cwd=ROOT)
        if set_up.returncode != 0:
            sys.exit(set_up.returncode)
        ready = time.monotonic()
        if not tests_pass(ROOT / ".venv-direct" / str(version) / "bin"):
            failed.append(version)
        took = f"set up in {ready - start:.0f} s, tested in {time.monotonic() - ready:.0f} s"
        say(f"Python {version}: {took}")
    if failed:
        say(f"failed on Python {', '.join(map(str, failed))}")
        sys.exit(1)


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


def tests_pass(environment: Path) -> bool:
    """Whether tests/direct passes in an environment."""
    command = [str(environment / "python"), "-m", "pytest", "tests/direct"]
    path = f"{environment}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"PATH": path}).returncode == 0


def say(line: str) -> None:
    """A line for the person who waits."""
    print(f"[direct] {line}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
