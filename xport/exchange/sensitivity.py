"""How small an error of a model's weights its probes can see: what was tried, what it changed."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime, Field

from xport.common.document import Document, GrownDocument


class OutputChange(Document):
    """How far one output came from the reference's, over the probes that were tried.

    `angle` is 1 - cosine of the probe that turned most. Each is NaN where a value is.
    """

    max_abs: float
    relative_l2: float
    angle: float


class Trial(Document):
    """One relative error that was given to the weights of a group, and what it did by output.

    Every weight w became w (1 + error · s), with s = 1 or -1 by a fixed seed.
    """

    error: float = Field(gt=0, le=1)
    outputs: dict[str, OutputChange]


class WeightGroup(Document):
    """Consecutive layers of an ONNX graph, in the order of computation; `first` and `last` weight.

    `parameters` are the numbers in its `tensors`.
    """

    first: str
    last: str
    tensors: int = Field(ge=1)
    parameters: int = Field(ge=1)
    trials: tuple[Trial, ...] = Field(min_length=1)


class Sensitivity(GrownDocument):
    """What a model's probes see of errors in its ONNX file's weights, on ONNX Runtime.

    `probes` are those that were tried, `unspoilt` the distances without any error. `failure` says
    why there is none: then there are no groups. `reused_from` is when it was measured, where that
    was in an earlier run.
    """

    later: ClassVar[tuple[str, ...]] = ("reused_from",)

    model: str
    plan_digest: str
    artifact_digest: str
    probes: tuple[str, ...] = ()
    unspoilt: dict[str, OutputChange] = Field(default_factory=dict)
    groups: tuple[WeightGroup, ...] = ()
    seconds: float = Field(default=0.0, ge=0)
    failure: str | None = None
    reused_from: AwareDatetime | None = None


class Sensitivities(Document):
    """Those of all models of a run that have an ONNX file."""

    models: tuple[Sensitivity, ...]
