"""Key files in PEM: ECDSA on P-256, private or public.

A private key is read by its owner alone, lies in no bundle, and no part of it is ever shown.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from reference.system_errors import refusal
from xport.common.tools import missing_packages_named, require
from xport.errors import InputError, IntegrityError, UnavailableError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

MAX_BYTES = 64 * 1024
PACKAGES = ("cryptography", "model-signing", "pyopenssl")
MAKE = "`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` makes one"
GIVE_PUBLIC = "give the public one: `openssl pkey -in FILE -pubout`"

_BEGIN = re.compile(r"^-----BEGIN ([A-Z0-9 ]{1,40})-----\s*$", re.MULTILINE)
_PRIVATE = ("PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY")

Passphrase = Callable[[], str]
"""Asks for the passphrase of an encrypted key."""


@dataclass(frozen=True)
class PublicKey:
    """A public key, and its fingerprint: the SHA-256 of its SubjectPublicKeyInfo in DER, in hex.

    `hint` is what OpenSSF Model Signing calls it by: the SHA-256 of the same in PEM.
    """

    path: Path
    key: ec.EllipticCurvePublicKey
    fingerprint: str
    hint: str

    def pem(self) -> bytes:
        """The key as a file holds it."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return self.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether a signature in DER is this key's, of SHA-256 of the data."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        try:
            self.key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class PrivateKey:
    """A private key, which no text of this object shows, and its public part."""

    path: Path
    public: PublicKey
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    passphrase: bytes | None = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """The signature in DER of SHA-256 of the data."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


def shown(fingerprint: str) -> str:
    """A fingerprint as people are shown it."""
    return f"sha256:{fingerprint}"


def read_private_key(
    path: Path, bundle: Path | None, passphrase: Passphrase, what: str = "the bundle"
) -> PrivateKey:
    """The private key in a file, for signing the bundle.

    Args:
        path: in PEM, as PKCS #8 or SEC1, encrypted or not.
        bundle: in which the key must not lie; None where nothing on this machine is signed.
        passphrase: asked only if the key is encrypted.
        what: what that folder is, in words.

    Raises:
        InputError: it is no private key on P-256, others may read it, it lies in the bundle, or
            the passphrase is wrong.
        PackageMissing: the extra `sign` is not installed.
    """
    require(*PACKAGES)
    text = _pem_text(path, bundle, what)
    label = _label(text, path)
    if label.endswith("PUBLIC KEY"):
        raise InputError("is a public key, signing needs the private one", str(path), MAKE)
    if label not in _PRIVATE:
        raise InputError(
            f"holds a {label}, a private key on P-256 in PKCS #8 or SEC1 is wanted", str(path), MAKE
        )
    encrypted = label.startswith("ENCRYPTED") or "Proc-Type: 4,ENCRYPTED" in text
    secret = passphrase().encode("utf-8", "surrogateescape") if encrypted else None
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    what = "the passphrase is wrong, or the key is damaged" if encrypted else _UNREADABLE
    try:
        key = load_pem_private_key(text.encode(), secret)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InputError(what, str(path), MAKE) from None  # no words of what was in the file
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise InputError("is no key on P-256", str(path), MAKE)
    return PrivateKey(path, _public(key.public_key(), path), key, secret)


def read_public_key(path: Path, bundle: Path | None, what: str = "the bundle") -> PublicKey:
    """The public key in a file, for checking the bundle; arguments as of `read_private_key`.

    Raises:
        InputError: it is no public key on P-256, or it came with the bundle.
        PackageMissing: the extra `sign` is not installed.
    """
    require(*PACKAGES)
    text = _pem_text(path, bundle, what)
    label = _label(text, path)
    if label.endswith("PRIVATE KEY"):
        raise InputError("is a private key, checking needs none", str(path), GIVE_PUBLIC)
    if label != "PUBLIC KEY":
        raise InputError(f"holds a {label}, a public key on P-256 is wanted", str(path))
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise InputError(_UNREADABLE, str(path)) from None
    return _public(key, path)


def public_key_in(text: str, name: str) -> PublicKey:
    """The public key in a document, called `name`, as PEM in its canonical form.

    Raises:
        IntegrityError: it is none on P-256, or written otherwise.
    """
    require(*PACKAGES)
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = _public(load_pem_public_key(text.encode()), Path(name))
    except (ValueError, UnsupportedAlgorithm, InputError):
        raise IntegrityError("holds something else than a public key on P-256", name) from None
    if key.pem().decode() != text:
        raise IntegrityError("holds a key that is not written as xport writes it", name)
    return key


_UNREADABLE = "cannot be read as a key: it is damaged, or of a kind that is not known here"


def _public(key: object, path: Path) -> PublicKey:
    """A key of which the curve is checked, with its fingerprint.

    Raises:
        InputError: it is not on P-256.
    """
    with missing_packages_named():
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise InputError("is no key on P-256", str(path), MAKE)
    if not isinstance(key.curve, ec.SECP256R1):
        raise InputError(f"is a key on {key.curve.name}, not on P-256", str(path), MAKE)
    digests = [
        hashlib.sha256(key.public_bytes(form, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
        for form in (Encoding.DER, Encoding.PEM)
    ]
    return PublicKey(path, key, *digests)


def _pem_text(path: Path, bundle: Path | None, what: str) -> str:
    """A key file's text.

    Raises:
        InputError: it is no file, lies in the bundle, is too long or no text, or others may read
            the private key in it.
    """
    try:
        place = Path(os.path.realpath(path))  # unlike resolve(), of links in a circle too
        if bundle is not None and place.is_relative_to(os.path.realpath(bundle)):
            raise InputError(
                f"lies in {what}: a private key would be published, and a public one that came "
                "with a bundle says nothing of who made it",
                str(path),
                "keep it elsewhere",
            )
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError("is no ordinary file", str(path), "name a key file in PEM")
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise refusal(error, path) or UnavailableError(
            f"cannot be read ({error.strerror})", str(path)
        ) from error
    if len(content) > MAX_BYTES:
        raise InputError(f"is longer than {MAX_BYTES:,} bytes, as no key is", str(path))
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        raise InputError("is no PEM: it is no text", str(path), MAKE) from None
    if os.name == "posix" and mode & 0o077 and "PRIVATE KEY-----" in text:
        raise InputError(
            f"others may read this private key (mode {stat.S_IMODE(mode):04o})",
            str(path),
            f"`chmod 600 {path}`, and make a new key if somebody may have read it",
        )
    return text


def _label(text: str, path: Path) -> str:
    """What the only block of a PEM text holds; the curve's name may stand before it.

    Raises:
        InputError: there is none, or several.
    """
    labels = [label for label in _BEGIN.findall(text) if label != "EC PARAMETERS"]
    if not labels:
        raise InputError("holds no key in PEM", str(path), MAKE)
    if len(labels) > 1:
        raise InputError(f"holds {len(labels)} blocks, one key is wanted", str(path))
    return str(labels[0])


def require_key_of(claimed: str, key: PublicKey, name: str) -> None:
    """Refuse a signature file that claims another key than this one.

    Raises:
        IntegrityError: it does.
    """
    if claimed != key.fingerprint:
        raise IntegrityError(
            f"is signed with another key: it claims {shown(claimed)}, {key.path} is "
            f"{shown(key.fingerprint)}",
            name,
            "it is not from the owner of this key: do not publish it",
        )
