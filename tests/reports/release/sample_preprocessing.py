"""A preprocessing leg of the sample release: pipelines that differ by known amounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from reference.preprocess.picture import Note
from tests.reports.release.sample_environment import environment
from tests.reports.release.sample_plan import SampleRelease, make_plan
from xport.common import digests
from xport.common.arrays import Array
from xport.comparison.preprocessing import PreparedCase
from xport.exchange.prepared import (
    CANVAS,
    DEFINITION,
    EXACT,
    IN_BROWSER,
    Preparations,
    PreparedInputs,
    deployed_leg,
    prepared_models,
    reference_leg,
)
from xport.exchange.recording import Recording
from xport.plan.pipeline_description import PipelineDescription
from xport.plan.plan import Plan, PlannedImage, PlannedModel, PlannedPreprocessing

IMAGES = (*(f"image-{i:02d}.png" for i in range(21)), "image-21.dcm")
SIDES = {DEFINITION: "python", "pillow": "python"}
Spoil = Callable[[str, Array], Array]


@dataclass(frozen=True)
class SamplePreprocessing:
    """What is wrong: inputs spoiled by pipeline, images lost, legs that did not run."""

    spoil: Mapping[str, Spoil] = field(default_factory=dict)
    images: tuple[str, ...] = IMAGES
    failures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    not_run: frozenset[str] = frozenset()
    pipelines: tuple[str, ...] = (DEFINITION, EXACT, CANVAS, "pillow")
    operating_points: tuple[float, ...] | None = None
    blind: bool = False
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    half_precision: bool = False
    crashed: frozenset[str] = frozenset()


def plan_with_images(sample: SamplePreprocessing, release: SampleRelease | None = None) -> Plan:
    """The sample release's plan with a preprocessing leg."""
    plan = make_plan(release or SampleRelease())
    images = tuple(
        PlannedImage(name=name, source="sample", sha256=digests.of_bytes(name.encode()), bytes=9)
        for name in sample.images
    )
    models = tuple(
        model.model_copy(update={"operating_points": sample.operating_points})
        if model.kind == "classifier"
        else model
        for model in plan.models
    )
    leg = PlannedPreprocessing(images=images, pipelines=(CANVAS, "pillow"), backend="wasm")
    return plan.model_copy(update={"preprocessing": leg, "models": models})


def prepared_case(plan: Plan, sample: SamplePreprocessing) -> PreparedCase:
    """What would have been recorded; a model's outputs are sums over its input."""
    inputs: dict[str, Array] = {}
    made = [
        _made(model, pipeline, sample, inputs)
        for model in prepared_models(plan)
        for pipeline in sample.pipelines
    ]
    web = environment(plan.models[0], deployed_leg(plan), half=sample.half_precision).web
    prepared = Preparations(
        plan_digest=plan.digest(), made=tuple(made), environment=None if sample.blind else web
    )
    recordings, outputs = {}, {}
    for model in prepared_models(plan):
        for leg in (reference_leg(plan, model), deployed_leg(plan)):
            if leg.name in sample.not_run:
                continue
            recordings[model.id, leg.name] = Recording(
                model=model.id,
                leg=leg.name,
                plan_digest=plan.digest(),
                artifact_digest=model.artifacts[leg.artifact].digest,
                failure="it crashed twice" if leg.name in sample.crashed else None,
                input_digests={
                    digest: {"image": digest}
                    for digest in prepared.digests(
                        model.id, None if leg.backend is None else (DEFINITION, *IN_BROWSER)
                    )
                },
                environment=environment(model, leg),
            )
            outputs[model.id, leg.name] = {
                digest: _outputs(model, inputs[digest]) for digest in prepared.digests(model.id)
            }
    return PreparedCase(plan, prepared, inputs, recordings, outputs)


def _made(
    model: PlannedModel, pipeline: str, sample: SamplePreprocessing, inputs: dict[str, Array]
) -> PreparedInputs:
    found: dict[str, str] = {}
    unsupported: dict[str, str] = {}
    failures = dict(sample.failures.get(pipeline, {}))
    for image in sample.images:
        if image in failures:
            continue
        if pipeline == CANVAS and image.endswith(".dcm"):
            unsupported[image] = "browsers decode PNG and JPEG, and no DICOM"
            continue
        values = _input(model, image)
        if pipeline not in (DEFINITION, EXACT):
            values = np.clip(values + _noise(image, values.shape, 0.02), 0, 1)
        values = sample.spoil.get(pipeline, lambda _, array: array)(image, values)
        digest = digests.of_array(values)
        inputs[digest] = values
        found[image] = digest
    facts = PipelineDescription(
        name=pipeline,
        title=pipeline,
        side="python" if pipeline in SIDES else "browser",
        sentence=f"{pipeline}, as in the sample.",
    )
    seconds = dict.fromkeys(found, 0.012)
    return PreparedInputs(
        model=model.id, pipeline=facts, digest_by_image=found, unsupported=unsupported,
        failures=failures, seconds=seconds,
        notes=dict(sample.notes) if pipeline == DEFINITION else {},
    )  # fmt: skip


def _input(model: PlannedModel, image: str) -> Array:
    shape = model.signature.inputs[0].shape
    return _rng(model.id + image).uniform(0, 1, shape).astype(np.float32)


def _noise(image: str, shape: tuple[int, ...], size: float) -> Array:
    return _rng(f"noise{image}").normal(0, size, shape).astype(np.float32)


def _outputs(model: PlannedModel, values: Array) -> dict[str, Array]:
    flat = values.ravel().astype(np.float64)
    return {
        spec.name: np.array(
            [part.mean() for part in np.array_split(flat, int(np.prod(spec.shape)))]
        )
        .reshape(spec.shape)
        .astype(np.float32)
        for spec in model.signature.outputs
    }


def _rng(name: str) -> np.random.Generator:
    return np.random.default_rng(int(digests.of_bytes(name.encode())[:12], 16))
