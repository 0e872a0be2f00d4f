"""The releases of a target that must not be used any more: a signed list that only grows.

Twin: `app/host/revocations.ts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from xport.bundles.manifest import NOTICE
from xport.common import digests
from xport.common.document import Document
from xport.errors import IntegrityError
from xport.publishing.documents import Channel, Time
from xport.publishing.seen import Seen, document_path, require_not_before
from xport.publishing.signed_documents import (
    put,
    read_signed,
    require_past,
    require_signed_with,
    signed_envelope,
)
from xport.publishing.stores import Readable, Store
from xport.signing.envelope import Sha256, Signed
from xport.signing.keys import PrivateKey, PublicKey, shown

PAYLOAD_TYPE = "application/vnd.xport.revocations+json"
NAME = "revocations"
PATH = document_path(NAME)
LONGEST_REASON = 1000
REMEDY = "do not use it: ask its publisher for the release that takes its place"


def _printable(text: str) -> str:
    """A text that moves no cursor and turns no line around: it is shown wherever a list is read."""
    if not text.isprintable():
        raise ValueError("holds characters that cannot be printed")
    return text


class Revoked(Document):
    """A release that must not be used, known by the SHA-256 of its manifest; `since` when it is."""

    release: str
    version: str | None
    manifest_sha256: Sha256
    reason: Annotated[
        str, Field(min_length=1, max_length=LONGEST_REASON), AfterValidator(_printable)
    ]
    since: Time

    def words(self) -> str:
        """Since when and why, for people."""
        return f"revoked since {self.since:%Y-%m-%d %H:%M} UTC: {self.reason}"


class Revocations(Document):
    """All revoked releases of a target, in the order in which they were.

    `list_id` stays the same as long as the target does, `sequence` grows with every change.
    """

    schema_version: Literal[1] = 1
    list_id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    sequence: int = Field(ge=1)
    revoked: tuple[Revoked, ...] = Field(min_length=1)
    written: Time
    notice: str = NOTICE


@dataclass(frozen=True)
class FoundList:
    """A list as it was read; no document where there is none."""

    where: str
    content: bytes | None = None
    document: Revocations | None = None
    signed: Signed | None = None

    @property
    def revoked(self) -> tuple[Revoked, ...]:
        """The releases in it."""
        return self.document.revoked if self.document else ()

    @property
    def key(self) -> str | None:
        """The fingerprint that its signature claims, as people are shown it."""
        return shown(self.signed.keyid) if self.signed else None

    @property
    def seen(self) -> Seen:
        """What a machine that has seen it remembers."""
        digest = None if self.content is None else digests.of_bytes(self.content)
        return Seen(sequence=self.document.sequence if self.document else 0, sha256=digest)

    def of(self, manifest_sha256: str) -> Revoked | None:
        """What is said of the release with this manifest, or None."""
        return next((r for r in self.revoked if r.manifest_sha256 == manifest_sha256), None)

    def require_not_revoked(self, manifest_sha256: str, where: str) -> None:
        """Refuse a release that is in the list.

        Raises:
            IntegrityError: it is.
        """
        revoked = self.of(manifest_sha256)
        if revoked is not None:
            raise IntegrityError(f"is {revoked.words()}", where, REMEDY)

    def require_as_new_as(self, channel: Channel | None, where: str) -> None:
        """Refuse a list that is older than the one that a channel's file names, or a missing one.

        Raises:
            IntegrityError: it is.
        """
        named = channel.revocations if channel else None
        if named is not None and self.seen.sequence < named:
            there = f"number {self.seen.sequence}" if self.document else "none"
            raise IntegrityError(
                f"names number {named} of the list of revoked releases, and there is {there}",
                where,
                "somebody withholds the newest list: do not use what the channel names, and ask "
                "its publisher",
            )


def parse_list(content: bytes, where: str) -> FoundList:
    """A list out of its file; nothing in it is checked against a key, a time or a number.

    Raises:
        IntegrityError: it is none as xport writes one.
    """
    document, signed = read_signed(content, where, Revocations, PAYLOAD_TYPE)
    return FoundList(where, content, document, signed)


def require_believable(found: FoundList, key: PublicKey | None, now: datetime) -> None:
    """Hold a list to a key, where one is given, and to the time.

    Raises:
        IntegrityError: it is not signed with the key, or from the future.
    """
    if found.document is None or found.signed is None:
        return
    if key is not None:
        require_signed_with(found.signed, key, PAYLOAD_TYPE, found.where)
    require_past(found.document.written, now, found.where)


def read_list(store: Readable, key: PublicKey | None, now: datetime) -> FoundList:
    """A target's list as it may be believed; an empty one where there is none.

    Args:
        store: the target.
        key: whose signature it must have; without one, whose it is stays unknown.
        now: the time.

    Raises:
        IntegrityError: it is damaged, from the future or not signed with the key, or this machine
            has seen a later one.
    """
    where, content = f"{store.shown}/{PATH}", store.read(PATH)
    found = FoundList(where) if content is None else parse_list(content, where)
    require_believable(found, key, now)
    require_not_before(store, NAME, found.seen)
    return found


def change_list(store: Store, before: FoundList, after: Revocations, key: PrivateKey) -> FoundList:
    """Put a list in the place of what was found, signed; as it lies there then.

    Raises:
        Overtaken: somebody else has changed it since it was found; it stays as it is.
        UnavailableError: what is read back is not what was written.
    """
    content = signed_envelope(after, key, PAYLOAD_TYPE).content()
    put(store, PATH, content, before.content)
    return parse_list(content, before.where)
