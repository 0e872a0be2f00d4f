"""From trials of spoilt weights to the smallest error that a policy detects, and what is blind."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from xport.common.document import Document
from xport.exchange.sensitivity import OutputChange, Sensitivity, Trial, WeightGroup
from xport.judgement.limits import REGION, Limit, limits_of
from xport.judgement.verdict import Case
from xport.plan.plan import ONNX_LEG, Plan

LEAST = 1e-7
"""Smaller errors are not tried: float32 rounds weights by up to 6e-8."""

ROUNDING = 1e-9
APART = 2.0
"""How far apart the smallest error that is detected and the largest that is not may be."""


class DetectableError(Document):
    """The smallest relative error of a group's weights that a parity check does not let pass.

    `group` counts from 0. `smallest` is None where an error of 100 % passes; `passes` is the
    largest tried below it that does pass, None where none was found.
    """

    model: str
    group: int = Field(ge=0)
    first: str
    last: str
    parameters: int
    smallest: float | None
    passes: float | None


def share_of_limits(case: Case, model: str, outputs: Mapping[str, OutputChange]) -> float:
    """The largest share of what a policy allows; at most 1 passes, no number is infinite.

    Regions of maps are not measured of errors in weights: what they detect beyond the rest is not
    claimed.
    """
    shares = [
        _share(limit, change)
        for output, change in outputs.items()
        for limit in limits_of(case, model, output)
        if limit.what != REGION
    ]
    return max(shares, default=0.0)


def _share(limit: Limit, change: OutputChange) -> float:
    measured = {
        "max |Δ|": change.max_abs,
        "relative L2": change.relative_l2,
        "1 - cosine": change.angle,
    }[limit.what]
    if limit.bound is None or not math.isfinite(measured):
        return math.inf
    if limit.bound <= 0:
        return 0.0 if measured <= limit.bound else math.inf
    return measured / limit.bound


def detectable_errors(case: Case, found: Sequence[Sensitivity]) -> Iterator[DetectableError]:
    """Of every group that was tried, in order."""
    for one in found:
        for index, group in enumerate(one.groups):
            smallest, passes = _bracket(case, one.model, group.trials)
            yield DetectableError(
                model=one.model,
                group=index,
                first=group.first,
                last=group.last,
                parameters=group.parameters,
                smallest=smallest,
                passes=passes,
            )


def _bracket(case: Case, model: str, trials: Sequence[Trial]) -> tuple[float | None, float | None]:
    """The smallest error that fails, and the largest below it that passes."""
    passing = {t.error: share_of_limits(case, model, t.outputs) <= 1 for t in trials}
    smallest = min((error for error, passed in passing.items() if not passed), default=None)
    below = [e for e, passed in passing.items() if passed and (smallest is None or e < smallest)]
    return smallest, max(below, default=None)


def blind_sentences(
    plan: Plan, found: Sequence[Sensitivity], errors: Sequence[DetectableError]
) -> Iterator[str]:
    """What probes do not see, or what was not measured of it: it stands beside every verdict."""
    measured = {one.model: one for one in found}
    for model in plan.models:
        if ONNX_LEG not in model.legs:
            continue
        one = measured.get(model.id)
        if one is None or one.failure:
            why = f": {one.failure}" if one and one.failure else ""
            yield f"{model.id}: what its probes see of errors in the weights was not measured{why}"
        for error in errors:
            if error.model == model.id and error.smallest is None:
                yield (
                    f"{model.id}: an error of 100 % in the {error.parameters:,} weights from "
                    f"{error.first} to {error.last} stays within every tolerance"
                )


def sensitivity_findings(
    case: Case, found: Sequence[Sensitivity], said: Sequence[DetectableError]
) -> Iterator[str]:
    """Where what stands there of detectable errors is not of this plan, or not what was tried."""
    planned = {model.id: model for model in case.plan.models if ONNX_LEG in model.legs}
    names = [one.model for one in found]
    for name in planned:
        if names.count(name) != 1:
            yield (
                f"{name}: what its probes see of errors in the weights is not there, or twice; "
                "`xport record` measures it"
            )
    for one in found:
        if one.model not in planned:
            yield f"{one.model}: detectable errors of no model with an ONNX file"
            continue
        model, place = planned[one.model], f"{one.model}: detectable errors"
        if one.plan_digest != case.planned:
            yield f"{place} were measured for another plan"
        if one.artifact_digest != model.artifacts["onnx"].digest:
            yield f"{place} were measured with another artifact"
        if one.failure is not None:
            if one.groups:
                yield f"{place}: groups stand there although the measurement failed"
            continue
        outputs = {spec.name for spec in model.signature.outputs}
        if not one.probes or not {*one.probes} <= {probe.name for probe in model.probes}:
            yield f"{place}: the probes that were tried are not the plan's"
        if not one.groups:
            yield f"{place}: no group of layers was tried"
        if set(one.unspoilt) != outputs or share_of_limits(case, one.model, one.unspoilt) > 1:
            yield f"{place}: without an error the outputs are not within their tolerances"
        for group in one.groups:
            yield from _group_findings(case, one.model, group, outputs)
    if tuple(said) != tuple(detectable_errors(case, found)):
        yield "the detectable errors are not what the trials give under the policy"


def _group_findings(case: Case, model: str, group: WeightGroup, outputs: set[str]) -> Iterator[str]:
    place = f"{model}: detectable errors from {group.first}"
    if any(set(trial.outputs) != outputs for trial in group.trials):
        yield f"{place}: a trial is not of every output"
        return
    smallest, passes = _bracket(case, model, group.trials)
    larger = any(
        trial.error > (smallest or 1) and share_of_limits(case, model, trial.outputs) <= 1
        for trial in group.trials
    )
    if larger or min(trial.error for trial in group.trials) < LEAST:
        yield f"{place}: an error passes that is larger than one that fails, or is too small to try"
    if smallest is None:
        if max(trial.error for trial in group.trials) < 1:
            yield f"{place}: no trial failed, and 100 % was not tried"
    elif smallest > LEAST and (passes is None or passes * APART < smallest * (1 - ROUNDING)):
        yield f"{place}: no error was tried that passes and is half of the smallest that fails"
