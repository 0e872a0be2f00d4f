"""A release's files: sent where they are not there, each read back, the folder as it must be."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from xport.bundles.manifest import MANIFEST
from xport.common import digests
from xport.common.progress import advance, step
from xport.errors import InputError, IntegrityError, told_as
from xport.formats.weights_manifest import inside
from xport.publishing.documents import Release, entry_path
from xport.publishing.stores import AGAIN, Store
from xport.signing.places import FILES as SIGNATURES

DAMAGED = "do not use it: publish its bundle again, which puts right what is damaged"


@dataclass(frozen=True)
class Sent:
    """How many files were sent, and how many lay there already."""

    sent: int
    there: int


def send_release(store: Store, bundle: Path, files: Mapping[str, str], release: Release) -> Sent:
    """Have a bundle's files lie in its release's folder, each with its digest when read back.

    Args:
        store: the target.
        bundle: where the files are.
        files: SHA-256 of each, as they were checked.
        release: what they are.

    Raises:
        InputError: the release is published already, and signed otherwise.
        IntegrityError: something else lies in the folder, or a file changed since it was checked.
        UnavailableError: the store failed, or holds other bytes than were sent.
    """
    _require_no_other(store, files, release)
    published = store.read(entry_path(release.path)) is not None
    sent = 0
    with step(f"publish {release.words()}", len(files)):
        for name in sorted(files):
            sent += _send(store, bundle, name, files[name], f"{release.path}/{name}", published)
            advance()
    _require_no_other(store, files, release)
    return Sent(sent, len(files) - sent)


def _send(store: Store, bundle: Path, name: str, digest: str, path: str, published: bool) -> bool:
    """Send a file unless it lies there with its digest; whether it was sent."""
    lies = store.digest(path)
    if lies == digest:
        return False
    if lies is not None and published and name in SIGNATURES:
        raise InputError(
            "is published already, with another signature: what is published never changes",
            f"{store.shown}/{path}",
            "publish the bundle that was signed first, or release it anew",
        )
    store.send(bundle / name, path)
    _require_received(store, bundle, name, digest, path)
    return True


def _require_received(store: Store, bundle: Path, name: str, digest: str, path: str) -> None:
    received = store.digest(path)
    if received == digest:
        return
    if digests.of_file(bundle / name) != digest:
        raise IntegrityError(
            "changed since it was checked",
            str(bundle / name),
            "check the bundle, and publish again",
        )
    raise IntegrityError(
        f"the store holds other bytes than were sent: SHA-256 {received or 'of nothing'}, not "
        f"{digest}",
        f"{store.shown}/{path}",
        AGAIN,
    )


def _require_no_other(store: Store, files: Mapping[str, str], release: Release) -> None:
    unfilled = {f"{above}/" for name in files for above in PurePosixPath(name).parents}
    others = sorted(store.names(release.path) - {*files} - unfilled)
    if others:
        raise IntegrityError(
            f"file {others[0]} lies there and is not of the release",
            f"{store.shown}/{release.path}",
            "see who put it there, and remove it",
            "\n".join(f"also: {one}" for one in others[1:]),
        )


@contextlib.contextmanager
def release_here(store: Store, release: Release) -> Iterator[Path]:
    """The folder of a release that was published, here to be checked; a copy of a remote one.

    Raises:
        IntegrityError: its manifest is not the one that was named, or a path leads out of it.
    """
    where = f"{store.shown}/{release.path}"
    if store.digest(f"{release.path}/{MANIFEST}") != release.manifest_sha256:
        raise IntegrityError(
            f"is not what the channel names: its manifest's SHA-256 is not "
            f"{release.manifest_sha256}",
            where,
            DAMAGED,
        )
    if store.folder is not None:
        yield store.folder / release.path
        return
    names = sorted(store.names(release.path))
    with tempfile.TemporaryDirectory(prefix="xport-") as folder:
        with step(f"fetch {release.words()}", len(names)):
            for name in names:
                try:
                    place = Path(folder) / inside(name)
                except ValueError as error:
                    raise IntegrityError(f"{error}", where, DAMAGED) from error
                place.parent.mkdir(parents=True, exist_ok=True)
                store.fetch(f"{release.path}/{name}", place)
                advance()
        with told_as(Path(folder), where):
            yield Path(folder)
