"""A bundle's files into a folder: each with the length and digest that the manifest names."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from xport.bundles.manifest import MANIFEST, Manifest
from xport.common.progress import advance, step
from xport.conversion.store import disk_errors
from xport.errors import InputError, IntegrityError, UnavailableError
from xport.fetching.client import Client
from xport.fetching.http_store import is_page
from xport.publishing.stores import SMALL
from xport.signing.places import FILES as SIGNATURES
from xport.signing.places import MAX_BYTES as LONGEST_SIGNATURE

MOST = 8 * 2**30
"""Bytes of all files together; the default release has some hundred million."""
REMEDY = "it is not what was published: do not use it, and tell whoever publishes it"


def fetch_bundle(client: Client, address: str, folder: Path) -> list[str]:
    """Have a bundle's manifest, all files that it names, and its signatures lie in a folder.

    Args:
        client: asks for them.
        address: of the bundle's folder, with a slash at its end.
        folder: an empty one.

    Returns:
        What is to be said of the host, as sentences.

    Raises:
        InputError: there is no manifest at the address.
        IntegrityError: files are missing, or not of the length or digest that the manifest names;
            all are named. Or what it names is larger than any bundle.
        UnavailableError: the host did not answer to the end, or the disk is full.
    """
    manifest = _manifest(client, address, folder)
    entries = {**manifest.files, **manifest.model_files()}
    files = {n: (e.bytes, e.sha256) for n, e in entries.items() if n not in (MANIFEST, *SIGNATURES)}
    _require_room(files, address, folder)
    findings: list[str] = []
    with disk_errors(folder), step(f"fetch {manifest.title}", len(files)):
        for name in sorted(files):
            findings += _fetched(client, address, folder, name, *files[name])
            advance()
    if findings:
        others = "\n".join(f"also: {one}" for one in findings[1:])
        raise IntegrityError(findings[0], address, REMEDY, others)
    with disk_errors(folder):
        return list(_signatures(client, address, folder))


def _manifest(client: Client, address: str, folder: Path) -> Manifest:
    where = f"{address}{MANIFEST}"
    content = client.read(where, SMALL)
    if content is None or is_page(content):
        what = "there is none" if content is None else "a page stands in its place"
        raise InputError(f"is no bundle's: {what}", where, "give the address of a release's folder")
    with disk_errors(folder):
        (folder / MANIFEST).write_bytes(content)
    return Manifest.read(folder / MANIFEST)


def _require_room(files: dict[str, tuple[int, str]], address: str, folder: Path) -> None:
    """Refuse what is absurdly large, before anything of it is asked for."""
    total = sum(max(0, size) for size, _ in files.values())
    if total > MOST or any(size < 0 for size, _ in files.values()):
        raise IntegrityError(
            f"its manifest names {total:,} bytes, more than the {MOST:,} of any bundle",
            address,
            REMEDY,
        )
    free = shutil.disk_usage(folder).free
    if total > free:
        raise UnavailableError(
            f"has {total:,} bytes, and {free:,} are free here",
            address,
            "free disk space, or set TMPDIR to a folder of another disk",
        )


def _fetched(
    client: Client, address: str, folder: Path, name: str, size: int, sha256: str
) -> Iterator[str]:
    """Fetch one file; what is wrong with it, if something is."""
    place, summed, got = folder / name, hashlib.sha256(), 0
    where = address + quote(name)
    with client.asked(where) as answer:
        if answer is None:
            yield f"file {name} is missing"
            return
        if answer.length is not None and answer.length != size:
            told = f"{answer.length:,} bytes of {answer.kind}, and not {size:,}"
            yield f"file {name} is changed: the host has {told}"
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as file:
            for piece in client.chunks(where, answer, size):
                summed.update(piece)
                file.write(piece)
                got += len(piece)
    if got != size:
        told = f"more than {size:,}" if got > size else f"{got:,} bytes, and not {size:,}"
        yield f"file {name} is changed: the host has {told}"
    elif summed.hexdigest() != sha256:
        yield f"file {name} is changed"


def _signatures(client: Client, address: str, folder: Path) -> Iterator[str]:
    """Fetch the signatures that there are; what a host answers in the place of one is none."""
    for name in SIGNATURES:
        content = client.read(address + name, LONGEST_SIGNATURE)
        if content is None:
            continue
        if not _is_document(content):
            yield (
                f"the host answers {name} with what is no signature and not in the manifest, as "
                "hosts of a single page do: it counts as absent"
            )
            continue
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


def _is_document(content: bytes) -> bool:
    """Whether it can be a signature at all: an object in JSON."""
    try:
        return isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        return False
