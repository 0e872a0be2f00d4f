"""The deployable bundle: the verified bytes, the page that runs them, and the evidence."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from reference.document import Document as ReferenceDocument
from reference.preprocess import Preprocess
from xport import digests
from xport.artifact import Signature
from xport.document import Document, first_problem
from xport.errors import ExitCode, InputError, IntegrityError, XportError
from xport.evidence import Evidence
from xport.plan import Kind, PlannedModel
from xport.store import disk_errors
from xport.verdict import Status

MANIFEST = "manifest.json"
NOTICE = "NOT FOR MEDICAL USE"


class NotPassed(XportError):
    """A bundle was asked for without a verdict of PASSED."""

    exit_code = ExitCode.FAILED


class FileEntry(Document):
    """Digest and length of one file.

    `path`, from the bundle's root, is where the same bytes lie already as another model's file: an
    explanation shares its classifier's shards.
    """

    sha256: str
    bytes: int
    path: str | None = None


class DataFile(Document):
    """Where a document that belongs to a model lies, from the bundle's root.

    A reader checks its SHA-256 on the bytes that it parses, and refuses a `schema_version` that it
    does not know. That of `preprocess` is the definition's digest.
    """

    path: str
    sha256: str
    bytes: int


class BundledModel(Document):
    """What the page needs to know of one model; `path` is its folder in the bundle."""

    kind: Kind
    title: str
    path: str
    signature: Signature
    labels: tuple[str, ...] | None
    weights: str | None
    preprocess: DataFile | None
    calibration: DataFile | None = None
    gate: DataFile | None = None
    files: dict[str, FileEntry]

    def documents(self) -> list[DataFile]:
        """Those that the model has."""
        return [file for file in (self.preprocess, self.calibration, self.gate) if file]


class Manifest(Document):
    """Every file of a bundle by digest, and the models in it.

    Version 1 had the preprocessing itself in the place of `models.*.preprocess`.
    """

    schema_version: Literal[2] = 2
    release: str
    title: str
    notice: str = NOTICE
    verdict: Status
    wasm_threads: int
    models: dict[str, BundledModel]
    files: dict[str, FileEntry]


def build_bundle(
    evidence: Evidence, page: Mapping[str, Path], documents: Mapping[str, bytes], target: Path
) -> Manifest:
    """Put the bundle together in a folder beside `target` and move it there when it is whole.

    Args:
        page: the built page's files, by their name in the bundle.
        documents: more files to ship (evidence, report), by name.
        target: the bundle's folder; one that exists is replaced.

    Raises:
        NotPassed: the verdict is not PASSED.
        IntegrityError: the page or a model is not the bytes that were verified.
        UnavailableError: the disk is full.
    """
    require_passed(evidence)
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
        try:
            manifest = _fill(staging, evidence, page, documents)
            verify_bundle(staging)
            _replace(staging, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return manifest


def require_passed(evidence: Evidence) -> None:
    """Refuse what did not pass.

    Raises:
        NotPassed: the verdict is not PASSED.
    """
    if evidence.verdict.status is not Status.PASSED:
        raise NotPassed(
            f"the verdict is {evidence.verdict.status}, only PASSED is bundled",
            evidence.plan.release,
            "read the report, mend the leg it names, and run `xport release` again",
        )


def verify_bundle(folder: Path) -> Manifest:
    """Check that a bundle's files are exactly those of its manifest.

    Raises:
        InputError: there is no manifest, or it cannot be read.
        IntegrityError: a file is missing, added or changed; it is named.
    """
    manifest = Manifest.read(folder / MANIFEST)
    found = {name: d for name, d in digests.of_folder(folder).items() if name != MANIFEST}
    expected = {name: entry.sha256 for name, entry in manifest.files.items()}
    for model in manifest.models.values():
        expected |= {e.path or f"{model.path}{n}": e.sha256 for n, e in model.files.items()}
        expected |= {file.path: file.sha256 for file in model.documents()}
    for name in sorted(found.keys() | expected.keys()):
        if found.get(name) != expected.get(name):
            state = (
                "missing" if name not in found else "extra" if name not in expected else "changed"
            )
            raise IntegrityError(
                f"file {name} is {state}", str(folder), "make the bundle again with `xport bundle`"
            )
    for name, model in manifest.models.items():
        read_preprocess(folder, name, model)
    return manifest


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
        raise IntegrityError(
            f"{entry.path} {wrong}", str(folder), "make the bundle again with `xport bundle`"
        )
    return definition


def _fill(
    folder: Path, evidence: Evidence, page: Mapping[str, Path], documents: Mapping[str, bytes]
) -> Manifest:
    _require_verified_page(evidence, page)
    for name, source in page.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / name)
    for name, data in documents.items():
        (folder / name).write_bytes(data)
    files = _entries(folder)
    ships = evidence.plan.ships
    shipped: dict[str, str] = {}
    models = {m.id: _bundle_model(folder, m, ships, shipped) for m in evidence.plan.models}
    manifest = Manifest(
        release=evidence.plan.release,
        title=evidence.plan.title,
        verdict=evidence.verdict.status,
        wasm_threads=evidence.plan.wasm_threads,
        models=models,
        files=files,
    )
    manifest.write(folder / MANIFEST)
    return manifest


def _require_verified_page(evidence: Evidence, page: Mapping[str, Path]) -> None:
    """The engine and wasm bytes that are shipped are those that ran in every browser leg."""
    shipped = {name: digests.of_file(path) for name, path in page.items()}
    places = [(r.leg, r.environment.web) for r in evidence.recordings if r.environment]
    for leg, web in [*places, ("preprocessing", evidence.prepared_in)]:
        for name, ran in (web.files if web else {}).items():
            if name in shipped and shipped[name] != ran:
                raise IntegrityError(
                    f"{name} is not the file that was verified on {leg}",
                    str(page[name]),
                    "run `xport release` again with the page as it is now",
                )


def _bundle_model(
    folder: Path, model: PlannedModel, ships: str, shipped: dict[str, str]
) -> BundledModel:
    """Copy a model's files, but for those in `shipped`, which has paths by digest, and add them."""
    planned = model.artifacts[ships]
    path = f"models/{model.id}/"
    (folder / path).mkdir(parents=True)
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
        weights=None if model.trained else model.weights,
        preprocess=_written(folder, f"{path}preprocess.json", _bytes_of(model.preprocess)),
        calibration=_written(folder, f"{path}calibration.json", _bytes_of(model.calibration)),
        gate=_written(folder, f"{path}gate.json", _bytes_of(model.gate)),
        files=files,
    )


def _bytes_of(document: Preprocess | ReferenceDocument | None) -> bytes | None:
    if document is None:
        return None
    if isinstance(document, Preprocess):
        return document.document()
    return (document.model_dump_json(indent=2) + "\n").encode()


def _written(folder: Path, path: str, data: bytes | None) -> DataFile | None:
    if data is None:
        return None
    (folder / path).write_bytes(data)
    return DataFile(path=path, sha256=digests.of_bytes(data), bytes=len(data))


def _entries(folder: Path) -> dict[str, FileEntry]:
    return {
        name: FileEntry(sha256=digest, bytes=(folder / name).stat().st_size)
        for name, digest in digests.of_folder(folder).items()
    }


def _replace(staging: Path, target: Path) -> None:
    """Put `staging` in the place of `target`; the old bundle goes only when the new is whole."""
    if target.exists():
        if not (target / MANIFEST).is_file():
            raise InputError(
                "exists and is not a bundle, so it is not replaced", str(target), "choose another"
            )
        old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-old-"))
        target.rename(old / "bundle")
        staging.rename(target)
        shutil.rmtree(old)
    else:
        staging.rename(target)
    target.chmod(0o755)
