"""Whether a bundle is whole: every file by digest, and contents that belong together."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from reference.preprocess import Preprocess
from xport.bundles.evidence import REMEDY, require_evidence
from xport.bundles.manifest import MANIFEST, BundledModel, Manifest
from xport.bundles.self_test_checks import read_self_test, require_recorded
from xport.common import digests
from xport.common.document import first_problem
from xport.errors import IntegrityError
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.plan.page_models import page_view


def verify_bundle(folder: Path) -> Manifest:
    """Check that a bundle's files are exactly those of its manifest, and what is in them.

    Returns the manifest; where it is from before that was said, it says what the page shows.

    Raises:
        InputError: there is no manifest, or it cannot be read.
        IntegrityError: a file is missing, added, changed or a link, or what it holds is not what
            belongs there: preprocessing, self-test, examples; it is named. Or the manifest says
            something else than the evidence.
    """
    manifest = Manifest.read(folder / MANIFEST)
    _require_listed_files(folder, manifest)
    for name, model in manifest.models.items():
        read_preprocess(folder, name, model)
        explained = manifest.models.get(model.explains or "")
        if model.explains and (explained is None or explained.kind != "classifier"):
            raise IntegrityError(
                f"{name} explains {model.explains}, which is no classifier here",
                str(folder),
                REMEDY,
            )
    if EVIDENCE not in manifest.files:
        raise IntegrityError(f"{EVIDENCE} is not listed", str(folder), REMEDY)
    evidence = Evidence.read(folder / EVIDENCE)
    require_evidence(manifest, evidence, folder)
    require_recorded(folder, read_self_test(folder, manifest), evidence)
    view = page_view(evidence.plan)
    told = {"publishable": view.publishable, "unshown": view.unshown}
    return manifest.model_copy(update=told)


def _require_listed_files(folder: Path, manifest: Manifest) -> None:
    """Files and manifest name the same bytes, no more and no less."""
    entries = {**manifest.files, **manifest.model_files()}
    links = [path for path in sorted(folder.rglob("*")) if path.is_symlink()]
    if links:
        raise IntegrityError("a link stands for a file of the bundle", str(links[0]), REMEDY)
    found = {name: d for name, d in digests.of_folder(folder).items() if name != MANIFEST}
    for name in sorted(found.keys() | entries.keys()):
        state = None
        if name not in found:
            state = "missing"
        elif name not in entries:
            state = "extra"
        elif found[name] != entries[name].sha256:
            state = "changed"
        elif (folder / name).stat().st_size != entries[name].bytes:
            state = "listed with another length"
        if state:
            raise IntegrityError(f"file {name} is {state}", str(folder), REMEDY)
    for file in (manifest.self_test, *manifest.examples):
        listed = manifest.files.get(file.path)
        if listed is None or (listed.sha256, listed.bytes) != (file.sha256, file.bytes):
            raise IntegrityError(
                f"file {file.path} is listed twice, otherwise", str(folder), REMEDY
            )


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
