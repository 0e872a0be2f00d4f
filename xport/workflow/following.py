"""A target as whoever receives its releases may believe it; nothing in it is changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from xport.errors import InputError, IntegrityError
from xport.publishing.channels import find_channel, read_channel, require_key
from xport.publishing.documents import NAMES, Channel, ChannelName, Listing, channel_path, now
from xport.publishing.index import list_target
from xport.publishing.replacements import NAME as KEYS
from xport.publishing.replacements import read_chain
from xport.publishing.revocations import NAME as REVOCATIONS
from xport.publishing.revocations import FoundList, read_list
from xport.publishing.seen import remember
from xport.publishing.stores import Readable, open_store
from xport.signing.keys import PublicKey, read_public_key
from xport.workflow.targets import Published


@dataclass(frozen=True)
class Trusted:
    """Whom to believe of a target, beginning with a key from elsewhere, and what is revoked.

    `keys` are that key and those that took its place, the newest last; none where none was given.
    """

    keys: tuple[PublicKey, ...]
    revoked: FoundList
    forgotten: tuple[str, ...] = ()

    @property
    def newest(self) -> PublicKey | None:
        """The key that channels and lists must be signed with."""
        return self.keys[-1] if self.keys else None


def trusted(store: Readable, key: PublicKey | None, at: datetime) -> Trusted:
    """Follow a target's chain of keys from one that is known, and read what is revoked.

    What was seen is remembered where a key says whose it is.

    Raises:
        IntegrityError: the chain or the list is damaged, forged or older than was seen.
    """
    if key is None:
        return Trusted((), read_list(store, None, at))
    chain = read_chain(store, at)
    keys = chain.since(key)
    revoked = read_list(store, keys[-1], at)
    forgotten = [remember(store, REVOCATIONS, revoked.seen)] if revoked.document else []
    if len(keys) > 1:
        forgotten.append(remember(store, KEYS, chain.seen))
    return Trusted(keys, revoked, tuple(filter(None, forgotten)))


def require_newest_list(
    store: Readable, known: Trusted, channel: Channel | None, at: datetime
) -> Trusted:
    """The same, where its list is as new as a channel's file says; read again if it was not.

    Raises:
        IntegrityError: a newer list is withheld.
    """
    named = channel.revocations if channel else None
    if channel is None or named is None or known.revoked.seen.sequence >= named:
        return known
    again = replace(known, revoked=read_list(store, known.newest, at))
    again.revoked.require_as_new_as(channel, f"{store.shown}/{channel_path(channel.channel)}")
    return again


def require_newest_of_all(store: Readable, known: Trusted, at: datetime) -> Trusted:
    """The same, held to all channels of a target; one that is not to be believed says nothing.

    Raises:
        IntegrityError: a newer list is withheld.
    """
    for name in NAMES:
        try:
            found = find_channel(store, name)
            require_key(found, known.newest)
        except IntegrityError:
            continue
        known = require_newest_list(store, known, found.channel, at)
    return known


def follow(
    target: str, name: ChannelName, key: Path | None = None, at: datetime | None = None
) -> Published:
    """A channel as whoever receives its releases may believe it; arguments as of `releases`.

    Raises:
        InputError: there is no such channel, or the key is none.
        IntegrityError: it has expired, goes backwards, or is not signed with the key, or the one
            that took its place; or its release is revoked.
    """
    store, time = open_store(target), at or now()
    public = None if key is None else read_public_key(key, store.folder, "the target")
    known = trusted(store, public, time)
    channel, found = read_channel(store, name, known.newest, time)
    known = require_newest_list(store, known, channel, time)
    known.revoked.require_not_revoked(channel.release.manifest_sha256, found.where)
    warnings = [] if public is None else [*known.forgotten, remember(store, name, found.seen)]
    return Published(channel, found.key, found.where, None, tuple(filter(None, warnings)))


def releases(target: str, key: Path | None = None, at: datetime | None = None) -> Listing:
    """What lies in a target: its channels, and every release that was published to it.

    A channel that cannot be believed is listed with what is wrong with it.

    Args:
        target: a folder, or an address that fsspec knows.
        key: a public key, which channels must be signed with.
        at: the time; this machine's without it.

    Raises:
        InputError: there is no such target.
        IntegrityError: an entry of the index, or the list of revoked releases, cannot be read.
    """
    store = open_store(target)
    if store.folder is not None and not store.folder.is_dir():
        raise InputError("there is no such folder", str(store.folder), "check the path")
    public = None if key is None else read_public_key(key, store.folder, "the target")
    known = trusted(store, public, at or now())
    return list_target(store, known.newest, at or now(), known.revoked)
