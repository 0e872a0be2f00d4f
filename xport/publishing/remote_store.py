"""A target that fsspec reaches. Whether its writes are conditional cannot be told, so none counts.

`pipe_file(mode="create")` is conditional on some stores and a look before a write on others, and
no trial by one process tells which. Of S3 one does: `s3_store`.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from xport.common.raised import named, one_line
from xport.common.tools import missing_packages_named, require
from xport.errors import InputError, PackageMissing, UnavailableError, XportError
from xport.publishing.stores import AGAIN, SMALL, Overtaken, masked, too_long, without_password

CHUNK = 2**20
ABSENT = (FileNotFoundError, NotADirectoryError)


class RemoteStore:
    """A store at an address such as `s3://bucket/folder` or `sftp://host/folder`."""

    def __init__(self, target: str) -> None:
        self.shown = without_password(target)
        self.folder: Path | None = None
        self._password = urlsplit(target).password
        require("fsspec")
        with missing_packages_named():
            from fsspec.core import url_to_fs
        try:
            self._fs, root = url_to_fs(target)
        except ImportError as error:
            raise PackageMissing(
                f"a package that fsspec needs is missing: {one_line(error)}", self.shown
            ) from error
        except ValueError as error:
            raise InputError(
                f"fsspec knows no such store: {one_line(error)}", self.shown, "check the address"
            ) from error
        except Exception as error:
            raise self._failed(error) from error
        self._root = str(root).rstrip("/")

    def conditional(self) -> bool:
        """Never known to be."""
        return False

    def read(self, path: str) -> bytes | None:
        """As `Store.read`."""
        with self._errors(path):
            self._fs.invalidate_cache()
            try:
                with self._fs.open(self._at(path), "rb") as file:
                    content = bytes(file.read(SMALL + 1))
            except ABSENT:
                return None
        if len(content) > SMALL:
            raise too_long(f"{self.shown}/{path}")
        return content

    def names(self, folder: str) -> set[str]:
        """As `Store.names`."""
        with self._errors(folder):
            self._fs.invalidate_cache()
            start = f"{self._fs._strip_protocol(self._at(folder))}/"
            try:
                found = self._fs.find(self._at(folder))
            except ABSENT:
                return set()
            return {str(name).removeprefix(start) for name in found}

    def digest(self, path: str) -> str | None:
        """As `Store.digest`: every byte is read back."""
        summed = hashlib.sha256()
        with self._errors(path):
            self._fs.invalidate_cache()
            try:
                with self._fs.open(self._at(path), "rb") as file:
                    while chunk := file.read(CHUNK):
                        summed.update(chunk)
            except ABSENT:
                return None
        return summed.hexdigest()

    def send(self, source: Path, path: str) -> None:
        """As `Store.send`."""
        with self._errors(path):
            self._fs.put_file(str(source), self._at(path))

    def write(self, path: str, content: bytes) -> None:
        """As `Store.write`: put beside, read back, and renamed."""
        place = self._at(path)
        folder, _, name = place.rpartition("/")
        beside = f"{folder}/.{name}.{secrets.token_hex(4)}"
        with self._errors(path):
            self._fs.makedirs(folder, exist_ok=True)
            try:
                self._fs.pipe_file(beside, content)
                self._fs.invalidate_cache()
                if self._fs.cat_file(beside) != content:
                    raise UnavailableError(
                        "the store holds other bytes than were sent", f"{self.shown}/{path}", AGAIN
                    )
                self._fs.mv(beside, place)
            finally:
                with contextlib.suppress(Exception):
                    if self._fs.exists(beside):
                        self._fs.rm_file(beside)

    def replace(self, path: str, content: bytes, before: bytes | None) -> None:
        """As `Store.replace`, but not at once: between look and write there is a moment."""
        if self.read(path) != before:
            raise Overtaken(f"{self.shown}/{path}")
        self.write(path, content)

    def fetch(self, path: str, place: Path) -> None:
        """As `Store.fetch`."""
        with (
            self._errors(path),
            self._fs.open(self._at(path), "rb") as file,
            place.open("wb") as to,
        ):
            while chunk := file.read(CHUNK):
                to.write(chunk)

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}"

    @contextlib.contextmanager
    def _errors(self, path: str) -> Iterator[None]:
        """Whatever a store's own package raises, as an error that names the object."""
        try:
            yield
        except XportError:
            raise
        except Exception as error:
            raise self._failed(error, f"{self.shown}/{path}") from error

    def _failed(self, error: Any, where: str = "") -> XportError:
        told = masked(named(error))
        if self._password:
            told = told.replace(self._password, "…")
        return UnavailableError(
            f"the store failed: {told}",
            where or self.shown,
            f"check address, rights and network; {AGAIN}",
        )
