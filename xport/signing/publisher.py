"""The key that a release names before its run: read, and held to the one that signs."""

from __future__ import annotations

from pathlib import Path

from xport.errors import InputError, located
from xport.plan.publisher import Publisher
from xport.release_file.publisher import PublisherEntry
from xport.signing.keys import PublicKey, read_public_key, shown


def read_publisher(entry: PublisherEntry | None) -> Publisher | None:
    """Who claims a release, with the key in its file; None where it names nobody.

    Raises:
        InputError: the file holds no public key on P-256; a private one is never copied.
        PackageMissing: the extra `sign` is not installed.
    """
    if entry is None:
        return None
    with located("publisher.key"):
        key = read_public_key(entry.key, None)
    return Publisher(name=entry.name, fingerprint=key.fingerprint, pem=key.pem().decode())


def require_declared(publisher: Publisher | None, key: PublicKey | None, bundle: Path) -> None:
    """Refuse to sign a release with another key than it named before its run, or with none.

    Raises:
        InputError: the release names one, and this is not it.
    """
    found = foreign(publisher, None if key is None else key.fingerprint)
    if found is not None:
        raise InputError(
            found,
            str(bundle),
            "sign it with the key that it names, or name the other one under [publisher] in the "
            "release file and run it again",
        )


def foreign(publisher: Publisher | None, fingerprint: str | None) -> str | None:
    """Why a signature is not the publisher's, in words; `fingerprint` is None of one without key.

    None where it is, or where the release names nobody.
    """
    if publisher is None or fingerprint == publisher.fingerprint:
        return None
    other = "an identity, without a key" if fingerprint is None else shown(fingerprint)
    return (
        f"the release names the key {shown(publisher.fingerprint)} of {publisher.name}, and this "
        f"is {other}"
    )
