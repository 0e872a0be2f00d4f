"""Signatures made and added to a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reference.document import make_readable, staging_beside
from xport.conversion.store import disk_errors
from xport.errors import InputError, IntegrityError
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Status
from xport.signing.envelope import Signed, envelope_of, pae
from xport.signing.keyless import Identity, claimed_identity, read_keyless, write_keyless
from xport.signing.keys import PrivateKey
from xport.signing.model_signature import read_model_signature, write_model_signature
from xport.signing.places import ENVELOPE, FOLDER, KEYLESS, MODEL_SIGNATURE
from xport.signing.signatures import is_signed
from xport.signing.statement import listing_findings, statement_of


def require_unsigned(folder: Path) -> None:
    """Refuse a bundle that has signatures.

    Raises:
        InputError: it has.
    """
    if is_signed(folder):
        raise InputError(
            "is signed already", str(folder), f"remove {FOLDER}/ in it to sign it with another key"
        )


def add_signatures(
    folder: Path, files: Mapping[str, str], evidence: Evidence, status: Status, key: PrivateKey
) -> None:
    """Sign a bundle that was checked; both signatures appear at once, or none does.

    Args:
        folder: the bundle's.
        files: SHA-256 of each of its files, as they were checked.
        evidence: what lies in it.
        status: the verdict, as it is passed now.
        key: whose signatures are made.

    Raises:
        InputError: it is signed already.
        IntegrityError: a file changed since it was checked, or the key file did.
        UnavailableError: the place cannot be written.
    """
    require_unsigned(folder)
    payload = statement_of(evidence, files, status).payload()
    signed = Signed(payload, key.sign(pae(payload)), key.public.fingerprint)
    place = folder.resolve()
    with disk_errors(folder), staging_beside(place) as staging:
        (staging / FOLDER).mkdir()
        (staging / ENVELOPE).write_bytes(envelope_of(signed).content())
        write_model_signature(place, key, staging / MODEL_SIGNATURE)
        made = read_model_signature((staging / MODEL_SIGNATURE).read_bytes())
        _require_as_checked(
            folder, files, made.files, None if made.hint == key.public.hint else key
        )
        make_readable(staging)
        (staging / FOLDER).rename(place / FOLDER)


def add_keyless_signature(folder: Path, files: Mapping[str, str]) -> Identity:
    """Sign a bundle that was checked through Sigstore; whom its certificate names.

    Raises:
        InputError: it is signed already.
        IntegrityError: a file changed since it was checked.
        UnavailableError: Sigstore could not be reached, or the place cannot be written.
    """
    require_unsigned(folder)
    place = folder.resolve()
    with disk_errors(folder), staging_beside(place) as staging:
        (staging / FOLDER).mkdir()
        write_keyless(place, staging / KEYLESS)
        content = (staging / KEYLESS).read_bytes()
        _require_as_checked(folder, files, read_keyless(content).files)
        identity = claimed_identity(content)
        make_readable(staging)
        (staging / FOLDER).rename(place / FOLDER)
    return identity


def _require_as_checked(
    folder: Path,
    files: Mapping[str, str],
    signed: Mapping[str, str],
    other: PrivateKey | None = None,
) -> None:
    """Refuse to keep a signature of other files than were checked, or of a key file that changed.

    Raises:
        IntegrityError: they are, or it did.
    """
    changed = list(listing_findings(files, signed, "checked"))
    if other is not None:
        changed.append(f"{other.path} is not the key that was read first")
    if changed:
        others = "\n".join(f"also: {one}" for one in changed[1:])
        raise IntegrityError(
            changed[0], str(folder), "nothing was signed; check the bundle again", others
        )
