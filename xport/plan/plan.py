"""What a run is going to verify: models, their artifacts, probes and legs, by digest."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import (
    Field,
    model_validator,
)

from reference.decide.calibration import Calibration
from reference.decide.gate import Gate
from reference.decide.rule import Rule
from reference.preprocess import Preprocess
from reference.terms import Terms
from xport.common.document import Document, GrownDocument, version_of
from xport.errors import DocumentError
from xport.formats.artifact import Format, Signature
from xport.plan.policy import Policy
from xport.plan.publisher import Publisher
from xport.plan.site_bounds import SiteBounds

PLAN = "plan.json"
VERSION = 4

Kind = Literal["classifier", "autoencoder", "explanation", "view", "other"]
REFERENCE_LEG = "torch"
FLOAT64_LEG = "torch-float64"
ONNX_LEG = "onnx"
OPTIMISED_LEG = "onnx-optimised"
EVALUATOR_LEG = "onnx-evaluator"
"""Of an ONNX file: ONNX Runtime with its optimisations, and onnx's own evaluator."""
PREPARED = "prepared"
"""Source of the probes that are inputs made of image files."""
BROUGHT = "image"
"""Prefix of the names of images that a user brings; they may be of patients."""


class Leg(Document):
    """One way to execute a model: an artifact, by name, on a runner or a browser's backend.

    `predecessor` is the leg whose output it is converted from; `counterpart` one that was reached
    by another route, with which it must agree as well.
    """

    name: str
    artifact: str
    predecessor: str | None
    counterpart: str | None = None
    backend: str | None = None


class StageCost(Document):
    """What producing one artifact took when it was made; `cached`: not in this run."""

    stage: str
    format: Format
    seconds: float
    peak_mib: float
    cached: bool
    tools: dict[str, str]


class StoredWeights(Document):
    """How many weights of a TF.js model are stored in one dtype, and in how many bytes.

    `lossless` of them are so without a change of value: float32 numbers that float16 holds exactly
    take half the bytes.
    """

    dtype: str
    tensors: int
    bytes: int
    lossless: int


class PlannedArtifact(Document):
    """One artifact to be verified: where it lies and what its bytes are.

    `weights` is told of TF.js models that xport wrote itself.
    """

    format: Format
    path: Path
    digest: str
    files: dict[str, str]
    bytes: int
    cost: StageCost
    weights: tuple[StoredWeights, ...] = ()


class PlannedProbe(Document):
    """One input set: its name, where it came from, and the digest of every input's bytes."""

    name: str
    source: str
    digests: dict[str, str]


class PlannedImage(Document):
    """One image file that the preprocessing leg is tried on, by its bytes.

    `example` is the title under which a bundle offers it to be tried; None for most.
    """

    name: str
    source: str
    sha256: str
    bytes: int
    example: str | None = None


class PlannedPreprocessing(Document):
    """The preprocessing leg: files, pipelines to measure, and the TF.js backend that runs beside.

    Pipelines that are not named here are not measured; the exact path always is.
    """

    images: tuple[PlannedImage, ...]
    pipelines: tuple[str, ...]
    backend: str


class PlannedModel(GrownDocument):
    """One model of the release: what it is, what it says, and what it is tried on.

    `legs` are the names of the plan's legs that it runs on. `preprocess_digest` names the
    definition: it is the SHA-256 of the document that a bundle carries. `operating_points` are the
    probabilities, one per label, from which on a finding counts as present; None where none are
    known. They are those of `calibration`, where there is one; `gate` is an autoencoder's, `rule`
    the whole rule of the release that scores of this model are part of.
    `explains` is the classifier that an explanation is of; `card` the content of the card.json
    beside the checkpoint. `weights_sha256` is the digest of the weights, which calibration, gate,
    card and `operating_points_weights_sha256` must name; None of an explanation. `terms` are the
    licences of weights and data, as release file and card state them.
    """

    later: ClassVar[tuple[str, ...]] = ("rule",)

    id: str
    title: str
    kind: Kind
    signature: Signature
    labels: tuple[str, ...] | None
    weights: str
    weights_sha256: str | None = None
    trained: bool
    preprocess: Preprocess | None
    preprocess_digest: str | None = None
    artifacts: dict[str, PlannedArtifact]
    legs: tuple[str, ...] = Field(min_length=1)
    probes: tuple[PlannedProbe, ...]
    operating_points: tuple[float | None, ...] | None = None
    operating_points_weights_sha256: str | None = None
    calibration: Calibration | None = None
    gate: Gate | None = None
    rule: Rule | None = None
    explains: str | None = None
    card: dict[str, Any] | None = None
    terms: Terms = Terms()

    @model_validator(mode="after")
    def _digest_is_the_definitions(self) -> Self:
        if self.preprocess is not None and self.preprocess.corrections:
            raise ValueError(f"{self.id}: corrections are asked for by readers, not by a release")
        if self.preprocess_digest != (self.preprocess.digest() if self.preprocess else None):
            raise ValueError(f"{self.id}: preprocess_digest is not that of preprocess")
        return self

    @property
    def reference(self) -> str:
        """The leg that all others are held to: PyTorch, or ONNX Runtime for an ONNX file."""
        return REFERENCE_LEG if REFERENCE_LEG in self.legs else ONNX_LEG

    @property
    def second_opinions(self) -> tuple[str, ...]:
        """The legs that the reference itself is held to; they decide nothing else."""
        own = (FLOAT64_LEG, OPTIMISED_LEG, EVALUATOR_LEG)
        return tuple(leg for leg in self.legs if leg in own)

    @property
    def faithful_to(self) -> str:
        """What the reference is, in the words of every document."""
        return "PyTorch" if self.reference == REFERENCE_LEG else "ONNX Runtime"

    @property
    def reference_words(self) -> str:
        """The reference by its arithmetic, in the words of every document."""
        torch = self.reference == REFERENCE_LEG
        return "PyTorch float32" if torch else "ONNX Runtime without optimisations"

    def probes_on(self, leg: str) -> tuple[PlannedProbe, ...]:
        """The probes that a leg runs: onnx's evaluator, which takes minutes, the first alone."""
        return self.probes[:1] if leg == EVALUATOR_LEG else self.probes

    def repeated_on(self, leg: str) -> tuple[PlannedProbe, ...]:
        """The probes that a leg runs a second time: none of onnx's evaluator, no prepared image."""
        if leg == EVALUATOR_LEG:
            return ()
        return tuple(probe for probe in self.probes if probe.source != PREPARED)

    def labels_of(self, output: str) -> tuple[str, ...] | None:
        """The labels of an output's values, None for one that holds something else."""
        shape = next((spec.shape for spec in self.signature.outputs if spec.name == output), ())
        return self.labels if self.labels and shape[1:] == (len(self.labels),) else None


class PlannedPage(Document):
    """The built page by the SHA-256 of its files: what browser legs run, and what a bundle ships.

    `tfjs` is the version of the engine; `deployed` are the page's files as a bundle has them.
    """

    tfjs: str
    files: dict[str, str] = Field(min_length=1)
    deployed: dict[str, str] = Field(min_length=1)


class MissingRoute(Document):
    """A route by which a model was not converted, although nothing in the release leaves it out.

    `stage` could not go on, for the `reason` that it gave. So the model's numbers have no second
    opinion from an independent conversion.
    """

    model: str
    route: str
    stage: str
    reason: str


class Plan(GrownDocument):
    """Everything that is fixed before the first recording.

    `folder` is the release file's; `shipped_artifact` names the TF.js artifact that a bundle
    carries. `missing_routes` are those that the release would have had by default. `page` is the
    built page, None where there was none when the plan was made. `site` is what a hospital may set,
    None where that is nothing. `publisher` is who claims the release, None where nobody does.
    """

    later: ClassVar[tuple[str, ...]] = ("site", "publisher")

    schema_version: Literal[4] = 4
    release: str
    title: str
    version: str | None = None
    release_digest: str
    folder: Path
    models: tuple[PlannedModel, ...] = Field(min_length=1)
    legs: tuple[Leg, ...] = Field(min_length=1)
    shipped_artifact: str
    wasm_threads: int = Field(ge=1)
    timeout_seconds: float = Field(gt=0)
    policy: Policy
    preprocessing: PlannedPreprocessing | None = None
    missing_routes: tuple[MissingRoute, ...] = ()
    page: PlannedPage | None = None
    site: SiteBounds | None = None
    publisher: Publisher | None = None

    @classmethod
    def upgraded(cls, content: bytes, where: str) -> bytes:
        """The content as it stands.

        Recordings are of one plan, by its digest, so a plan of another version is not upgraded.

        Raises:
            DocumentError: the plan is of another version.
        """
        version = version_of(content)
        if version is None or version == VERSION:
            return content
        if version < VERSION:
            raise DocumentError(
                f"made by an older xport: a plan of version {version}, version {VERSION} is read",
                where,
                "run `xport convert` again, or use the xport that made it",
            )
        raise DocumentError(
            f"made by a newer xport: a plan of version {version}, version {VERSION} is read",
            where,
            "use the xport that made it, or run `xport convert` again",
        )

    @model_validator(mode="after")
    def _every_leg_has_its_artifact(self) -> Self:
        known = {leg.name: leg for leg in self.legs}
        for model in self.models:
            for name in model.legs:
                if name not in known or known[name].artifact not in model.artifacts:
                    raise ValueError(f"{model.id}: leg {name!r} has no artifact")
        return self

    @model_validator(mode="after")
    def _one_rule_for_all(self) -> Self:
        rules = [model.rule for model in self.models if model.rule is not None]
        if any(rule != rules[0] for rule in rules):
            raise ValueError("two models are part of different rules")
        kinds = [model.kind for model in self.models if model.rule is not None]
        if rules and sorted(kinds) != sorted(rules[0].needs):
            raise ValueError(
                f"the rule needs {', '.join(rules[0].needs)}, and is of {', '.join(kinds)}"
            )
        return self

    @property
    def rule(self) -> Rule | None:
        """The rule by which images are accepted; None where no model is part of one."""
        return next((model.rule for model in self.models if model.rule is not None), None)

    @property
    def faithful_to(self) -> str:
        """What the models are held to: `PyTorch`, `ONNX Runtime`, or both where they differ."""
        return " and ".join(dict.fromkeys(model.faithful_to for model in self.models))

    @property
    def reference_words(self) -> str:
        """The references of all models by their arithmetic."""
        return ", or ".join(dict.fromkeys(model.reference_words for model in self.models))

    def model(self, model_id: str) -> PlannedModel:
        """The model of that id."""
        return next(model for model in self.models if model.id == model_id)

    def legs_of(self, model: PlannedModel) -> tuple[Leg, ...]:
        """The legs of a model, in the order of conversion."""
        return tuple(leg for leg in self.legs if leg.name in model.legs)

    def terms_of(self, model: PlannedModel) -> Terms:
        """The licences that are stated of a model; of an explanation, those of what it explains."""
        return next((one.terms for one in self.models if one.id == model.explains), model.terms)

    def digest(self) -> str:
        """Identifies the plan in recordings made for it, the policy included.

        Everything counts but where files lie and what making them took.
        """
        from xport.common import digests

        passing = {"models": {"__all__": {"artifacts": {"__all__": {"path", "cost"}}}}}
        return digests.of_json(self.model_dump(mode="json", exclude={"folder": True, **passing}))
