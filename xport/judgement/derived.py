"""What correct implementations differ by beside every declared tolerance, and which is far above.

It informs: a note may rest on it, and no check and no status does. What legs said of all probes is
taken from the comparisons, the rest from what was run on a few probes for this alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xport.common.numbers import short
from xport.comparison.parity import Role
from xport.exchange.implementations import (
    PROBES,
    WORDS,
    Implementations,
    artifacts_of,
    names_of,
)
from xport.judgement.consistency import norms_of
from xport.judgement.verdict import Case
from xport.judgement.weakness import recorded_rounding
from xport.plan.plan import (
    EVALUATOR_LEG,
    FLOAT64_LEG,
    ONNX_LEG,
    OPTIMISED_LEG,
    REFERENCE_LEG,
    PlannedModel,
)
from xport.plan.rounding import FAR, Rounding

LEG_WORDS = {
    FLOAT64_LEG: "PyTorch float64",
    ONNX_LEG: "ONNX Runtime",
    OPTIMISED_LEG: "ONNX Runtime with all optimisations and other threads",
    EVALUATOR_LEG: "onnx's own evaluator",
}
"""Legs that are correct implementations of the reference, and nothing converted for a browser."""


@dataclass(frozen=True)
class Differs:
    """One implementation's largest difference from the reference, over its probes.

    `explained` is whether the reference's own rounding explains it; what is not does not count.
    """

    words: str
    probes: int
    largest: float
    explained: bool


@dataclass(frozen=True)
class Derived:
    """A declared tolerance, by its place in the policy, and what implementations differ by there.

    `rounding` holds all of them; `counted` is what a tolerance is measured by.
    """

    place: str
    model: str
    output: str
    max_abs: float
    differs: tuple[Differs, ...]
    rounding: Rounding

    @property
    def counted(self) -> float:
        """The largest difference that rounding explains, some float32 steps at least."""
        return self.rounding.counted

    @property
    def times(self) -> float:
        """How many times that the tolerance is; NaN where nothing is known."""
        known = self.rounding.largest > 0 and math.isfinite(self.counted)
        return self.max_abs / self.counted if known else math.nan

    @property
    def far(self) -> bool:
        """Whether that is far above it."""
        return self.times > FAR


def derived_of(case: Case) -> list[Derived]:
    """Of every tolerance and criterion of an output of floats whose model was run otherwise.

    Evidence of before that was measured has none.
    """
    norms = norms_of([*case.comparisons.values()])
    run = {one.model: one for one in case.implementations}
    floats = {
        (model.id, spec.name): model
        for model in case.plan.models
        for spec in model.signature.outputs
        if spec.dtype.startswith("float")
    }
    policy = case.plan.policy
    declared = [
        *(("tolerance", t.model, t.output, t.max_abs) for t in policy.tolerances),
        *((c.name, c.model, c.output, c.max_abs) for c in policy.acceptance_criteria),
    ]
    found = []
    for place, name, output, max_abs in declared:
        model, one = floats.get((name, output)), run.get(name)
        if model is None or one is None or not one.found:
            continue
        rounding = recorded_rounding(case, model, output, norms)
        others = tuple(other.differences.get(output, math.nan) for other in one.found)
        rounding = replace(rounding, others=others)
        differs = tuple(_differs(case, model, output, one, rounding))
        found.append(Derived(place, name, output, max_abs, differs, rounding))
    return found


def _differs(
    case: Case, model: PlannedModel, output: str, one: Implementations, rounding: Rounding
) -> Iterator[Differs]:
    """The legs' on all probes, then the others' on a few."""
    for leg, words in LEG_WORDS.items():
        if leg not in model.legs or leg == model.reference:
            continue
        itself = leg == FLOAT64_LEG
        key = (model.id, REFERENCE_LEG, output, Role.FLOAT64)
        comparison = case.comparisons.get(
            key if itself else (model.id, leg, output, Role.REFERENCE)
        )
        if comparison is not None:
            away = comparison.pooled.max_abs
            yield Differs(words, len(comparison.probes), away, itself or rounding.explains(away))
    for other in one.found:
        away = other.differences.get(output, math.nan)
        yield Differs(WORDS[other.name], len(one.probes), away, rounding.explains(away))


def far_sentences(case: Case) -> Iterator[str]:
    """Tolerances that are far above what correct implementations differ by, a sentence each."""
    for one in derived_of(case):
        if one.far:
            yield (
                f"{one.model} {one.output}: the {short(one.max_abs)} of {one.place!r} is "
                f"{one.times:,.0f} times the {short(one.counted)} that correct implementations "
                f"differ by on these probes, more than {FAR} times"
            )


def implementation_findings(case: Case) -> Iterator[str]:
    """Where what stands there of other implementations is not of this plan's models and probes."""
    planned = {model.id: model for model in case.plan.models}
    names = [one.model for one in case.implementations]
    for one in case.implementations:
        place = f"{one.model}: other implementations"
        model = planned.get(one.model)
        if model is None or names.count(one.model) > 1:
            yield f"{place} are of no model of the plan, or twice"
            continue
        if one.artifacts != artifacts_of(model):
            yield f"{place} were measured with other artifacts"
        first = tuple(probe.name for probe in model.probes[:PROBES])
        if one.found and one.probes != first:
            yield f"{place} were not run on the plan's first probes"
        yield from _content_findings(place, one, model)


def _content_findings(place: str, one: Implementations, model: PlannedModel) -> Iterator[str]:
    outputs = {spec.name for spec in model.signature.outputs}
    said: Sequence[str] = [other.name for other in one.found]
    if one.failure is None and sorted(said) != sorted(names_of(model)):
        yield f"{place} are not all there"
    if len({*said}) < len(said) or not {*said} <= {*names_of(model)}:
        yield f"{place}: one is none of this model, or there twice"
    for other in one.found:
        if set(other.differences) != outputs or any(d < 0 for d in other.differences.values()):
            yield f"{place}: {other.name} does not say how far every output is away"
