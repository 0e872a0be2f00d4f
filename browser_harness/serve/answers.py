"""What a server answers: all of a file, nothing new, or a part of it (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from xport.common import digests

RANGE = re.compile(r"bytes=(\d*)-(\d*)")

Asked = Callable[[str], str | None]
"""A header of the request by name, None where it has none."""


@dataclass(frozen=True)
class Answer:
    """Status and body; `name` is the file's, from which type and policy follow."""

    status: HTTPStatus
    body: bytes
    name: str = "nothing.txt"
    headers: Mapping[str, str] = field(default_factory=dict)


def conditional(whole: Answer, asked: Asked) -> Answer:
    """The answer to a request that may know the file already, or want a part of it.

    The ETag is the SHA-256 of the whole. A part of another version is never sent: `If-Range` with
    another ETag is answered with the whole.
    """
    tag = f'"{digests.of_bytes(whole.body)}"'
    headers = {"ETag": tag, "Accept-Ranges": "bytes"}
    known = [one.strip().removeprefix("W/") for one in (asked("If-None-Match") or "").split(",")]
    if tag in known or "*" in known:
        return replace(whole, status=HTTPStatus.NOT_MODIFIED, body=b"", headers=headers)
    wanted = RANGE.fullmatch(asked("Range") or "")
    if wanted is None or (asked("If-Range") or tag) != tag:
        return replace(whole, headers=headers)
    size = len(whole.body)
    part = _part(wanted[1], wanted[2], size)
    if part is None:
        return replace(whole, headers=headers)
    start, end = part
    if not 0 <= start < end:
        headers["Content-Range"] = f"bytes */{size}"
        status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        return replace(whole, status=status, body=b"", headers=headers)
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status = HTTPStatus.PARTIAL_CONTENT
    return replace(whole, status=status, body=whole.body[start:end], headers=headers)


def _part(first: str, last: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; None where the header says nothing sensible."""
    if not first:
        return (max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size
