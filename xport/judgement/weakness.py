"""Where a plan's policy asks less than the floor of every policy, from what was recorded."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xport.comparison.parity import Role
from xport.judgement.consistency import norms_of
from xport.judgement.verdict import Case
from xport.plan import floor
from xport.plan.page_models import page_backends
from xport.plan.plan import FLOAT64_LEG, ONNX_LEG, OPTIMISED_LEG, REFERENCE_LEG, PlannedModel
from xport.plan.rounding import Rounding


def below_floor(case: Case) -> Iterator[str]:
    """What the policy asks too little of, a sentence each."""
    plan = case.plan
    images = plan.preprocessing is not None
    yield from floor.shortfalls(plan.policy, page_backends(plan), images=images)
    norms = norms_of([*case.comparisons.values()])
    for model in plan.models:
        for spec in model.signature.outputs:
            rounding = recorded_rounding(case, model, spec.name, norms)
            yield from floor.wide(plan.policy, model.id, spec, rounding)


def recorded_rounding(
    case: Case, model: PlannedModel, output: str, norms: dict[tuple[str, str, str], float]
) -> Rounding:
    """What was recorded of an output's rounding; nothing counts as none."""
    if model.reference == REFERENCE_LEG:
        itself = FLOAT64_LEG
        own = _distance(case, (model.id, REFERENCE_LEG, output, Role.FLOAT64))
        runtime = _distance(case, (model.id, ONNX_LEG, output, Role.REFERENCE))
    else:
        itself = OPTIMISED_LEG
        own = runtime = _distance(case, (model.id, OPTIMISED_LEG, output, Role.REFERENCE))
    facts = case.facts.get((model.id, itself, output))
    largest = facts.largest if facts is not None else None
    if largest is None:  # earlier evidence: no value is larger than the norm of all
        found = (norms.get((model.id, leg, output)) for leg in (itself, model.reference))
        largest = next(filter(None, found), math.nan)
    return Rounding(own, runtime, largest)


def _distance(case: Case, key: tuple[str, str, str, Role]) -> float:
    comparison = case.comparisons.get(key)
    return comparison.pooled.max_abs if comparison is not None else 0.0
