"""Tolerances from what rounding was measured to do, before a browser was seen.

float32 rounds, and every runtime in an order of its own. How much that comes to is measured where
the model is at home: PyTorch float32 against its own float64, and against ONNX Runtime; of an ONNX
file, ONNX Runtime without its optimisations against itself with all of them. A distance
of ONNX Runtime that PyTorch's rounding cannot explain is no rounding and does not count, so that a
wrong export does not widen what is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xport.common.arrays import Array
from xport.errors import InputError
from xport.formats.artifact import Signature
from xport.plan.policy import Tolerance

FACTOR = 10
"""How many times the measured rounding is allowed."""
STEPS = 4
"""The least rounding, in float32 steps of the output's largest value."""
EXPLAINED = 10
"""How many times PyTorch's own rounding ONNX Runtime's distance may be and still be rounding."""
GREATEST = 1e-2
"""Of the largest value: no more is ever suggested."""

Answers = Sequence[Mapping[str, Array]]
"""One mapping of outputs by name for each probe."""


@dataclass(frozen=True)
class Rounding:
    """What was measured of one output, over all probes, as largest absolute differences.

    `largest` is the output's largest absolute value, in float64.
    """

    float64: float
    runtime: float
    largest: float

    @classmethod
    def measured(cls, single: Answers, double: Answers, runtime: Answers, output: str) -> Rounding:
        """From what the reference, itself otherwise and a runtime say of the same probes."""
        return cls(
            _distance(single, double, output),
            _distance(single, runtime, output),
            max(float(np.abs(one[output].astype(np.float64)).max()) for one in double),
        )


@dataclass(frozen=True)
class Measure:
    """What rounding is measured by: the reference, itself computed otherwise, and a runtime."""

    reference: str
    itself: str
    runtime: str | None


OF_PYTORCH = Measure("PyTorch float32", "its own float64", "ONNX Runtime")
OF_ONNX = Measure(
    "ONNX Runtime without optimisations", "itself with all of them and other threads", None
)


def suggested(
    model: str,
    signature: Signature,
    single: Answers,
    double: Answers,
    runtime: Answers,
    measure: Measure = OF_PYTORCH,
) -> list[Tolerance]:
    """A tolerance for every output of a model, with what was measured as its rationale.

    Args:
        single, double, runtime: what the reference, itself computed otherwise, and a runtime say
            of the same probes, as `measure` names them.

    Raises:
        InputError: the reference is too far from itself, or holds what is no number.
    """
    found = []
    for spec in signature.outputs:
        if spec.dtype.startswith("float"):
            rounding = Rounding.measured(single, double, runtime, spec.name)
            bound, reason = _bound(spec.name, rounding, len(single), measure)
        else:
            bound, reason = 0.5, f"{spec.dtype} values are counted, not rounded: they must be equal"
        found.append(Tolerance(model=model, output=spec.name, max_abs=bound, rationale=reason))
    return found


def _bound(output: str, rounding: Rounding, probes: int, measure: Measure) -> tuple[float, str]:
    own, bearable = rounding.float64, GREATEST * rounding.largest / FACTOR
    if not own <= bearable:  # NaN is not
        raise InputError(
            f"{measure.reference} is {own:.3g} from {measure.itself}, of {rounding.largest:.3g} at "
            "most",
            f"output {output!r}",
            "declare a tolerance with its reason; float32 alone does not settle this output",
        )
    least = STEPS * float(np.finfo(np.float32).eps) * rounding.largest
    base = max(own, least, float(np.finfo(np.float32).tiny))
    explained = rounding.runtime <= min(EXPLAINED * base, max(bearable, base))
    runtime = rounding.runtime if explained else 0.0
    bound = _rounded_up(FACTOR * max(base, runtime))
    counted = "" if explained else ", which rounding does not explain"
    more = f" and {rounding.runtime:.2g} from {measure.runtime}{counted}" if measure.runtime else ""
    return bound, (
        f"suggested: {FACTOR} times the rounding measured on {probes} probes before any browser "
        f"ran: {measure.reference} is {own:.2g} from {measure.itself}{more}; "
        f"{STEPS} float32 steps of the largest value are {least:.2g}"
    )


def _distance(ours: Answers, theirs: Answers, output: str) -> float:
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
