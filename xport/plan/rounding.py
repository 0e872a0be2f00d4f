"""How far float32 rounding takes an output, as numbers: what tolerances are measured by.

float32 rounds, and every runtime in an order of its own. How much that comes to is measured where
the model is at home: PyTorch float32 against its own float64, and against ONNX Runtime; of an ONNX
file, ONNX Runtime without its optimisations against itself with all of them. Other orders of
summation and other numbers of threads count as well, where they were tried. A distance that the
reference's own rounding cannot explain is no rounding and does not count, so that a wrong export
does not widen what is allowed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xport.common.arrays import Array

FACTOR = 10
"""How many times the measured rounding `xport init` allows."""
STEPS = 4
"""The least rounding, in float32 steps of the output's largest value."""
EXPLAINED = 10
"""How many times PyTorch's own rounding ONNX Runtime's distance may be and still be rounding."""
GREATEST = 1e-2
"""Of the largest value: no more is ever suggested."""

FAR = 100
"""How many times the rounding a tolerance may be and not be noted: ten times what is suggested.

`xport init` allows ten times, for engines and images that were not tried. What is ten times further
away than that passes with an error a hundred times as large as correct implementations make.
"""

Answers = Sequence[Mapping[str, Array]]
"""One mapping of outputs by name for each probe."""


@dataclass(frozen=True)
class Rounding:
    """What was measured of one output, over all probes, as largest absolute differences.

    `float64` is the reference's distance from itself computed otherwise, `runtime` that from ONNX
    Runtime, `others` those from further correct implementations; `largest` is the output's largest
    absolute value.
    """

    float64: float
    runtime: float
    largest: float
    others: tuple[float, ...] = ()

    @classmethod
    def measured(
        cls,
        single: Answers,
        double: Answers,
        runtime: Answers,
        output: str,
        others: Collection[Answers] = (),
    ) -> Rounding:
        """From what the reference, itself otherwise and a runtime say of the same probes.

        `others` are further implementations, each of the first few of these probes or of all.
        """
        return cls(
            distance(single, double, output),
            distance(single, runtime, output),
            max(float(np.abs(one[output].astype(np.float64)).max()) for one in double),
            tuple(distance(single[: len(one)], one, output) for one in others),
        )

    def and_of(self, other: Rounding) -> Rounding:
        """Of both probes together."""
        return Rounding(
            max(self.float64, other.float64),
            max(self.runtime, other.runtime),
            max(self.largest, other.largest),
            (*self.others, *other.others),
        )

    @property
    def least(self) -> float:
        """The least that counts as rounding: some steps of the largest value."""
        return STEPS * float(np.finfo(np.float32).eps) * self.largest

    @property
    def bearable(self) -> float:
        """The most that the reference may be off itself and a tolerance still be suggested."""
        return GREATEST * self.largest / FACTOR

    @property
    def own(self) -> float:
        """The reference's own rounding; never nothing."""
        return max(self.float64, self.least, float(np.finfo(np.float32).tiny))

    @property
    def explained(self) -> bool:
        """Whether the reference's rounding explains what ONNX Runtime is away."""
        return self.explains(self.runtime)

    def explains(self, away: float) -> bool:
        """Whether the reference's rounding explains a distance; never that of no number."""
        return away <= min(EXPLAINED * self.own, max(self.bearable, self.own))

    @property
    def counted(self) -> float:
        """What counts as rounding: the reference's own, or the largest that this explains."""
        return max(self.own, *filter(self.explains, (self.runtime, *self.others)), 0.0)

    @property
    def suggested(self) -> float:
        """The tolerance that `xport init` writes."""
        return _rounded_up(FACTOR * self.counted)


def distance(ours: Answers, theirs: Answers, output: str) -> float:
    """The largest difference on any probe, infinite where shapes differ; NaN where one is."""
    worst = 0.0
    for mine, other in zip(ours, theirs, strict=True):
        if mine[output].shape != other[output].shape:
            return float("inf")
        with np.errstate(all="ignore"):
            gap = np.abs(mine[output].astype(np.float64) - other[output].astype(np.float64)).max()
        worst = float(gap) if gap != gap else max(worst, float(gap))
        if worst != worst:
            return worst
    return worst


def _rounded_up(value: float) -> float:
    """Two digits, never less than the value."""
    step = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(f"{np.ceil(value / step * (1 - 1e-12)) * step:.6g}")
