"""The deployable bundle: the verified bytes, the page that runs them, and the evidence."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reference.document import make_readable, put_in_place, staging_beside
from xport.bundles.checks import verify_bundle
from xport.bundles.claim import write_claim
from xport.bundles.evidence import changed_page_files, document_bytes, tools_of, weights_told
from xport.bundles.examples import pictures_of, write_examples
from xport.bundles.manifest import (
    MANIFEST,
    RULE,
    BundledModel,
    DataFile,
    FileEntry,
    Manifest,
    write_file,
)
from xport.bundles.page import INDEX, headers_for, index_for
from xport.bundles.required import BOM, MODEL_CARD
from xport.bundles.self_test import write_self_test
from xport.bundles.self_test_cases import CaseChoice
from xport.common import digests
from xport.common.tools import missing_packages_named
from xport.comparison.preprocessing import PreparedCase
from xport.conversion.store import disk_errors
from xport.errors import ExitCode, InputError, IntegrityError, XportError
from xport.inputs.images import ImageFolder
from xport.inputs.probes import ProbeFolder
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.judgement.verdict import Status
from xport.plan.page_models import page_backends, page_view
from xport.plan.plan import PlannedModel
from xport.recording.recorder import RecordingFolder
from xport.signing.signatures import require_nothing_signed_lost


def card_path(model: str) -> str:
    """Where the card of a model lies, from the bundle's root."""
    return f"models/{model}/card.html"


def model_card_path(model: str) -> str:
    """Where the card in the form of model hubs lies, from the bundle's root."""
    return f"models/{model}/{MODEL_CARD}"


REMEDIES = {
    Status.WEAK_PASSED: (
        "ask for more in the release file, or bundle it as what it is with --allow-weak"
    ),
    Status.PASSED_WITH_WAIVERS: (
        "mend what is waived, or bundle it as what it is with --allow-waivers"
    ),
}


class NotPassed(XportError):
    """A bundle was asked for without a verdict of PASSED; the exit code is that of the verdict."""

    def __init__(self, status: Status, release: str) -> None:
        super().__init__(
            f"the verdict is {status}, only PASSED is bundled",
            release,
            REMEDIES.get(
                status, "read the report, mend the leg it names, and run `xport release` again"
            ),
        )
        self.exit_code = status.exit_code


@dataclass(frozen=True)
class RunSources:
    """What a bundle takes from its run beside the evidence."""

    probes: ProbeFolder
    recordings: RecordingFolder
    images: ImageFolder
    prepared: PreparedCase | None


def build_bundle(
    evidence: Evidence,
    run: RunSources,
    page: Mapping[str, Path],
    documents: Mapping[str, bytes],
    target: Path,
) -> Manifest:
    """Put the bundle together in a folder beside `target` and move it there when it is whole.

    Every user, so every web server, can read all of it, whatever the umask.

    Args:
        evidence: a verdict of PASSED, or another that was allowed; it is in the bundle as
            evidence.json.
        run: what the evidence is of.
        page: the built page's files, by their name in the bundle.
        documents: more files to ship (the report, cards), by name.
        target: the bundle's folder; one that exists is replaced.

    Raises:
        NotPassed: the verdict is neither.
        IntegrityError: it was passed under another policy than the release's.
        InputError: a model was tried on nothing that may be published; or the bundle that would be
            replaced is signed.
        IntegrityError: the page or a model is not the bytes that were verified.
        UnavailableError: the disk is full.
    """
    require_passed(evidence, allow_weak=True, allow_waivers=True)
    require_replaceable(target)
    with disk_errors(target), staging_beside(target) as staging:
        manifest = _fill(staging, evidence, run, page, documents)
        verify_bundle(staging)
        make_readable(staging)
        _replace(staging, target)
    return manifest


def require_replaceable(target: Path) -> None:
    """Refuse to make a bundle where something else lies, or a signed one, whose signature would go.

    Raises:
        InputError: it does.
    """
    if target.exists() and not (target / MANIFEST).is_file():
        raise InputError(
            "exists and is not a bundle, so it is not replaced", str(target), "choose another"
        )
    require_nothing_signed_lost(target)


def require_passed(evidence: Evidence, *, allow_weak: bool, allow_waivers: bool = False) -> None:
    """Refuse what did not pass under the release's own policy, or only a weak one or by waivers.

    Raises:
        NotPassed: the verdict is not PASSED.
        IntegrityError: it was passed under another policy.
    """
    if evidence.other_policy is not None:
        raise IntegrityError(
            f"the verdict is under another policy, {evidence.other_policy.file}, and only the "
            "release's own is bundled",
            evidence.plan.release,
            "run `xport judge` without --policy",
        )
    code = evidence.verdict.status.code(allow_weak=allow_weak, allow_waivers=allow_waivers)
    if code is not ExitCode.PASSED:
        raise NotPassed(evidence.verdict.status, evidence.plan.release)


def _fill(
    folder: Path,
    evidence: Evidence,
    run: RunSources,
    page: Mapping[str, Path],
    documents: Mapping[str, bytes],
) -> Manifest:
    _require_verified_page(evidence, page)
    for name, source in page.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / name)
    evidence.write(folder / EVIDENCE)
    for name, data in documents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / BOM).write_bytes(_bill_of_materials(folder, evidence))
    plan = evidence.plan
    (folder / INDEX).write_bytes(index_for(page[INDEX], plan.wasm_threads))
    examples = write_examples(folder, plan, run.images, run.prepared)
    self_test = write_self_test(
        folder,
        CaseChoice(evidence, run.probes, run.recordings).all(),
        pictures_of(examples, run.prepared),
    )
    shipped: dict[str, str] = {}
    models = {m.id: _bundle_model(folder, m, plan.shipped_artifact, shipped) for m in plan.models}
    view = page_view(plan)
    manifest = Manifest(
        release=plan.release,
        title=plan.title,
        version=plan.version,
        verdict=evidence.verdict.status,
        wasm_threads=plan.wasm_threads,
        models=models,
        self_test=self_test,
        examples=tuple(examples),
        tools=tools_of(evidence),
        publishable=view.publishable,
        unshown=view.unshown,
        notes=evidence.verdict.notes,
        backends=page_backends(plan),
        faithful_to=plan.faithful_to,
        site=plan.site,
        rule=_written(folder, RULE, document_bytes(plan.rule)),
        publisher=write_claim(folder, evidence),
        corrections=evidence.corrections(),
        files={},
    )
    paths = [path.as_posix() for path in _relative(folder)]
    for name, content in headers_for(paths, plan.wasm_threads).items():
        (folder / name).write_bytes(content)
    rest = {path.as_posix() for path in _relative(folder)} - manifest.model_files().keys()
    manifest = manifest.model_copy(update={"files": _entries(folder, rest)})
    manifest.write(folder / MANIFEST)
    return manifest


def _bill_of_materials(folder: Path, evidence: Evidence) -> bytes:
    with missing_packages_named():
        from xport.bundles.bom import bom_document, terms_in
    return bom_document(evidence, terms_in(folder))


def _require_verified_page(evidence: Evidence, page: Mapping[str, Path]) -> None:
    """The engine and wasm bytes that are shipped are those that ran in every browser leg."""
    shipped = {name: digests.of_file(path) for name, path in page.items()}
    for name, leg in changed_page_files(evidence, shipped):
        raise IntegrityError(
            f"{name} is not the file that was verified on {leg}",
            str(page.get(name, name)),
            "run `xport release` again with the page as it is now",
        )


def _bundle_model(
    folder: Path, model: PlannedModel, artifact: str, shipped: dict[str, str]
) -> BundledModel:
    """Copy a model's files, but for those in `shipped`, which has paths by digest, and add them."""
    planned = model.artifacts[artifact]
    path = f"models/{model.id}/"
    (folder / path).mkdir(parents=True, exist_ok=True)
    files = {}
    for name, digest in planned.files.items():
        source = planned.path / name
        if not source.is_file() or digests.of_file(source) != digest:
            raise IntegrityError(
                "not the file that was verified", str(source), "run `xport release` again"
            )
        size = source.stat().st_size
        files[name] = FileEntry(sha256=digest, bytes=size, path=shipped.get(digest))
        if digest not in shipped:
            shipped[digest] = path + name
            (folder / path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / path / name)
    return BundledModel(
        kind=model.kind,
        title=model.title,
        path=path,
        signature=model.signature,
        labels=model.labels,
        weights=weights_told(model),
        explains=model.explains,
        preprocess=_written(folder, f"{path}preprocess.json", document_bytes(model.preprocess)),
        calibration=_written(folder, f"{path}calibration.json", document_bytes(model.calibration)),
        gate=_written(folder, f"{path}gate.json", document_bytes(model.gate)),
        card=_listed(folder, card_path(model.id)),
        files=files,
    )


def _written(folder: Path, path: str, data: bytes | None) -> DataFile | None:
    if data is None:
        return None
    return write_file(folder, path, data)


def _listed(folder: Path, path: str) -> DataFile | None:
    """The entry of a file that lies in the bundle already, None without it."""
    file = folder / path
    if not file.is_file():
        return None
    return DataFile(path=path, sha256=digests.of_file(file), bytes=file.stat().st_size)


def _entries(folder: Path, names: Iterable[str]) -> dict[str, FileEntry]:
    return {
        name: FileEntry(sha256=digests.of_file(folder / name), bytes=(folder / name).stat().st_size)
        for name in sorted(names)
    }


def _relative(folder: Path) -> list[Path]:
    """Every file under a folder, from there."""
    return [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]


def _replace(staging: Path, target: Path) -> None:
    """Put `staging` in the place of `target`; the old bundle goes only when the new is whole."""
    require_replaceable(target)
    put_in_place(staging, target)
