"""Measure the preprocessing leg: how far every pipeline is from the definition, and what it does.

Numbers only, no framework and no browser; `xport.preprocessing_checks` judges them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reference.calibration import calibrated
from reference.scores import ssim
from xport.arrays import Array
from xport.parity import Comparison, Outputs, Pair, Role, compare
from xport.picture import Picture
from xport.pictures import prepared_pictures
from xport.pipeline_effect import Flip, LevelDifference, PipelineEffect
from xport.plan import Leg, Plan, PlannedModel
from xport.prepared import (
    DEFINITION,
    IN_BROWSER,
    PROBABILITIES,
    Preparations,
    PreparedInputs,
    deployed_leg,
    prepared_models,
    torch_leg,
    tried_on,
)
from xport.prepared_folder import PreparedFolder
from xport.recording import Recording

RECONSTRUCTION = "reconstruction"
GRAY_LEVELS = 255


@dataclass(frozen=True)
class PreparedCase:
    """Everything that was recorded of the preprocessing leg."""

    plan: Plan
    preparations: Preparations
    inputs: Mapping[str, Array]
    recordings: Mapping[tuple[str, str], Recording]
    outputs: Mapping[tuple[str, str], Mapping[str, Mapping[str, Array]]]

    def output(self, made: PreparedInputs, leg: str, output: str) -> Outputs:
        """What a leg said about a pipeline's inputs, by image; images without it are absent."""
        said = self.outputs.get((made.model, leg), {})
        return {
            image: said[digest][output]
            for image, digest in made.inputs.items()
            if output in said.get(digest, {})
        }


def load_prepared(plan: Plan, folder: PreparedFolder) -> PreparedCase | None:
    """Read what was recorded of a plan's preprocessing leg, or None where nothing was.

    Recordings of another plan or artifact count as none.

    Raises:
        InputError, IntegrityError: a document or array cannot be read or was changed.
    """
    preparations = folder.load()
    if plan.preprocessing is None or preparations is None:
        return None
    if preparations.plan_digest != plan.digest():
        return None
    inputs: dict[str, Array] = {}
    recordings: dict[tuple[str, str], Recording] = {}
    outputs: dict[tuple[str, str], Mapping[str, Mapping[str, Array]]] = {}
    for model in prepared_models(plan):
        for probe in tried_on(model, preparations.digests(model.id)).probes:
            (inputs[probe.name],) = folder.inputs.load(probe, model.signature).values()
        for leg in (torch_leg(plan), deployed_leg(plan)):
            found = folder.recordings.load(model.id, leg.name)
            if found is not None and _belongs(found[0], plan, model, leg):
                recordings[model.id, leg.name], outputs[model.id, leg.name] = found
    return PreparedCase(plan, preparations, inputs, recordings, outputs)


def _belongs(recording: Recording, plan: Plan, model: PlannedModel, leg: Leg) -> bool:
    """Whether a recording is of this plan and artifact."""
    made = (recording.plan_digest, recording.artifact_digest)
    return made == (plan.digest(), model.artifacts[leg.artifact].digest)


def effects_of(case: PreparedCase) -> Iterator[PipelineEffect]:
    """What every pipeline does to every model."""
    for model in prepared_models(case.plan):
        definition = case.preparations.of(model.id, DEFINITION)
        for made in case.preparations.made:
            if made.model == model.id and definition is not None and made is not definition:
                yield _effect(case, model, definition, made)


def _effect(
    case: PreparedCase, model: PlannedModel, definition: PreparedInputs, made: PreparedInputs
) -> PipelineEffect:
    images = {
        image: _levels(case.inputs[digest], case.inputs[definition.inputs[image]], model)
        for image, digest in made.inputs.items()
        if image in definition.inputs
    }
    worst = max(images, key=lambda name: _severity(images[name].max), default=None)
    flips, decisions = _flips(case, model, definition, made)
    return PipelineEffect(
        prepared=made,
        operating_points=model.operating_points,
        images=images,
        max_levels=None if worst is None else images[worst].max,
        mean_levels=float(np.mean([d.mean for d in images.values()])) if images else None,
        worst_image=worst,
        effects=tuple(_comparisons(case, model, definition, made)),
        in_browser=_in_browser(case, model, definition, made),
        flips=tuple(flips),
        decisions=decisions,
        pictures=tuple(_pictures(case, model, definition, made, worst)),
    )


def _pictures(
    case: PreparedCase,
    model: PlannedModel,
    definition: PreparedInputs,
    made: PreparedInputs,
    image: str | None,
) -> Iterator[Picture]:
    if image is not None:
        ours, theirs = (case.inputs[side.inputs[image]] for side in (made, definition))
        yield from prepared_pictures(model, made.pipeline.name, image, ours, theirs)


def _levels(ours: Array, theirs: Array, model: PlannedModel) -> LevelDifference:
    assert model.preprocess is not None
    span = model.preprocess.high - model.preprocess.low
    with np.errstate(all="ignore"):
        distance = np.abs(ours.astype(np.float64) - theirs) / span * GRAY_LEVELS
    return LevelDifference(max=float(distance.max()), mean=float(distance.mean()))


def _severity(value: float) -> tuple[bool, float]:
    """NaN is worse than any number."""
    return (value != value, value)


def _comparisons(
    case: PreparedCase, model: PlannedModel, definition: PreparedInputs, made: PreparedInputs
) -> Iterator[Comparison]:
    """PyTorch on the pipeline's inputs against PyTorch on the definition's, per output."""
    leg = torch_leg(case.plan).name
    for spec in model.signature.outputs:
        ours, theirs = _common(
            case.output(made, leg, spec.name), case.output(definition, leg, spec.name)
        )
        labelled = model.labels_of(spec.name) is not None
        yield from _compared(made, spec.name, ours, theirs, labelled)
        if labelled and spec.name == PROBABILITIES:
            points = _operating_points(model)
            yield from _compared(
                made,
                "calibrated probabilities",
                {image: _calibrated(p, points) for image, p in ours.items()},
                {image: _calibrated(p, points) for image, p in theirs.items()},
                labelled,
            )
        if spec.name == RECONSTRUCTION and spec.shape == model.signature.inputs[0].shape:
            yield from _compared(
                made,
                "out-of-distribution score",
                {image: _score(case.inputs[made.inputs[image]], r) for image, r in ours.items()},
                {
                    image: _score(case.inputs[definition.inputs[image]], r)
                    for image, r in theirs.items()
                },
                labelled,
            )


def _compared(
    made: PreparedInputs, output: str, ours: Outputs, theirs: Outputs, labelled: bool
) -> Iterator[Comparison]:
    pair = Pair(
        model=made.model,
        leg=made.pipeline.name,
        baseline=DEFINITION,
        role=Role.DEFINITION,
        output=output,
    )
    if ours:
        yield compare(pair, ours, theirs, labelled=labelled)


def _common(ours: Outputs, theirs: Outputs) -> tuple[Outputs, Outputs]:
    """The images that both have."""
    names = [name for name in ours if name in theirs]
    return {name: ours[name] for name in names}, {name: theirs[name] for name in names}


def _in_browser(
    case: PreparedCase, model: PlannedModel, definition: PreparedInputs, made: PreparedInputs
) -> Comparison | None:
    """The browser on the pipeline's inputs against PyTorch on the definition's."""
    if made.pipeline.name not in IN_BROWSER or model.labels_of(PROBABILITIES) is None:
        return None
    here, there = deployed_leg(case.plan).name, torch_leg(case.plan).name
    ours, theirs = _common(
        case.output(made, here, PROBABILITIES), case.output(definition, there, PROBABILITIES)
    )
    pair = Pair(
        model=model.id,
        leg=f"{made.pipeline.name} → {here}",
        baseline=f"{DEFINITION} → {there}",
        role=Role.DEFINITION,
        output=PROBABILITIES,
    )
    return compare(pair, ours, theirs, labelled=True) if ours else None


def _score(image: Array, reconstruction: Array) -> Array:
    return np.array([ssim(image[0, 0], reconstruction[0, 0])])


def _calibrated(probabilities: Array, points: Sequence[float]) -> Array:
    """Equation 1 of (1, findings); NaN where the probabilities are no probabilities."""
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        return np.full(probabilities.shape, np.nan)
    pairs = zip(probabilities[0], points, strict=True)
    return np.array([[calibrated(np.array(p), point) for p, point in pairs]], dtype=np.float64)


def _operating_points(model: PlannedModel) -> tuple[float, ...]:
    """Where decisions are made: at 0.5 where no operating points are known."""
    return model.operating_points or (0.5,) * len(model.labels or ())


def _flips(
    case: PreparedCase, model: PlannedModel, definition: PreparedInputs, made: PreparedInputs
) -> tuple[list[Flip], int]:
    """Findings whose decision differs, and how many decisions were compared."""
    labels, leg = model.labels_of(PROBABILITIES), torch_leg(case.plan).name
    if labels is None:
        return [], 0
    ours, theirs = _common(
        case.output(made, leg, PROBABILITIES), case.output(definition, leg, PROBABILITIES)
    )
    points = _operating_points(model)
    flips = []
    for image in ours:
        pairs = zip(labels, ours[image][0], theirs[image][0], points, strict=True)
        flips += [
            Flip(image=image, label=label, definition=p, pipeline=q, threshold=point)
            for label, q, p, point in pairs
            if (q >= point) != (p >= point)
        ]
    return flips, len(ours) * len(labels)
