"""Which model of a release an error is about, by the release file's key."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from xport.errors import ConversionError, InputError


@contextlib.contextmanager
def naming(key: str) -> Iterator[None]:
    """Let refusals say which model of the release they are about."""
    try:
        yield
    except (ConversionError, InputError) as error:
        if error.where.startswith(key):
            raise
        inner = "." if error.where.startswith("signature.") else ": "
        where = f"{key}{inner}{error.where}" if error.where else key
        raise type(error)(error.what, where, error.remedy, error.details) from error
