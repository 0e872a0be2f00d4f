"""Signing a bundle: what is added, what standard tools say of it, and what is refused."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import xport
from browser_harness.serve.server import serve_bundle
from tests.xport.signing.conftest import KeyPair, openssl, sign_small
from xport.cli.main import main
from xport.common import digests
from xport.errors import InputError, IntegrityError, PackageMissing
from xport.signing.places import ENVELOPE, KEYED, MODEL_SIGNATURE
from xport.workflow.signing import sign
from xport.workflow.verification import checked_files, verify

ALLOWED = ("--allow-weak", "--allow-unchecked")


def run(*arguments: object) -> object:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as end:
        main([*map(str, arguments)])
    return end.value.code


def statement(folder: Path) -> dict[str, object]:
    envelope = json.loads((folder / ENVELOPE).read_text())
    return dict(json.loads(base64.b64decode(envelope["payload"])))


def test_signing_adds_two_files_and_changes_none(plain_bundle: Path, signed: Path) -> None:
    before, after = digests.of_folder(plain_bundle), digests.of_folder(signed)
    assert after.keys() - before.keys() == {*KEYED}
    assert {name: digest for name, digest in after.items() if name not in KEYED} == before
    assert [(signed / name).stat().st_mode & 0o777 for name in KEYED] == [0o644, 0o644]
    assert sorted(path.name for path in signed.parent.iterdir()) == [signed.name]


def test_the_subjects_are_all_files_by_their_sha256(signed: Path) -> None:
    told = statement(signed)
    assert told["_type"] == "https://in-toto.io/Statement/v1"
    assert told["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    subjects = {one["name"]: one["digest"]["sha256"] for one in told["subject"]}  # type: ignore[attr-defined]
    found = digests.of_folder(signed)
    assert subjects == {name: found[name] for name in found.keys() - {*KEYED}}
    wanted = {"manifest.json", "evidence.json", "index.html", "app.css", "sw.js", "icon.svg"}
    assert wanted | {"_headers", ".htaccess", "engine.worker.js", "report.html"} <= {*subjects}


def test_the_statement_says_what_the_evidence_says(signed: Path) -> None:
    predicate = statement(signed)["predicate"]
    evidence = json.loads((signed / "evidence.json").read_text())
    assert isinstance(predicate, dict)
    assert predicate["result"] == "WARNED"  # its policy is below the floor
    (configuration,) = predicate["configuration"]
    assert configuration["digest"]["sha256"] == digests.of_file(signed / "evidence.json")
    assert configuration["annotations"]["judged"] == evidence["made"]
    assert predicate["failedTests"] == predicate["warnedTests"] == []
    legs = {f"{c['model']} {c['leg']}" for c in evidence["verdict"]["checks"]}
    assert {name.partition(":")[0] for name in predicate["passedTests"]} >= legs


def test_model_signing_itself_accepts_the_signature(signed: Path, owner: KeyPair) -> None:
    command = (sys.executable, "-m", "model_signing", "verify", "key", signed)
    key = ("--signature", signed / MODEL_SIGNATURE, "--public_key", owner.public)
    done = subprocess.run([*command, *key], capture_output=True, text=True)
    assert (done.returncode, "Verification succeeded" in done.stdout) == (0, True), done.stderr
    (signed / "app.js").write_text("// of somebody else\n")
    done = subprocess.run([*command, *key], capture_output=True, text=True)
    assert done.returncode == 1
    assert "app.js" in done.stderr


def test_verify_says_who_signed_a_bundle(
    signed: Path, owner: KeyPair, capsys: pytest.CaptureFixture[str]
) -> None:
    der = signed.parent / "key.der"
    openssl("pkey", "-pubin", "-in", owner.public, "-outform", "DER", "-out", der)
    fingerprint = f"sha256:{digests.of_file(der)}"
    assert run("verify", signed, "--key", owner.public, *ALLOWED) == 0
    assert f"signature        signed with {owner.public}, {fingerprint}" in capsys.readouterr().out
    assert run("verify", signed, "--key", owner.public, *ALLOWED, "--json") == 0
    told = json.loads(capsys.readouterr().out)["signature"]
    assert told == {"signed": True, "checked": True, "fingerprint": fingerprint}


def test_verify_says_that_a_signature_was_not_checked_against_a_key(
    signed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", signed, *ALLOWED) == 0
    said = capsys.readouterr().out
    assert "signature        claims the key sha256:" in said
    assert "not checked against a key" in said
    assert "NOT CHECKED: whether the signature is of that key: give --key FILE" in said
    assert "genuine" not in said
    assert run("verify", signed, *ALLOWED, "--json") == 0
    assert json.loads(capsys.readouterr().out)["signature"]["checked"] is False


def test_verify_says_that_a_bundle_is_not_signed(
    unsigned: Path, owner: KeyPair, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", unsigned, *ALLOWED) == 0
    said = capsys.readouterr().out
    assert "signature        not signed: whoever made this bundle is unknown" in said
    assert run("verify", unsigned, "--key", owner.public, *ALLOWED) == 3
    assert "not signed: whoever made this bundle is unknown" in capsys.readouterr().err


def test_another_key_is_refused_with_both_fingerprints(
    signed: Path, stranger: KeyPair, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", signed, "--key", stranger.public, *ALLOWED) == 3
    said = capsys.readouterr().err
    assert "is signed with another key: it claims sha256:" in said
    assert said.count("sha256:") == 2
    assert len(said.splitlines()) == 1


def test_python_checks_a_bundle_against_a_key(
    signed: Path, unsigned: Path, owner: KeyPair, stranger: KeyPair
) -> None:
    with pytest.raises(IntegrityError, match="another key"):
        xport.verify(signed, key=stranger.public, allow_weak=True)
    with pytest.raises(IntegrityError, match="not signed: whoever made this bundle is unknown"):
        xport.verify(str(unsigned), key=str(owner.public), allow_weak=True)
    with pytest.raises(IntegrityError, match="not checked, the evidence was judged by rules 1"):
        xport.verify(signed, key=owner.public, allow_weak=True)


def test_signing_again_is_refused(
    signed: Path, stranger: KeyPair, capsys: pytest.CaptureFixture[str]
) -> None:
    before = digests.of_folder(signed)
    assert run("sign", signed, "--key", stranger.private, *ALLOWED) == 2
    assert "is signed already; remove signature/ in it" in capsys.readouterr().err
    assert digests.of_folder(signed) == before


@pytest.mark.parametrize("options", [("--allow-weak",), ("--allow-unchecked",)])
def test_what_is_weak_or_unchecked_is_signed_only_where_allowed(
    unsigned: Path, owner: KeyPair, options: tuple[str, ...]
) -> None:
    assert run("sign", unsigned, "--key", owner.private, *options) in (2, 3)
    assert not (unsigned / "signature").exists()


def test_a_bundle_that_is_not_whole_is_not_signed(unsigned: Path, owner: KeyPair) -> None:
    (unsigned / "app.css").write_text("body {}")
    with pytest.raises(IntegrityError, match=r"file app\.css is changed"):
        sign_small(unsigned, owner)
    assert not (unsigned / "signature").exists()


def test_a_key_in_the_bundle_signs_nothing(unsigned: Path, owner: KeyPair) -> None:
    key = unsigned / "release.key"
    shutil.copy(owner.private, key)
    key.chmod(0o600)
    with pytest.raises(InputError, match="lies in the bundle"):
        sign(unsigned, key, str, allow_weak=True, allow_unchecked=True)


def test_an_encrypted_key_takes_its_passphrase_from_the_environment(
    unsigned: Path,
    owner: KeyPair,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key = tmp_path / "encrypted.key"
    locked = ("pkcs8", "-topk8", "-v2", "aes256", "-passout", "pass:words of ours ü")
    openssl(*locked, "-in", owner.private, "-out", key)
    key.chmod(0o600)
    assert run("sign", unsigned, "--key", key, *ALLOWED) == 2
    assert "is encrypted, and no passphrase is given" in capsys.readouterr().err
    monkeypatch.setenv("XPORT_KEY_PASSPHRASE", "words of ours")
    assert run("sign", unsigned, "--key", key, *ALLOWED) == 2
    assert "the passphrase is wrong, or the key is damaged" in capsys.readouterr().err
    monkeypatch.setenv("XPORT_KEY_PASSPHRASE", "words of ours ü")
    assert run("sign", unsigned, "--key", key, *ALLOWED) == 0
    said = capsys.readouterr()
    assert "words of ours" not in said.out + said.err
    assert verify(unsigned, key=owner.public, allow_unchecked=True).release == "mini"


def test_an_encrypted_key_asks_whoever_sits_there(
    unsigned: Path, owner: KeyPair, tmp_path: Path
) -> None:
    key = tmp_path / "encrypted.key"
    locked = ("pkcs8", "-topk8", "-v2", "aes256", "-passout", "pass:typed words")
    openssl(*locked, "-in", owner.private, "-out", key)
    key.chmod(0o600)
    words = ("sign", unsigned, "--key", key, *ALLOWED)
    child, terminal = pty.fork()
    if child == 0:
        os.environ.pop("XPORT_KEY_PASSPHRASE", None)
        os.execv(sys.executable, [sys.executable, "-m", "xport", *map(str, words)])
    seen = b""
    with os.fdopen(terminal, "r+b", buffering=0) as screen:
        while b"passphrase of" not in seen:
            seen += screen.read(1024) or b""
        screen.write(b"typed words\n")
        with contextlib.suppress(OSError):  # how Linux tells the end of a terminal
            while more := screen.read(1024):
                seen += more
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, seen
    assert b"typed words" not in seen
    assert verify(unsigned, key=owner.public, allow_unchecked=True).release == "mini"


def test_a_passphrase_of_any_bytes_is_one(
    unsigned: Path, owner: KeyPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "encrypted.key"
    locked = ("pkcs8", "-topk8", "-v2", "aes256", "-passout", b"pass:\xff\xfe bytes")
    subprocess.run(["openssl", *locked, "-in", owner.private, "-out", key], check=True)
    key.chmod(0o600)
    monkeypatch.setitem(os.environb, b"XPORT_KEY_PASSPHRASE", b"\xff\xfe bytes")
    assert run("sign", unsigned, "--key", key, *ALLOWED) == 0


def test_without_the_extra_verify_works_and_says_what_it_could_not_check(
    signed: Path,
    owner: KeyPair,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for module in [m for m in sys.modules if m.partition(".")[0] in LACKED]:
        monkeypatch.delitem(sys.modules, module)
    for package in LACKED:
        monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    assert run("verify", signed, *ALLOWED) == 0
    said = capsys.readouterr().out
    assert "NOT CHECKED: whether the signature is of that key" in said
    assert "pip install 'xport-tfjs[sign]'" in said
    assert run("verify", signed, "--key", owner.public, *ALLOWED) == 3
    assert "is not installed; run `pip install 'xport-tfjs[sign]'`" in capsys.readouterr().err
    with pytest.raises(PackageMissing):
        sign_small(signed, owner)


LACKED = ("cryptography", "model_signing", "OpenSSL")


def test_signatures_are_served_and_held_to_what_was_checked(signed: Path) -> None:
    _, checked = checked_files(signed, allow_unchecked=True)
    assert {*KEYED} <= checked.keys()
    served = serve_bundle(signed, 0, "/tools/", checked=checked)
    with served:
        assert served.resource(f"/tools/{ENVELOPE}") is not None
        assert served.resource(f"/tools/{MODEL_SIGNATURE}") is not None
