"""A signature without a key of one's own: Sigstore vouches for who signed all files of a bundle.

Source: https://github.com/sigstore/model-transparency, a Sigstore bundle: one DSSE envelope, the
certificate of an identity, and the entry of a transparency log. It is checked without a network.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference.system_errors import refusal
from xport.common import digests
from xport.common.raised import one_line
from xport.common.tools import missing_packages_named, require
from xport.errors import InputError, IntegrityError, UnavailableError
from xport.signing.envelope import PAYLOAD_TYPE
from xport.signing.keys import PACKAGES
from xport.signing.model_signature import signed_files
from xport.signing.places import FILES, KEYLESS, read_signature_file, refused
from xport.signing.statement import listing_findings

if TYPE_CHECKING:
    from sigstore.verify import Verifier

UNTRIED = (
    "keyless signing was never tried by xport's authors with Sigstore's live services; stored "
    "signatures alone were, without a network"
)
NOT_SIGNED_SO = "is not signed by an identity through Sigstore"
OIDC_ISSUER = "1.3.6.1.4.1.57264.1.1"
"""Where Sigstore's certificates name who vouched for the identity."""


@dataclass(frozen=True)
class Identity:
    """Who must have signed a bundle: `name`, for whom `provider` vouched.

    `name` is an e-mail address, or the address of a workflow; the provider is an OpenID Connect
    issuer. `trust_root` is a file of Sigstore's
    format with the certificates and logs to believe; without one, those that the package `sigstore`
    brought or has last fetched.
    """

    name: str
    provider: str
    trust_root: Path | None = None

    def words(self) -> str:
        """The same for people."""
        return f"{self.name}, for whom {self.provider} vouched"


def demanded_identity(
    name: str | None, provider: str | None, trust_root: Path | None
) -> Identity | None:
    """The identity that somebody demands; None where none is.

    Raises:
        InputError: a part of it is given without the others.
    """
    if name and provider:
        return Identity(name, provider, trust_root)
    if not (name or provider or trust_root):
        return None
    raise InputError(
        "an identity is known by its name and by who vouched for it",
        "--identity, --identity-provider",
        "give both, as --identity me@example.org --identity-provider https://accounts.example.org",
    )


@dataclass(frozen=True)
class KeylessSignature:
    """What a signature file claims: the signed bytes, and the files by digest."""

    payload: bytes
    files: dict[str, str]


def read_keyless(content: bytes) -> KeylessSignature:
    """What a keyless signature of this content claims; nothing of it is checked.

    Raises:
        IntegrityError: it is none as model_signing writes one.
    """
    envelope = _object(_document(content), "dsseEnvelope")
    try:
        payload = base64.b64decode(envelope["payload"], validate=True)
    except (KeyError, ValueError, TypeError) as error:
        raise refused(KEYLESS, "has no payload in base64") from error
    if envelope.get("payloadType") != PAYLOAD_TYPE:
        raise refused(KEYLESS, f"its payloadType is not {PAYLOAD_TYPE!r}")
    return KeylessSignature(payload, signed_files(payload, KEYLESS, (KEYLESS,)))


def write_keyless(folder: Path, target: Path) -> None:
    """Sign all files of a bundle as whoever the identity provider says sits here, into `target`.

    In CI, the provider is the platform's own; elsewhere a browser is opened, to sign in. The
    identity is entered into a public log.

    Raises:
        UnavailableError: there is no network, nobody signed in, or a service did not answer.
    """
    require(*PACKAGES)
    with missing_packages_named():
        from model_signing import hashing, signing

    left_out = hashing.Config().set_ignored_paths(paths=(KEYLESS,), ignore_git_paths=False)
    try:
        signer = signing.Config().use_sigstore_signer(use_ambient_credentials=True)
        signer.set_hashing_config(left_out).sign(folder.resolve(), target)
    except Exception as error:  # of the network, of OpenID Connect, of three services
        raise UnavailableError(
            f"was not signed: {one_line(error) or type(error).__name__}",
            str(folder),
            "keyless signing needs a network and an identity; sign with a key of your own, --key",
        ) from error


def claimed_identity(content: bytes) -> Identity:
    """Whom the certificate of a signature names; nothing of it is checked.

    Raises:
        IntegrityError: it has no certificate of Sigstore's profile.
        PackageMissing: the extra `sign` is not installed.
    """
    require(*PACKAGES)
    from cryptography import x509
    from cryptography.x509.oid import ExtensionOID, ObjectIdentifier

    material = _object(_document(content), "verificationMaterial")
    try:
        der = base64.b64decode(_object(material, "certificate")["rawBytes"])
        found = x509.load_der_x509_certificate(der).extensions
        names = found.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
        issuer = found.get_extension_for_oid(ObjectIdentifier(OIDC_ISSUER)).value
        assert isinstance(names, x509.SubjectAlternativeName)
        assert isinstance(issuer, x509.UnrecognizedExtension)
        name, provider = str(next(iter(names)).value), issuer.value.decode()
    except Exception as error:  # whatever is raised of a hostile certificate
        raise refused(KEYLESS, "has no certificate of an identity") from error
    return Identity(name, provider)


def require_signed_as(folder: Path, identity: Identity) -> None:
    """Hold a bundle to an identity, without a network: of exactly the files that lie there.

    Raises:
        InputError: the trust root is none, or came with the bundle.
        IntegrityError: it is not signed so, or by another identity, for which another provider
            vouched, or changed since; missing, extra and changed files are named.
        PackageMissing: the extra `sign` is not installed.
        UnavailableError: no trust root is at hand.
    """
    require(*PACKAGES)
    verifier = _verifier(folder, identity.trust_root)
    if not (folder / KEYLESS).exists():
        remedy = f"ask for the bundle that {identity.name} signed, or give --key FILE"
        raise IntegrityError(NOT_SIGNED_SO, str(folder), remedy)
    content = read_signature_file(folder, KEYLESS)
    claimed = read_keyless(content)
    if _verified(verifier, content, identity) != (PAYLOAD_TYPE, claimed.payload):
        raise refused(KEYLESS, "two readers understand it in two ways")
    files = {n: d for n, d in digests.of_folder(folder).items() if n not in FILES}
    found = list(listing_findings(claimed.files, files, "signed"))
    if found:
        others = "\n".join(f"also: {one}" for one in found[1:])
        remedy = f"it is not what {identity.name} signed: do not publish it"
        raise IntegrityError(found[0], str(folder), remedy, others)


def _verified(verifier: Verifier, content: bytes, identity: Identity) -> tuple[str, bytes]:
    """The type and the bytes that were signed, where all of Sigstore's rules are kept.

    Those are of certificate, its transparency, identity, provider, log entry, times, and signature.
    """
    from sigstore.models import Bundle
    from sigstore.verify import policy

    wanted = policy.Identity(identity=identity.name, issuer=identity.provider)
    try:
        with contextlib.redirect_stdout(io.StringIO()), _quiet():
            return verifier.verify_dsse(Bundle.from_json(content), wanted)
    except Exception as error:  # whatever it raises of a hostile file, it does not accept it
        raise IntegrityError(
            f"is not accepted as signed by {identity.words()}: {one_line(error)}",
            KEYLESS,
            "it is damaged, forged, or somebody else's: do not publish it",
        ) from error


def _verifier(folder: Path, trust_root: Path | None) -> Verifier:
    with missing_packages_named():
        from sigstore.models import TrustedRoot
        from sigstore.verify import Verifier
    if trust_root is None:
        try:
            with _quiet():
                return Verifier.production(offline=True)
        except Exception as error:
            raise UnavailableError(
                f"Sigstore's own trust root cannot be read: {one_line(error)}",
                "sigstore",
                "give one with --trust-root FILE",
            ) from error
    if Path(os.path.realpath(trust_root)).is_relative_to(os.path.realpath(folder)):
        what = "lies in the bundle: what came with it says nothing of who made it"
        raise InputError(what, str(trust_root), "take it from elsewhere")
    try:
        return Verifier(trusted_root=TrustedRoot.from_file(str(trust_root)))
    except OSError as error:
        raise refusal(error, trust_root) or UnavailableError(
            f"cannot be read ({error.strerror})", str(trust_root)
        ) from error
    except Exception as error:
        raise InputError(
            f"is no trust root: {one_line(error)}",
            str(trust_root),
            "give a trusted_root.json in Sigstore's format",
        ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Let sigstore log nothing that an error does not say: that it asks no network is meant."""
    logger = logging.getLogger("sigstore")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _document(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise refused(KEYLESS, "is no signature: it is no JSON") from error


def _object(document: Any, name: str) -> Mapping[str, Any]:
    found = document.get(name) if isinstance(document, dict) else None
    if not isinstance(found, dict):
        raise refused(KEYLESS, f"is no signature: it has no {name}")
    return found
