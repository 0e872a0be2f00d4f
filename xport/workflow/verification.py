"""Checking a bundle that was received: its files, its verdict, and what is rendered from it."""

from __future__ import annotations

from pathlib import Path

from xport.bundles.build import card_path
from xport.bundles.checks import verify_bundle
from xport.bundles.manifest import MANIFEST, Manifest
from xport.common import digests
from xport.errors import ExitCode, InputError
from xport.judgement.evidence import Evidence

REPORT = "report.html"


def verify(bundle: Path, *, allow_unchecked: bool = False) -> Manifest:
    """Check a bundle whole: bytes, verdict passed again, report and cards rendered again.

    What cannot be, because another version of xport made it, is refused unless that is allowed;
    `xport.bundles.checks.unchecked_of` says what it is.

    Raises:
        InputError: there is no manifest, or it cannot be read.
        IntegrityError: something is not as it was verified; all findings are listed.
    """
    return verify_bundle(bundle, rendered_documents, allow_unchecked=allow_unchecked)


def require_strong(manifest: Manifest, bundle: Path, *, allow_weak: bool) -> Manifest:
    """A bundle's manifest, where its verdict is PASSED or a weak one is allowed.

    Raises:
        InputError: the verdict is WEAK_PASSED, and that is not allowed.
    """
    if manifest.verdict.code(allow_weak=allow_weak) is not ExitCode.PASSED:
        raise InputError(
            f"the verdict is {manifest.verdict}: its policy asks less than every policy must",
            str(bundle),
            "ask for a release that asks for more, or take it as it is with --allow-weak "
            "(allow_weak=True)",
            "\n".join(note.text for note in manifest.notes if note.kind == "below-floor"),
        )
    return manifest


def checked_files(
    bundle: Path, *, allow_unchecked: bool = False
) -> tuple[Manifest, dict[str, str]]:
    """Check a bundle, and the SHA-256 of each of its files by path, the manifest's too.

    Raises:
        XportError: as `verify`.
    """
    own = digests.of_file(bundle / MANIFEST) if (bundle / MANIFEST).is_file() else ""
    # Reads what was digested: what is put there after it is not served.
    manifest = verify(bundle, allow_unchecked=allow_unchecked)
    entries = {**manifest.files, **manifest.model_files()}
    return manifest, {MANIFEST: own} | {path: entry.sha256 for path, entry in entries.items()}


def rendered_documents(evidence: Evidence) -> dict[str, bytes]:
    """The report and the models' cards as a bundle has them, by their path in it."""
    from reports.release.card import html_card
    from reports.release.html import html_report

    documents = {REPORT: html_report(evidence).encode()}
    for model in evidence.plan.models:
        if model.card:
            documents[card_path(model.id)] = html_card(model.title, model.card).encode()
    return documents
