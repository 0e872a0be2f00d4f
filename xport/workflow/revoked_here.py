"""A list of revoked releases in a file that somebody brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reference.system_errors import refusal
from xport.errors import InputError, IntegrityError, UnavailableError
from xport.publishing.revocations import NAME, FoundList, parse_list, require_believable
from xport.publishing.seen import remember, require_not_before
from xport.publishing.stores import SMALL
from xport.signing.keys import PublicKey


@dataclass(frozen=True)
class _List:
    """What a list is remembered by, wherever its file came from."""

    shown: str
    folder: Path | None = None


def read_revocations(path: Path, key: PublicKey | None, at: datetime) -> FoundList:
    """The list of revoked releases in a file, as it may be believed.

    Args:
        path: such as `revocations.json` of a target.
        key: whose signature it must have; without one, whose it is stays unknown, and its number is
            not remembered.
        at: the time.

    Raises:
        InputError: the file cannot be read.
        IntegrityError: it is damaged, from the future, not signed with the key, or older than this
            user has seen.
    """
    try:
        with path.open("rb") as file:
            content = file.read(SMALL + 1)
    except OSError as error:
        if isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError):
            raise InputError(
                f"cannot be read: {error.strerror}", str(path), "name a target's revocations.json"
            ) from error
        raise refusal(error, path) or UnavailableError(
            f"cannot be read: {error.strerror}", str(path)
        ) from error
    if len(content) > SMALL:
        raise IntegrityError(f"is longer than {SMALL:,} bytes, as no list is", str(path))
    found = parse_list(content, str(path))
    require_believable(found, key, at)
    if found.document is not None and found.signed is not None:
        known = _List(f"list {found.document.list_id} of {found.signed.keyid}")
        require_not_before(known, NAME, found.seen, str(path))
        if key is not None:
            remember(known, NAME, found.seen)
    return found
