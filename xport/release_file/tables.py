"""The tables of a release file: how a model is built and fed, tried and explained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from reference.decide.owned import Sha256
from reference.decide.rule import FRONTAL, VIEW_LABELS
from reference.preprocess import Preprocess
from reference.terms import DataTerms, Line, Terms
from xport.common.document import Document
from xport.conversion.exporters import OPSETS, Exporter
from xport.formats.artifact import Signature, TensorSpec
from xport.plan.pipeline_description import PIPELINES, PipelineName
from xport.plan.plan import Kind
from xport.plan.routes import Backend
from xport.release_file.preprocess_table import Declared

Callable_ = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$",
        description="a Python callable as module:name",
        examples=["reference.networks.densenet:classifier"],
    ),
]
Source = Annotated[
    str,
    Field(
        pattern=r"^([A-Za-z_][\w.]*:[A-Za-z_]\w*|[^:]+\.onnx)$",
        description="a Python callable as module:name, or an ONNX file, from this file's folder",
        examples=["reference.networks.densenet:classifier", "model.onnx"],
    ),
]
UNTRAINED = "untrained demonstration weights"


class ModelEntry(Document):
    """`[models.ID]`: how one `nn.Module` is built, filled with weights, fed and read.

    A `factory` that is an ONNX file is the model with its weights, which count as trained unless
    `weights_from_factory` says otherwise; ONNX Runtime is its reference, and `arguments` are inputs
    that are to be constants. Else exactly one of
    `checkpoint` (a file beside the release file), `initializer` (a callable that fills the module
    with seeded weights) and `weights_from_factory` (the factory fills it itself, `seed` being
    torch's, with `trained` or `untrained` weights) is given. A model whose weights come from an
    initializer is untrained, and every document and page says so.
    `operating_points` are the probabilities, one per label, from which on a finding counts as
    present; `calibration` is a document that holds them with what they were found on, `gate` one
    with the threshold of an autoencoder's score (files beside the release file). Each names the
    SHA-256 of the weights that it was made for: the documents in themselves, operating points in
    `operating_points_weights_sha256`. `license` of the weights and `datasets` (each with `name`,
    `license`, `source`) are what documents say of terms, beside what a card states; without them
    it is said that nobody stated it. `exporter` is torch.onnx's; without `opset`, `torchscript`
    writes opset 15 and `dynamo` opset 20.
    """

    title: str
    kind: Kind
    factory: Source
    arguments: dict[str, Any] = Field(default_factory=dict)
    checkpoint: Path | None = None
    loader: Callable_ = "reference.networks.checkpoints:load_checkpoint"
    initializer: Callable_ | None = None
    initializer_arguments: dict[str, Any] = Field(default_factory=dict)
    weights_from_factory: Literal["trained", "untrained"] | None = None
    seed: int = Field(default=0, ge=0)
    signature: Signature
    labels: tuple[Annotated[str, Field(min_length=1)], ...] | None = None
    preprocess: Annotated[Preprocess | None, Declared()] = None
    operating_points: tuple[Annotated[float, Field(gt=0, lt=1)], ...] | None = None
    operating_points_weights_sha256: Sha256 | None = None
    calibration: Path | None = None
    gate: Path | None = None
    license: Line | None = None
    datasets: tuple[DataTerms, ...] = ()
    exporter: Exporter = "torchscript"
    opset: int | None = None

    @property
    def weights(self) -> str:
        """Where the weights come from, in the words that every document shows."""
        if self.onnx_file is not None:
            kind = "untrained weights, " if self.weights_from_factory == "untrained" else ""
            return f"{kind}those of {self.onnx_file.name}"
        if self.weights_from_factory:
            return f"{self.weights_from_factory} weights, as {self.factory} fills them"
        return UNTRAINED if self.checkpoint is None else f"checkpoint {self.checkpoint.name}"

    @property
    def terms(self) -> Terms:
        """What the file states of licences."""
        return Terms(license=self.license, datasets=self.datasets)

    @property
    def trained(self) -> bool:
        """Whether the weights were trained, as far as the file says."""
        if self.onnx_file is not None:
            return self.weights_from_factory != "untrained"
        return self.checkpoint is not None or self.weights_from_factory == "trained"

    @property
    def weights_file(self) -> Path | None:
        """The file that holds the weights: checkpoint or ONNX file; None where neither does."""
        return self.checkpoint or self.onnx_file

    @property
    def onnx_file(self) -> Path | None:
        """The ONNX file that is the model; None where it is built by PyTorch."""
        return Path(self.factory) if self.factory.endswith(".onnx") else None

    @model_validator(mode="after")
    def _weights_from_one_place(self) -> Self:
        places = (self.checkpoint, self.initializer, self.weights_from_factory)
        if self.onnx_file is not None:
            for key in ("checkpoint", "initializer", "opset"):
                if getattr(self, key):
                    raise ValueError(f"{key}: an ONNX file has its own; leave it out")
            return self
        if sum(place is not None for place in places) != 1:
            raise ValueError("give one of checkpoint, initializer and weights_from_factory")
        return self

    @model_validator(mode="after")
    def _opset_fits(self) -> Self:
        opsets = OPSETS[self.exporter]
        if self.opset is not None and self.opset not in opsets:
            raise ValueError(
                f"opset: exporter {self.exporter!r} writes opsets {opsets}, not {self.opset}"
            )
        return self

    @model_validator(mode="after")
    def _labels_fit(self) -> Self:
        if self.kind != "classifier":
            return self
        if self.labels is None:
            raise ValueError("labels: a classifier needs a label for every output")
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("labels: two are the same")
        if self.operating_points and self.calibration:
            raise ValueError("give either operating_points or calibration")
        if self.operating_points and len(self.operating_points) != len(self.labels):
            raise ValueError(
                f"operating_points: {len(self.operating_points)} for {len(self.labels)} labels"
            )
        for output in self.signature.outputs:
            if output.shape[-1] != len(self.labels):
                raise ValueError(
                    f"labels: {len(self.labels)} labels for {output.shape[-1]} values of {output}"
                )
        return self

    @model_validator(mode="after")
    def _a_view_model_tells_views(self) -> Self:
        if self.kind != "view":
            return self
        labels = self.labels or ()
        if FRONTAL not in labels or len(set(labels)) != len(labels):
            raise ValueError(f"labels: a view model has {FRONTAL!r}, and none twice")
        for label in labels:
            if label not in VIEW_LABELS:
                raise ValueError(f"labels: {label!r} is none of {', '.join(VIEW_LABELS)}")
        shapes = {output.name: output.shape for output in self.signature.outputs}
        if shapes.get("probabilities") != (1, len(labels)):
            raise ValueError("signature: a view model has an output probabilities, one each label")
        if self.preprocess is None:
            raise ValueError("preprocess: a view model needs one")
        return self

    @model_validator(mode="after")
    def _each_document_where_it_belongs(self) -> Self:
        if self.kind != "classifier" and (self.operating_points or self.calibration):
            raise ValueError("operating_points and calibration belong to a classifier")
        if self.kind != "autoencoder" and self.gate:
            raise ValueError("gate belongs to an autoencoder")
        return self

    @model_validator(mode="after")
    def _gate_can_be_scored(self) -> Self:
        """Scores are defined on images from -1 to 1 and reconstructions of their size."""
        spec = self.preprocess
        if self.gate is None:
            return self
        if spec is None or (spec.low, spec.high) != (-1, 1):
            raise ValueError("gate: needs preprocessing from -1 to 1")
        shapes = {output.name: output.shape for output in self.signature.outputs}
        if shapes.get("reconstruction") != self.signature.inputs[0].shape:
            raise ValueError("gate: needs an output reconstruction of the image's shape")
        return self

    @model_validator(mode="after")
    def _preprocess_fits(self) -> Self:
        spec = self.preprocess
        if spec is None:
            return self
        wanted = (1, spec.channels, spec.size, spec.size)
        if [t.shape for t in self.signature.inputs] != [wanted]:
            raise ValueError(
                f"preprocess: yields one input of shape {wanted}, not {self.signature}"
            )
        return self


class GateEntry(Document):
    """`[gate]`: the rule by which images are accepted, where several scores decide together.

    `rule` is a document (a file beside the release file) of ordered conditions, each on a score of
    the release's only autoencoder, of its only model of `kind = "view"`, or on a formula of the
    picture, with the reason that a person is told. Scores of models name the SHA-256 of the
    weights. An image is accepted where every condition holds.
    """

    rule: Path


class ExplanationEntry(Document):
    """`[explanations.ID]`: the gradient and class activation map of a classifier, as a model.

    It is made from the ONNX file of the model `classifier`: its input is the image and a one-hot
    class vector, its outputs are the classifier's `logits` and `probabilities` (an empty string
    where it has none), `gradient`, `saliency` and, where its height and width are given, `cam`.

    `cam`, the class activation map, is as large as the classifier's last feature maps. For it, the
    classifier's module must have a method `feature_map(image)`, which returns these maps, and a
    `torch.nn.Linear` called `classifier`, which maps their spatial means to the logits; for the
    rest it must have one image as its input, and logits of shape (1, classes).

    It is tried on `probes` of the classifier's probes, or on as many as `policy.min_probes` wants
    if that is more, evenly spread, each with another class in turn. Images whose standard
    deviation is below `min_contrast` of the range are left out: of a blank image every ReLU is at
    its kink, and PyTorch's own gradients disagree by as much as is allowed.
    """

    title: str
    classifier: str
    logits: str = "logits"
    probabilities: str | None = "probabilities"
    cam: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]] | None = None
    probes: int = Field(default=20, ge=3)
    min_contrast: float = Field(default=0.02, ge=0, lt=1)

    @field_validator("probabilities")
    @classmethod
    def _none_if_empty(cls, name: str | None) -> str | None:
        return name or None  # TOML has no null

    def outputs(self) -> list[str]:
        """The names of its outputs, in order."""
        maps = ["gradient", "saliency", *(["cam"] if self.cam else [])]
        return [*filter(None, (self.logits, self.probabilities)), *maps]

    def signature(self, classifier: Signature) -> Signature:
        """Its signature, from the classifier's."""
        (image,), known = classifier.inputs, {o.name: o for o in classifier.outputs}
        logits = known[self.logits]
        made = {
            "gradient": image.shape,
            "saliency": image.shape,
            "cam": (image.shape[0], 1, *(self.cam or ())),
        }
        return Signature(
            inputs=(image, TensorSpec(name="one_hot", shape=logits.shape)),
            outputs=tuple(
                known.get(name) or TensorSpec(name=name, shape=made[name])
                for name in self.outputs()
            ),
        )


class ProbeEntry(Document):
    """`[probes]`: the inputs that every leg runs on, before the images a user adds.

    `synthetic` deterministic images drawn from `seed`; `distinct_channels` inputs in which every
    channel is another image, without which swapped channels would go unseen (for models of several
    channels);
    `phantoms` procedural chest X-rays, of two hospitals in turn; `photographs` are real images that
    the scikit-image package carries, by name.
    """

    synthetic: int = Field(default=20, ge=0, le=1000)
    distinct_channels: int = Field(default=2, ge=0, le=1000)
    seed: int = Field(default=0, ge=0)
    phantoms: int = Field(default=0, ge=0, le=1000)
    photographs: tuple[str, ...] = ()


class PreprocessingEntry(Document):
    """`[preprocessing]`: what the preprocessing leg is tried on, and which pipelines it measures.

    Its images are `synthetic` files of sixteen kinds in turn (PNG, JPEG and DICOM of every codec;
    without it, as many as `policy.min_images` wants and at least one of each kind), `examples`, the
    phantoms and photographs of `[probes]` and the images a user adds. Examples are drawn chest
    X-rays, first one without findings, then one with; a bundle offers those that its gate accepts
    to be tried. Beside the definition and the exact path, which is what the page does, every one of
    `pipelines` is measured. `backend` is that of `[browser]` on which the prepared images are
    predicted too; without it, wasm where it is verified, else the last one.
    """

    synthetic: int | None = Field(default=None, ge=0, le=1000)
    examples: int = Field(default=0, ge=0, le=2)
    pipelines: tuple[PipelineName, ...] = PIPELINES
    backend: Backend | None = None


class BrowserEntry(Document):
    """`[browser]`: which TF.js backends are verified, and with how many wasm threads."""

    backends: tuple[Backend, ...] = Field(min_length=1)
    wasm_threads: int = Field(default=1, ge=1, le=64)
    timeout_seconds: float = Field(default=300, gt=0, le=3600, allow_inf_nan=False)
