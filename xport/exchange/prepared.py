"""What pipelines made of images: a model's inputs, and why some could not be made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import (
    AwareDatetime,
    ConfigDict,
    Field,
)

from reference.preprocess.picture import Note
from xport.common.document import Document, GrownDocument
from xport.exchange.corrected import CorrectedInputs
from xport.exchange.recording import WebEnvironment
from xport.plan.pipeline_description import PipelineDescription
from xport.plan.plan import PREPARED, Leg, Plan, PlannedModel, PlannedProbe

DEFINITION = "definition"
"""The pipeline that every other one is measured against: Python's, as declared."""

EXACT = "exact"
"""The pipeline that is deployed: the definition, carried out by the page."""

CANVAS = "canvas"
"""The paper's pipeline, whose figure E.5 is drawn again."""

PROBABILITIES = "probabilities"
"""The output of a classifier on which decisions rest."""

IN_BROWSER = (EXACT, CANVAS)
"""Pipelines whose inputs run through the browser's model as well."""


class PreparedInputs(Document):
    """What one pipeline made of every image for one model.

    `digest_by_image` has the digests of what came out, on disk as `inputs`; `unsupported` says why
    a pipeline does not read an image, `failures` why it should have and did not. `seconds` is per
    image made. `notes` is what the definition's decoder had to say of an image, for the few of
    which it had something.
    """

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    model: str
    pipeline: PipelineDescription
    digest_by_image: dict[str, str] = Field(
        default_factory=dict, validation_alias="inputs", serialization_alias="inputs"
    )
    unsupported: dict[str, str] = Field(default_factory=dict)
    failures: dict[str, str] = Field(default_factory=dict)
    seconds: dict[str, float] = Field(default_factory=dict)
    notes: dict[str, tuple[Note, ...]] = Field(default_factory=dict)


class Preparations(GrownDocument):
    """Every pipeline's inputs for every model; `environment` is where the browser's were made.

    `reused_from` and `reused_at` are as of a recording. `corrections` is what those of readers make
    of the images on both sides; empty where it was not measured.
    """

    later: ClassVar[tuple[str, ...]] = ("reused_from", "reused_at", "corrections")

    schema_version: Literal[1] = 1
    plan_digest: str
    made: tuple[PreparedInputs, ...]
    environment: WebEnvironment | None = None
    reused_from: AwareDatetime | None = None
    reused_at: AwareDatetime | None = None
    corrections: tuple[CorrectedInputs, ...] = ()

    def of(self, model: str, pipeline: str) -> PreparedInputs | None:
        """What a pipeline made for a model, or None."""
        found = (p for p in self.made if (p.model, p.pipeline.name) == (model, pipeline))
        return next(found, None)

    def digests(self, model: str, pipelines: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Every different input made for a model, by some pipelines or all, in a fixed order."""
        chosen = (
            p for p in self.made
            if p.model == model and (pipelines is None or p.pipeline.name in pipelines)
        )  # fmt: skip
        return tuple(dict.fromkeys(digest for p in chosen for digest in p.digest_by_image.values()))


def prepared_models(plan: Plan) -> list[PlannedModel]:
    """The models that are given images; an explanation is given its classifier's."""
    return [model for model in plan.models if model.preprocess and model.kind != "explanation"]


def reference_leg(plan: Plan, model: PlannedModel) -> Leg:
    """The leg that a model's others are held to."""
    return next(leg for leg in plan.legs if leg.name == model.reference)


def deployed_leg(plan: Plan) -> Leg:
    """The leg of the TF.js model that ships, on the backend that prepares images too."""
    assert plan.preprocessing is not None
    backend = plan.preprocessing.backend
    legs = (
        leg for leg in plan.legs if (leg.artifact, leg.backend) == (plan.shipped_artifact, backend)
    )
    return next(legs)


def asked_of(
    plan: Plan, model: PlannedModel, made: Preparations
) -> tuple[tuple[Leg, tuple[str, ...]], ...]:
    """The legs on which a model is run on prepared inputs, each with the digests of those."""
    shown = made.digests(model.id, (DEFINITION, *IN_BROWSER))
    return (reference_leg(plan, model), made.digests(model.id)), (deployed_leg(plan), shown)


def tried_on(model: PlannedModel, input_digests: Sequence[str]) -> PlannedModel:
    """A model whose probes are prepared inputs, named by their digests."""
    (image,) = model.signature.inputs
    probes = tuple(
        PlannedProbe(name=digest, source=PREPARED, digests={image.name: digest})
        for digest in input_digests
    )
    return model.model_copy(update={"probes": probes})
