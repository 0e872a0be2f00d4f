"""Where installed toolchains lie, and which of them are whole."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from xport.common.document import Document
from xport.errors import XportError
from xport.toolchains.toolchain import Toolchain

FOLDER_VARIABLE = "XPORT_TOOLCHAINS"
STAMP = "toolchain.json"


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


def every_folder(toolchain: Toolchain) -> list[Path]:
    """Its environments of every lock, whole or not."""
    found = root().absolute().glob(f"{toolchain.name}-*")
    return sorted(path for path in found if path.is_dir())
