"""A target about to be changed: what it asks, who changes it, and what may be pointed at in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xport.bundles.manifest import MANIFEST, Manifest
from xport.errors import InputError, IntegrityError
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.publishing import LONGEST_DAYS, VALID_DAYS, gates
from xport.publishing.documents import Channel, Release, now
from xport.publishing.index import release_of
from xport.publishing.replacements import Chain, read_chain
from xport.publishing.revocations import FoundList, read_list
from xport.publishing.stores import Store, open_store
from xport.publishing.upload import DAMAGED, Sent, release_here
from xport.signing.keys import Passphrase, PrivateKey, PublicKey, read_private_key, shown
from xport.signing.signatures import claimed_key, is_keyless, require_signed_by, signer_among
from xport.workflow.verification import checked_files


def no_passphrase() -> str:
    """For a key that is not encrypted.

    Raises:
        InputError: it is.
    """
    raise InputError("the key is encrypted, and no passphrase is given", "--key")


@dataclass(frozen=True)
class Publishing:
    """How a channel is changed.

    Args:
        key: the private key that signs the channel; None leaves it unsigned.
        passphrase: asked if the key is encrypted.
        valid_days: how long the channel may be believed.
        max_age_days: how old the evidence may be; the target may ask for less.
        allow_downgrade: let an older release take a newer one's place.
        allow_unchecked: take a bundle that another version of xport made, of which not all can be
            judged again.
        single_publisher: nobody else publishes to this target, so that a store without conditional
            writes will do; the channel says so.
        clock: what time it is, in UTC.
    """

    key: Path | None = None
    passphrase: Passphrase = no_passphrase
    valid_days: float = VALID_DAYS
    max_age_days: float | None = None
    allow_downgrade: bool = False
    allow_unchecked: bool = False
    single_publisher: bool = False
    clock: Callable[[], datetime] = now


@dataclass(frozen=True)
class Published:
    """A channel as it is now, with the fingerprint that signed it; `sent` where files were.

    `warnings` are what was not done, though the channel was changed.
    """

    channel: Channel
    key: str | None
    where: str
    sent: Sent | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Desk:
    """A target about to be changed.

    `chain` are its keys as they replaced each other, `revoked` the releases that must not be used.
    """

    store: Store
    key: PrivateKey | None
    demands: gates.Demands
    terms: Publishing
    now: datetime
    conditional: bool
    chain: Chain
    revoked: FoundList

    def where(self, release: Release) -> str:
        """Where a release lies, as people are told it."""
        return f"{self.store.shown}/{release.path}"

    @property
    def public(self) -> PublicKey | None:
        """The public part of the key."""
        return self.key.public if self.key else None

    def require_not_revoked(self, release: Release) -> FoundList:
        """Refuse a release that is revoked, by the target's list as it is at this moment: that.

        Raises:
            IntegrityError: it is.
        """
        self.revoked.require_not_revoked(release.manifest_sha256, self.where(release))
        latest = read_list(self.store, self.public, self.now)
        latest.require_not_revoked(release.manifest_sha256, self.where(release))
        return latest


def open_desk(target: str, terms: Publishing) -> Desk:
    """A target, its policy, its list of revoked releases and the key, each seen to be fit.

    Raises:
        InputError: the key is none that the target takes, or has been replaced; or the store has no
            conditional writes, and it was not said that there is one publisher.
        IntegrityError: what the target says of keys or revoked releases is not to be believed.
    """
    for name, count in (
        ("--valid-days", terms.valid_days),
        ("--max-age-days", terms.max_age_days),
    ):
        if count is not None and not 0 < count <= LONGEST_DAYS:
            raise InputError(f"{count} days is not between 0 and {LONGEST_DAYS:.0f}", name)
    store = open_store(target)
    key = None
    if terms.key is not None:
        key = read_private_key(terms.key, store.folder, terms.passphrase, "the target")
    policy = gates.read_policy(store)
    gates.require_signer(policy, key.public if key else None, store)
    chain = Chain(store.shown)
    if key is not None:
        chain = read_chain(store, terms.clock())
        require_newest(chain, key.public)
    revoked = read_list(store, key.public if key else None, terms.clock())
    conditional = require_conditional(store, terms)
    demands = gates.Demands(policy, terms.max_age_days, terms.allow_downgrade)
    return Desk(store, key, demands, terms, terms.clock(), conditional, chain, revoked)


def require_newest(chain: Chain, key: PublicKey) -> None:
    """Refuse a key whose place another one took.

    Raises:
        InputError: one did.
    """
    newest = chain.since(key)[-1]
    if newest.fingerprint != key.fingerprint:
        raise InputError(
            f"{key.path}, {shown(key.fingerprint)}, was replaced by {shown(newest.fingerprint)}",
            chain.where,
            "sign with the key that took its place",
        )


def require_conditional(store: Store, terms: Publishing) -> bool:
    """Whether writes are conditional; they must be, unless there is one publisher.

    Raises:
        InputError: they are not, and nobody said that there is one.
    """
    conditional = store.conditional()
    if not conditional and not terms.single_publisher:
        raise InputError(
            "has no conditional writes that xport knows of, so two publishers at once could undo "
            "each other's work unseen",
            store.shown,
            "say with --single-publisher that nobody else publishes to it",
        )
    return conditional


def checked(
    desk: Desk, bundle: Path, keys: Sequence[PublicKey] = ()
) -> tuple[Manifest, Evidence, dict[str, str]]:
    """A bundle that the target takes, by verdict and signature, with all its files by digest.

    Args:
        desk: the target.
        bundle: its folder.
        keys: those of which one must have signed it, if it is signed; the publisher's without any.

    Raises:
        InputError: the target does not take it.
        IntegrityError: it is not what it must be.
    """
    policy = desk.demands.policy
    if desk.key is not None:
        place = bundle.resolve()
        if desk.key.path.resolve().is_relative_to(place):
            read_private_key(desk.key.path, bundle, desk.terms.passphrase)  # says so
    manifest, files = checked_files(bundle, allow_unchecked=desk.terms.allow_unchecked)
    gates.require_verdict(policy, manifest.verdict, str(bundle))
    signed = claimed_key(bundle) is not None
    gates.require_signed(policy, signed, str(bundle), keyless=is_keyless(bundle))
    if signed and desk.public is not None:
        require_signed_by(bundle, signer_among(bundle, keys or (desk.public,)))
    return manifest, Evidence.read(bundle / EVIDENCE), files


def checked_there(desk: Desk, release: Release) -> Release:
    """A release of the target that is whole and that it still takes; as its bundle says it is.

    A key that was replaced may have signed it.

    Raises:
        InputError, IntegrityError: as `checked`.
    """
    desk.require_not_revoked(release)
    keys = desk.chain.up_to(desk.public) if desk.public else ()
    with release_here(desk.store, release) as folder:
        manifest, evidence, files = checked(desk, folder, keys)
    found = release_of(evidence, manifest, files[MANIFEST])
    if found.path != release.path:
        raise IntegrityError(
            f"a channel names it, and what lies there belongs in {found.path}",
            desk.where(release),
            DAMAGED,
        )
    return found
