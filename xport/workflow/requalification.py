"""Playing a published bundle's probes in another browser, or on another engine, for a verdict.

The bundle is checked first and never changed. It has the self-test's probes, with what PyTorch said
of them and the release's bounds; that is fewer than the release was verified on.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xport.bundles.manifest import MANIFEST, DataFile, Manifest
from xport.bundles.requalified import PlayedEngine, Requalification, Requalified
from xport.bundles.self_test import SelfTestModel
from xport.bundles.self_test_checks import read_self_test
from xport.bundles.shipped import shipped_from
from xport.common import digests
from xport.common.arrays import Array
from xport.common.document import write_whole
from xport.common.tools import missing_packages_named
from xport.common.version import __version__
from xport.comparison.parity import Comparison, Pair, Role, compare
from xport.errors import InputError
from xport.inputs.probes import ProbeFolder
from xport.judgement.assembly import Recorded, load_legs
from xport.judgement.determinism_checks import determinism_check
from xport.judgement.environment_checks import environment
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.judgement.verdict import Case, Check, Status
from xport.judgement.witness_checks import witness_check
from xport.plan.plan import Leg, Plan, PlannedModel
from xport.recording.browser import BrowserOptions, Harness
from xport.recording.legs import LegRecorder
from xport.recording.recorder import RecordingFolder
from xport.workflow.planned_page import planned_page
from xport.workflow.verification import require_strong, verify

if TYPE_CHECKING:
    from browser_harness.serve.engines import Engine


@dataclass(frozen=True)
class Terms:
    """In which browser a bundle is played, and which bundles are taken, as of `verify`.

    `engine` is another version of TF.js, as a person names it; None for this xport's own.
    """

    options: BrowserOptions
    engine: str | None = None
    allow_unchecked: bool = False
    allow_weak: bool = False
    allow_waivers: bool = False


@missing_packages_named()
def requalify(bundle: Path, terms: Terms) -> Requalification:
    """Check a bundle, play its probes on every backend that it ships for, and pass a verdict.

    Raises:
        InputError: this is no bundle, its verdict is none that is allowed, or there is no such
            engine.
        IntegrityError: the bundle is not what was verified.
        UnavailableError: the engine cannot be fetched or built here.
    """
    manifest = verify(bundle, allow_unchecked=terms.allow_unchecked)
    allowed = {"allow_weak": terms.allow_weak, "allow_waivers": terms.allow_waivers}
    require_strong(manifest, bundle, **allowed)
    engine = _engine(terms.engine)
    page = engine.page if engine else None
    evidence, tests = Evidence.read(bundle / EVIDENCE), read_self_test(bundle, manifest).models
    with tempfile.TemporaryDirectory(prefix="xport-requalify-") as temporary:
        folder = Path(temporary)
        probes = ProbeFolder(folder / "probes")
        models = [
            _model(bundle, manifest, evidence.plan, (one, tests[one.id]), folder)
            for one in evidence.plan.models
            if one.id in tests
        ]
        plan = evidence.plan.model_copy(
            update={
                "models": tuple(models),
                "page": planned_page(models, evidence.plan.wasm_threads, page),
                "preprocessing": None,
            }
        )
        harness = Harness(plan, terms.options, folder / "shaders", page)
        recorded = _recorded(plan, probes, folder, harness)
        found = [*_comparisons(bundle, plan, tests, recorded)]
    case = Case(
        plan=plan, planned=plan.digest(), recordings=recorded.documents, facts={}, comparisons={}
    )
    checks = tuple(_checks(case, tests, found))
    played = evidence.plan.page
    return Requalification(
        made=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        xport=__version__,
        bundle=Requalified(
            release=manifest.release,
            title=manifest.title,
            version=manifest.version,
            verdict=manifest.verdict,
            manifest_sha256=digests.of_file(bundle / MANIFEST),
            evidence_sha256=digests.of_file(bundle / EVIDENCE),
            xport=evidence.xport,
            tfjs=played.tfjs if played else None,
        ),
        engine=_played(engine),
        plan=plan,
        recordings=tuple(recorded.documents.values()),
        comparisons=tuple(found),
        checks=checks,
        status=_status(checks, manifest.verdict),
    )


def _engine(asked: str | None) -> Engine | None:
    from browser_harness.serve.engines import engine_named

    return None if asked is None else engine_named(asked)


def _played(engine: Engine | None) -> PlayedEngine | None:
    if engine is None:
        return None
    return PlayedEngine(asked=engine.asked, version=engine.version, packages=engine.packages)


def _model(
    bundle: Path,
    manifest: Manifest,
    plan: Plan,
    tested: tuple[PlannedModel, SelfTestModel],
    folder: Path,
) -> PlannedModel:
    """A model as it ships, in a folder of its own, with the self-test's probes."""
    model, test = tested
    shipped = shipped_from(bundle, manifest, (plan, model), folder / "models" / model.id)
    probes = ProbeFolder(folder / "probes")
    for case in test.cases:
        for file in case.input_files.values():
            write_whole(probes.path(file.sha256), (bundle / file.path).read_bytes())
    known = {probe.name: probe for probe in model.probes}
    legs = [leg.name for leg in plan.legs_of(model) if _is_played(plan, leg)]
    if not legs:
        raise InputError(f"{model.id} ships for no browser", str(bundle), "make it again")
    return model.model_copy(
        update={
            "artifacts": {plan.shipped_artifact: shipped},
            "legs": tuple(legs),
            "probes": tuple(known[case.probe] for case in test.cases),
        }
    )


def _is_played(plan: Plan, leg: Leg) -> bool:
    return leg.artifact == plan.shipped_artifact and leg.backend is not None


def _recorded(plan: Plan, probes: ProbeFolder, folder: Path, harness: Harness) -> Recorded:
    recordings = RecordingFolder(folder / "recordings")
    LegRecorder(plan, probes, recordings, harness.runner).every_leg()
    legs = [(model.id, leg.name) for model in plan.models for leg in plan.legs_of(model)]
    return load_legs(recordings, legs)


def _comparisons(
    bundle: Path, plan: Plan, tests: Mapping[str, SelfTestModel], recorded: Recorded
) -> Iterator[Comparison]:
    """How far every leg is from the reference's outputs in the bundle, where it said anything."""
    for model in plan.models:
        for leg in plan.legs_of(model):
            for spec in model.signature.outputs:
                theirs = {
                    case.probe: _array(bundle, case.output_files[spec.name], spec.shape, spec.dtype)
                    for case in tests[model.id].cases
                }
                ours = recorded.output(model.id, leg.name, spec.name)
                shapes = {name: array.shape for name, array in ours.items()}
                if shapes == {name: array.shape for name, array in theirs.items()}:
                    pair = Pair(
                        model=model.id,
                        leg=leg.name,
                        baseline="the bundle's reference",
                        role=Role.REFERENCE,
                        output=spec.name,
                    )
                    yield compare(pair, ours, theirs, labelled=False)


def _array(bundle: Path, file: DataFile, shape: Sequence[int], dtype: str) -> Array:
    values = np.frombuffer((bundle / file.path).read_bytes(), np.dtype(dtype).newbyteorder("<"))
    found: Array = values.reshape(shape)
    return found


def _checks(
    case: Case, tests: Mapping[str, SelfTestModel], found: Sequence[Comparison]
) -> Iterator[Check]:
    """Of every leg: that it ran, where, twice the same, and every output within its bound."""
    by_place = {(one.model, one.leg, one.output): one for one in found}
    for model in case.plan.models:
        for leg in case.plan.legs_of(model):
            recording = case.recordings[model.id, leg.name]
            ran = recording.failure is None
            yield Check(
                name="recorded",
                model=model.id,
                leg=leg.name,
                output=None,
                status=Status.PASSED if ran else Status.NOT_RUN,
                message=recording.failure or f"{len(model.probes)} probes recorded",
            )
            if not ran:
                continue
            yield environment(case, model, leg, recording)
            yield from witness_check(case, model, leg)
            yield from determinism_check(case, model, leg)
            for spec in model.signature.outputs:
                place = (model.id, leg.name, spec.name)
                yield from _within(tests[model.id], place, by_place.get(place))


def _within(
    test: SelfTestModel, place: tuple[str, str, str], found: Comparison | None
) -> Iterator[Check]:
    """An output within the bound that the bundle's self-test has for it."""
    model, leg, output = place
    check = Check(
        name="within the bundle's bound",
        model=model,
        leg=leg,
        output=output,
        status=Status.FAILED,
        message="the output is missing or of another shape",
        against="the bundle's reference",
    )
    if found is None:
        yield check
        return
    measured: list[tuple[str, float, float, str]] = [
        ("max |Δ|", found.pooled.max_abs, bound.max_abs, bound.because)
        for bound in test.tolerances
        if bound.output == output
    ]
    for bound in test.likenesses:
        if bound.output == output:
            angle = max((1 - one.cosine for one in found.probes.values()), key=_nan_first)
            measured.append(("1 - cosine", angle, 1 - bound.min_cosine, bound.because))
            far = found.pooled.relative_l2
            measured.append(("relative L2", far, bound.max_relative_l2, bound.because))
    for what, number, most, because in measured:
        yield check.model_copy(
            update={
                "name": f"{what} within the bundle's bound",
                "status": Status.PASSED if number <= most else Status.FAILED,
                "message": f"{what} {number:.3g} from the bundle's reference (bound {most:.3g}), "
                f"worst on {found.worst_probe}",
                "measured": number,
                "bound": most,
                "rationale": because,
            }
        )


def _nan_first(value: float) -> tuple[bool, float]:
    return value != value, value


def _status(checks: Sequence[Check], before: Status) -> Status:
    """FAILED before NOT_RUN; what passes is no more than the bundle is."""
    statuses = {check.status for check in checks if not check.beside}
    if Status.FAILED in statuses:
        return Status.FAILED
    measured = any(check.measured is not None and check.output for check in checks)
    return before if statuses == {Status.PASSED} and measured else Status.NOT_RUN
