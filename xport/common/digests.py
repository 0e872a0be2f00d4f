"""SHA-256 digests of bytes, arrays, files and folders, always as lower-case hex."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from xport.common.arrays import Array


def of_bytes(data: bytes) -> str:
    """Digest of `data`."""
    return hashlib.sha256(data).hexdigest()


def of_array(array: Array) -> str:
    """Digest of an array's bytes, C order, little-endian: what a probe file holds."""
    return of_bytes(bytes_of(array))


def bytes_of(array: Array) -> bytes:
    """An array's values in C order, little-endian: what a file of a probe or self-test holds."""
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()


def of_file(path: Path) -> str:
    """Digest of one file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_json(value: Any) -> str:
    """Digest of a JSON value in canonical form (sorted keys, no spaces)."""
    return of_bytes(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def of_folder(folder: Path) -> dict[str, str]:
    """Digest of every file under `folder`, keyed by POSIX path relative to it, sorted."""
    return {
        path.relative_to(folder).as_posix(): of_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def of_listing(files: Mapping[str, str]) -> str:
    """One digest for a folder listing made by `of_folder`."""
    return of_json(dict(sorted(files.items())))
