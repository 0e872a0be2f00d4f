"""Checking a bundle that was received: its files, its verdict, and what is rendered from it."""

from __future__ import annotations

from pathlib import Path

from xport.bundles.build import card_path
from xport.bundles.checks import verify_bundle
from xport.bundles.manifest import MANIFEST, Manifest
from xport.common import digests
from xport.judgement.evidence import Evidence

REPORT = "report.html"


def verify(bundle: Path) -> Manifest:
    """Check a bundle whole: bytes, verdict passed again, report and cards rendered again.

    Raises:
        InputError: there is no manifest, or it cannot be read.
        IntegrityError: something is not as it was verified; all findings are listed.
    """
    return verify_bundle(bundle, rendered_documents)


def checked_files(bundle: Path) -> tuple[Manifest, dict[str, str]]:
    """Check a bundle, and the SHA-256 of each of its files by path, the manifest's too.

    Raises:
        XportError: as `verify`.
    """
    own = digests.of_file(bundle / MANIFEST) if (bundle / MANIFEST).is_file() else ""
    manifest = verify(bundle)  # reads what was digested: what is put there after it is not served
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
