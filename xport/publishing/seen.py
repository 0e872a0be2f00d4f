"""The highest number of every signed document that this machine has seen: none goes backwards.

An older file, put back by whoever can write the target, is signed as well as the newest.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
from pydantic import ValidationError

from xport.common import digests
from xport.common.document import Document, first_problem
from xport.errors import DocumentError, IntegrityError, XportError
from xport.publishing.documents import NAMES, channel_path
from xport.publishing.stores import Known
from xport.signing.envelope import Sha256

FOLDER_VARIABLE = "XPORT_SEEN"
"""Names another folder than that of this user's state."""


class Seen(Document):
    """A document's number, and the SHA-256 of its file; None where there was none."""

    sequence: int
    sha256: Sha256 | None


class Remembered(Seen):
    """The same, and of which target and channel, or other document, it is, for people."""

    target: str
    channel: str


def document_path(name: str) -> str:
    """Where a document that is remembered lies, from the target's root: a channel, or another."""
    return next((channel_path(channel) for channel in NAMES if channel == name), f"{name}.json")


def require_not_before(store: Known, name: str, found: Seen, where: str = "") -> None:
    """Refuse a document that is older than this machine has seen, or another of the same number.

    Args:
        store: the target.
        name: the channel's, or another document's.
        found: what there is now.
        where: what an error calls it; its place in the target without it.

    Raises:
        IntegrityError: it is.
        DocumentError: what is remembered cannot be read.
    """
    path = _path(store, name)
    before = _remembered(path)
    if before is None or found.sequence > before.sequence:
        return
    if (found.sequence, found.sha256) == (before.sequence, before.sha256):
        return
    kind = "channel" if name in NAMES else "such file"
    now = f"number {found.sequence}" if found.sha256 else f"no {kind}"
    if found.sequence == before.sequence:
        now = f"another number {found.sequence}"
    raise IntegrityError(
        f"this machine has seen number {before.sequence}, and now there is {now}",
        where or f"{store.shown}/{document_path(name)}",
        "somebody put an older file back, or two published at once: find out before anything is "
        f"published; if the target was made anew on purpose, remove {path}",
    )


def remember(store: Known, name: str, seen: Seen) -> str | None:
    """Keep what was seen of a document; why it could not be kept, None where it was."""
    told = Remembered(**seen.model_dump(), target=store.shown, channel=name)
    try:
        told.write(_path(store, name))
    except XportError as error:
        what = f"channel {name}" if name in NAMES else document_path(name)
        return f"number {seen.sequence} of {what} could not be remembered here: {error}"
    return None


def _remembered(path: Path) -> Remembered | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}", str(path)) from error
    try:
        return Remembered.model_validate_json(content)
    except ValidationError as error:
        raise DocumentError(
            f"does not say what was seen: {first_problem(error)}",
            str(path),
            "remove it, once you know the channel's number from its publisher",
        ) from error


def _path(store: Known, name: str) -> Path:
    """Where it is kept what was seen of a document of this target, however it was written."""
    place = str(store.folder.resolve()) if store.folder is not None else store.shown
    known = digests.of_bytes(place.encode())[:16]
    return _folder() / f"{known}-{name}.json"


def _folder() -> Path:
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else platformdirs.user_state_path("xport") / "channels"
