"""Which key took the place of which: statements in a chain, each signed with the key before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError

from xport.bundles.manifest import NOTICE
from xport.common import digests
from xport.common.document import Document, first_problem
from xport.errors import IntegrityError
from xport.publishing.documents import Time
from xport.publishing.seen import Seen, document_path, require_not_before
from xport.publishing.signed_documents import (
    read_signed,
    require_past,
    require_signed_with,
    signed_envelope,
)
from xport.publishing.stores import Readable
from xport.signing.envelope import Envelope, Sha256, Signed
from xport.signing.keys import PrivateKey, PublicKey, public_key_in, shown

PAYLOAD_TYPE = "application/vnd.xport.key-replacement+json"
NAME = "keys"
PATH = document_path(NAME)
REMEDY = "the file is damaged or forged: believe no key that it names, and ask the publisher"


class Replacement(Document):
    """A key takes the place of another, whose owner says so: both by fingerprint and in PEM.

    `sequence` is its place in the chain, from 1.
    """

    schema_version: Literal[1] = 1
    sequence: int = Field(ge=1)
    old: Sha256
    new: Sha256
    old_pem: str
    new_pem: str
    written: Time
    notice: str = NOTICE


class Replacements(Document):
    """`keys.json`: the statements of a target, the oldest first."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    schema_version: Literal[1] = 1
    replacements: tuple[Envelope, ...] = Field(min_length=1)

    def content(self) -> bytes:
        """The file's bytes."""
        return (self.model_dump_json(indent=2) + "\n").encode()


@dataclass(frozen=True)
class Chain:
    """A target's keys as its file names them, the oldest first; none where there is no file.

    Each but the first is named in a statement that the one before it has signed.
    """

    where: str
    content: bytes | None = None
    document: Replacements | None = None
    keys: tuple[PublicKey, ...] = ()

    @property
    def seen(self) -> Seen:
        """What a machine that has seen it remembers: how many statements there are."""
        digest = None if self.content is None else digests.of_bytes(self.content)
        return Seen(sequence=max(0, len(self.keys) - 1), sha256=digest)

    def up_to(self, key: PublicKey) -> tuple[PublicKey, ...]:
        """The keys whose place this one took, the oldest first, and itself."""
        place = self._place(key)
        return (key,) if place is None else self.keys[: place + 1]

    def since(self, key: PublicKey) -> tuple[PublicKey, ...]:
        """This key and those that took its place, one after the other; the last is the newest."""
        place = self._place(key)
        return (key,) if place is None else (key, *self.keys[place + 1 :])

    def _place(self, key: PublicKey) -> int | None:
        known = [one.fingerprint for one in self.keys]
        return known.index(key.fingerprint) if key.fingerprint in known else None


def read_chain(store: Readable, now: datetime) -> Chain:
    """A target's chain of keys, each statement checked with the key that it is of.

    Whether its first key is to be trusted, nothing here says: a forger can write a chain of keys of
    their own. Only what follows on a key from elsewhere is worth something.

    Raises:
        IntegrityError: a statement is damaged, forged, out of its place or from the future, a key
            comes twice, or this machine has seen more.
    """
    where, content = f"{store.shown}/{PATH}", store.read(PATH)
    chain = Chain(where) if content is None else parse_chain(content, where, now)
    require_not_before(store, NAME, chain.seen)
    return chain


def parse_chain(content: bytes, where: str, now: datetime) -> Chain:
    """The chain of keys in a file of this content.

    Raises:
        IntegrityError: as `read_chain`.
    """
    try:
        document = Replacements.model_validate_json(content, by_alias=True, by_name=False)
    except ValidationError as error:
        what = f"is no chain of keys: {first_problem(error)}"
        raise IntegrityError(what, where, REMEDY) from error
    if document.content() != content:
        raise IntegrityError("is not written as xport writes it", where, REMEDY)
    statements = [
        read_signed(one.content(), where, Replacement, PAYLOAD_TYPE)
        for one in document.replacements
    ]
    keys = _keys(statements, where)
    for statement, _ in statements:
        require_past(statement.written, now, where)
    return Chain(where, content, document, tuple(keys))


def _keys(statements: Sequence[tuple[Replacement, Signed]], where: str) -> list[PublicKey]:
    """The keys of a chain, each link of which holds."""
    keys: list[PublicKey] = []
    for number, (statement, signed) in enumerate(statements, 1):
        old = public_key_in(statement.old_pem, f"key {number} of {PATH}")
        new = public_key_in(statement.new_pem, f"key {number + 1} of {PATH}")
        if (old.fingerprint, new.fingerprint) != (statement.old, statement.new):
            raise _broken(number, "names other fingerprints than those of its keys", where)
        if statement.sequence != number:
            raise _broken(number, f"says that it is number {statement.sequence}", where)
        if keys and old.fingerprint != keys[-1].fingerprint:
            what = f"replaces {shown(statement.old)}, and not {shown(keys[-1].fingerprint)}"
            raise _broken(number, what, where)
        keys = keys or [old]
        if new.fingerprint in [one.fingerprint for one in keys]:
            raise _broken(number, f"leads back to {shown(statement.new)}: in a circle", where)
        require_signed_with(signed, old, PAYLOAD_TYPE, where)
        keys.append(new)
    return keys


def _broken(number: int, what: str, where: str) -> IntegrityError:
    return IntegrityError(f"statement {number} {what}", where, REMEDY)


def lengthened(chain: Chain, old: PrivateKey, new: PublicKey, now: datetime) -> bytes:
    """The file of a chain with one more statement: `new` takes the place of its newest, `old`."""
    before = chain.document.replacements if chain.document else ()
    statement = Replacement(
        sequence=len(before) + 1,
        old=old.public.fingerprint,
        new=new.fingerprint,
        old_pem=old.public.pem().decode(),
        new_pem=new.pem().decode(),
        written=now,
    )
    envelope = signed_envelope(statement, old, PAYLOAD_TYPE)
    return Replacements(replacements=(*before, envelope)).content()
