"""Taking back what was published: a release that must not be used any more."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from xport.errors import InputError, XportError
from xport.publishing.channels import change_channel, find_channel, find_to_change
from xport.publishing.documents import NAMES, Entry
from xport.publishing.index import list_target
from xport.publishing.revocations import (
    LONGEST_REASON,
    FoundList,
    Revocations,
    Revoked,
    change_list,
)
from xport.publishing.revocations import NAME as REVOCATIONS
from xport.publishing.seen import remember
from xport.publishing.stores import Store
from xport.workflow.targets import Desk, Publishing, open_desk

LEAST_DIGITS = 8
"""Of a SHA-256, to name a release by."""


@dataclass(frozen=True)
class Withdrawn:
    """A release that is revoked now: the list, and `warnings` of what is still to be done."""

    release: Revoked
    found: FoundList
    warnings: tuple[str, ...] = ()


def revoke(target: str, release: str, reason: str, terms: Publishing) -> Withdrawn:
    """Put a release on a target's signed list of those that must not be used any more.

    No channel is moved, and no file of the release is touched. Signed channels name the list's new
    number from then on, so that an older list beside them is noticed.

    Args:
        target: a folder, or an address that fsspec knows.
        release: its version, its folder's name, or the first digits of its manifest's SHA-256.
        reason: why, for whoever reads it.
        terms: the key that signs it, and whether there is one publisher.

    Raises:
        InputError: there is no such release, or several; it is revoked already; or there is no key.
        IntegrityError: what lies in the target is not to be believed, or of another key.
        Overtaken: somebody else has changed the list meanwhile.
    """
    reason = " ".join(reason.split())
    if not (0 < len(reason) <= LONGEST_REASON and reason.isprintable()):
        what = f"is not of 1 to {LONGEST_REASON} characters that can be printed"
        raise InputError(what, "--reason", "say why, for whoever reads it")
    desk = open_desk(target, terms)
    if desk.key is None:
        raise InputError("no key is given", "--key", "a list that nobody signed says nothing")
    entry = _named(desk, release)
    revoked = Revoked(
        release=entry.release.release,
        version=entry.release.version,
        manifest_sha256=entry.release.manifest_sha256,
        reason=reason,
        since=desk.now,
    )
    known = desk.revoked.of(revoked.manifest_sha256)
    if known is not None:
        _named_in_channels(desk, desk.revoked)  # which may have been interrupted
        raise InputError(f"{entry.release.words()} is {known.words()}", desk.revoked.where)
    after = Revocations(
        list_id=desk.revoked.document.list_id if desk.revoked.document else secrets.token_hex(8),
        sequence=desk.revoked.seen.sequence + 1,
        revoked=(*desk.revoked.revoked, revoked),
        written=desk.now,
    )
    found = change_list(desk.store, desk.revoked, after, desk.key)
    forgotten = remember(desk.store, REVOCATIONS, found.seen)
    left = _named_in_channels(desk, found)
    warnings = [*filter(None, [forgotten]), *left, *_still_at(desk.store, entry)]
    return Withdrawn(revoked, found, tuple(warnings))


def _named_in_channels(desk: Desk, found: FoundList) -> list[str]:
    """Have the channels that the key signs name the newest list; what could not be done, in words.

    Release and end date of a channel stay as they were.
    """
    assert desk.key is not None
    left = []
    for name in NAMES:
        try:
            before = find_to_change(desk.store, name, desk.public, desk.now)
            if before.channel is None or before.signed is None:
                continue
            if before.channel.revocations == found.seen.sequence:
                continue
            numbers = {"sequence": before.sequence + 1, "revocations": found.seen.sequence}
            channel = before.channel.model_copy(update=numbers)
            after = change_channel(desk.store, before, channel, desk.key)
        except XportError as error:
            left.append(f"channel {name} does not name the new list: {error}; publish to it")
        else:
            left += filter(None, [remember(desk.store, name, after.seen)])
    return left


def _named(desk: Desk, named: str) -> Entry:
    """The only release of a target that is called so.

    Raises:
        InputError: there is none, or there are several.
    """
    entries = list_target(desk.store, desk.public, desk.now, desk.revoked).entries
    digits = named.lower() if len(named) >= LEAST_DIGITS else "none"
    found = [
        entry
        for entry in entries
        if named in (entry.release.version, entry.release.path, entry.release.path.split("/")[-1])
        or entry.release.manifest_sha256.startswith(digits)
    ]
    if len(found) == 1:
        return found[0]
    there = ", ".join(one.release.words() for one in (found or entries)) or "no release"
    raise InputError(
        f"{named!r} names {len(found) or 'no'} releases of it",
        desk.store.shown,
        f"give the version, or the first {LEAST_DIGITS} digits or more of the manifest's SHA-256; "
        f"there are: {there}",
    )


def _still_at(store: Store, entry: Entry) -> list[str]:
    """The channels that are at a release which is revoked now."""
    at = [(name, find_channel(store, name).channel) for name in NAMES]
    return [
        f"channel {name} is still at it, and is refused by whoever follows it: publish another "
        "release to it, or go back with `xport rollback`"
        for name, channel in at
        if channel and channel.release.manifest_sha256 == entry.release.manifest_sha256
    ]
