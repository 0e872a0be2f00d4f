"""Where installed toolchains lie, which of them are whole, and which were damaged since."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import platformdirs

from xport.common.document import Document
from xport.errors import XportError
from xport.toolchains.toolchain import Toolchain

FOLDER_VARIABLE = "XPORT_TOOLCHAINS"
STAMP = "toolchain.json"
LISTING = "files.sha256"
WRITTEN_LATER = {"__pycache__", STAMP, LISTING}


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


def listing_of(folder: Path) -> str:
    """A digest of an environment's files: their names and sizes, without what Python compiles."""
    sha = hashlib.sha256()
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(set(folders) - WRITTEN_LATER)
        for name in sorted(set(files) - WRITTEN_LATER):
            path = Path(where, name)
            size = path.lstat().st_size
            sha.update(f"{path.relative_to(folder).as_posix()} {size}\n".encode())
    return sha.hexdigest()


def is_damaged(folder: Path) -> bool:
    """Whether files of an installed environment have gone, come or changed their size since.

    It reads every folder, which takes seconds, so `installed` does not ask.
    """
    try:
        return (folder / LISTING).read_text() != listing_of(folder)
    except OSError:
        return True


def every_folder(toolchain: Toolchain) -> list[Path]:
    """Its environments of every lock, whole or not."""
    found = root().absolute().glob(f"{toolchain.name}-*")
    return sorted(path for path in found if path.is_dir())
