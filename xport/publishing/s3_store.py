"""A target in an S3-compatible store, whose writes are conditional where it heeds conditions.

`If-None-Match: *` writes what is not there, `If-Match` in the place of what was read. Stores that
know neither take the write all the same, so that is tried before any other.
"""

from __future__ import annotations

import contextlib
import secrets
from functools import cached_property
from typing import Any

from xport.common.tools import require
from xport.errors import UnavailableError
from xport.publishing.remote_store import ABSENT, RemoteStore
from xport.publishing.stores import AGAIN, Overtaken

PROTOCOLS = ("s3", "s3a")
ALL_ABSENT = {"IfNoneMatch": "*"}
REFUSED = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
"""What S3 answers where a condition does not hold, or where two writes are under way at once."""


class S3Store(RemoteStore):
    """A store at `s3://bucket/folder`. One request writes an object whole, or not at all."""

    def __init__(self, target: str) -> None:
        require("fsspec", "s3fs")
        super().__init__(target)

    def conditional(self) -> bool:
        """Whether the store refuses a write whose condition does not hold, tried on a new object.

        Raises:
            UnavailableError: the store failed.
        """
        return self._conditional

    def write(self, path: str, content: bytes) -> None:
        """As `Store.write`: nobody ever reads a part of it, and it is read back."""
        with self._errors(path):
            self._fs.pipe_file(self._at(path), content)
        self._require_written(path, content)

    def replace(self, path: str, content: bytes, before: bytes | None) -> None:
        """As `Store.replace`: the store itself compares, where it can."""
        if not self._conditional:
            super().replace(path, content, before)
            return
        with self._errors(path):
            condition = ALL_ABSENT if before is None else self._as_it_is(path)
        if condition is None or self.read(path) != before:
            raise Overtaken(f"{self.shown}/{path}")
        try:
            with self._errors(path):
                self._put_if(path, content, condition)
        except Overtaken:
            # A write whose answer was lost is sent again, and the second one is refused.
            if self.read(path) != content:
                raise

    @cached_property
    def _conditional(self) -> bool:
        path = f".xport/conditional-{secrets.token_hex(8)}"
        with self._errors(path):
            try:
                self._put_if(path, b"first", ALL_ABSENT)
                if self._takes(path, ALL_ABSENT) or self._takes(path, {"IfMatch": '"0"'}):
                    return False
                there = self._as_it_is(path)
                return there is not None and self._takes(path, there)
            except OSError as error:
                if _code(error) in ("NotImplemented", "501"):
                    return False
                raise
            finally:
                with contextlib.suppress(Exception):
                    self._fs.rm_file(self._at(path))

    def _takes(self, path: str, condition: dict[str, str]) -> bool:
        """Whether the store writes under a condition."""
        try:
            self._put_if(path, b"second", condition)
        except Overtaken:
            return False
        return True

    def _as_it_is(self, path: str) -> dict[str, str] | None:
        """The condition that an object is the one that lies there now; None where none does."""
        try:
            found: dict[str, Any] = self._fs.info(self._at(path), refresh=True)
        except ABSENT:
            return None
        return {"IfMatch": str(found["ETag"])}

    def _put_if(self, path: str, content: bytes, condition: dict[str, str]) -> None:
        try:
            self._fs.pipe_file(self._at(path), content, **condition)
        except FileNotFoundError as error:
            if "IfMatch" in condition and _code(error) == "NoSuchKey":
                raise Overtaken(f"{self.shown}/{path}") from error
            raise
        except OSError as error:
            if _code(error) in REFUSED:
                raise Overtaken(f"{self.shown}/{path}") from error
            raise

    def _require_written(self, path: str, content: bytes) -> None:
        if self.read(path) != content:
            raise UnavailableError(
                "the store holds other bytes than were sent", f"{self.shown}/{path}", AGAIN
            )


def _code(error: BaseException) -> str:
    """The code of what the store answered, by the error that it is the cause of."""
    response = getattr(error.__cause__, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""
