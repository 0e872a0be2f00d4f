"""What `xport debug --half-precision` found, as one document that pages and programs read."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from typing import Literal, Self

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


class HalfSpread(Document):
    """Forecasts of an output's error over `probes` probes: the largest, on which, and the median.

    Both are NaN where one is.
    """

    probes: int
    worst: float
    worst_probe: str
    median: float

    @classmethod
    def of(cls, by_probe: Mapping[str, float]) -> Self:
        """Over one probe or more."""
        probe = max(by_probe, key=lambda name: (math.isnan(by_probe[name]), by_probe[name]))
        worst = by_probe[probe]
        median = worst if math.isnan(worst) else statistics.median(by_probe.values())
        return cls(probes=len(by_probe), worst=worst, worst_probe=probe, median=median)


class HalfOutput(Document):
    """The forecast of one output's error, what was measured, and what the policy allows.

    `forecast` and `measured` are of the probe that was looked at, `spread` of every probe.
    """

    output: str
    largest: float
    forecast: float
    spread: HalfSpread | None = None
    bound: float | None
    measured: tuple[HalfRun, ...] = ()

    @property
    def over(self) -> bool:
        """Whether forecast or measurement is beyond what is allowed; no number is."""
        if self.bound is None:
            return False
        forecasts = (self.forecast, *((self.spread.worst,) if self.spread else ()))
        return any(
            not away <= self.bound for away in (*forecasts, *(m.away for m in self.measured))
        )


class HalfPrecision(Document):
    """The headroom of a model's layers on one probe at half precision, and of its outputs on all.

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
