"""Checking a bundle that was received: its files, its verdict, and what is rendered from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xport.bundles.build import card_path, model_card_path
from xport.bundles.checks import require_digest, verify_bundle
from xport.bundles.manifest import MANIFEST, Manifest
from xport.common import digests
from xport.errors import ExitCode, InputError
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import NoteKind, Status
from xport.signing.keyless import Identity, require_signed_as
from xport.signing.keys import PublicKey, read_public_key
from xport.signing.model_signature import require_accepted
from xport.signing.places import FILES as SIGNATURES
from xport.signing.signatures import is_signed, require_signed_by, signer_among

REPORT = "report.html"


def verify(
    bundle: Path,
    *,
    allow_unchecked: bool = False,
    expect: str | None = None,
    key: Path | None = None,
) -> Manifest:
    """Check a bundle whole: bytes, verdict passed again, report and cards rendered again.

    What cannot be, because another version of xport made it, is refused unless that is allowed;
    `xport.bundles.checks.unchecked_of` says what it is.

    Args:
        bundle: its folder.
        allow_unchecked: let it pass all the same.
        expect: the SHA-256 that its manifest must have.
        key: a public key in PEM, whose owner must have signed exactly these files, and that they
            passed. Without it, signatures are only held to the files; whose they are is not known.

    Raises:
        InputError: there is no manifest, or it cannot be read; or the key, or what is expected, is
            none.
        IntegrityError: something is not as it was verified; all findings are listed. Or it is not
            signed with the key, or has another digest.
        PackageMissing: a key is given, and the extra `sign` is not installed.
    """
    keys = () if key is None else (read_public_key(key, bundle),)
    manifest = verify_signed(bundle, keys, allow_unchecked=allow_unchecked)
    if expect is not None:
        require_digest(bundle, expect)
    return manifest


def verify_signed(
    bundle: Path, signers: Sequence[PublicKey] | Identity, *, allow_unchecked: bool = False
) -> Manifest:
    """Check a bundle whole, and that one of these keys signed it, or this identity.

    Where no key is given, any may have, or none.

    Raises:
        XportError: as `verify`.
    """
    key = None
    if signers and ((bundle / MANIFEST).exists() or is_signed(bundle)):
        # What is no bundle is told as such.
        if isinstance(signers, Identity):
            require_signed_as(bundle, signers)
        else:
            key = signer_among(bundle, signers)
            require_signed_by(bundle, key)
    manifest = verify_bundle(bundle, rendered_documents, allow_unchecked=allow_unchecked)
    if key is not None:
        require_accepted(bundle, key)
    return manifest


SHORT_OF: dict[Status, tuple[str, str, NoteKind]] = {
    Status.WEAK_PASSED: (
        "its policy asks less than every policy must",
        "ask for a release that asks for more, or take it as it is with --allow-weak "
        "(allow_weak=True)",
        "below-floor",
    ),
    Status.PASSED_WITH_WAIVERS: (
        "what failed is waived",
        "ask for a release without waivers, or take it as it is with --allow-waivers "
        "(allow_waivers=True)",
        "waiver",
    ),
}
"""Why a verdict is less than PASSED, what to do, and the notes that say more."""
ENDED = "a waiver that it rests on has ended", "ask for a release that passes today", "waiver"


def require_strong(
    manifest: Manifest, bundle: Path, *, allow_weak: bool, allow_waivers: bool = False
) -> Manifest:
    """A bundle's manifest, where its verdict is PASSED or another is allowed.

    Raises:
        InputError: the verdict is WEAK_PASSED or PASSED_WITH_WAIVERS, and that is not allowed; or a
            waiver has ended.
    """
    code = manifest.verdict.code(allow_weak=allow_weak, allow_waivers=allow_waivers)
    if code is not ExitCode.PASSED:
        why, remedy, kind = SHORT_OF.get(manifest.verdict, ENDED)
        raise InputError(
            f"the verdict is {manifest.verdict}: {why}",
            str(bundle),
            remedy,
            "\n".join(note.text for note in manifest.notes if note.kind == kind),
        )
    return manifest


def checked_files(
    bundle: Path, *, allow_unchecked: bool = False
) -> tuple[Manifest, dict[str, str]]:
    """Check a bundle, and the SHA-256 of each of its files by path.

    The manifest's and those of signatures are among them.

    Raises:
        XportError: as `verify`.
    """
    beside = [name for name in (MANIFEST, *SIGNATURES) if (bundle / name).is_file()]
    own = {name: digests.of_file(bundle / name) for name in beside}
    # Reads what was digested: what is put there after it is not served.
    manifest = verify(bundle, allow_unchecked=allow_unchecked)
    entries = {**manifest.files, **manifest.model_files()}
    return manifest, own | {path: entry.sha256 for path, entry in entries.items()}


def rendered_documents(evidence: Evidence) -> dict[str, bytes]:
    """The report and the models' cards, for people and for hubs, by their path in a bundle."""
    from reports.release.card import html_card
    from reports.release.html import html_report
    from reports.release.model_card import model_card

    documents = {REPORT: html_report(evidence).encode()}
    for model in evidence.plan.models:
        documents[model_card_path(model.id)] = model_card(evidence, model).encode()
        if model.card:
            page = html_card(model.title, model.card, model.terms)
            documents[card_path(model.id)] = page.encode()
    return documents
