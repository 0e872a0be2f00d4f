"""Whether a bundle is whole: every file by digest, and contents that belong together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from reference.preprocess import Preprocess
from xport.bundles.evidence import REMEDY, evidence_findings
from xport.bundles.manifest import MANIFEST, BundledModel, DataFile, Manifest
from xport.bundles.required import required_files, unknown_files
from xport.bundles.self_test_checks import read_self_test, recorded_findings
from xport.bundles.unchecked import REMEDY as NOT_AGAIN
from xport.bundles.unchecked import unchecked
from xport.common import digests
from xport.common.document import first_problem
from xport.common.tools import missing_packages_named
from xport.common.version import __version__
from xport.errors import DocumentError, InputError, IntegrityError
from xport.judgement.again import notes_now, status_now
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.judgement.verdict import RULES
from xport.plan.page_models import page_view
from xport.signing.places import FILES as SIGNATURES
from xport.signing.signatures import signature_findings

SITE_CONFIGURATION = "site.json"
"""What a hospital lays beside the page (`xport.site.configuration`); in no bundle as released."""

Rendering = Callable[[Evidence], Mapping[str, bytes]]
"""Makes the documents that are rendered from evidence, by their path in a bundle."""


def verify_bundle(
    folder: Path, rendered: Rendering | None = None, *, allow_unchecked: bool = False
) -> Manifest:
    """Check that a bundle's files are exactly those of its manifest, and what is in them.

    The verdict is passed again from the evidence. Report and cards are compared with what
    `rendered` makes of the evidence, and the bill of materials with what the evidence and the
    page's terms give, where it was made by this version of xport. What cannot be
    judged again, since another version made it, is a finding unless that is allowed.

    Returns the manifest; where it is from before that was said, it says what the page shows, and
    that the policy is weak.

    Raises:
        InputError: there is no manifest, or it cannot be read.
        IntegrityError: a file is missing, added, changed or a link, or what it holds is not what
            belongs there: preprocessing, self-test, examples. Or the manifest says something else
            than the evidence. The first is named, and all others in its details; but where a link
            or the like lies in the bundle, no file's contents are read.
    """
    if (folder / MANIFEST).exists() and not _is_plain(folder / MANIFEST):
        _refuse(folder, [f"{MANIFEST}: a link or no file"])
    manifest = Manifest.read(folder / MANIFEST)
    strange = _strange(folder)
    found = _digests(folder, strange)
    findings = list(_listing_findings(folder, manifest, found, strange))
    if strange:  # nothing is read through a link
        _refuse(folder, findings)
    findings += _model_findings(folder, manifest)
    try:
        evidence = Evidence.read(folder / EVIDENCE)
    except DocumentError as error:
        _refuse(folder, [*findings, *([f"{EVIDENCE}: {error.what}"] if findings else [])])
        raise
    findings += evidence_findings(manifest, evidence)
    findings += _rendered_findings(manifest, evidence, rendered)
    findings += signature_findings(folder, found, evidence)
    findings += _self_test_findings(folder, manifest, evidence)
    findings += _bill_findings(folder, manifest, evidence)
    _refuse(folder, findings)
    if not allow_unchecked:
        _refuse(folder, unchecked(evidence), NOT_AGAIN)
    view = page_view(evidence.plan)
    told = {
        "publishable": view.publishable,
        "unshown": view.unshown,
        "verdict": status_now(evidence),
        "notes": notes_now(evidence),
    }
    return manifest.model_copy(update=told)


def _self_test_findings(folder: Path, manifest: Manifest, evidence: Evidence) -> Iterator[str]:
    try:
        found = read_self_test(folder, manifest)
    except IntegrityError as error:
        yield error.what
        yield from error.details.splitlines()
    else:
        yield from recorded_findings(found, manifest, evidence)
        yield from unknown_files(manifest, evidence.plan, found)


def _bill_findings(folder: Path, manifest: Manifest, evidence: Evidence) -> Iterator[str]:
    """A bill of materials that is not what this version makes of the evidence and the page."""
    if evidence.rules < RULES or evidence.xport != __version__:
        return
    with missing_packages_named():
        from xport.bundles.bom import bom_findings
    yield from bom_findings(folder, manifest, evidence)


def _rendered_findings(
    manifest: Manifest, evidence: Evidence, rendered: Rendering | None
) -> Iterator[str]:
    """Report and cards that are not what this version makes of the evidence."""
    if rendered is None or evidence.rules < RULES or evidence.xport != __version__:
        return
    shipped = {**manifest.files, **manifest.model_files()}
    made = rendered(evidence)
    for path, content in made.items():
        if path not in shipped or shipped[path].sha256 != digests.of_bytes(content):
            yield f"{path} is not what the evidence gives"
    for name, model in manifest.models.items():
        if model.card is not None and model.card.path not in made:
            yield f"{name} has a card, the evidence has none of it"


def require_digest(folder: Path, expected: str) -> None:
    """Hold a bundle to the SHA-256 of its manifest that somebody was told by another way.

    Raises:
        InputError: that is no SHA-256.
        IntegrityError: the manifest has another.
    """
    if not re.fullmatch(r"[0-9a-fA-F]{64}", expected):
        raise InputError("is not a SHA-256, 64 digits from 0 to f", f"--expect {expected}")
    found = digests.of_file(folder / MANIFEST)
    if found != expected.lower():
        raise IntegrityError(
            f"its SHA-256 is {found}, expected is {expected.lower()}",
            str(folder / MANIFEST),
            "it is another release, or somebody changed it: do not publish it",
        )


def unchecked_of(folder: Path) -> list[str]:
    """What was not judged again of a bundle that `verify_bundle` has let pass."""
    return list(unchecked(Evidence.read(folder / EVIDENCE)))


def _refuse(folder: Path, findings: Iterable[str], remedy: str = REMEDY) -> None:
    """Raise what was found, if anything was."""
    found = list(dict.fromkeys(findings))
    if found:
        others = "\n".join(f"also: {one}" for one in found[1:])
        raise IntegrityError(found[0], str(folder), remedy, others)


def _strange(folder: Path) -> list[Path]:
    """What is neither a file nor a folder with something in it."""
    return sorted(path for path in folder.rglob("*") if not _is_plain(path))


def _digests(folder: Path, strange: Sequence[Path]) -> dict[str, str]:
    """The SHA-256 of every file but the signatures, by path from the bundle's root."""
    apart = {*(path.relative_to(folder).as_posix() for path in strange), *SIGNATURES}
    return {name: digest for name, digest in digests.of_folder(folder).items() if name not in apart}


def _listing_findings(
    folder: Path, manifest: Manifest, found: Mapping[str, str], strange: Sequence[Path]
) -> Iterator[str]:
    """Where files and manifest do not name the same bytes, no more and no less."""
    entries = {**manifest.files, **manifest.model_files()}
    for path in strange:
        what = "a link stands for a file of the bundle"
        if not path.is_symlink():
            what = "an empty folder" if path.is_dir() else "neither a file nor a folder"
        yield f"{path.relative_to(folder).as_posix()}: {what}"
    for name in sorted((found.keys() - {MANIFEST}) | entries.keys()):
        if name in SIGNATURES:
            yield f"file {name} is listed: a signature is of the list, and not in it"
        elif name not in found:
            yield f"file {name} is missing"
        elif name not in entries and name == SITE_CONFIGURATION:
            yield (
                f"file {name} is extra: it is a site's configuration, which sets thresholds of its "
                "own and is no part of the release; check the bundle without it"
            )
        elif name not in entries:
            yield f"file {name} is extra"
        elif found[name] != entries[name].sha256:
            yield f"file {name} is changed"
        elif (folder / name).stat().st_size != entries[name].bytes:
            yield f"file {name} is listed with another length"
    key = None if manifest.publisher is None else manifest.publisher.key
    named: list[DataFile | None] = [manifest.self_test, manifest.rule, key, *manifest.examples]
    for file in filter(None, named):
        listed = manifest.files.get(file.path)
        if listed is None or (listed.sha256, listed.bytes) != (file.sha256, file.bytes):
            yield f"file {file.path} is listed twice, otherwise"
    for name in required_files(manifest):
        if name not in manifest.files:
            yield f"{name} is not listed"


def _is_plain(path: Path) -> bool:
    """Whether it is a file, or a folder in which something lies."""
    if path.is_symlink():
        return False
    return any(path.iterdir()) if path.is_dir() else path.is_file()


def _model_findings(folder: Path, manifest: Manifest) -> Iterator[str]:
    for name, model in manifest.models.items():
        try:
            read_preprocess(folder, name, model)
        except IntegrityError as error:
            yield error.what
        explained = manifest.models.get(model.explains or "")
        if model.explains and (explained is None or explained.kind != "classifier"):
            yield f"{name} explains {model.explains}, which is no classifier here"


def read_preprocess(folder: Path, name: str, model: BundledModel) -> Preprocess | None:
    """The definition of a bundled model's preprocessing; None for a model that has none.

    Raises:
        IntegrityError: the file is absent, not the bytes that the manifest names, not a
            definition of a version known here in its canonical form, or does not yield the
            model's input.
    """
    entry = model.preprocess
    if entry is None:
        return None
    wrong = None
    try:
        data = (folder / entry.path).read_bytes()
        definition = Preprocess.model_validate_json(data)
    except OSError as error:
        wrong = f"cannot be read ({error.strerror})"
    except ValidationError as error:
        wrong = f"is no definition of preprocessing: {first_problem(error)}"
    else:
        shape = (1, definition.channels, definition.size, definition.size)
        if (digests.of_bytes(data), len(data)) != (entry.sha256, entry.bytes):
            wrong = "is changed"
        elif definition.document() != data:
            wrong = "is not in canonical form"
        elif model.signature.inputs[0].shape != shape:
            wrong = f"yields an input of shape {shape}, not that of {name}"
    if wrong:
        raise IntegrityError(f"{entry.path} {wrong}", str(folder), REMEDY)
    return definition
