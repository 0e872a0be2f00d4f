"""Where installed toolchains lie, which of them are whole, and which were damaged since."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import platformdirs

from xport.common.document import Document
from xport.errors import XportError
from xport.toolchains.pythons import version_of
from xport.toolchains.toolchain import Toolchain

FOLDER_VARIABLE = "XPORT_TOOLCHAINS"
STAMP = "toolchain.json"
COMPILED = "__pycache__"
_LOCKED = re.compile(r"([A-Za-z0-9._-]+)==")


class Stamp(Document):
    """Written last: the environment is whole. `packages` are the locked ones, by distribution."""

    toolchain: str
    lock_sha256: str
    python: str
    packages: dict[str, str]


def root() -> Path:
    """The folder of all of them: `$XPORT_TOOLCHAINS`, or `toolchains` in this user's cache."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_cache_path("xport") / "toolchains"


def folder_of(toolchain: Toolchain) -> Path:
    """Where the environment of its present lock lies, or is going to lie."""
    return (root() / f"{toolchain.name}-{toolchain.digest[:16]}").absolute()


def python_in(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / "bin" / "python"


def installed(toolchain: Toolchain) -> Path | None:
    """The interpreter of a whole environment of the present lock, or None.

    One whose Python has gone, as after an upgrade of the system, is not whole.
    """
    folder = folder_of(toolchain)
    try:
        stamp = Stamp.read(folder / STAMP)
    except XportError:
        return None
    whole = stamp.lock_sha256 == toolchain.digest and python_in(folder).exists()
    return python_in(folder) if whole else None


def is_damaged(toolchain: Toolchain) -> bool:
    """Whether files of an installed environment have gone or changed their size since.

    Each locked distribution must be there, with every file that its record names but what Python
    compiles, and a Python of the lock's version. That takes seconds, so `installed` does not ask.
    """
    if version_of(python_in(folder_of(toolchain))) != toolchain.python:
        return True
    there = set()
    try:
        for record in folder_of(toolchain).glob("lib/python*/site-packages/*.dist-info/RECORD"):
            there.add(_as_compared(record.parent.name.split("-")[0]))
            if not _is_as_recorded(record):
                return True
    except (OSError, ValueError, csv.Error):
        return True
    locked = (_LOCKED.match(line) for line in toolchain.lock.read_text().splitlines())
    return not {_as_compared(found[1]) for found in locked if found} <= there


def _is_as_recorded(record: Path) -> bool:
    site = record.parent.parent
    with record.open(encoding="utf-8", newline="") as file:
        sizes = {name: size for name, _, size in csv.reader(file) if COMPILED not in name}
    return all(
        (site / name).stat().st_size == int(size) if size else (site / name).exists()
        for name, size in sizes.items()
    )


def _as_compared(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def every_folder(toolchain: Toolchain) -> list[Path]:
    """Its environments of every lock, whole or not."""
    found = root().absolute().glob(f"{toolchain.name}-*")
    return sorted(path for path in found if path.is_dir())
