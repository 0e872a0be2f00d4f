"""What a run's probes see of errors in the weights, found by trying, in a process of its own.

Of every model that has an ONNX file, in ten groups of layers: all weights of a group are given a
relative error of random sign, ONNX Runtime says what comes of it on two probes, and the error is
changed until the smallest is known that is beyond a tolerance, to a factor of two. That takes some
eighty executions of a model, and never more than 240; the change is nearly linear in the error, so
the next error to try is computed from the last.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from xport.common import digests, isolated, progress
from xport.common.arrays import Tensors
from xport.common.raised import named
from xport.comparison.parity import change_between
from xport.errors import XportError
from xport.exchange.sensitivity import (
    OutputChange,
    Sensitivities,
    Sensitivity,
    Trial,
    WeightGroup,
)
from xport.inputs.probes import ProbeFolder
from xport.judgement.assembly import load_legs, own_comparisons
from xport.judgement.sensitivity import APART, LEAST, share_of_limits
from xport.judgement.verdict import Case
from xport.plan.plan import FLOAT64_LEG, ONNX_LEG, Plan, PlannedModel
from xport.recording.keeper import now
from xport.recording.recorder import Arrays, RecordingFolder
from xport.recording.reuse import Reuse
from xport.recording.runners.weight_errors import Layers, SpoilableModel

SENSITIVITY = "sensitivity"
PROBES = 2
"""Of a model's, evenly spread: more see no less, and take longer."""

BY_SLOPE = 6
"""After so many errors of a group the next ones halve, on a logarithmic scale, what is left.

Six more are enough for the seven decades between the smallest error and 100 %.
"""

FIRST = 1e-3
"""The error that is tried first; after that what the group before gave."""

AIM = 1.3
"""How far beyond the limit the next error is aimed, so that it is beyond it."""


def measure_sensitivity(
    plan: Plan, probes: ProbeFolder, recordings: RecordingFolder, reuse: Reuse | None = None
) -> Sensitivities:
    """Try errors in the weights of every model that has an ONNX file.

    What an earlier run tried under the same policy, of the same model, is taken.
    """
    every = [model for model in plan.models if ONNX_LEG in model.legs]
    if reuse is None:
        return Sensitivities(models=tuple(_tried(plan, every, probes, recordings)))
    began = now()
    named = {model.id: _deciding(plan, model, recordings) for model in every}
    taken = {model.id: _taken(plan, named[model.id], reuse) for model in every}
    missing = [model for model in every if taken[model.id] is None]
    for one in _tried(plan, missing, probes, recordings):
        taken[one.model] = one
        if one.failure is None:
            reuse.keep_document(SENSITIVITY, named[one.model], one, began)
    return Sensitivities(models=tuple(one for one in taken.values() if one is not None))


def _taken(plan: Plan, named: dict[str, Any], reuse: Reuse) -> Sensitivity | None:
    found = reuse.document(SENSITIVITY, named, Sensitivity)
    if found is None:
        return None
    return found[0].model_copy(update={"plan_digest": plan.digest(), "reused_from": found[1]})


def _deciding(plan: Plan, model: PlannedModel, recordings: RecordingFolder) -> dict[str, Any]:
    """All that what is tried depends on: the model, its limits, and what its reference said."""
    own = sorted({model.reference, FLOAT64_LEG} & {*model.legs})
    said = load_legs(recordings, [(model.id, leg) for leg in own]).documents
    artifacts = {"artifacts": {"__all__": {"path", "cost"}}}
    return {
        "model": model.model_dump(mode="json", exclude=artifacts),
        "policy": plan.policy.model_dump(mode="json"),
        "shipped": plan.shipped_artifact,
        "said": {leg: one.output_digests for (_, leg), one in said.items()},
    }


def _tried(
    plan: Plan, models: Sequence[PlannedModel], probes: ProbeFolder, recordings: RecordingFolder
) -> list[Sensitivity]:
    if not models:
        return []
    with progress.step("sensitivity to errors in the weights", 1):
        try:
            found = isolated.call(measured_here, plan, models, probes, recordings).result
        except XportError as error:
            found = [_failed(plan, model, str(error)) for model in models]
        progress.advance(f"{sum(one.seconds for one in found):.1f} s")
    for one in found:
        if one.failure:
            progress.say(f"{one.model}: sensitivity: {one.failure}")
    return found


def measured_here(
    plan: Plan,
    models: Iterable[PlannedModel],
    probes: ProbeFolder,
    recordings: RecordingFolder,
) -> list[Sensitivity]:
    """The same in this process; what keeps a model from being measured is its `failure`."""
    found = []
    for model in models:
        start = time.monotonic()
        try:
            one = _of_model(plan, model, probes, recordings)
        except XportError as error:
            one = _failed(plan, model, str(error))
        except Exception as error:  # onnx and ONNX Runtime raise what they like
            one = _failed(plan, model, named(error))
        found.append(one.model_copy(update={"seconds": time.monotonic() - start}))
    return found


def _failed(plan: Plan, model: PlannedModel, why: str) -> Sensitivity:
    digest = model.artifacts["onnx"].digest
    return Sensitivity(
        model=model.id, plan_digest=plan.digest(), artifact_digest=digest, failure=why
    )


@dataclass(frozen=True)
class _Bench:
    """One model, the inputs that it is tried on, and what the reference said of them."""

    case: Case
    model: PlannedModel
    spoilable: SpoilableModel
    inputs: dict[str, Tensors]
    reference: Arrays

    def change(self, group: Layers | None = None, error: float = 0.0) -> dict[str, OutputChange]:
        """How far every output is from the reference's with an error in a group's weights."""
        said = {n: self.spoilable.run(inputs, group, error) for n, inputs in self.inputs.items()}
        return {
            spec.name: change_between(
                {name: outputs[spec.name] for name, outputs in said.items()},
                {name: self.reference[name][spec.name] for name in said},
            )
            for spec in self.model.signature.outputs
        }

    def share(self, change: dict[str, OutputChange]) -> float:
        """The largest share of a limit that a change takes."""
        return share_of_limits(self.case, self.model.id, change)


def _of_model(
    plan: Plan, model: PlannedModel, probes: ProbeFolder, recordings: RecordingFolder
) -> Sensitivity:
    planned = model.artifacts["onnx"]
    if digests.of_folder(planned.path) != planned.files:
        return _failed(plan, model, "the stored files are not the converted ones")
    own = {model.reference, FLOAT64_LEG} & {*model.legs}
    recorded = load_legs(recordings, [(model.id, leg) for leg in sorted(own)])
    reference = recorded.arrays.get((model.id, model.reference), {})
    count = min(PROBES, len(model.probes))
    chosen = [model.probes[i * len(model.probes) // count] for i in range(count)]
    if any(probe.name not in reference for probe in chosen):
        return _failed(plan, model, "the reference was not recorded")
    case = Case(
        plan=plan,
        planned=plan.digest(),
        recordings={},
        facts={},
        comparisons=own_comparisons(model, recorded),
    )
    bench = _Bench(
        case=case,
        model=model,
        spoilable=SpoilableModel(planned.path),
        inputs={probe.name: probes.load(probe, model.signature) for probe in chosen},
        reference=reference,
    )
    unspoilt = bench.change()
    if not bench.share(unspoilt) <= 1:
        return _failed(plan, model, "without an error the outputs are not within their tolerances")
    groups, guess = [], FIRST
    for layers in bench.spoilable.groups:
        trials, guess = _trials(bench, layers, guess)
        groups.append(
            WeightGroup(
                first=layers.weights[0],
                last=layers.weights[-1],
                tensors=len(layers.weights),
                parameters=layers.parameters,
                trials=tuple(trials),
            )
        )
    return _failed(plan, model, "").model_copy(
        update={
            "probes": tuple(bench.inputs),
            "unspoilt": unspoilt,
            "groups": tuple(groups),
            "failure": None,
        }
    )


def _trials(bench: _Bench, layers: Layers, guess: float) -> tuple[list[Trial], float]:
    """What was tried of a group, and the smallest error that fails (or else where to go on)."""
    trials: list[Trial] = []
    passes, fails, error = 0.0, math.inf, guess
    while True:
        change = bench.change(layers, error)
        trials.append(Trial(error=error, outputs=change))
        share = bench.share(change)
        if share <= 1:
            passes = error
        else:
            fails = error
        if passes >= 1 or fails <= LEAST or fails <= passes * APART:
            return trials, min(fails, 1.0)
        error = _next(error, share) if len(trials) < BY_SLOPE else 0.0
        if not passes < error < fails:
            error = _halfway(passes, fails)


def _halfway(passes: float, fails: float) -> float:
    """Halfway on a logarithmic scale; an end where that is not known yet."""
    if fails > 1:
        return 1.0
    return math.sqrt(passes * fails) if passes else LEAST


def _next(error: float, share: float) -> float:
    """Where a linear change would just fail, or, where it just did, half of it."""
    if share > 1:
        aimed = max(error / 100, min(error * AIM / share, error / APART))
    else:
        aimed = min(error * 100, error * AIM / max(share, 1e-3))
    return min(1.0, max(LEAST, aimed))
