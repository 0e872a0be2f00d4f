"""The index of a target: an entry for every release in it, with figures from its evidence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime

from pydantic import ValidationError

from xport.bundles.manifest import Manifest
from xport.common.document import first_problem
from xport.common.version import __version__
from xport.comparison.parity import Comparison, Role
from xport.errors import IntegrityError, XportError
from xport.judgement.evidence import Evidence
from xport.publishing.channels import find_channel, read_channel
from xport.publishing.documents import (
    NAMES,
    RELEASES,
    ChannelName,
    Entry,
    Listing,
    OutputError,
    Release,
    Speed,
    Standing,
    entry_path,
    release_path,
)
from xport.publishing.revocations import FoundList
from xport.publishing.stores import Store
from xport.signing.keys import PublicKey


def release_of(evidence: Evidence, manifest: Manifest, manifest_sha256: str) -> Release:
    """What a bundle is, and where it belongs in a target."""
    return Release(
        release=manifest.release,
        version=manifest.version,
        manifest_sha256=manifest_sha256,
        path=release_path(manifest.release, manifest.version, manifest_sha256),
        verdict=manifest.verdict,
        judged=datetime.fromisoformat(evidence.made),
    )


def entry_of(
    release: Release,
    manifest: Manifest,
    evidence: Evidence,
    sizes: Mapping[str, int],
    key: str | None,
    now: datetime,
) -> Entry:
    """The entry of a release.

    Args:
        release: what it is.
        manifest: its bundle's, with the verdict as it is passed now.
        evidence: its bundle's.
        sizes: the bytes of every file, by path.
        key: the fingerprint that the bundle's signature claims.
        now: when it is published.
    """
    models = manifest.model_files()
    return Entry(
        release=release,
        title=manifest.title,
        published=now,
        xport=__version__,
        key=key,
        files=len(sizes),
        total_bytes=sum(sizes.values()),
        model_bytes=sum(size for name, size in sizes.items() if name in models),
        errors=tuple(_errors(evidence)),
        speeds=tuple(_speeds(evidence)),
        notes=manifest.notes,
    )


def list_target(store: Store, key: PublicKey | None, now: datetime, revoked: FoundList) -> Listing:
    """What lies in a target; a channel that must not be believed is listed with the reason.

    So is one that is at a release which is revoked.

    Raises:
        IntegrityError: an entry cannot be read, or is of another folder.
    """
    names = store.names(RELEASES)
    folders = {name.partition("/")[0] for name in names if "/" in name}
    documents = sorted(name for name in names if "/" not in name and name.endswith(".json"))
    entries = [_read(store, f"{RELEASES}/{name}") for name in documents]
    entries.sort(key=lambda one: (one.published, one.release.path))
    known = {one.release.path for one in entries}
    return Listing(
        target=store.shown,
        checked=key is not None,
        channels=tuple(_standing(store, name, key, now, revoked) for name in NAMES),
        entries=tuple(entries),
        unfinished=tuple(
            sorted(path for name in folders if (path := f"{RELEASES}/{name}") not in known)
        ),
        revoked={one.manifest_sha256: one.words() for one in revoked.revoked},
    )


def _standing(
    store: Store, name: ChannelName, key: PublicKey | None, now: datetime, revoked: FoundList
) -> Standing:
    try:
        found = find_channel(store, name)
    except XportError as error:
        return Standing(name=name, problem=error.what)
    if found.channel is None:
        return Standing(name=name)
    problem = None
    try:
        read_channel(store, name, key, now)
        revoked.require_not_revoked(found.channel.release.manifest_sha256, found.where)
    except XportError as error:
        problem = error.what
    return Standing(name=name, channel=found.channel, key=found.key, problem=problem)


def _read(store: Store, path: str) -> Entry:
    where = f"{store.shown}/{path}"
    remedy = "publish the release again, which writes it anew"
    try:
        entry = Entry.model_validate_json(store.read(path) or b"")
    except ValidationError as error:
        raise IntegrityError(f"is no entry: {first_problem(error)}", where, remedy) from error
    if entry_path(entry.release.path) != path:
        raise IntegrityError(f"is the entry of {entry.release.path}", where, remedy)
    return entry


def _errors(evidence: Evidence) -> Iterator[OutputError]:
    """The largest error of every output, over the legs that ship and against the reference."""
    plan = evidence.plan
    shipped = {
        (model.id, leg.name)
        for model in plan.models
        for leg in plan.legs_of(model)
        if leg.artifact == plan.shipped_artifact
    }
    largest: dict[tuple[str, str], Comparison] = {}
    for one in evidence.comparisons:
        if one.role is Role.REFERENCE and (one.model, one.leg) in shipped:
            place = (one.model, one.output)
            before = largest.get(place)
            if before is None or _rank(one) > _rank(before):
                largest[place] = one
    for (model, output), one in largest.items():
        yield OutputError(model=model, output=output, leg=one.leg, max_abs=one.pooled.max_abs)


def _rank(comparison: Comparison) -> float:
    """What is largest: no number before every number."""
    distance = comparison.pooled.max_abs
    return math.inf if math.isnan(distance) else distance


def _speeds(evidence: Evidence) -> Iterator[Speed]:
    for runtime in evidence.runtimes:
        for one in runtime.models:
            yield Speed(backend=runtime.backend, model=one.model, load=one.load, run=one.median)
