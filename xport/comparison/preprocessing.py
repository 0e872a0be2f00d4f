"""Measure the preprocessing leg: how far every pipeline is from the definition, and what it does.

Numbers only, no framework and no browser; `xport.judgement.preprocessing_checks` judges them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from reference.decide.rule import shorter_side
from reference.errors import ImageError
from xport.common import digests
from xport.common.arrays import Array, Tensors
from xport.comparison.decision_effects import CALIBRATED, decisions_of, with_decisions
from xport.comparison.parity import Comparison, Outputs, Pair, Role, compare
from xport.comparison.picture import Picture
from xport.comparison.pictures import prepared_pictures
from xport.comparison.pipeline_effect import LevelDifference, PipelineEffect
from xport.errors import IntegrityError
from xport.exchange.prepared import (
    DEFINITION,
    IN_BROWSER,
    Preparations,
    PreparedInputs,
    deployed_leg,
    prepared_models,
    reference_leg,
    tried_on,
)
from xport.exchange.recording import Recording
from xport.inputs.images import ImageFolder
from xport.plan.plan import Leg, Plan, PlannedModel
from xport.recording.prepared_folder import PreparedFolder

GRAY_LEVELS = 255


@dataclass(frozen=True)
class PreparedCase:
    """Everything that was recorded of the preprocessing leg.

    `shorter_sides` are those of the image files, in their pixels, where the plan has a rule.
    """

    plan: Plan
    preparations: Preparations
    input_by_digest: Mapping[str, Array]
    recordings: Mapping[tuple[str, str], Recording]
    outputs: Mapping[tuple[str, str], Mapping[str, Tensors]]
    shorter_sides: Mapping[str, float] = field(default_factory=dict)

    def output(self, made: PreparedInputs, leg: str, output: str) -> Outputs:
        """What a leg said about a pipeline's inputs, by image; images without it are absent."""
        said = self.outputs.get((made.model, leg), {})
        return {
            image: said[digest][output]
            for image, digest in made.digest_by_image.items()
            if output in said.get(digest, {})
        }


def load_prepared(plan: Plan, folder: PreparedFolder, images: ImageFolder) -> PreparedCase | None:
    """Read what was recorded of a plan's preprocessing leg, or None where nothing was.

    Recordings of another plan or artifact count as none. The definition is carried out once more:
    it is what everything else is measured against.

    Raises:
        InputError, IntegrityError: a document, array or image cannot be read or was changed, or the
            definition's recorded input is not what it makes of the image.
    """
    preparations = folder.load()
    if plan.preprocessing is None or preparations is None:
        return None
    if preparations.plan_digest != plan.digest():
        return None
    input_by_digest: dict[str, Array] = {}
    recordings: dict[tuple[str, str], Recording] = {}
    outputs: dict[tuple[str, str], Mapping[str, Tensors]] = {}
    for model in prepared_models(plan):
        for probe in tried_on(model, preparations.digests(model.id)).probes:
            (input_by_digest[probe.name],) = folder.probes.load(probe, model.signature).values()
        _require_definition(plan, model, preparations, images)
        for leg in (reference_leg(plan, model), deployed_leg(plan)):
            found = folder.recordings.load(model.id, leg.name)
            if found is not None and _belongs(found[0], plan, model, leg):
                recordings[model.id, leg.name], outputs[model.id, leg.name] = found
    sides = dict(_shorter_sides(plan, images)) if plan.rule else {}
    return PreparedCase(plan, preparations, input_by_digest, recordings, outputs, sides)


def _shorter_sides(plan: Plan, images: ImageFolder) -> Iterator[tuple[str, float]]:
    """The shorter side of every image file that can be read."""
    from reference.decoding import decode

    assert plan.preprocessing is not None
    for image, content in images.all(plan.preprocessing.images):
        try:
            picture = decode(content, image.name)
        except ImageError:
            continue  # no pipeline read it, and that is judged elsewhere
        yield image.name, shorter_side(*picture.samples.shape[:2])


def _require_definition(
    plan: Plan, model: PlannedModel, preparations: Preparations, images: ImageFolder
) -> None:
    """Every recorded input of the definition is what the definition makes of the planned file."""
    from reference.decoding import decode

    assert plan.preprocessing is not None
    assert model.preprocess is not None
    made = preparations.of(model.id, DEFINITION)
    recorded = [(model.preprocess, made.digest_by_image)] if made else []
    for one in preparations.corrections:
        if one.model == model.id:
            recorded.append((model.preprocess.correcting(one.corrections), one.definition))
    for image, content in images.all(plan.preprocessing.images):
        known = [(to, found[image.name]) for to, found in recorded if image.name in found]
        picture = decode(content, image.name) if known else None
        for definition, digest in known:
            if picture and digests.of_array(definition.apply(picture)) != digest:
                raise IntegrityError(
                    f"{model.id}: the definition's input of {image.name!r} is not what it makes "
                    "of it",
                    str(images.root),
                    "run `xport record` again",
                )


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
        image: _levels(
            case.input_by_digest[digest],
            case.input_by_digest[definition.digest_by_image[image]],
            model,
        )
        for image, digest in made.digest_by_image.items()
        if image in definition.digest_by_image
    }
    worst = max(images, key=lambda name: _severity(images[name].max), default=None)
    ours, theirs = _common(said_of(case, model, made), said_of(case, model, definition))
    flips, decisions = decisions_of(model, ours, theirs)
    return PipelineEffect(
        prepared=made,
        operating_points=model.operating_points,
        images=images,
        max_levels=None if worst is None else images[worst].max,
        mean_levels=float(np.mean([d.mean for d in images.values()])) if images else None,
        worst_image=worst,
        effects=tuple(_comparisons(model, made, ours, theirs)),
        in_browser=tuple(_in_browser(case, model, definition, made)),
        flips=tuple(flips),
        decisions=decisions,
        notes=definition.notes,
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
        ours, theirs = (
            case.input_by_digest[side.digest_by_image[image]] for side in (made, definition)
        )
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


def said_of(case: PreparedCase, model: PlannedModel, made: PreparedInputs) -> dict[str, Outputs]:
    """What the reference says about a pipeline's inputs, and what is decided by it, by image."""
    leg = reference_leg(case.plan, model).name
    outputs = {spec.name: case.output(made, leg, spec.name) for spec in model.signature.outputs}
    by_image = {
        image: case.input_by_digest[digest] for image, digest in made.digest_by_image.items()
    }
    return with_decisions(model, by_image, outputs)


def _common(
    ours: Mapping[str, Outputs], theirs: Mapping[str, Outputs]
) -> tuple[dict[str, Outputs], dict[str, Outputs]]:
    """Outputs and images that both sides have."""
    names = {
        output: [image for image in images if image in theirs[output]]
        for output, images in ours.items()
        if output in theirs
    }
    kept = {output: images for output, images in names.items() if images}
    return (
        {output: {image: ours[output][image] for image in kept[output]} for output in kept},
        {output: {image: theirs[output][image] for image in kept[output]} for output in kept},
    )


def _comparisons(
    model: PlannedModel,
    made: PreparedInputs,
    ours: Mapping[str, Outputs],
    theirs: Mapping[str, Outputs],
) -> Iterator[Comparison]:
    """One side against the other, per output."""
    for output in ours:
        pair = Pair(
            model=model.id,
            leg=made.pipeline.name,
            baseline=DEFINITION,
            role=Role.DEFINITION,
            output=output,
        )
        labelled = output == CALIBRATED or model.labels_of(output) is not None
        yield compare(pair, ours[output], theirs[output], labelled=labelled)


def _in_browser(
    case: PreparedCase, model: PlannedModel, definition: PreparedInputs, made: PreparedInputs
) -> Iterator[Comparison]:
    """The browser on the pipeline's inputs against the reference on the definition's."""
    if made.pipeline.name not in IN_BROWSER:
        return
    here, there = deployed_leg(case.plan).name, reference_leg(case.plan, model).name
    outputs = [spec.name for spec in model.signature.outputs]
    ours, theirs = _common(
        {output: case.output(made, here, output) for output in outputs},
        {output: case.output(definition, there, output) for output in outputs},
    )
    for output in ours:
        pair = Pair(
            model=model.id,
            leg=f"{made.pipeline.name} → {here}",
            baseline=f"{DEFINITION} → {there}",
            role=Role.DEFINITION,
            output=output,
        )
        labelled = model.labels_of(output) is not None
        yield compare(pair, ours[output], theirs[output], labelled=labelled)
