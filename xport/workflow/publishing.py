"""Publishing a bundle to a target, and moving its channels: checked first, and moved last."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from xport.bundles.manifest import MANIFEST
from xport.errors import InputError
from xport.publishing import gates
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
    Release,
    days,
    entry_path,
)
from xport.publishing.index import entry_of, release_of
from xport.publishing.revocations import NAME as REVOCATIONS
from xport.publishing.seen import remember
from xport.publishing.stores import Store
from xport.publishing.upload import Sent, send_release
from xport.signing.keys import shown as fingerprint_shown
from xport.signing.signatures import claimed_key
from xport.workflow import targets
from xport.workflow.targets import Desk, Published, Publishing


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
    desk = targets.open_desk(target, terms)
    _require_apart(bundle, desk.store)
    found = find_to_change(desk.store, name, desk.public, desk.now)
    manifest, evidence, files = targets.checked(desk, bundle)
    release = release_of(evidence, manifest, files[MANIFEST])
    desk.require_not_revoked(release)
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
    desk = targets.open_desk(target, terms)
    release = read_channel(desk.store, source, desk.public, desk.now)[0].release
    found = find_to_change(desk.store, to, desk.public, desk.now)
    release = targets.checked_there(desk, release)
    gates.require_fresh(desk.demands, release.judged, desk.now, desk.where(release))
    gates.require_newer(desk.demands, release, found)
    return _changed(desk, found, to, (release, *_before(found, release)))


def rollback(target: str, name: ChannelName, terms: Publishing) -> Published:
    """Have a channel point at the release that it was at before, once that is checked whole.

    Its evidence may be of any age, and it is older: that is what is wanted. The channel forgets the
    release that it leaves, so a second rollback goes on to the one before. A revoked release is
    passed over, which is said.

    Raises:
        InputError: there is no such channel, or it was at no other release.
        XportError: as `publish`.
    """
    desk = targets.open_desk(target, terms)
    found = find_to_change(desk.store, name, desk.public, desk.now)
    if found.channel is None:
        raise InputError("there is no such channel", found.where, "publish to it first")
    sound = [r for r in found.channel.earlier if not desk.revoked.of(r.manifest_sha256)]
    if not sound:
        only = " that is not revoked" if found.channel.earlier else ""
        raise InputError(
            f"was at no release before {found.channel.release.words()}{only}",
            found.where,
            "publish another release",
        )
    first, *rest = sound
    passed = found.channel.earlier[: found.channel.earlier.index(first)]
    done = _changed(desk, found, name, (targets.checked_there(desk, first), *rest))
    left = [f"going back to {one.words()}: {_why(desk, one)}" for one in passed]
    return replace(done, warnings=(*done.warnings, *left))


def _why(desk: Desk, release: Release) -> str:
    revoked = desk.revoked.of(release.manifest_sha256)
    return f"it is {revoked.words()}" if revoked else "it is not sound"


def _require_apart(bundle: Path, store: Store) -> None:
    if store.folder is not None and store.folder.resolve().is_relative_to(bundle.resolve()):
        raise InputError(
            "lies in the bundle: it would become a part of what is published",
            store.shown,
            "name a folder beside it",
        )


def _before(found: Found, release: Release) -> tuple[Release, ...]:
    """The releases that a channel was at, without the one that it goes to."""
    if found.channel is None:
        return ()
    was = (found.channel.release, *found.channel.earlier)
    return tuple(one for one in was if one.path != release.path)


def _changed(
    desk: Desk,
    found: Found,
    name: ChannelName,
    line: tuple[Release, ...],
    sent: Sent | None = None,
) -> Published:
    """Change a channel to the first of these releases; the others are those before."""
    latest = desk.require_not_revoked(line[0])
    latest.require_as_new_as(found.channel, found.where)
    channel = Channel(
        channel=name,
        sequence=found.sequence + 1,
        release=line[0],
        earlier=line[1 : EARLIER + 1],
        written=desk.now,
        expires=desk.now + days(desk.terms.valid_days),
        single_publisher=not desk.conditional,
        revocations=latest.seen.sequence,
    )
    after = change_channel(desk.store, found, channel, desk.key)
    forgotten = [remember(desk.store, name, after.seen)]
    if desk.key is not None and desk.revoked.document is not None:
        forgotten.append(remember(desk.store, REVOCATIONS, desk.revoked.seen))
    warnings = tuple(filter(None, forgotten))
    return Published(channel, after.key, after.where, sent, warnings)


def _claimed(bundle: Path) -> str | None:
    claimed = claimed_key(bundle)
    return None if claimed is None else fingerprint_shown(claimed)
