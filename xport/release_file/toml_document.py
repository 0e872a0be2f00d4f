"""Reading TOML: a file's bytes, and what stands in them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xport.errors import InputError

VERSION = 2
"""The `schema_version` of release files and policy files that is read."""


def content_of(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise InputError("this is no ordinary file", str(path), "check the path")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read: {error.strerror}", str(path), "check the path") from error


def parsed(content: bytes, path: Path) -> dict[str, Any]:
    """The document in the bytes of a file, which `path` names in errors.

    Raises:
        InputError: it is not UTF-8, not TOML, nested far too deep, or holds a NUL character.
    """
    try:
        value = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"cannot read: {error}", str(path), "save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}", str(path)) from error
    except RecursionError as error:
        raise InputError("nested far too deep", str(path), "write fewer levels") from error
    for text in _strings(value):
        if "\0" in text:
            raise InputError(
                f"{text!r} holds a NUL character", str(path), "no path or name has one"
            )
    return value


def version_in(value: dict[str, Any], path: Path) -> int:
    """The version of a release or policy file; 1 where none stands, as in policy files of old.

    Raises:
        InputError: it is no version, or a later one than is read.
    """
    version = value.get("schema_version", 1)
    if type(version) is not int or not 1 <= version <= VERSION:
        raise InputError(
            f"schema_version {version!r} is not known, {VERSION} is read",
            str(path),
            "use the xport that the file is for",
        )
    return version


def require_current(value: dict[str, Any], path: Path) -> None:
    """Refuse a file of another version.

    Raises:
        InputError: it is of an earlier version, with the command that migrates it, or of no known
            one.
    """
    version = version_in(value, path)
    if version != VERSION:
        said = f"schema_version is {version}" if "schema_version" in value else "no schema_version"
        raise InputError(
            f"{said}, version {VERSION} is read", str(path), f"run `xport migrate {path}`"
        )


def _strings(value: object) -> Iterator[str]:
    """Every string in a TOML document, keys among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        yield from _strings(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
