"""A new key in an old one's place: said by the old one, and all that it signed is signed anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xport.errors import InputError
from xport.publishing.channels import change_channel, find_channel, find_to_change
from xport.publishing.documents import NAMES, POLICY
from xport.publishing.gates import read_policy
from xport.publishing.replacements import NAME as KEYS
from xport.publishing.replacements import PATH, Chain, lengthened, read_chain
from xport.publishing.revocations import NAME as REVOCATIONS
from xport.publishing.revocations import PAYLOAD_TYPE, change_list, read_list
from xport.publishing.seen import remember
from xport.publishing.signed_documents import put, require_signed_with
from xport.publishing.stores import Store, open_store
from xport.signing.keys import Passphrase, PrivateKey, PublicKey, read_private_key, shown
from xport.workflow.targets import Publishing, require_conditional, require_newest


@dataclass(frozen=True)
class KeyFile:
    """A private key's file, and what is asked for its passphrase."""

    path: Path
    passphrase: Passphrase


@dataclass(frozen=True)
class Replaced:
    """A key that took another's place, by fingerprint, and the chain that says so.

    `signed` are the files that were signed anew, `warnings` what is still to be done.
    """

    old: str
    new: str
    where: str
    signed: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def replace_key(target: str, old: KeyFile, new: KeyFile, terms: Publishing) -> Replaced:
    """Have a new key take an old one's place in a target, by a statement that the old one signs.

    Channels and the list of revoked releases are signed anew, each with the next number, once the
    statement lies there. Whatever ends this in between, the same command goes on. Releases stay as
    they were signed.

    Args:
        target: a folder, or an address that fsspec knows.
        old: signed so far.
        new: signs from now on.
        terms: the clock, and whether there is one publisher.

    Raises:
        InputError: a key is not fit, is no longer the target's, or was one of it already.
        IntegrityError: what the target holds is of neither key.
        Overtaken: somebody else has changed something meanwhile.
    """
    store, now = open_store(target), terms.clock()
    before = read_private_key(old.path, store.folder, old.passphrase, "the target")
    after = read_private_key(new.path, store.folder, new.passphrase, "the target")
    chain = read_chain(store, now)
    pair = [before.public.fingerprint, after.public.fingerprint]
    resumed = [one.fingerprint for one in chain.keys[-2:]] == pair
    if not resumed:
        require_newest(chain, before.public)
        _require_new(chain, before.public, after.public)
    _require_of(store, (before.public, after.public) if resumed else (before.public,), now)
    require_conditional(store, terms)
    if not resumed:
        put(store, PATH, lengthened(chain, before, after.public, now), chain.content)
        chain = read_chain(store, now)
    signed = tuple(_signed_anew(store, before.public, after, now))
    forgotten = remember(store, KEYS, chain.seen)
    warnings = [*([forgotten] if forgotten else []), *_not_named(store, after.public)]
    return Replaced(shown(pair[0]), shown(pair[1]), chain.where, signed, tuple(warnings))


def _require_new(chain: Chain, old: PublicKey, new: PublicKey) -> None:
    """Refuse a key that was one of the target before, and an old one that never was.

    Raises:
        InputError: it was.
    """
    known = [one.fingerprint for one in chain.keys]
    if new.fingerprint in (old.fingerprint, *known):
        raise InputError(
            f"{new.path} is or was a key of this target: keys would replace each other in a circle",
            chain.where,
            "make a new key",
        )
    if known and old.fingerprint != known[-1]:
        raise InputError(
            f"{old.path}, {shown(old.fingerprint)}, is no key of this target, whose newest is "
            f"{shown(known[-1])}",
            chain.where,
            "give the key that signs it now",
        )


def _require_of(store: Store, keys: tuple[PublicKey, ...], now: datetime) -> None:
    """Hold what is going to be signed anew to the keys that may have signed it.

    Raises:
        InputError: nothing is signed in the target.
        IntegrityError: something is of another key.
    """
    channels = [find_channel(store, name) for name in NAMES]
    for name, found in zip(NAMES, channels, strict=True):
        if found.signed is not None:
            find_to_change(store, name, _which(keys, found.signed.keyid), now)
    revoked = read_list(store, None, now)
    if revoked.signed is not None:
        key = _which(keys, revoked.signed.keyid)
        require_signed_with(revoked.signed, key, PAYLOAD_TYPE, revoked.where)
    elif not any(found.signed for found in channels):
        raise InputError(
            "holds no channel and no list that is signed, so no key is to be replaced",
            store.shown,
            "name the target that the old key publishes to",
        )


def _which(keys: tuple[PublicKey, ...], claimed: str) -> PublicKey:
    return next((key for key in keys if key.fingerprint == claimed), keys[0])


def _signed_anew(store: Store, old: PublicKey, new: PrivateKey, now: datetime) -> Iterator[str]:
    """Sign what the old key signed; the files' places. An end date stays as it was."""
    for name in NAMES:
        found = find_channel(store, name)
        if found.channel and found.signed and found.signed.keyid == old.fingerprint:
            next_one = found.channel.model_copy(update={"sequence": found.sequence + 1})
            after = change_channel(store, found, next_one, new)
            remember(store, name, after.seen)
            yield found.where
    revoked = read_list(store, None, now)
    if revoked.document and revoked.signed and revoked.signed.keyid == old.fingerprint:
        update = {"sequence": revoked.document.sequence + 1}
        changed = change_list(store, revoked, revoked.document.model_copy(update=update), new)
        remember(store, REVOCATIONS, changed.seen)
        yield revoked.where


def _not_named(store: Store, new: PublicKey) -> list[str]:
    """That the target's own policy does not take the new key yet."""
    policy = read_policy(store)
    if not policy.keys or shown(new.fingerprint) in policy.keys:
        return []
    return [f"{store.shown}/{POLICY} names other keys: put {shown(new.fingerprint)} in their place"]
