"""Receiving a bundle: fetched if need be, checked whole, and held to what is demanded of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xport.bundles.checks import require_digest
from xport.bundles.manifest import MANIFEST, Manifest
from xport.common import digests
from xport.errors import InputError, IntegrityError, told_as
from xport.fetching import PATIENCE
from xport.fetching.addresses import Address, read_address
from xport.fetching.bundle import fetch_bundle
from xport.fetching.client import Client
from xport.fetching.http_store import HttpStore
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.judgement.under import require_held
from xport.publishing.channels import read_channel
from xport.publishing.documents import now
from xport.publishing.seen import remember
from xport.release_file.file import read_policy
from xport.signing.keyless import UNTRIED, Identity
from xport.signing.keys import PublicKey, read_public_key, shown
from xport.signing.signatures import claimed_key
from xport.workflow.following import (
    Trusted,
    require_newest_list,
    require_newest_of_all,
    trusted,
)
from xport.workflow.revoked_here import read_revocations
from xport.workflow.verification import verify_signed

if TYPE_CHECKING:
    from xport.plan.policy import Policy


@dataclass(frozen=True)
class Demands:
    """What a bundle is held to beyond being whole, and how one is fetched.

    Args:
        allow_unchecked: let pass what another version of xport made and cannot be judged again.
        expect: the SHA-256 that its manifest must have.
        key: a public key in PEM, whose owner must have signed it; the owners of keys that took its
            place in the target count too.
        identity: who must have signed it without a key, through Sigstore; not beside a key.
        policy: a TOML file with a `[policy]`; the evidence must say PASSED under at least that.
        revocations: a signed list of revoked releases, which must not name it.
        allow_http: fetch without encryption too.
        patience: seconds without a byte after which fetching is over.
        clock: what time it is, in UTC.
    """

    allow_unchecked: bool = False
    expect: str | None = None
    key: Path | None = None
    identity: Identity | None = None
    policy: Path | None = None
    revocations: Path | None = None
    allow_http: bool = False
    patience: float = PATIENCE
    clock: Callable[[], datetime] = now


@dataclass(frozen=True)
class Received:
    """A bundle that is what was demanded: its manifest, and where it lies.

    `said` are sentences on how demands were met, `unchecked` on what nothing was known of. `signer`
    is the key that it was held to.
    """

    manifest: Manifest
    folder: Path
    said: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    signer: PublicKey | None = None


@contextmanager
def received(place: Path | str, demands: Demands) -> Iterator[Received]:
    """A bundle that was checked and is what is demanded; it lies there as long as this is entered.

    Args:
        place: its folder, or, as a text, the address of a release's folder or of a channel.
        demands: what it is held to.

    Raises:
        VerdictError: its evidence does not say PASSED under at least the demanded policy.
        InputError: a file that was given is not what it must be, or nothing is published there.
        IntegrityError: it is not what was published, is revoked, or not of the key.
        UnavailableError: the host did not answer to the end.
        XportError: as `xport.workflow.verification.verify`.
    """
    if demands.identity is not None and demands.key is not None:
        what = "a bundle is signed with a key or by an identity, and never both"
        raise InputError(what, "--key, --identity", "give one of them")
    policy = read_policy(demands.policy)[0] if demands.policy else None
    folder = place if isinstance(place, Path) else None
    key = read_public_key(demands.key, folder) if demands.key else None
    if isinstance(place, Path):
        keys = () if key is None else (key,)
        yield _checked(place, keys, policy, demands)
        return
    address = read_address(place, allow_http=demands.allow_http)
    with tempfile.TemporaryDirectory(prefix="xport-") as temporary:
        yield _fetched(address, key, policy, demands, Path(temporary))


def _checked(
    folder: Path, keys: tuple[PublicKey, ...], policy: Policy | None, demands: Demands
) -> Received:
    """A bundle that lies here, held to everything but what its target says."""
    newest, listed = keys[-1] if keys else None, demands.revocations
    found = read_revocations(listed, newest, demands.clock()) if listed is not None else None
    signers = keys if demands.identity is None else demands.identity
    manifest = verify_signed(folder, signers, allow_unchecked=demands.allow_unchecked)
    if demands.expect is not None:
        require_digest(folder, demands.expect)
    unchecked: list[str] = []
    said = []
    if demands.identity is not None:
        said = [f"signed by {demands.identity.words()}, by Sigstore's rules", UNTRIED]
    if found is not None:
        found.require_not_revoked(digests.of_file(folder / MANIFEST), str(folder))
        number = f"number {found.seen.sequence}"
        whose = f"signed with {found.key}" if keys else f"which claims {found.key}"
        said.append(f"not revoked by {listed}, {number}, {whose}")
        if not keys:
            unchecked.append(f"whether {listed} is signed with that key: give --key FILE")
    if policy is not None:
        evidence = Evidence.read(folder / EVIDENCE)
        met = require_held(evidence, policy, str(folder), str(demands.policy))
        said += [f"its policy is at least as strict as {demands.policy}, or its numbers are", *met]
    claimed = claimed_key(folder) if keys else None
    signer = next((key for key in keys if key.fingerprint == claimed), None)
    return Received(manifest, folder, tuple(said), tuple(unchecked), signer)


def _fetched(
    address: Address, key: PublicKey | None, policy: Policy | None, demands: Demands, folder: Path
) -> Received:
    """A published bundle in a folder here, held to all of it."""
    client, at = Client(demands.patience), demands.clock()
    store = HttpStore(client, address.target) if address.target else None
    known = trusted(store, key, at) if store else None
    keys = known.keys if known else () if key is None else (key,)
    said, where, expected = [], address.folder, None
    if store is not None and address.channel is not None:
        channel, found = read_channel(store, address.channel, keys[-1] if keys else None, at)
        where, expected = store.address_of(f"{channel.release.path}/"), channel.release
        signed = f"signed with {found.key}" if found.key else "not signed: who wrote it is unknown"
        said.append(
            f"channel {channel.channel}, number {channel.sequence}, until "
            f"{channel.expires:%Y-%m-%d %H:%M} UTC, {signed}"
        )
        forgotten = remember(store, address.channel, found.seen) if keys else None
        said += [f"NOT DONE: {forgotten}"] if forgotten else []
        if known is not None:
            known = require_newest_list(store, known, channel, at)
            known.revoked.require_not_revoked(channel.release.manifest_sha256, found.where)
        if channel.revocations is None:
            said.append("the channel names no list of revoked releases: an earlier xport wrote it")
    elif store is not None and known is not None:
        known = require_newest_of_all(store, known, at)
    assert where is not None
    with told_as(folder, where.removesuffix("/")):
        said += fetch_bundle(client, where, folder)
    digest = digests.of_file(folder / MANIFEST)
    if expected is not None and digest != expected.manifest_sha256:
        raise IntegrityError(
            f"its manifest has the SHA-256 {digest}, the channel names {expected.manifest_sha256}",
            where,
            "it is not what was published: do not use it, and ask its publisher",
        )
    if known is not None:
        known.revoked.require_not_revoked(digest, where)
    with told_as(folder, where.removesuffix("/")):
        got = _checked(folder, keys, policy, demands)
    told = tuple(_told_of(known, store, got.signer, key))
    return replace(
        got,
        said=(*said, *told, *got.said),
        unchecked=(*got.unchecked, *_not_known(known, keys, demands)),
    )


def _told_of(
    known: Trusted | None, store: HttpStore | None, signer: PublicKey | None, key: PublicKey | None
) -> Iterator[str]:
    """What the target said of keys and revoked releases."""
    if known is None or store is None:
        return
    if key is not None and len(known.keys) > 1:
        names = [shown(one.fingerprint) for one in known.keys]
        yield f"the key {names[0]} was replaced, by {', then by '.join(names[1:])}"
        if signer is not None and signer.fingerprint == key.fingerprint:
            yield "the bundle was signed before that"
    if known.revoked.document is None:
        yield "the target has no list of revoked releases"
    else:
        number = known.revoked.document.sequence
        yield f"not revoked by {known.revoked.where}, number {number}"
    for path in store.pages:
        yield f"the host answers {path} with a page: the file counts as absent"
    yield from (f"NOT DONE: {one}" for one in known.forgotten)


def _not_known(
    known: Trusted | None, keys: tuple[PublicKey, ...], demands: Demands
) -> Iterator[str]:
    yield "files beside those that the manifest names: no host lists them"
    if known is None and demands.revocations is None:
        yield (
            "whether it is revoked: the address lies in no target; give that of its channel, or "
            "--revocations FILE"
        )
    elif known is not None and known.revoked.document is not None and not keys:
        yield "whose list of revoked releases that is: give --key FILE"
