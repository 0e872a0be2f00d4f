"""The signature of all files in OpenSSF Model Signing's format, which `model_signing` verifies.

Source: https://github.com/sigstore/model-transparency. It is a Sigstore bundle of one DSSE envelope
that a key has signed, without a transparency log.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from xport.common.document import Document, first_problem
from xport.common.tools import missing_packages_named
from xport.errors import IntegrityError
from xport.formats.weights_manifest import inside
from xport.signing.envelope import PAYLOAD_TYPE, Sha256, Signed, only_signed, pae
from xport.signing.keys import PrivateKey, PublicKey, shown
from xport.signing.places import KEYED, MODEL_SIGNATURE, refused


class _Camel(Document):
    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True
    )


class KeyHint(Document):
    """Which key is claimed: the SHA-256 of the public key in PEM."""

    hint: Sha256


class Material(_Camel):
    """What a signature is to be verified with: a key, and no log."""

    public_key: KeyHint
    tlog_entries: tuple[()]


class DsseSignature(Document):
    """A signature in base64; the key is named above."""

    sig: str
    keyid: Literal[""]


class DsseEnvelope(_Camel):
    """A payload in base64 and its signatures."""

    payload: str
    payload_type: str
    signatures: tuple[DsseSignature, ...]


class SigstoreBundle(_Camel):
    """The file, as model_signing 1.1 writes it."""

    media_type: Literal["application/vnd.dev.sigstore.bundle.v0.3+json"]
    verification_material: Material
    dsse_envelope: DsseEnvelope


class Resource(Document):
    """A file of the bundle."""

    digest: Sha256
    algorithm: Literal["sha256"]
    name: Annotated[str, AfterValidator(inside)]


class Serialization(Document):
    """How files were digested, and which were left out: the signatures."""

    method: Literal["files"]
    hash_type: Literal["sha256"]
    allow_symlinks: Literal[False]
    ignore_paths: tuple[str, ...]


class Predicate(Document):
    """Every file by digest."""

    resources: tuple[Resource, ...]
    serialization: Serialization


class ModelStatement(Document):
    """The signed statement; its subject is the folder's name, with one digest over all files."""

    kind: Literal["https://in-toto.io/Statement/v1"] = Field(validation_alias="_type")
    subject: tuple[dict[str, Any]]
    predicate_type: Literal["https://model_signing/signature/v1.0"] = Field(
        validation_alias="predicateType"
    )
    predicate: Predicate


@dataclass(frozen=True)
class ModelSignature:
    """What a signature file claims: the files by digest, and the key by its `hint`."""

    signed: Signed
    hint: str
    files: dict[str, str]


def read_model_signature(content: bytes) -> ModelSignature:
    """What a signature file of this content claims; nothing of it is checked by key.

    Raises:
        IntegrityError: it is none as model_signing writes one with a key.
    """
    try:
        bundle = SigstoreBundle.model_validate_json(content, by_alias=True, by_name=False)
    except ValidationError as error:
        raise refused(MODEL_SIGNATURE, f"is no signature: {first_problem(error)}") from error
    envelope = bundle.dsse_envelope
    if envelope.payload_type != PAYLOAD_TYPE:
        raise refused(
            MODEL_SIGNATURE,
            f"its payloadType is {envelope.payload_type[:100]!r}, not {PAYLOAD_TYPE!r}",
        )
    hint = bundle.verification_material.public_key.hint
    signatures = [(hint, one.sig) for one in envelope.signatures]
    signed = only_signed(envelope.payload, signatures, MODEL_SIGNATURE)
    if bundle.model_dump_json().encode() != content:
        raise refused(MODEL_SIGNATURE, "is not written as model_signing writes it")
    return ModelSignature(signed, hint, signed_files(signed.payload, MODEL_SIGNATURE, KEYED))


def signed_files(payload: bytes, name: str, left_out: tuple[str, ...]) -> dict[str, str]:
    """The files by digest that a statement in the signature file `name` is of.

    Raises:
        IntegrityError: it is of no files, or leaves out others than the signatures.
    """
    try:
        predicate = ModelStatement.model_validate_json(payload).predicate
    except ValidationError as error:
        raise refused(name, f"signs no files: {first_problem(error)}") from error
    files = {one.name: one.digest for one in predicate.resources}
    if len(files) != len(predicate.resources):
        raise refused(name, "names a file twice")
    if set(predicate.serialization.ignore_paths) != set(left_out):
        raise refused(name, "leaves out other files than the signatures")
    return files


def write_model_signature(folder: Path, key: PrivateKey, target: Path) -> None:
    """Sign all files of a bundle but its signatures, into the file `target`."""
    with missing_packages_named():
        from model_signing import hashing, signing

    # The password is handed on to cryptography as it is, which wants bytes.
    signer = signing.Config().use_elliptic_key_signer(private_key=key.path, password=key.passphrase)
    left_out = hashing.Config().set_ignored_paths(paths=KEYED, ignore_git_paths=False)
    signer.set_hashing_config(left_out).sign(folder.resolve(), target)


def require_model_signed_by(found: ModelSignature, key: PublicKey) -> None:
    """Hold a signature of all files to a key.

    Raises:
        IntegrityError: it is not this key's.
    """
    if found.hint != key.hint:
        raise IntegrityError(
            f"is signed with another key than {key.path}, {shown(key.fingerprint)}",
            MODEL_SIGNATURE,
            "it is not from the owner of this key: do not publish it",
        )
    if not key.verifies(found.signed.signature, pae(found.signed.payload)):
        raise refused(MODEL_SIGNATURE, f"its signature is not of {key.path}")


def require_accepted(folder: Path, key: PublicKey) -> None:
    """Have `model_signing` itself verify the bundle at `folder`.

    Raises:
        IntegrityError: it does not accept the signature, the key or a file.
    """
    with missing_packages_named():
        from model_signing import verifying
    try:
        with contextlib.redirect_stdout(io.StringIO()), tempfile.TemporaryDirectory() as place:
            file = Path(place) / "key.pub"  # what was read first; a file can change
            file.write_bytes(key.pem())
            verifier = verifying.Config().use_elliptic_key_verifier(public_key=file)
            verifier.verify(folder.resolve(), folder.resolve() / MODEL_SIGNATURE)
    except Exception as error:  # whatever it raises of a hostile file, it does not accept it
        what = f"model_signing does not accept it: {error or type(error).__name__}"
        raise refused(MODEL_SIGNATURE, what) from error
