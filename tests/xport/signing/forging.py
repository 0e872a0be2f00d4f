"""What a forger can do without the key: everything written anew, and consistently."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.xport.signing.conftest import KeyPair, sign_small
from xport.common import digests
from xport.signing.keys import read_public_key
from xport.signing.places import ENVELOPE, FOLDER, MODEL_SIGNATURE

OTHER = ("index.html", "app.css")
Deed = Callable[[Path, str], None]


def changed(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)


def missing(folder: Path, name: str) -> None:
    (folder / name).unlink()


def extra(folder: Path, name: str) -> None:
    shutil.copy(folder / name, folder / f"{name}.more")


def renamed(folder: Path, name: str) -> None:
    (folder / name).rename(folder / f"{name}.new")


def swapped(folder: Path, name: str) -> None:
    """Exchange the contents of a file with those of one that has others."""
    other, mine = folder / OTHER[name == OTHER[0]], (folder / name).read_bytes()
    (folder / name).write_bytes(other.read_bytes())
    other.write_bytes(mine)


DEEDS: dict[str, Deed] = {one.__name__: one for one in (changed, missing, extra, renamed, swapped)}


def list_again(folder: Path) -> None:
    """Write the manifest anew for a changed file of the page, as its digest demands."""
    manifest = json.loads((folder / "manifest.json").read_text())
    found = digests.of_folder(folder)
    for name, entry in manifest["files"].items():
        if name in found:
            entry |= {"sha256": found[name], "bytes": (folder / name).stat().st_size}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def sign_as(folder: Path, forger: KeyPair, victim: KeyPair | None = None) -> None:
    """Sign with the forger's key, as nobody or as if it were the victim's."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    sign_small(folder, forger)
    if victim is not None:
        claim(folder, victim)


def claim(folder: Path, victim: KeyPair) -> None:
    """Have both signatures claim the victim's key."""
    key = read_public_key(victim.public, folder)
    envelope = json.loads((folder / ENVELOPE).read_text())
    envelope["signatures"][0]["keyid"] = key.fingerprint
    write_envelope(folder, envelope)
    model = json.loads((folder / MODEL_SIGNATURE).read_text())
    model["verificationMaterial"]["publicKey"]["hint"] = key.hint
    write_model(folder, model)


def write_envelope(folder: Path, envelope: Any) -> None:
    text = json.dumps(envelope, indent=2, ensure_ascii=False) + "\n"
    (folder / ENVELOPE).write_text(text)


def write_model(folder: Path, model: Any) -> None:
    text = json.dumps(model, separators=(",", ":"), ensure_ascii=False)
    (folder / MODEL_SIGNATURE).write_text(text)


def payload_of(envelope: Any) -> Any:
    return json.loads(base64.b64decode(envelope["payload"]))


def with_payload(envelope: Any, payload: Any) -> Any:
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    return envelope | {"payload": base64.b64encode(text.encode()).decode()}


def leaves(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of a document's values."""
    if isinstance(value, dict):
        return [leaf for key, one in value.items() for leaf in leaves(one, (*at, key))]
    if isinstance(value, list):
        return [leaf for index, one in enumerate(value) for leaf in leaves(one, (*at, index))]
    return [at]


def with_other(document: Any, leaf: tuple[Any, ...]) -> Any:
    """The document with another value of the same kind at a leaf."""
    copy = json.loads(json.dumps(document))
    holder = copy
    for key in leaf[:-1]:
        holder = holder[key]
    value = holder[leaf[-1]]
    if isinstance(value, bool):
        other: Any = not value
    elif isinstance(value, int | float):
        other = value + 1
    elif isinstance(value, str) and value:
        other = ("0" if value[0] != "0" else "1") + value[1:]
    else:
        other = "x"
    holder[leaf[-1]] = other
    return copy
