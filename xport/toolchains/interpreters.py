"""Which interpreter a toolchain runs in, and the versions of its packages there."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xport.errors import PackageMissing, UnavailableError
from xport.toolchains import cache
from xport.toolchains.toolchain import Toolchain

_VERSIONS = """\
import importlib.metadata, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""
SECONDS = 60
INSTALLED = "installed"


@dataclass(frozen=True)
class Interpreter:
    """A Python with a toolchain's packages; `found` is where it comes from, for people."""

    python: Path
    found: str


def interpreter_for(toolchain: Toolchain) -> Interpreter:
    """The one that its variable names, else ours if it has the packages, else the installed one.

    Raises:
        PackageMissing: there is none.
        UnavailableError: the variable names one that lacks the packages, or does not run.
    """
    named = os.environ.get(toolchain.variable)
    if named:
        return _named(toolchain, Path(named))
    lacking = lacking_here(toolchain)
    if not lacking:
        return Interpreter(Path(sys.executable), "this environment")
    python = cache.installed(toolchain)
    if python is None:
        raise _missing(toolchain, lacking[0], "this environment")
    return Interpreter(python, INSTALLED)


def is_ours(python: Path) -> bool:
    """Whether this is the interpreter that runs us."""
    return python == Path(sys.executable)


def lacking_here(toolchain: Toolchain) -> list[str]:
    """The toolchain's packages that this environment has not."""
    found = _versions_here(toolchain.packages)
    return [name for name in toolchain.packages if name not in found]


def tool_versions(toolchain: Toolchain, packages: Sequence[str]) -> dict[str, str]:
    """Versions of the named distributions, in the toolchain's interpreter.

    Raises:
        PackageMissing: there is no such interpreter, it has not all of them, or it is an installed
            one that does not run.
        UnavailableError: as `interpreter_for`.
    """
    interpreter = interpreter_for(toolchain)
    try:
        versions = versions_in(interpreter.python, packages)
    except UnavailableError as error:
        if interpreter.found != INSTALLED:
            raise
        raise PackageMissing(error.what, error.where, toolchain.remedy, error.details) from error
    for name in packages:
        if name not in versions:
            ours = is_ours(interpreter.python)
            raise _missing(toolchain, name, "this environment" if ours else str(interpreter.python))
    return versions


def _named(toolchain: Toolchain, python: Path) -> Interpreter:
    found = versions_in(python, toolchain.packages)
    lacking = [name for name in toolchain.packages if name not in found]
    if lacking:
        raise UnavailableError(
            f"{python} lacks {', '.join(lacking)}",
            toolchain.variable,
            f"name another interpreter, or unset it and {toolchain.remedy}",
        )
    return Interpreter(python, toolchain.variable)


def _missing(toolchain: Toolchain, package: str, where: str) -> PackageMissing:
    return PackageMissing(f"package {package} is not installed", where, toolchain.remedy)


def _versions_here(packages: Sequence[str]) -> dict[str, str]:
    found = {}
    for name in packages:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def versions_in(python: Path, packages: Sequence[str]) -> dict[str, str]:
    """Versions of distributions in an interpreter, ours or another, without those it has not.

    Raises:
        UnavailableError: it does not run.
    """
    if is_ours(python):
        return _versions_here(packages)
    return dict(_asked(python, tuple(packages)))


@functools.cache
def _asked(python: Path, packages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    try:
        done = subprocess.run(
            [str(python), "-I", "-c", _VERSIONS, *packages],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=SECONDS,
        )
        versions = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        raise UnavailableError(
            "does not run as a Python", str(python), "name another interpreter", str(error)
        ) from error
    return tuple((name, versions[name]) for name in packages if name in versions)
