"""What other correct implementations differ by from the reference, on a few probes of a model."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from xport.common.document import Document
from xport.plan.plan import REFERENCE_LEG, PlannedModel
from xport.plan.routes import ONNX, TORCH

PROBES = 4
"""A model's first: rounding shows on any, and every implementation runs them once."""
Name = Literal["torch-threads", "torch-order", "onnx-unoptimised", "onnx-threads"]

WORDS: dict[Name, str] = {
    "torch-threads": "PyTorch on another number of threads",
    "torch-order": "PyTorch in another order of summation",
    "onnx-unoptimised": "ONNX Runtime without optimisations",
    "onnx-threads": "ONNX Runtime on another number of threads",
}
"""`torch-order` is PyTorch without oneDNN: convolutions as products of matrices."""


class Implementation(Document):
    """One implementation, and by output its largest absolute difference from the reference.

    NaN where a value is, infinite where a shape is another.
    """

    name: Name
    differences: dict[str, float]


class Implementations(Document):
    """Those of one model, each run once on `probes`, the model's first few.

    They inform: they stand beside a declared tolerance, a note may rest on them, and no check does.
    `artifacts` are the digests of what was run, by name. `failure` says why something is missing.
    """

    model: str
    artifacts: dict[str, str]
    probes: tuple[str, ...] = ()
    found: tuple[Implementation, ...] = ()
    seconds: float = Field(default=0.0, ge=0)
    failure: str | None = None


class AllImplementations(Document):
    """Those of all models of a run."""

    models: tuple[Implementations, ...]


def names_of(model: PlannedModel) -> tuple[Name, ...]:
    """The implementations of a model that no leg is: an ONNX file has no PyTorch.

    Without optimisations is its reference.
    """
    torch = model.reference == REFERENCE_LEG
    every: tuple[Name, ...] = tuple(WORDS)
    return every if torch else ("onnx-threads",)


def artifacts_of(model: PlannedModel) -> dict[str, str]:
    """The digests of what these implementations run, by name."""
    return {name: model.artifacts[name].digest for name in (TORCH, ONNX) if name in model.artifacts}
