"""Tolerances from what rounding was measured to do, before a browser was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xport.errors import InputError
from xport.exchange.implementations import Name
from xport.formats.artifact import Signature
from xport.plan.policy import Tolerance
from xport.plan.rounding import FACTOR, STEPS, Answers, Rounding


@dataclass(frozen=True)
class Measure:
    """What rounding is measured by: the reference, itself computed otherwise, and a runtime."""

    reference: str
    itself: str
    runtime: str | None


TINY = 1e-6
"""An output that nowhere reaches this is more often a mistake of scale than what was meant."""

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
    others: Mapping[Name, Answers] | None = None,
) -> list[Tolerance]:
    """A tolerance for every output of a model, with what was measured as its rationale.

    Args:
        single, double, runtime: what the reference, itself computed otherwise, and a runtime say
            of the same probes, as `measure` names them.
        others: what further implementations say of the first few of them.

    Raises:
        InputError: the reference is too far from itself, or holds what is no number.
    """
    found = []
    for spec in signature.outputs:
        if spec.dtype.startswith("float"):
            more = [*(others or {}).values()]
            rounding = Rounding.measured(single, double, runtime, spec.name, more)
            tried = len(more[0]) if more else 0
            bound, reason = _bound(spec.name, rounding, (len(single), tried), measure)
        else:
            bound, reason = 0.5, f"{spec.dtype} values are counted, not rounded: they must be equal"
        found.append(Tolerance(model=model, output=spec.name, max_abs=bound, rationale=reason))
    return found


def _bound(
    output: str, rounding: Rounding, probes: tuple[int, int], measure: Measure
) -> tuple[float, str]:
    """A tolerance and its reason; of `probes` the second number was run otherwise as well."""
    own = rounding.float64
    if not own <= rounding.bearable:  # NaN is not
        raise InputError(
            f"{measure.reference} is {own:.3g} from {measure.itself}, of {rounding.largest:.3g} at "
            "most",
            f"output {output!r}",
            "declare a tolerance with its reason; float32 alone does not settle this output",
        )
    counted = "" if rounding.explained else ", which rounding does not explain"
    more = f" and {rounding.runtime:.2g} from {measure.runtime}{counted}" if measure.runtime else ""
    tiny = 0 < rounding.largest < TINY
    small = f"; no value is above {rounding.largest:.2g}: is it scaled as meant?" if tiny else ""
    return rounding.suggested, (
        f"suggested: {FACTOR} times the rounding measured on {probes[0]} probes before any browser "
        f"ran: {measure.reference} is {own:.2g} from {measure.itself}{more}"
        f"{_otherwise(rounding, probes[1])}; "
        f"{STEPS} float32 steps of the largest value are {rounding.least:.2g}{small}"
    )


def _otherwise(rounding: Rounding, tried: int) -> str:
    """What further implementations add to a reason; those that rounding does not explain apart."""
    if not rounding.others:
        return ""
    explained = [away for away in rounding.others if rounding.explains(away)]
    away = f" and at most {max(explained):.2g}" if explained else ""
    unexplained = len(rounding.others) - len(explained)
    apart = f", {unexplained} of them further than rounding explains" if unexplained else ""
    return (
        f"{away} from {len(rounding.others)} other orders of summation, threads and optimisations "
        f"on the first {tried}{apart}"
    )
