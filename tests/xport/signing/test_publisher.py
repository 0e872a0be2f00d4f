"""Who claims a release: the key that it names before its run ships, and no other signs it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.saboteurs.bench import edit
from tests.xport.signing.conftest import KeyPair, openssl, sign_small
from tests.xport.signing.test_sign import ALLOWED, run
from xport.bundles.claim import write_claim
from xport.bundles.manifest import MANIFEST
from xport.common import digests
from xport.errors import InputError, IntegrityError
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.plan.publisher import PUBLISHER_KEY, Publisher
from xport.release_file.publisher import PublisherEntry
from xport.signing.keys import read_private_key, read_public_key, shown
from xport.signing.publisher import read_publisher
from xport.signing.signatures import is_signed
from xport.signing.writing import add_signatures
from xport.workflow.signing import sign_keyless
from xport.workflow.verification import checked_files, verify

NAME = "Radiology, Example Hospital"


def publisher_of(pair: KeyPair) -> Publisher:
    found = read_publisher(PublisherEntry(name=NAME, key=pair.public))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def claimed_bundle(
    plain_bundle: Path, owner: KeyPair, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The small bundle, as if its release file had named its owner; nobody changes it."""
    bundle = Path(shutil.copytree(plain_bundle, tmp_path_factory.mktemp("claimed") / "bundle"))
    publisher = publisher_of(owner).model_dump(mode="json")
    edit(bundle / EVIDENCE, lambda evidence: evidence["plan"].update(publisher=publisher))
    claim = write_claim(bundle, Evidence.read(bundle / EVIDENCE))
    assert claim is not None

    def relisted(manifest: dict[str, object]) -> None:
        files = manifest["files"]
        assert isinstance(files, dict)
        for path in (bundle / EVIDENCE, bundle / PUBLISHER_KEY):
            said = {"sha256": digests.of_file(path), "bytes": path.stat().st_size, "path": None}
            files[path.name] = said
        manifest["publisher"] = claim.model_dump(mode="json")

    edit(bundle / MANIFEST, relisted)
    return bundle


@pytest.fixture
def claimed(claimed_bundle: Path, tmp_path: Path) -> Path:
    """A copy of it, to sign or to spoil."""
    return Path(shutil.copytree(claimed_bundle, tmp_path / "claimed"))


def test_the_key_of_a_release_is_its_public_one(owner: KeyPair, tmp_path: Path) -> None:
    found = publisher_of(owner)
    assert found.fingerprint == read_public_key(owner.public, None).fingerprint
    assert found.pem == owner.public.read_text()
    with pytest.raises(InputError, match=f"{owner.private}: is a private key") as refused:
        read_publisher(PublisherEntry(name=NAME, key=owner.private))
    assert "give the public one" in str(refused.value)
    openssl("genpkey", "-algorithm", "ed25519", "-out", tmp_path / "other.key")
    openssl("pkey", "-in", tmp_path / "other.key", "-pubout", "-out", tmp_path / "other.pub")
    with pytest.raises(InputError, match="is no key on P-256"):
        read_publisher(PublisherEntry(name=NAME, key=tmp_path / "other.pub"))
    with pytest.raises(InputError, match=r"none\.pub"):
        read_publisher(PublisherEntry(name=NAME, key=tmp_path / "none.pub"))


def test_a_plan_holds_a_key_to_its_fingerprint(owner: KeyPair, stranger: KeyPair) -> None:
    other = publisher_of(stranger).pem
    for pem in (other, "", other.replace("PUBLIC", "PRIVATE"), other.rstrip()):
        with pytest.raises(ValueError, match="not the public key of the fingerprint"):
            Publisher(name=NAME, fingerprint=publisher_of(owner).fingerprint, pem=pem)


def test_plans_that_name_nobody_keep_their_digest(plain_bundle: Path, owner: KeyPair) -> None:
    plan = Evidence.read(plain_bundle / EVIDENCE).plan
    before = plan.model_dump(mode="json", exclude={"folder", "site", "publisher"})
    for model in before["models"]:
        for artifact in model["artifacts"].values():
            del artifact["path"], artifact["cost"]
    assert plan.digest() == digests.of_json(before)
    named = plan.model_copy(update={"publisher": publisher_of(owner)})
    assert named.digest() != plan.digest()


def test_the_key_ships_and_its_owner_signs(
    claimed: Path, owner: KeyPair, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (claimed / PUBLISHER_KEY).read_text() == owner.public.read_text()
    sign_small(claimed, owner)
    assert run("verify", claimed, "--key", owner.public, *ALLOWED) == 0
    fingerprint = shown(publisher_of(owner).fingerprint)
    assert f"claimed by       {NAME}, key {fingerprint}" in capsys.readouterr().out
    assert run("verify", claimed, *ALLOWED, "--json") == 0
    told = json.loads(capsys.readouterr().out)["publisher"]
    assert (told["name"], told["key"]["path"]) == (NAME, PUBLISHER_KEY)
    assert told["judged"] == Evidence.read(claimed / EVIDENCE).made


def test_nobody_else_signs_it(claimed: Path, owner: KeyPair, stranger: KeyPair) -> None:
    with pytest.raises(InputError, match="the release names the key sha256:") as refused:
        sign_small(claimed, stranger)
    for pair in (owner, stranger):
        assert publisher_of(pair).fingerprint in str(refused.value)
    with pytest.raises(InputError, match="this is an identity, without a key"):
        sign_keyless(claimed, allow_weak=True, allow_unchecked=True)
    assert not is_signed(claimed)


def test_a_signature_of_somebody_else_contradicts_it(claimed: Path, stranger: KeyPair) -> None:
    manifest, files = checked_files(claimed, allow_unchecked=True)
    evidence = Evidence.read(claimed / EVIDENCE)
    key = read_private_key(stranger.private, claimed, str)
    add_signatures(claimed, files, evidence, manifest.verdict, key)
    with pytest.raises(IntegrityError, match="the release names the key"):
        verify(claimed, allow_unchecked=True)


def test_another_key_in_its_place_is_found(claimed: Path, stranger: KeyPair) -> None:
    data = stranger.public.read_bytes()
    (claimed / PUBLISHER_KEY).write_bytes(data)
    with pytest.raises(IntegrityError, match=r"file publisher\.pub is changed"):
        verify(claimed, allow_unchecked=True)

    def relisted(manifest: dict[str, dict[str, dict[str, object]]]) -> None:
        own = {"sha256": digests.of_bytes(data), "bytes": len(data)}
        manifest["files"][PUBLISHER_KEY] |= own
        manifest["publisher"]["key"] |= own
        fingerprint: object = publisher_of(stranger).fingerprint
        manifest["publisher"] |= {"fingerprint": fingerprint}  # type: ignore[dict-item]

    edit(claimed / MANIFEST, relisted)
    with pytest.raises(IntegrityError, match="who claims the release is not that of the evidence"):
        verify(claimed, allow_unchecked=True)
