"""Whether a bundle's self-test is whole, belongs to its models, and is what the run recorded.

Twin: `app/host/self_test.ts` and `app/host/comparison.ts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath

import numpy as np
from pydantic import ValidationError

from xport.bundles.manifest import DataFile, Manifest
from xport.bundles.self_test import (
    FOLDER,
    SELF_TEST,
    OutputRelativeTolerance,
    OutputTolerance,
    SelfTest,
    SelfTestModel,
)
from xport.bundles.self_test_bounds import FEWEST, bounds_of
from xport.common.arrays import Array
from xport.common.document import first_problem
from xport.comparison.parity import Comparison, Role
from xport.errors import IntegrityError
from xport.exchange.prepared import DEFINITION
from xport.formats.artifact import Signature, TensorSpec
from xport.judgement.evidence import Evidence
from xport.plan.plan import BROUGHT

REMEDY = "make the bundle again with `xport bundle`"


def read_self_test(folder: Path, manifest: Manifest) -> SelfTest:
    """The self-test of the bundle at `folder`, with all that it lists checked.

    Raises:
        IntegrityError: it cannot be read, is of other models, has a model without cases or an
            output without a bound, or a file is missing, of another length or digest, not
            finite, or the same in every case; the file or output is named.
    """
    entry = manifest.self_test
    try:
        data = (folder / entry.path).read_bytes()
        found = SelfTest.model_validate_json(data, by_alias=True, by_name=False)
    except OSError as error:
        raise _refusal(folder, f"{entry.path} cannot be read ({error.strerror})") from error
    except ValidationError as error:
        raise _refusal(folder, f"{entry.path} is no self-test: {first_problem(error)}") from error
    problems = [
        f"{SELF_TEST}: {one}" for one in _problems(found, manifest, _Reader(folder, manifest))
    ]
    if problems:
        raise _refusal(folder, problems[0], problems[1:])
    return found


def recorded_findings(found: SelfTest, manifest: Manifest, evidence: Evidence) -> Iterator[str]:
    """Cases that are not the run's, outputs not the reference's, and bounds not of the verdict."""
    for problem in chain(
        _case_problems(found, evidence), _picture_problems(found, manifest, evidence)
    ):
        yield f"{SELF_TEST}: {problem}"
    for model_id, tested in found.models.items():
        planned = next((m for m in evidence.plan.models if m.id == model_id), None)
        wanted = (model_id, planned.reference if planned else None)
        recording = next((r for r in evidence.recordings if (r.model, r.leg) == wanted), None)
        comparisons = {(c.model, c.leg, c.output, c.role): c for c in evidence.comparisons}
        for case in tested.cases:
            said = (_digests(case.input_files), _digests(case.output_files))
            recorded = recording and (
                recording.input_digests.get(case.probe), recording.output_digests.get(case.probe)
            )  # fmt: skip
            if said != recorded:
                whose = planned.faithful_to if planned else "the release"
                yield f"{SELF_TEST}: {model_id}: {case.probe} is not what {whose} recorded"
        for bound in _foreign_bounds(model_id, tested, evidence, comparisons):
            yield f"{SELF_TEST}: {model_id}: the bound of {bound} is not the verdict's"


def _case_problems(found: SelfTest, evidence: Evidence) -> Iterator[str]:
    """Too few cases for an output that is constant to show, or one that may not be published."""
    for model in evidence.plan.models:
        allowed = {p.name for p in model.probes if not p.name.startswith(f"{BROUGHT}-")}
        tested = found.models.get(model.id)
        cases = {case.probe for case in tested.cases} if tested else set()
        if len(cases) < min(FEWEST, len(allowed)):
            yield f"{model.id}: it has {len(cases)} of at least {FEWEST} cases"
        for name in sorted(cases - allowed):
            yield f"{model.id}: {name} is no probe that may be published"


def _picture_problems(found: SelfTest, manifest: Manifest, evidence: Evidence) -> Iterator[str]:
    """Pictures whose inputs are not those that the definition made of them in the run."""
    if evidence.preparations is None:
        return  # evidence from before it held them
    shown = [picture.path for picture in found.pictures]
    for example in manifest.examples:
        if shown.count(example.path) != 1:
            yield f"{example.path} is an example, and its inputs are not told once"
    for picture in found.pictures:
        name = PurePosixPath(picture.path).name
        made = {one.model for one in evidence.preparations.made if name in one.digest_by_image}
        if set(picture.digest_by_model) != made:
            yield f"{picture.path} does not tell the input of every model"
        for model, digest in picture.digest_by_model.items():
            input_of = evidence.preparations.of(model, DEFINITION)
            if input_of is None or input_of.digest_by_image.get(name) != digest:
                yield f"{picture.path} does not become that input of {model} in the run"


def _digests(files: Mapping[str, DataFile]) -> dict[str, str]:
    return {name: file.sha256 for name, file in files.items()}


def _foreign_bounds(
    model_id: str,
    tested: SelfTestModel,
    evidence: Evidence,
    comparisons: Mapping[tuple[str, str, str, Role], Comparison],
) -> Iterator[str]:
    bounds: list[OutputTolerance | OutputRelativeTolerance] = [
        *tested.tolerances,
        *tested.likenesses,
    ]
    for bound in bounds:
        if bound != bounds_of(evidence.plan.policy, comparisons, model_id, bound.output):
            yield bound.output


@dataclass(frozen=True)
class _Reader:
    """Reads files of a self-test as arrays."""

    folder: Path
    manifest: Manifest

    def read(self, file: DataFile, spec: TensorSpec) -> Array | str:
        """The values, or what is wrong with them."""
        listed = self.manifest.files.get(file.path)
        if not file.path.startswith(f"{FOLDER}/") or listed is None:
            return f"{file.path} is not listed"
        if (listed.sha256, listed.bytes) != (file.sha256, file.bytes):
            return f"{file.path} is listed with other bytes"
        dtype = np.dtype(spec.dtype).newbyteorder("<")
        size = int(np.prod(spec.shape)) * dtype.itemsize
        path = self.folder / file.path
        data = path.read_bytes() if path.is_file() else None
        if data is None or not len(data) == file.bytes == size:
            length = "missing" if data is None else f"{len(data)} bytes long"
            return f"{file.path} is {length}, {spec} takes {size} bytes"
        values: Array = np.frombuffer(data, dtype).reshape(spec.shape)
        return values if np.isfinite(values).all() else f"{file.path} holds values not finite"


def _problems(found: SelfTest, manifest: Manifest, reader: _Reader) -> Iterator[str]:
    if found.models.keys() != manifest.models.keys():
        yield f"is of {sorted(found.models)}, the bundle's models are {sorted(manifest.models)}"
        return
    for model_id, tested in found.models.items():
        signature = manifest.models[model_id].signature
        for problem in _model_problems(tested, signature, reader):
            yield f"{model_id}: {problem}"
    for picture in found.pictures:
        if picture.path not in {example.path for example in manifest.examples}:
            yield f"{picture.path} is no example of the bundle"
        if (
            not picture.digest_by_model
            or not picture.digest_by_model.keys() <= manifest.models.keys()
        ):
            yield f"{picture.path} becomes the input of no model of the bundle"


def _model_problems(tested: SelfTestModel, signature: Signature, reader: _Reader) -> Iterator[str]:
    bounded, outputs = sorted(tested.bounded()), sorted(spec.name for spec in signature.outputs)
    if bounded != outputs:
        yield f"bounds are given for {bounded}, the outputs are {outputs}"
    probes = [case.probe for case in tested.cases]
    if len(set(probes)) != len(probes):
        yield "two cases are of one probe"
    for case in tested.cases:
        for files, specs in (
            (case.input_files, signature.inputs),
            (case.output_files, signature.outputs),
        ):
            if sorted(files) != (wanted := sorted(spec.name for spec in specs)):
                yield f"{case.probe} has {sorted(files)}, not {wanted}"
                return
    for spec in signature.inputs:
        read = [reader.read(case.input_files[spec.name], spec) for case in tested.cases]
        yield from (problem for problem in read if isinstance(problem, str))
    for spec in signature.outputs:
        read = [reader.read(case.output_files[spec.name], spec) for case in tested.cases]
        yield from (problem for problem in read if isinstance(problem, str))
        first, *others = read
        if others and all(np.array_equal(first, other) for other in others):
            yield f"output {spec.name} is the same in every case"


def _refusal(folder: Path, what: str, others: Sequence[str] = ()) -> IntegrityError:
    return IntegrityError(what, str(folder), REMEDY, "\n".join(others))
