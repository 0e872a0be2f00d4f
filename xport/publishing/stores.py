"""What a target must be able to do, whether a folder or a store that fsspec reaches."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from xport.errors import InputError, IntegrityError, UnavailableError

SMALL = 4 * 2**20
"""Bytes: the longest document of a target that is read whole."""
AGAIN = "run the same command again: it goes on where it ended"

Progress = Callable[[str], None]


class Known(Protocol):
    """A target by its name."""

    @property
    def shown(self) -> str:
        """The target as people are told it, without passwords."""
        ...

    @property
    def folder(self) -> Path | None:
        """Where it lies on this machine, if it does."""
        ...


class Readable(Known, Protocol):
    """Small documents by their path from the target's root, for whoever only reads."""

    def read(self, path: str) -> bytes | None:
        """A small document's bytes, None where there is none.

        Raises:
            IntegrityError: it is longer than any document here.
        """
        ...


class Store(Readable, Protocol):
    """Objects by their path from the target's root. Every method may raise `UnavailableError`."""

    def conditional(self) -> bool:
        """Try whether a file is only replaced if it is what was read before."""
        ...

    def names(self, folder: str) -> set[str]:
        """Every object under a folder, by its path from that."""
        ...

    def digest(self, path: str) -> str | None:
        """The SHA-256 of an object as it is read back; None where there is none."""
        ...

    def send(self, source: Path, path: str) -> None:
        """Put a file there; one of this path is replaced."""
        ...

    def write(self, path: str, content: bytes) -> None:
        """Put a document there, whole; one of this path is replaced."""
        ...

    def replace(self, path: str, content: bytes, before: bytes | None) -> None:
        """Put a document in the place of what was read before, None for nothing, at once.

        Raises:
            Overtaken: it is no longer that.
        """
        ...

    def fetch(self, path: str, place: Path) -> None:
        """Copy an object to a file on this machine."""
        ...


class Overtaken(UnavailableError):
    """Somebody else has changed what was about to be changed."""

    def __init__(self, where: str) -> None:
        super().__init__(
            "somebody else changed it meanwhile, so it was left as it is now",
            where,
            "see `xport releases`, and run the command again if it is still wanted",
        )


def open_store(target: str) -> Store:
    """The store at a folder or an address that fsspec knows.

    Raises:
        InputError: the address is none, or reads through a cache.
        PackageMissing: fsspec, or what it needs for this kind of store, is not installed.
    """
    from xport.publishing.local_store import LocalStore

    if "://" not in target:
        if not target:
            raise InputError("is empty", "TARGET", "name a folder or an address")
        return LocalStore(Path(target))
    if "::" in target:
        raise InputError(
            "is a chain of addresses: what is read back may come from a cache",
            without_password(target),
            "give the store's own address",
        )
    if target.partition("://")[0] in ("file", "local"):
        return LocalStore(Path(unquote(urlsplit(target).path)))
    from xport.publishing.remote_store import RemoteStore
    from xport.publishing.s3_store import PROTOCOLS, S3Store

    if target.partition("://")[0] in PROTOCOLS:
        return S3Store(target)
    return RemoteStore(target)


def without_password(target: str) -> str:
    """An address that may be shown."""
    return masked(re.sub(r"[?#].*", "", target))


def masked(text: str) -> str:
    """A text without the names and passwords of addresses in it."""
    return re.sub(r"(?<=://)[^/@\s]*@", "", text)


def too_long(path: str) -> IntegrityError:
    """The error of a document that cannot be one."""
    return IntegrityError(f"is longer than {SMALL:,} bytes, as no document here is", path)
