"""What a bundle's signatures claim, whether they are of its bytes, and of a key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from xport.common import digests
from xport.errors import InputError, IntegrityError
from xport.judgement.evidence import Evidence
from xport.signing.envelope import Signed, pae, read_envelope
from xport.signing.keyless import read_keyless
from xport.signing.keys import PublicKey, require_key_of, shown
from xport.signing.model_signature import read_model_signature, require_model_signed_by
from xport.signing.places import (
    ENVELOPE,
    FILES,
    KEYED,
    KEYLESS,
    MODEL_SIGNATURE,
    read_signature_file,
    refused,
)
from xport.signing.publisher import foreign
from xport.signing.statement import listing_findings, read_statement, statement_findings

NOT_SIGNED = "not signed: whoever made this bundle is unknown"


def is_signed(folder: Path) -> bool:
    """Whether a signature lies in a bundle, whatever it says."""
    return any((folder / name).is_symlink() or (folder / name).exists() for name in FILES)


def is_keyless(folder: Path) -> bool:
    """Whether a signature of an identity lies in a bundle, and none with a key."""
    keyed = any((folder / name).is_symlink() or (folder / name).exists() for name in KEYED)
    return is_signed(folder) and not keyed


def require_nothing_signed_lost(folder: Path) -> None:
    """Refuse to remove a bundle that has a signature, which no run makes again.

    Raises:
        InputError: it has.
    """
    if is_signed(folder):
        raise InputError(
            "is signed, and what would take its place is not",
            str(folder),
            "move it elsewhere, or remove it if nobody needs it any more",
        )


def claimed_key(folder: Path) -> str | None:
    """The fingerprint that a bundle's signature claims, unchecked; None where it has none.

    Raises:
        IntegrityError: the signature cannot be read.
    """
    return _envelope(folder).keyid if is_signed(folder) and not is_keyless(folder) else None


def signer_among(folder: Path, keys: Sequence[PublicKey]) -> PublicKey:
    """The key that a bundle's signature claims, of these; the last of them where it is none.

    Raises:
        IntegrityError: the signature cannot be read.
    """
    claimed = claimed_key(folder)
    return next((key for key in keys if key.fingerprint == claimed), keys[-1])


def signature_findings(folder: Path, files: Mapping[str, str], evidence: Evidence) -> Iterator[str]:
    """Where signatures are not about these files, given by digest, or contradict the evidence.

    Nothing of it is checked by key: a forger can write all of it anew.
    """
    if not is_signed(folder):
        return
    try:
        if is_keyless(folder):
            signed = read_keyless(read_signature_file(folder, KEYLESS)).files
            yield from _claimed_by_another(KEYLESS, evidence, None)
            yield from listing_findings(signed, files, f"signed in {KEYLESS}")
            return
        if (folder / KEYLESS).exists():
            yield f"{KEYLESS} lies beside a signature with a key: one of both is wanted"
        envelope = _envelope(folder)
        yield from _claimed_by_another(ENVELOPE, evidence, envelope.keyid)
        yield from statement_findings(read_statement(envelope.payload), evidence, files)
        signature = read_model_signature(read_signature_file(folder, MODEL_SIGNATURE))
        yield from listing_findings(signature.files, files, f"signed in {MODEL_SIGNATURE}")
    except IntegrityError as error:
        yield f"{error.where}: {error.what}"


def require_signed_by(folder: Path, key: PublicKey) -> None:
    """Hold a bundle to a key: both signatures are this key's, of exactly the files that lie there.

    What the signed statement says beyond that is for `signature_findings`.

    Raises:
        IntegrityError: it is not signed, or with another key, or changed since; missing, extra and
            changed files are named.
    """
    if not is_signed(folder):
        raise IntegrityError(
            NOT_SIGNED,
            str(folder),
            f"ask for the bundle that the owner of {key.path}, {shown(key.fingerprint)}, signed",
        )
    if is_keyless(folder):
        raise IntegrityError(
            "is signed by an identity, and not with a key",
            str(folder),
            f"ask for the bundle that the owner of {key.path} signed, or give --identity",
        )
    envelope = _envelope(folder)
    require_key_of(envelope.keyid, key, ENVELOPE)
    if not key.verifies(envelope.signature, pae(envelope.payload)):
        raise refused(ENVELOPE, f"its signature is not of {key.path}")
    model = read_model_signature(read_signature_file(folder, MODEL_SIGNATURE))
    require_model_signed_by(model, key)
    files = {n: d for n, d in digests.of_folder(folder).items() if n not in FILES}
    found = list(listing_findings(read_statement(envelope.payload).files(), files, "signed"))
    if found:
        others = "\n".join(f"also: {one}" for one in found[1:])
        remedy = f"it is not what the owner of {key.path} signed: do not publish it"
        raise IntegrityError(found[0], str(folder), remedy, others)


def _claimed_by_another(name: str, evidence: Evidence, claimed: str | None) -> Iterator[str]:
    found = foreign(evidence.plan.publisher, claimed)
    if found is not None:
        yield f"{name}: {found}"


def _envelope(folder: Path) -> Signed:
    return read_envelope(read_signature_file(folder, ENVELOPE), ENVELOPE)
