"""The archives of this folder, for whoever tests with what earlier versions wrote."""

from __future__ import annotations

import tarfile
from pathlib import Path

FORMATS = Path(__file__).parent


def unpacked(name: str, folder: Path) -> Path:
    """One of the archives, unpacked in `folder`."""
    with tarfile.open(FORMATS / f"{name}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / name.partition("-")[0]
