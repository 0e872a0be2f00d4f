"""One of the two releases: its evidence, and what was recorded of it as arrays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from xport.common import digests
from xport.common.arrays import Array
from xport.comparison.change import ReleaseIdentity
from xport.comparison.decision_effects import LATENT, RECONSTRUCTION
from xport.comparison.parity import Outputs
from xport.comparison.preprocessing import PreparedCase
from xport.errors import DocumentError, IntegrityError
from xport.exchange.prepared import EXACT, PROBABILITIES, deployed_leg, prepared_models
from xport.exchange.recording import Recording
from xport.formats.artifact import TensorSpec
from xport.inputs.probes import ProbeFolder
from xport.judgement.change_checks import decides
from xport.judgement.evidence import Evidence
from xport.plan.plan import Plan, PlannedModel, PlannedProbe
from xport.plan.presets import MAPS
from xport.recording.recorder import Arrays, RecordingFolder

InputOf = Callable[[str], Array | None]
DECIDING = (PROBABILITIES, RECONSTRUCTION, LATENT)
"""The outputs that decisions rest on."""


@dataclass(frozen=True)
class Said:
    """What one leg said of images, by what identifies an image on both sides.

    `names` are what this side calls them; `outputs` are by output, then by image. `input_of` is
    the model's first input.
    """

    names: Mapping[str, str]
    outputs: Mapping[str, Outputs]
    input_of: InputOf


@dataclass(frozen=True)
class Side:
    """One release.

    `evidence` is None of a run that is being judged. `on_probes` is by model and leg, as are
    `maps_on_probes`, what explanations say, where it is asked for; `on_files` by
    model: the deployed leg, on what the page itself made of image files. `lacks` says what this
    side does not hold, which is never taken for no change. `shorter_sides` are those of image
    files, by their digests, where the plan has a rule.
    """

    place: str
    held: Literal["run", "bundle"]
    plan: Plan
    evidence: Evidence | None = None
    evidence_sha256: str | None = None
    on_probes: Mapping[tuple[str, str], Said] = field(default_factory=dict)
    on_files: Mapping[str, tuple[str, Said]] = field(default_factory=dict)
    nodes: Mapping[str, int] = field(default_factory=dict)
    maps_on_probes: Mapping[tuple[str, str], Said] = field(default_factory=dict)
    shorter_sides: Mapping[str, float] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()

    def identity(self) -> ReleaseIdentity:
        """Which release it is."""
        return ReleaseIdentity(
            release=self.plan.release,
            version=self.plan.version,
            held=self.held,
            evidence_sha256=self.evidence_sha256,
        )

    def model(self, model: str) -> PlannedModel | None:
        """The model of that id, or None."""
        return next((one for one in self.plan.models if one.id == model), None)


@dataclass(frozen=True)
class RunSource:
    """What a run's folder holds beside its evidence."""

    recordings: RecordingFolder
    probes: ProbeFolder
    prepared: PreparedCase | None


def of_run(
    place: Path,
    plan: Plan,
    source: RunSource,
    evidence: tuple[Evidence, str] | None = None,
    *,
    maps: bool = False,
) -> Side:
    """A run, with every array that decisions rest on, and with `maps` those of explanations.

    Args:
        place: its folder.
        evidence: with the SHA-256 of its file; None of a run that is being judged.

    Raises:
        InputError, IntegrityError: a recording cannot be read, or is not what the evidence names,
            or the plan contradicts itself.
    """
    require_points(plan, place)
    known = {(r.model, r.leg): r for r in evidence[0].recordings} if evidence else None
    if evidence is not None and source.prepared is not None:
        _require_prepared(source.prepared, evidence[0], place)
    on_probes: dict[tuple[str, str], Said] = {}
    maps_on_probes: dict[tuple[str, str], Said] = {}
    lacks = []
    explaining = [model.id for model in explaining_models(plan)] if maps else []
    for model in [*deciding_models(plan), *(plan.model(one) for one in explaining)]:
        kept = maps_on_probes if model.id in explaining else on_probes
        for leg in _compared_legs(plan, model):
            found = source.recordings.load(model.id, leg)
            if found is None or found[0].failure is not None:
                lacks.append(f"{model.id}/{leg}: the run has no recorded outputs")
                continue
            if known is not None and known.get((model.id, leg)) != found[0]:
                raise _not_the_evidences(f"{model.id}/{leg}", place)
            kept[model.id, leg] = _recorded(model, *found, source.probes)
    if source.prepared is None and plan.preprocessing is not None:
        lacks.append(
            "the run has nothing of what models said of image files, or of another version"
        )
    return Side(
        place=str(place),
        held="run",
        plan=plan,
        evidence=evidence[0] if evidence else None,
        evidence_sha256=evidence[1] if evidence else None,
        on_probes=on_probes,
        on_files=dict(_of_files(plan, source.prepared)) if source.prepared else {},
        nodes=dict(nodes_of(plan, lambda m: m.artifacts[plan.shipped_artifact].path)),
        maps_on_probes=maps_on_probes,
        shorter_sides=_shorter_sides(plan, source.prepared) if source.prepared else {},
        lacks=tuple(lacks),
    )


def _shorter_sides(plan: Plan, case: PreparedCase) -> dict[str, float]:
    """The shorter sides of image files by their digests."""
    images = plan.preprocessing.images if plan.preprocessing else ()
    return {
        image.sha256: case.shorter_sides[image.name]
        for image in images
        if image.name in case.shorter_sides
    }


def _require_prepared(case: PreparedCase, evidence: Evidence, place: Path) -> None:
    """Refuse recordings on image files that are not those of the evidence."""
    known = {(r.model, r.leg): r for r in evidence.prepared}
    for (model, leg), recording in case.recordings.items():
        if known.get((model, leg)) != recording:
            raise _not_the_evidences(f"{model}/{leg} on image files", place)


def _not_the_evidences(which: str, place: Path) -> IntegrityError:
    return IntegrityError(
        f"the recording of {which} is not the one that the evidence names",
        str(place),
        "run `xport judge` again",
    )


def require_points(plan: Plan, place: Path) -> None:
    """Refuse a plan whose operating points are not one for each label.

    Raises:
        DocumentError: they are not.
    """
    for model in plan.models:
        points, labels = model.operating_points, model.labels or ()
        if points is not None and len(points) != len(labels):
            raise DocumentError(
                f"{model.id}: {len(points)} operating points for {len(labels)} labels",
                str(place),
                "convert and record the release again",
            )


def deciding_models(plan: Plan) -> list[PlannedModel]:
    """The models by which is decided: classifiers with labels, and those of a gate or rule."""
    return [model for model in plan.models if decides(model)]


def explaining_models(plan: Plan) -> list[PlannedModel]:
    """The explanations, which have maps: those of `MAPS` among their outputs."""
    return [model for model in plan.models if model.kind == "explanation"]


def _compared_legs(plan: Plan, model: PlannedModel) -> list[str]:
    """What a model is held to, and what ships in browsers."""
    shipped = [
        leg.name
        for leg in plan.legs_of(model)
        if leg.backend is not None and leg.artifact == plan.shipped_artifact
    ]
    return [model.reference, *shipped]


def key_of(model: PlannedModel, by_name: Mapping[str, str]) -> str:
    """What identifies a probe on both sides: the digests of its inputs, in their order."""
    return "|".join(by_name.get(spec.name, "") for spec in model.signature.inputs)


def _recorded(
    model: PlannedModel, recording: Recording, arrays: Arrays, probes: ProbeFolder
) -> Said:
    keys = {probe: key_of(model, by) for probe, by in recording.input_digests.items()}
    planned = {probe.name: probe for probe in model.probes}
    names = {key: probe for probe, key in keys.items()}

    def input_of(key: str) -> Array | None:
        probe = planned.get(names[key])
        return _first(probes, probe, model) if probe else None

    return Said(names, by_output(model, keys, arrays), input_of)


def _first(probes: ProbeFolder, probe: PlannedProbe, model: PlannedModel) -> Array:
    return next(iter(probes.load(probe, model.signature).values()))


def by_output(
    model: PlannedModel,
    keys: Mapping[str, str],
    arrays: Mapping[str, Mapping[str, Array]],
) -> dict[str, Outputs]:
    """Outputs by what identifies their probe; those of another shape than declared are left out."""
    return {
        spec.name: {
            keys[probe]: by[spec.name]
            for probe, by in arrays.items()
            if probe in keys and spec.name in by and _fits(by[spec.name], spec)
        }
        for spec in model.signature.outputs
        if spec.name in (*DECIDING, *MAPS)
    }


def _fits(values: Array, spec: TensorSpec) -> bool:
    """Numbers, of the declared shape."""
    return values.shape == spec.shape and values.dtype.kind in "fiub"


def _of_files(plan: Plan, case: PreparedCase) -> Iterator[tuple[str, tuple[str, Said]]]:
    """What the deployed leg said of the images that the page prepared, by the files' digests."""
    assert plan.preprocessing is not None
    file_of = {image.name: image.sha256 for image in plan.preprocessing.images}
    deciding = {model.id for model in deciding_models(plan)}
    for model in prepared_models(plan):
        made = case.preparations.of(model.id, EXACT)
        if model.id not in deciding or made is None:
            continue
        leg = deployed_leg(plan).name
        digest_of = {
            file_of[image]: digest
            for image, digest in made.digest_by_image.items()
            if image in file_of
        }
        outputs = {
            spec.name: {
                file_of[image]: values
                for image, values in case.output(made, leg, spec.name).items()
                if image in file_of and _fits(values, spec)
            }
            for spec in model.signature.outputs
            if spec.name in DECIDING
        }
        names = {file_of[image]: image for image in made.digest_by_image if image in file_of}
        yield model.id, (leg, Said(names, outputs, _prepared_input(case, digest_of)))


def _prepared_input(case: PreparedCase, digest_of: Mapping[str, str]) -> InputOf:
    return lambda key: case.input_by_digest.get(digest_of[key])


def nodes_of(plan: Plan, folder_of: Callable[[PlannedModel], Path]) -> Iterator[tuple[str, int]]:
    """The nodes of every graph that ships, where its file is still the one that was verified."""
    for model in plan.models:
        path = folder_of(model) / "model.json"
        wanted = model.artifacts[plan.shipped_artifact].files.get("model.json")
        if path.is_file() and digests.of_file(path) == wanted:
            try:
                yield model.id, len(json.loads(path.read_bytes())["modelTopology"]["node"])
            except (ValueError, LookupError, TypeError):
                continue  # a graph of another kind
