"""What `xport debug --half-precision` found, as one document that pages and programs read."""

from __future__ import annotations

from typing import Literal

from xport.common.document import Document

HALF_PRECISION = "half-precision.json"
HALF_PAGE = "half-precision.html"


class HalfLayer(Document):
    """One node's output in float32, and what of it float16 cannot hold.

    `overflow`, `vanish` and `subnormal` are shares of `elements`: finite values that become
    infinite, values other than 0 that become 0, and those kept with fewer bits. `largest` is the
    largest finite absolute value, `error` the forecast of how far the tensor is from float32's.
    """

    depth: int
    value: str
    name: str
    op: str
    elements: int
    largest: float
    overflow: float
    vanish: float
    subnormal: float
    error: float


class HalfRun(Document):
    """What a leg that computed at half precision was measured off; `forced`: for this alone."""

    leg: str
    forced: bool
    away: float


class HalfOutput(Document):
    """The forecast of one output's error, what was measured, and what the policy allows."""

    output: str
    largest: float
    forecast: float
    bound: float | None
    measured: tuple[HalfRun, ...] = ()

    @property
    def over(self) -> bool:
        """Whether forecast or measurement is beyond what is allowed; no number is."""
        if self.bound is None:
            return False
        return any(
            not away <= self.bound for away in (self.forecast, *(m.away for m in self.measured))
        )


class HalfPrecision(Document):
    """The headroom of a model's layers at half precision on one probe.

    The forecast rounds weights, inputs and the output of every node of the ONNX graph to float16
    and computes in between in float32. `remarks` are what else must be known.
    """

    schema_version: Literal[1] = 1
    xport: str
    release: str
    model: str
    probe: str
    layers: tuple[HalfLayer, ...]
    outputs: tuple[HalfOutput, ...]
    remarks: tuple[str, ...] = ()

    @property
    def over(self) -> bool:
        """Whether an output is forecast or measured beyond what is allowed."""
        return any(one.over for one in self.outputs)
