"""A forger rewrites files, digests, evidence and signatures, and is caught for want of the key."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.formats.archives import unpacked
from tests.xport.signing.conftest import KeyPair
from tests.xport.signing.forging import (
    DEEDS,
    Deed,
    changed,
    claim,
    leaves,
    list_again,
    payload_of,
    sign_as,
    with_other,
    with_payload,
    write_envelope,
    write_model,
)
from xport.common import digests
from xport.errors import IntegrityError, XportError
from xport.signing.places import ENVELOPE, FOLDER, KEYED, MODEL_SIGNATURE
from xport.workflow.verification import verify

SEED = 17
BYTES = {ENVELOPE: 20, MODEL_SIGNATURE: 20, "manifest.json": 5, "evidence.json": 5}
"""How many bytes of a file are tried, where it is more than one."""
FIELDS = {"manifest.json": 10, "evidence.json": 3}
PAYLOAD_FIELDS = 20
AT_ONCE = 6


def refused(folder: Path, owner: KeyPair) -> str:
    """What is said where a bundle is held to its owner's key."""
    with pytest.raises(XportError) as said:
        verify(folder, key=owner.public, allow_unchecked=True)
    assert said.value.exit_code == 3, said.value
    return str(said.value)


@pytest.fixture(scope="module")
def contents(signed_bundle: Path) -> dict[str, bytes]:
    """The bytes of each file of the signed bundle."""
    return {name: (signed_bundle / name).read_bytes() for name in digests.of_folder(signed_bundle)}


@pytest.fixture(scope="module")
def copied(signed_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(signed_bundle, tmp_path_factory.mktemp("forged") / "bundle"))


@pytest.fixture
def whole(copied: Path, contents: dict[str, bytes]) -> Iterator[Path]:
    """A copy of the signed bundle, which is mended after each test."""
    yield copied
    mend(copied, contents)


def mend(folder: Path, contents: dict[str, bytes]) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in contents:
            path.unlink()
    for name, content in contents.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)


def test_the_bundle_itself_is_accepted(whole: Path, owner: KeyPair) -> None:
    assert verify(whole, key=owner.public, allow_unchecked=True).release == "mini"


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_every_file_that_is_not_as_it_was_signed_is_named(
    deed: Deed, whole: Path, contents: dict[str, bytes], owner: KeyPair
) -> None:
    names = [name for name in contents if name not in KEYED]
    assert len(names) > 70
    for first in range(0, len(names), AT_ONCE):
        spoiled = names[first : first + AT_ONCE]
        for name in spoiled:
            deed(whole, name)
        said = refused(whole, owner)
        for name in spoiled:
            told = {
                "changed": [f"file {name} is not what was signed"],
                "missing": [f"file {name} was signed, and is missing"],
                "extra": [f"file {name}.more was not signed"],
                "renamed": [f"{name} was signed, and is missing", f"{name}.new was not signed"],
                "swapped": [f"file {name} is not what was signed"],
            }[deed.__name__]
            assert all(words in said for words in told)
        mend(whole, contents)


def test_every_file_byte_by_byte_sampled(
    whole: Path, contents: dict[str, bytes], owner: KeyPair
) -> None:
    chance = random.Random(SEED)
    for name, good in contents.items():
        for place in chance.choices(range(len(good)), k=BYTES.get(name, 1)):
            bad = bytearray(good)
            bad[place] ^= 1 << chance.randrange(8)
            (whole / name).write_bytes(bad)
            assert name in refused(whole, owner)
        (whole / name).write_bytes(good)


@pytest.mark.parametrize("name", ["licenses/app.md", "icon.svg"])
def test_a_consistent_forgery_passes_only_where_nobody_asks_for_the_key(
    name: str, unsigned: Path, owner: KeyPair, stranger: KeyPair
) -> None:
    changed(unsigned, name)
    list_again(unsigned)
    sign_as(unsigned, stranger)
    assert verify(unsigned, allow_unchecked=True).release == "mini"
    assert verify(unsigned, key=stranger.public, allow_unchecked=True).release == "mini"
    assert "is signed with another key: it claims sha256:" in refused(unsigned, owner)
    claim(unsigned, owner)
    assert verify(unsigned, allow_unchecked=True).release == "mini"
    assert f"{ENVELOPE}: its signature is not of {owner.public}" in refused(unsigned, owner)
    shutil.rmtree(unsigned / FOLDER)
    assert verify(unsigned, allow_unchecked=True).release == "mini"
    assert "not signed: whoever made this bundle is unknown" in refused(unsigned, owner)


def test_signatures_of_another_bundle_are_refused(
    signed: Path, owner: KeyPair, tmp_path: Path
) -> None:
    other = unpacked("bundle-3", tmp_path / "other")
    (other / "licenses" / "app.md").write_text("other words\n")
    list_again(other)
    sign_as(other, owner)
    for name in KEYED:
        good = (signed / name).read_bytes()
        shutil.copy(other / name, signed / name)
        assert "licenses/app.md" in refused(signed, owner)
        (signed / name).write_bytes(good)


@pytest.mark.parametrize("name", KEYED)
def test_half_of_the_signature_is_none(name: str, signed: Path, owner: KeyPair) -> None:
    (signed / name).unlink()
    assert f"{name}: is missing" in refused(signed, owner)
    with pytest.raises(IntegrityError, match=f"{name}: is missing"):
        verify(signed, allow_unchecked=True)


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_of_a_document_is_signed(
    name: str, whole: Path, signed_bundle: Path, owner: KeyPair
) -> None:
    document = json.loads((signed_bundle / name).read_text())
    found = leaves(document)
    for leaf in random.Random(SEED).sample(found, FIELDS[name]):
        (whole / name).write_text(json.dumps(with_other(document, leaf)))
        assert f"file {name} is not what was signed" in refused(whole, owner)


def test_every_field_of_the_envelope_is_held_to_the_key(
    whole: Path, signed_bundle: Path, owner: KeyPair
) -> None:
    envelope = json.loads((signed_bundle / ENVELOPE).read_text())
    for leaf in leaves(envelope):
        write_envelope(whole, with_other(envelope, leaf))
        assert ENVELOPE in refused(whole, owner)
    statement = payload_of(envelope)
    fields = leaves(statement)
    for leaf in random.Random(SEED).sample(fields, PAYLOAD_FIELDS):
        write_envelope(whole, with_payload(envelope, with_other(statement, leaf)))
        assert f"{ENVELOPE}: its signature is not of {owner.public}" in refused(whole, owner)


def test_every_field_of_the_signature_of_all_files_is_held_to_the_key(
    whole: Path, signed_bundle: Path, owner: KeyPair
) -> None:
    model = json.loads((signed_bundle / MODEL_SIGNATURE).read_text())
    for leaf in leaves(model):
        write_model(whole, with_other(model, leaf))
        assert MODEL_SIGNATURE in refused(whole, owner)
    envelope = model["dsseEnvelope"]
    statement = payload_of(envelope)
    fields = leaves(statement)
    for leaf in random.Random(SEED).sample(fields, PAYLOAD_FIELDS):
        forged = with_payload(envelope, with_other(statement, leaf))
        write_model(whole, model | {"dsseEnvelope": forged})
        assert MODEL_SIGNATURE in refused(whole, owner)


def test_what_lies_beside_the_signatures_is_extra(signed: Path, owner: KeyPair) -> None:
    (signed / FOLDER / "more.sig").write_text("of somebody else")
    assert "file signature/more.sig was not signed" in refused(signed, owner)
    with pytest.raises(IntegrityError, match=r"file signature/more\.sig is extra"):
        verify(signed, allow_unchecked=True)


def test_a_signature_that_the_manifest_lists_is_refused(signed: Path) -> None:
    manifest = json.loads((signed / "manifest.json").read_text())
    entry = {"sha256": digests.of_file(signed / ENVELOPE), "bytes": 1}
    manifest["files"][ENVELOPE] = entry
    (signed / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(IntegrityError, match="a signature is of the list, and not in it"):
        verify(signed, allow_unchecked=True)


@pytest.mark.parametrize("name", [*KEYED, FOLDER])
def test_a_link_in_the_place_of_a_signature_is_refused(
    name: str, signed: Path, owner: KeyPair, tmp_path: Path
) -> None:
    (signed / name).rename(tmp_path / "elsewhere")
    (signed / name).symlink_to(tmp_path / "elsewhere")
    assert "a link stands for a file of the bundle" in refused(signed, owner)
    with pytest.raises(IntegrityError, match="a link stands for a file of the bundle"):
        verify(signed, allow_unchecked=True)
