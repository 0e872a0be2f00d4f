"""Key files: what is taken, and what is refused in one line that shows nothing of the key."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.xport.signing.conftest import KeyPair, openssl
from xport.errors import InputError, XportError
from xport.signing.keys import read_private_key, read_public_key

SECRET = "a passphrase of somebody"


def no_passphrase() -> str:
    raise AssertionError("nobody is asked for a passphrase")


def place(folder: Path, content: str | bytes, mode: int = 0o600) -> Path:
    path = folder / "made.key"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return path


def secrets_of(path: Path) -> list[str]:
    """The lines of a key file that nobody may see."""
    return [line for line in path.read_text(errors="replace").splitlines() if len(line) > 40]


def refused(read: Callable[[], object], path: Path) -> str:
    with pytest.raises(InputError) as said:
        read()
    text = str(said.value)
    assert said.value.exit_code == 2
    assert "\n" not in text
    assert not any(line in text for line in secrets_of(path))
    return text


def sec1(pair: KeyPair) -> str:
    return openssl("ec", "-in", pair.private)


def with_parameters(pair: KeyPair) -> str:
    return openssl("ecparam", "-name", "prime256v1") + sec1(pair)


def pkcs8(pair: KeyPair) -> str:
    return openssl("pkcs8", "-topk8", "-nocrypt", "-in", pair.private)


@pytest.mark.parametrize("form", [pkcs8, sec1, with_parameters])
def test_a_private_key_is_read_in_the_forms_that_openssl_writes(
    form: Callable[[KeyPair], str], owner: KeyPair, tmp_path: Path
) -> None:
    key = read_private_key(place(tmp_path, form(owner)), tmp_path / "bundle", no_passphrase)
    public = read_public_key(owner.public, tmp_path / "bundle")
    assert key.public.fingerprint == public.fingerprint
    assert key.public.hint == public.hint
    assert public.verifies(key.sign(b"data"), b"data")
    assert not public.verifies(key.sign(b"data"), b"other")


@pytest.mark.parametrize("form", ["pkcs8", "sec1"])
def test_an_encrypted_key_asks_for_its_passphrase(
    form: str, owner: KeyPair, tmp_path: Path
) -> None:
    command = {
        "pkcs8": ("pkcs8", "-topk8", "-v2", "aes256"),
        "sec1": ("ec", "-aes256"),
    }[form]
    text = openssl(*command, "-in", owner.private, "-passout", f"pass:{SECRET}")
    path = place(tmp_path, text)
    key = read_private_key(path, tmp_path / "bundle", lambda: SECRET)
    assert key.public.fingerprint == read_public_key(owner.public, tmp_path / "bundle").fingerprint
    assert SECRET not in repr(key)
    wrong = refused(
        lambda: read_private_key(path, tmp_path / "bundle", lambda: "no" + SECRET), path
    )
    assert "the passphrase is wrong, or the key is damaged" in wrong
    assert SECRET not in wrong


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o666, 0o610])
def test_a_private_key_that_others_may_use_is_refused(
    mode: int, owner: KeyPair, tmp_path: Path
) -> None:
    path = place(tmp_path, owner.private.read_text(), mode)
    said = refused(lambda: read_private_key(path, tmp_path / "bundle", no_passphrase), path)
    assert f"others may read this private key (mode {mode:04o}); `chmod 600" in said


def test_a_public_key_is_for_everybody(owner: KeyPair, tmp_path: Path) -> None:
    path = place(tmp_path, owner.public.read_text(), 0o644)
    assert read_public_key(path, tmp_path / "bundle").fingerprint


def test_the_fingerprint_is_what_openssl_and_sha256sum_say(owner: KeyPair, tmp_path: Path) -> None:
    der = tmp_path / "key.der"
    openssl("pkey", "-pubin", "-in", owner.public, "-outform", "DER", "-out", der)
    told = openssl("dgst", "-sha256", "-r", der).split()[0]
    assert read_public_key(owner.public, tmp_path / "bundle").fingerprint == told


def test_one_kind_of_key_is_not_taken_for_the_other(owner: KeyPair, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    public = refused(lambda: read_private_key(owner.public, bundle, no_passphrase), owner.public)
    assert "is a public key, signing needs the private one" in public
    private = refused(lambda: read_public_key(owner.private, bundle), owner.private)
    assert "is a private key, checking needs none; give the public one" in private


def damaged(text: str) -> str:
    lines = text.splitlines()
    return "\n".join([lines[0], "A" + lines[1][1:20] + "!" + lines[1][21:], *lines[2:]]) + "\n"


OTHER_KEYS = {
    "P-384": ("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
    "secp256k1": ("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"),
    "RSA": ("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
    "Ed25519": ("genpkey", "-algorithm", "ED25519"),
    "X25519": ("genpkey", "-algorithm", "X25519"),
}


@pytest.mark.parametrize("kind", OTHER_KEYS)
def test_a_key_of_another_kind_is_refused(kind: str, tmp_path: Path) -> None:
    path = place(tmp_path, openssl(*OTHER_KEYS[kind]))
    said = refused(lambda: read_private_key(path, tmp_path / "bundle", no_passphrase), path)
    assert "P-256" in said
    public = tmp_path / "made.pub"
    public.write_text(openssl("pkey", "-in", path, "-pubout"))
    said = refused(lambda: read_public_key(public, tmp_path / "bundle"), public)
    assert "P-256" in said or "cannot be read as a key" in said


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (damaged, "cannot be read as a key"),
        (lambda text: text[:120], "cannot be read as a key"),
        (lambda text: "", "holds no key in PEM"),
        (lambda text: "\n".join(text.splitlines()[1:-1]), "holds no key in PEM"),
        (lambda text: text + text, "holds 2 blocks, one key is wanted"),
        (lambda text: text + "x" * 70_000, "is longer than 65,536 bytes"),
        (lambda text: text.replace("KEY", "KEI"), "holds a PRIVATE KEI"),
        (lambda text: text.replace("PRIVATE KEY", "OPENSSH PRIVATE KEY"), "holds a OPENSSH"),
        (lambda text: text.encode() + b"\xff", "is no PEM: it is no text"),
    ],
)
def test_a_damaged_private_key_is_refused(
    spoil: Callable[[str], str | bytes], words: str, owner: KeyPair, tmp_path: Path
) -> None:
    path = place(tmp_path, spoil(owner.private.read_text()))
    assert words in refused(
        lambda: read_private_key(path, tmp_path / "bundle", no_passphrase), path
    )


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (damaged, "cannot be read as a key"),
        (lambda text: text[:60], "cannot be read as a key"),
        (lambda text: text.replace("PUBLIC KEY", "CERTIFICATE"), "holds a CERTIFICATE"),
        (lambda text: text + text, "holds 2 blocks"),
        (lambda text: "no key", "holds no key in PEM"),
    ],
)
def test_a_damaged_public_key_is_refused(
    spoil: Callable[[str], str], words: str, owner: KeyPair, tmp_path: Path
) -> None:
    path = place(tmp_path, spoil(owner.public.read_text()), 0o644)
    assert words in refused(lambda: read_public_key(path, tmp_path / "bundle"), path)


@pytest.mark.parametrize("name", ["", "models/classifier/", "signature/"])
@pytest.mark.parametrize("through", ["folder", "link", "relative"])
def test_a_key_that_lies_in_the_bundle_is_refused(
    name: str, through: str, owner: KeyPair, tmp_path: Path
) -> None:
    folder = tmp_path / "bundle" / name
    folder.mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "bundle")
    bundle = {
        "folder": tmp_path / "bundle",
        "link": tmp_path / "link",
        "relative": Path(os.path.relpath(tmp_path / "bundle")),
    }[through]
    path = place(folder, owner.private.read_text())
    said = refused(lambda: read_private_key(path, bundle, no_passphrase), path)
    assert "lies in the bundle" in said
    public = folder / "a.pub"
    public.write_text(owner.public.read_text())
    said = refused(lambda: read_public_key(public, bundle), public)
    assert "says nothing of who made it" in said


def test_what_is_no_file_is_no_key(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "absent", tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(XportError) as public:
            read_public_key(path, tmp_path / "bundle")
        with pytest.raises(XportError) as private:
            read_private_key(path, tmp_path / "bundle", no_passphrase)
        for said in (public, private):
            assert said.value.exit_code == 2
            assert str(path) in str(said.value)
