"""What a run of a release file does: how many conversions, legs, probes and image files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from xport.common.document import Document
from xport.conversion.pipeline import Pipeline, Step
from xport.inputs.images import synthetic_count
from xport.plan.plan import Leg
from xport.release_file.file import ReleaseFile
from xport.release_file.model_pipelines import explanation_pipeline, pipeline_for
from xport.release_file.tables import ModelEntry
from xport.toolchains.standing import standing_of
from xport.toolchains.tensorflow import TENSORFLOW
from xport.workflow.second_route import SECOND, asks_for_second_route


class Cost(Document):
    """What a run does for one model: conversions, and forward passes (legs times probes)."""

    model: str
    stages: int
    legs: int
    browser_legs: int
    probes: int
    passes: int


def pipelines_of(release: ReleaseFile) -> Iterator[tuple[str, Pipeline]]:
    """How each model and explanation is converted, by its id."""
    for model, entry in release.models.items():
        yield model, pipeline_for(entry, release.routes)
    for name, explained in release.explanations.items():
        of = release.models[explained.classifier]
        yield name, explanation_pipeline(explained, of, release.routes)


def probe_count(release: ReleaseFile, entry: ModelEntry) -> int:
    """How many probes a model has."""
    wanted, spec = release.probes, entry.preprocess
    if spec is None:
        return wanted.synthetic
    distinct = wanted.distinct_channels if spec.channels > 1 else 0
    return wanted.synthetic + distinct + wanted.phantoms + len(wanted.photographs)


def _second_can_run(release: ReleaseFile) -> bool:
    """Whether the second route is made here, or asked for, so that a run without it ends."""
    return asks_for_second_route(release) or bool(standing_of(TENSORFLOW).found)


def legs_of(release: ReleaseFile, steps: Sequence[Step]) -> tuple[Leg, ...]:
    """The legs of a model that is converted by these steps."""
    made = {step.name for step in steps if step.verified}
    return release.routes.legs_on(made, release.browser.backends)


def steps_of(
    release: ReleaseFile, refused: Collection[str] = ()
) -> Iterator[tuple[str, list[Step]]]:
    """The steps that a run takes here for each model and explanation, by its id.

    Args:
        refused: the models that TensorFlow's route is known to refuse, so that they do without.
    """
    can_run = _second_can_run(release)
    for model, pipeline in pipelines_of(release):
        apart = () if can_run and model not in refused else SECOND
        yield model, [step for step in pipeline.steps if step.name not in apart]


def costs_of(release: ReleaseFile, refused: Collection[str] = ()) -> Iterator[Cost]:
    """What a run does, model by model; `refused` as of `steps_of`."""
    for model, steps in steps_of(release, refused):
        run = legs_of(release, steps)
        if model in release.models:
            probes = probe_count(release, release.models[model])
        else:
            probes = max(release.explanations[model].probes, release.policy.min_probes)
        yield Cost(
            model=model,
            stages=len(steps),
            legs=len(run),
            browser_legs=sum(leg.backend is not None for leg in run),
            probes=probes,
            passes=len(run) * probes,
        )


def images_of(release: ReleaseFile) -> tuple[int, int]:
    """How many image files the preprocessing leg has, and how many pipelines prepare them."""
    if not any(entry.preprocess for entry in release.models.values()):
        return 0, 0
    wanted, count = release.preprocessing, release.preprocessing.synthetic
    drawn = synthetic_count(release.policy.min_images) if count is None else count
    shown = release.probes.phantoms + len(release.probes.photographs)
    return drawn + wanted.examples + shown, len(wanted.pipelines)
