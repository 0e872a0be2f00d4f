"""Publishing a bundle to a target, and moving its channels: checked first, and moved last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xport.bundles.manifest import MANIFEST, Manifest
from xport.errors import InputError, IntegrityError
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.publishing import LONGEST_DAYS, VALID_DAYS, gates
from xport.publishing.channels import (
    Found,
    change_channel,
    find_to_change,
    read_channel,
)
from xport.publishing.documents import (
    EARLIER,
    Channel,
    ChannelName,
    Listing,
    Release,
    days,
    entry_path,
    now,
)
from xport.publishing.index import entry_of, list_target, release_of
from xport.publishing.seen import remember
from xport.publishing.stores import Store, open_store
from xport.publishing.upload import DAMAGED, Sent, release_here, send_release
from xport.signing.keys import Passphrase, PrivateKey, PublicKey, read_private_key, read_public_key
from xport.signing.keys import shown as fingerprint_shown
from xport.signing.signatures import claimed_key, require_signed_by
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
class _Desk:
    """A target about to be changed."""

    store: Store
    key: PrivateKey | None
    demands: gates.Demands
    terms: Publishing
    now: datetime
    conditional: bool

    def where(self, release: Release) -> str:
        """Where a release lies, as people are told it."""
        return f"{self.store.shown}/{release.path}"

    @property
    def public(self) -> PublicKey | None:
        return self.key.public if self.key else None


def publish(bundle: Path, target: str, name: ChannelName, terms: Publishing) -> Published:
    """Check a bundle, send it to a target, and have a channel point at it.

    Nothing points at the release before every file of it was read back and is what was checked, so
    whatever ends this leaves the channel as it was; the next one goes on where it ended. A release
    that the channel is at already is checked again, and the channel is made valid anew.

    Args:
        bundle: its folder.
        target: a folder, or an address that fsspec knows.
        name: which channel.
        terms: how.

    Raises:
        InputError: the target does not take it: its verdict, its signature, its age, its version,
            another release. Or the store has no conditional writes, and it was not said that there
            is one publisher.
        IntegrityError: the bundle, the channel or what lies in the target is not what it must be.
        Overtaken: somebody else has published meanwhile.
        UnavailableError: the target cannot be written.
    """
    desk = _open(target, terms)
    _require_apart(bundle, desk.store)
    found = find_to_change(desk.store, name, desk.public, desk.now)
    manifest, evidence, files = _checked(desk, bundle)
    release = release_of(evidence, manifest, files[MANIFEST])
    gates.require_fresh(desk.demands, release.judged, desk.now, str(bundle))
    gates.require_newer(desk.demands, release, found)
    sizes = {file: (bundle / file).stat().st_size for file in files}
    sent = send_release(desk.store, bundle, files, release)
    entry = entry_of(release, manifest, evidence, sizes, _claimed(bundle), desk.now)
    desk.store.write(entry_path(release.path), entry.content())
    earlier = _before(found, release)
    return _changed(desk, found, name, (release, *earlier), sent)


def promote(source: ChannelName, to: ChannelName, target: str, terms: Publishing) -> Published:
    """Have a channel point at the release that another one is at, once that is checked whole.

    Raises:
        InputError: there is no such channel, or the target does not take the release.
        IntegrityError: the channel has expired, or what lies there is not what it must be.
        XportError: as `publish`.
    """
    if source == to:
        raise InputError("is the channel itself", source, "name two channels")
    desk = _open(target, terms)
    release = read_channel(desk.store, source, desk.public, desk.now)[0].release
    found = find_to_change(desk.store, to, desk.public, desk.now)
    release = _checked_there(desk, release)
    gates.require_fresh(desk.demands, release.judged, desk.now, desk.where(release))
    gates.require_newer(desk.demands, release, found)
    return _changed(desk, found, to, (release, *_before(found, release)))


def rollback(target: str, name: ChannelName, terms: Publishing) -> Published:
    """Have a channel point at the release that it was at before, once that is checked whole.

    Its evidence may be of any age, and it is older: that is what is wanted. The channel forgets the
    release that it leaves, so a second rollback goes on to the one before.

    Raises:
        InputError: there is no such channel, or it was at no other release.
        XportError: as `publish`.
    """
    desk = _open(target, terms)
    found = find_to_change(desk.store, name, desk.public, desk.now)
    if found.channel is None:
        raise InputError("there is no such channel", found.where, "publish to it first")
    if not found.channel.earlier:
        raise InputError(
            f"was at no release before {found.channel.release.words()}",
            found.where,
            "publish another release",
        )
    first, *rest = found.channel.earlier
    return _changed(desk, found, name, (_checked_there(desk, first), *rest))


def follow(
    target: str, name: ChannelName, key: Path | None = None, at: datetime | None = None
) -> Published:
    """A channel as whoever receives its releases may believe it; arguments as of `releases`.

    Raises:
        InputError: there is no such channel, or the key is none.
        IntegrityError: it has expired, goes backwards, or is not signed with the key.
    """
    store = open_store(target)
    public = None if key is None else read_public_key(key, store.folder, "the target")
    channel, found = read_channel(store, name, public, at or now())
    warnings = [] if public is None else [remember(store, name, found.seen)]
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
        IntegrityError: an entry of the index cannot be read.
    """
    store = open_store(target)
    if store.folder is not None and not store.folder.is_dir():
        raise InputError("there is no such folder", str(store.folder), "check the path")
    public = None if key is None else read_public_key(key, store.folder, "the target")
    return list_target(store, public, at or now())


def _open(target: str, terms: Publishing) -> _Desk:
    """A target, its policy and the key, each seen to be fit."""
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
    conditional = store.conditional()
    if not conditional and not terms.single_publisher:
        raise InputError(
            "has no conditional writes that xport knows of, so two publishers at once could undo "
            "each other's work unseen",
            store.shown,
            "say with --single-publisher that nobody else publishes to it",
        )
    demands = gates.Demands(policy, terms.max_age_days, terms.allow_downgrade)
    return _Desk(store, key, demands, terms, terms.clock(), conditional)


def _require_apart(bundle: Path, store: Store) -> None:
    if store.folder is not None and store.folder.resolve().is_relative_to(bundle.resolve()):
        raise InputError(
            "lies in the bundle: it would become a part of what is published",
            store.shown,
            "name a folder beside it",
        )


def _checked(desk: _Desk, bundle: Path) -> tuple[Manifest, Evidence, dict[str, str]]:
    """A bundle that the target takes, by verdict and signature, with all its files by digest."""
    policy = desk.demands.policy
    if desk.key is not None:
        place = bundle.resolve()
        if desk.key.path.resolve().is_relative_to(place):
            read_private_key(desk.key.path, bundle, desk.terms.passphrase)  # says so
    manifest, files = checked_files(bundle, allow_unchecked=desk.terms.allow_unchecked)
    gates.require_verdict(policy, manifest.verdict, str(bundle))
    signed = claimed_key(bundle) is not None
    gates.require_signed(policy, signed, str(bundle))
    if signed and desk.public is not None:
        require_signed_by(bundle, desk.public)
    return manifest, Evidence.read(bundle / EVIDENCE), files


def _checked_there(desk: _Desk, release: Release) -> Release:
    """A release of the target that is whole and that it still takes; as its bundle says it is."""
    with release_here(desk.store, release) as folder:
        manifest, evidence, files = _checked(desk, folder)
    found = release_of(evidence, manifest, files[MANIFEST])
    if found.path != release.path:
        raise IntegrityError(
            f"a channel names it, and what lies there belongs in {found.path}",
            desk.where(release),
            DAMAGED,
        )
    return found


def _before(found: Found, release: Release) -> tuple[Release, ...]:
    """The releases that a channel was at, without the one that it goes to."""
    if found.channel is None:
        return ()
    was = (found.channel.release, *found.channel.earlier)
    return tuple(one for one in was if one.path != release.path)


def _changed(
    desk: _Desk,
    found: Found,
    name: ChannelName,
    line: tuple[Release, ...],
    sent: Sent | None = None,
) -> Published:
    """Change a channel to the first of these releases; the others are those before."""
    channel = Channel(
        channel=name,
        sequence=found.sequence + 1,
        release=line[0],
        earlier=line[1 : EARLIER + 1],
        written=desk.now,
        expires=desk.now + days(desk.terms.valid_days),
        single_publisher=not desk.conditional,
    )
    after = change_channel(desk.store, found, channel, desk.key)
    forgotten = remember(desk.store, name, after.seen)
    warnings = (forgotten,) if forgotten else ()
    return Published(channel, after.key, after.where, sent, warnings)


def _claimed(bundle: Path) -> str | None:
    claimed = claimed_key(bundle)
    return None if claimed is None else fingerprint_shown(claimed)
