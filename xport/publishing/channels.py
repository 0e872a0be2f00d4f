"""A channel's file: read strictly, held to a key, a time and a number, and changed at once.

Signed, it is a DSSE envelope; without a signature it is the document itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError

from xport.common import digests
from xport.common.document import first_problem
from xport.errors import InputError, IntegrityError, UnavailableError
from xport.publishing.documents import Channel, ChannelName, channel_path
from xport.publishing.seen import Seen, require_not_before
from xport.publishing.stores import Readable, Store
from xport.signing.envelope import Signed, envelope_of, pae, read_envelope
from xport.signing.keys import PrivateKey, PublicKey, shown

PAYLOAD_TYPE = "application/vnd.xport.channel+json"
SKEW = timedelta(minutes=5)
"""How far two machines' clocks may be apart."""
REMEDY = "the file is damaged or forged: do not use what it names, and ask its publisher"
CLOCK = "a clock is wrong: set this machine's, or ask whoever published before"


@dataclass(frozen=True)
class Found:
    """A channel's file as it was read; no channel where there is none.

    `signed` is the payload with its signature, None of an unsigned one.
    """

    where: str
    content: bytes | None
    channel: Channel | None
    signed: Signed | None

    @property
    def sequence(self) -> int:
        """The channel's number, 0 before the first."""
        return self.channel.sequence if self.channel else 0

    @property
    def key(self) -> str | None:
        """The fingerprint that its signature claims, as people are shown it."""
        return shown(self.signed.keyid) if self.signed else None

    @property
    def seen(self) -> Seen:
        """What a machine that has seen it remembers."""
        digest = None if self.content is None else digests.of_bytes(self.content)
        return Seen(sequence=self.sequence, sha256=digest)


def find_channel(store: Readable, name: ChannelName) -> Found:
    """A channel's file; nothing in it is checked against a key, a time or a number.

    Raises:
        IntegrityError: it is none as xport writes one.
    """
    path = channel_path(name)
    where, content = f"{store.shown}/{path}", store.read(path)
    if content is None:
        return Found(where, None, None, None)
    signed = None
    if _is_envelope(content):
        try:
            signed = read_envelope(content, where, PAYLOAD_TYPE)
        except IntegrityError as error:
            raise IntegrityError(error.what, where, REMEDY) from error
    payload = signed.payload if signed else content.removesuffix(b"\n")
    try:
        channel = Channel.model_validate_json(payload)
    except ValidationError as error:
        raise IntegrityError(f"is no channel: {first_problem(error)}", where, REMEDY) from error
    if channel.payload() != payload or (signed is None and content != payload + b"\n"):
        raise IntegrityError("is not written as xport writes it", where, REMEDY)
    if channel.channel != name:
        raise IntegrityError(f"is the file of channel {channel.channel}", where, REMEDY)
    return Found(where, content, channel, signed)


def read_channel(
    store: Readable, name: ChannelName, key: PublicKey | None, now: datetime
) -> tuple[Channel, Found]:
    """A channel as whoever follows it may believe it.

    Args:
        store: the target.
        name: the channel's.
        key: whose signature it must have; without one, whose it is stays unknown.
        now: the time.

    Raises:
        InputError: there is no such channel.
        IntegrityError: it has expired or is from the future, is not signed with the key, or this
            machine has seen a later one.
    """
    found = find_channel(store, name)
    if found.channel is None:
        raise InputError("there is no such channel", found.where, "publish to it first")
    require_key(found, key)
    require_clock(found, now)
    if found.channel.expired(now):
        raise IntegrityError(
            f"expired at {found.channel.expires.isoformat()}, it is {now.isoformat()}",
            found.where,
            "what it names may be withdrawn: ask its publisher, who makes it valid again with "
            "`xport publish`, or set this machine's clock",
        )
    require_not_before(store, name, found.seen)
    return found.channel, found


def require_key(found: Found, key: PublicKey | None) -> None:
    """Hold a channel to a key, where one is given.

    Raises:
        IntegrityError: it is not signed, or not with that key.
    """
    if key is None or found.content is None:
        return
    if found.signed is None:
        raise IntegrityError("is not signed: whoever wrote it is unknown", found.where, REMEDY)
    if found.signed.keyid != key.fingerprint:
        raise IntegrityError(
            f"is signed with another key: it claims {found.key}, {key.path} is "
            f"{shown(key.fingerprint)}",
            found.where,
            "it is not from the owner of this key: a key is not replaced by another one's word, "
            "but by its own with `xport replace-key`",
        )
    if not key.verifies(found.signed.signature, pae(found.signed.payload, PAYLOAD_TYPE)):
        raise IntegrityError(f"its signature is not of {key.path}", found.where, REMEDY)


def require_clock(found: Found, now: datetime) -> None:
    """Refuse a channel that was written in the future.

    Raises:
        IntegrityError: it was, by this machine's clock.
    """
    if found.channel is not None and found.channel.written > now + SKEW:
        raise IntegrityError(
            f"was written at {found.channel.written.isoformat()}, and it is {now.isoformat()} here",
            found.where,
            CLOCK,
        )


def find_to_change(store: Store, name: ChannelName, key: PublicKey | None, now: datetime) -> Found:
    """A channel's file for whoever is about to change it; one that has expired is renewed so.

    Raises:
        InputError: it is signed, and no key is given.
        IntegrityError: as `read_channel`, or another key's.
    """
    found = find_channel(store, name)
    if found.signed is not None and key is None:
        raise InputError(
            f"is signed with {found.key}, and would be without a signature",
            found.where,
            "give that key with --key",
        )
    if found.signed is not None:
        require_key(found, key)
    require_clock(found, now)
    require_not_before(store, name, found.seen)
    return found


def change_channel(store: Store, found: Found, channel: Channel, key: PrivateKey | None) -> Found:
    """Put a channel in the place of what was found, and read it back; as it lies there then.

    Raises:
        Overtaken: somebody else has changed it since it was found; it stays as it is.
        IntegrityError: what is read back is not what was written.
    """
    payload = channel.payload()
    content = payload + b"\n"
    if key is not None:
        signature = key.sign(pae(payload, PAYLOAD_TYPE))
        signed = Signed(payload, signature, key.public.fingerprint)
        content = envelope_of(signed, PAYLOAD_TYPE).content()
    store.replace(channel_path(channel.channel), content, found.content)
    after = find_channel(store, channel.channel)
    if after.content != content:
        raise UnavailableError(
            "holds something else than was just written: somebody else publishes, or the store "
            "answers with what it held before",
            after.where,
            "see `xport releases`, and run the command again if it is still wanted",
        )
    return after


def _is_envelope(content: bytes) -> bool:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and "payloadType" in document
