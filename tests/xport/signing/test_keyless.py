"""Signed without a key, by an identity: stored signatures of a Sigstore of our own, no network."""

from __future__ import annotations

import base64
import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import xport
from tests.xport.signing.conftest import KeyPair
from tests.xport.signing.private_sigstore import PrivateSigstore, SignsAs
from tests.xport.signing.test_sign import ALLOWED, run
from xport.common import digests
from xport.errors import InputError, IntegrityError, UnavailableError
from xport.publishing.documents import TargetPolicy
from xport.publishing.gates import require_signed
from xport.signing.keyless import Identity, require_signed_as
from xport.signing.places import FILES, FOLDER, KEYLESS, MODEL_SIGNATURE
from xport.workflow.signing import sign_keyless

SIGNER = "model_signing._signing.sign_sigstore.Signer"
NAME, PROVIDER = "maker@hospital.example", "https://accounts.example"
LOOSE = {"allow_weak": True, "allow_unchecked": True}


@pytest.fixture(scope="module")
def sigstore() -> PrivateSigstore:
    return PrivateSigstore()


@pytest.fixture(scope="module")
def stored(
    plain_bundle: Path, sigstore: PrivateSigstore, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A bundle as it was signed; nobody changes it."""
    folder = Path(shutil.copytree(plain_bundle, tmp_path_factory.mktemp("keyless") / "bundle"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SIGNER, SignsAs(sigstore, NAME, PROVIDER))
        _, identity = sign_keyless(folder, **LOOSE)
    assert (identity.name, identity.provider) == (NAME, PROVIDER)
    return folder


@pytest.fixture
def keyless(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to spoil, on a machine without a network."""

    def unreachable(*_: object) -> None:
        raise OSError("there is no network")

    monkeypatch.setattr(socket.socket, "connect", unreachable)
    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    return Path(shutil.copytree(stored, tmp_path / "keyless"))


@pytest.fixture
def root(sigstore: PrivateSigstore, tmp_path: Path) -> Path:
    return sigstore.trust_root(tmp_path / "trusted_root.json")


def asked(
    folder: Path, root: Path, name: str = NAME, provider: str = PROVIDER
) -> tuple[object, ...]:
    identity = ("--identity", name, "--identity-provider", provider, "--trust-root", root)
    return "verify", folder, *identity, *ALLOWED


def test_one_file_is_added_and_none_is_changed(plain_bundle: Path, stored: Path) -> None:
    before, after = digests.of_folder(plain_bundle), digests.of_folder(stored)
    assert after.keys() - before.keys() == {KEYLESS}
    assert {name: after[name] for name in before} == before


def test_the_identity_is_verified_without_a_network_and_it_is_said_what_was_never_tried(
    keyless: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*asked(keyless, root)) == 0
    said = capsys.readouterr()
    assert f"signature        signed by {NAME}, without a key" in said.out
    assert f"signed by {NAME}, for whom {PROVIDER} vouched, by Sigstore's rules" in said.out
    assert "keyless signing was never tried by xport's authors with Sigstore's live" in said.out
    assert said.err == ""
    assert run(*asked(keyless, root), "--json") == 0
    told = json.loads(capsys.readouterr().out)["signature"]
    assert told == {"signed": True, "checked": True, "fingerprint": None, "identity": NAME}


def test_without_an_identity_it_is_said_that_nobody_was_held_to_it(
    keyless: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", keyless, *ALLOWED) == 0
    said = capsys.readouterr().out
    whom = f"{NAME}, for whom {PROVIDER} vouched"
    assert f"signature        its certificate names {whom}; compared by nobody" in said
    assert "NOT CHECKED: by whom it is signed: without --identity nobody compared" in said
    assert "give --identity and --identity-provider" in said
    assert run("verify", keyless, *ALLOWED, "--json") == 0
    told = json.loads(capsys.readouterr().out)["signature"]
    claims = {"claimed_identity": NAME, "claimed_provider": PROVIDER}
    assert told == {"signed": True, "checked": False, "fingerprint": None} | claims


def test_a_signature_whose_certificate_names_nobody_is_refused(
    keyless: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewritten(keyless, lambda document: document["verificationMaterial"].pop("certificate"))
    assert run("verify", keyless, *ALLOWED) == 3
    assert "has no certificate of an identity" in capsys.readouterr().err


def test_a_target_that_wants_a_signature_says_that_it_takes_keys_alone() -> None:
    with pytest.raises(
        InputError, match="without a key, and the target takes signatures of keys alone"
    ):
        require_signed(TargetPolicy(signature_required=True), False, "bundle", keyless=True)
    require_signed(TargetPolicy(), False, "bundle", keyless=True)


def refused(folder: Path, root: Path, name: str = NAME, provider: str = PROVIDER) -> str:
    with pytest.raises(IntegrityError) as said:
        require_signed_as(folder, Identity(name, provider, root))
    return str(said.value)


def test_another_identity_and_another_provider_are_refused_by_name(
    keyless: Path, root: Path
) -> None:
    said = refused(keyless, root, name="forger@hospital.example")
    assert "is not accepted as signed by forger@hospital.example" in said
    assert f"actual SANs: {{'{NAME}'}}" in said
    said = refused(keyless, root, provider="https://other.example")
    assert "for whom https://other.example vouched" in said
    assert f"got '{PROVIDER}'" in said


def test_another_trust_root_is_refused_and_so_is_sigstores_own(
    keyless: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = PrivateSigstore().trust_root(tmp_path / "other.json")
    assert "certificate" in refused(keyless, other)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with pytest.raises(IntegrityError, match="is not accepted as signed by"):
        require_signed_as(keyless, Identity(NAME, PROVIDER))


def rewritten(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads((folder / KEYLESS).read_text())
    change(document)
    (folder / KEYLESS).write_text(json.dumps(document))


def statement_of(document: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(base64.b64decode(document["dsseEnvelope"]["payload"])))


def test_a_forger_who_alters_statement_log_or_certificate_is_caught(
    keyless: Path, root: Path
) -> None:
    good = (keyless / KEYLESS).read_text()

    def other_file(document: dict[str, Any]) -> None:
        told = statement_of(document)
        told["predicate"]["resources"][0]["digest"] = "0" * 64
        document["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(told).encode()).decode()

    def other_time(document: dict[str, Any]) -> None:
        document["verificationMaterial"]["tlogEntries"][0]["integratedTime"] = "1900000000"

    def other_signer(document: dict[str, Any]) -> None:
        forged = PrivateSigstore().bundle(
            json.dumps(statement_of(document)).encode(), NAME, PROVIDER
        )
        document |= forged

    def no_log(document: dict[str, Any]) -> None:
        document["verificationMaterial"]["tlogEntries"] = []

    said = {}
    for deed in (other_file, other_time, other_signer, no_log):
        (keyless / KEYLESS).write_text(good)
        rewritten(keyless, deed)
        said[deed.__name__] = refused(keyless, root)
    assert "DSSE: invalid signature" in said["other_file"]
    assert "time" in said["other_time"]
    assert "certificate" in said["other_signer"]
    assert "expected exactly one log entry" in said["no_log"]


def test_missing_extra_and_changed_files_are_named(keyless: Path, root: Path) -> None:
    (keyless / "app.css").write_text("body {}")
    (keyless / "icon.svg").unlink()
    (keyless / "more.js").write_text("")
    said = refused(keyless, root)
    assert "file app.css is not what was signed" in said
    assert "file icon.svg was signed, and is missing" in said
    assert "file more.js was not signed" in said


def test_who_signs_with_a_key_and_who_without_are_told_apart(
    keyless: Path, signed: Path, root: Path, owner: KeyPair, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", keyless, "--key", owner.public, *ALLOWED) == 3
    assert "is signed by an identity, and not with a key" in capsys.readouterr().err
    assert run(*asked(signed, root)) == 3
    assert "is not signed by an identity through Sigstore" in capsys.readouterr().err
    assert run("sign", keyless, "--key", owner.private, *ALLOWED) == 2
    assert "is signed already" in capsys.readouterr().err
    shutil.copy(signed / MODEL_SIGNATURE, keyless / MODEL_SIGNATURE)
    assert run(*asked(keyless, root)) == 3
    assert run(*asked(keyless, root), "--key", owner.public) == 2


def test_half_an_identity_and_a_trust_root_from_the_bundle_are_refused(
    keyless: Path, sigstore: PrivateSigstore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", keyless, "--identity", NAME, *ALLOWED) == 2
    assert "by its name and by who vouched for it" in capsys.readouterr().err
    own = sigstore.trust_root(keyless / "trusted_root.json")
    with pytest.raises(InputError, match="lies in the bundle"):
        require_signed_as(keyless, Identity(NAME, PROVIDER, own))
    (tmp_path / "no.json").write_text("{}")
    with pytest.raises(InputError, match="is no trust root"):
        require_signed_as(keyless, Identity(NAME, PROVIDER, tmp_path / "no.json"))


def test_python_holds_a_bundle_to_an_identity(keyless: Path, root: Path) -> None:
    terms = {"identity": NAME, "identity_provider": PROVIDER, "trust_root": root}
    assert xport.verify(keyless, **terms, **LOOSE).release == "mini"
    with pytest.raises(IntegrityError, match="actual SANs"):
        xport.verify(keyless, **terms | {"identity": "forger@hospital.example"}, **LOOSE)


def test_where_no_service_answers_nothing_is_signed(
    unsigned: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unreachable(**_: object) -> None:
        raise UnavailableError("there is no network")

    monkeypatch.setattr(SIGNER, unreachable)
    assert run("sign", unsigned, "--keyless", *ALLOWED) == 3
    said = capsys.readouterr().err
    assert "was not signed: there is no network" in said
    assert "keyless signing needs a network and an identity" in said
    assert not (unsigned / FOLDER).exists()
    assert not [name for name in FILES if (unsigned / name).exists()]
