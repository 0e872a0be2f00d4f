"""The paper's runtime table for a plan: cold and steady from the recordings, warm measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from xport.common import progress
from xport.common.arrays import Tensors
from xport.errors import XportError
from xport.exchange.recording import Recording
from xport.inputs.probes import ProbeFolder
from xport.plan.plan import Leg, Plan, PlannedModel
from xport.plan.timing import BackendRuntime, ModelRuntime, WarmTimes
from xport.recording.keeper import now
from xport.recording.reuse import Reuse

Measure = Callable[[Sequence[PlannedModel], Mapping[str, Tensors], str], WarmTimes]
"""Times models, in the order of a pass, on one input each, on a backend, from a warm start."""


def measure_runtimes(
    plan: Plan,
    recordings: Sequence[Recording],
    probes: ProbeFolder,
    measure: Measure,
    reuse: Reuse | None = None,
) -> Iterator[BackendRuntime]:
    """One table per backend on which every model was recorded as it ships.

    A recording begins with a new profile and nothing compiled, so its load and first run are the
    cold ones and the others the steady state. A backend that cannot be timed is announced and
    left out: times are no part of the verdict. What was measured in an earlier run is taken where
    all recordings are those of then; where only some are, the shaders of those are compiled first.
    """
    models = sorted(plan.models, key=lambda model: model.kind != "autoencoder")
    inputs_by_model = {model.id: probes.load(model.probes[0], model.signature) for model in models}
    for leg in plan.legs:
        recorded = {r.model: r for r in recordings if r.leg == leg.name and not r.failure}
        if leg.artifact != plan.shipped_artifact or recorded.keys() != inputs_by_model.keys():
            continue
        found = reuse.runtime(leg, recorded) if reuse else None
        if found is not None:
            yield found
            continue
        began = now()
        with progress.step(f"time {leg.backend}", 1):
            try:
                if leg.backend == "webgl" and any(r.reused_from for r in recorded.values()):
                    measure(models, inputs_by_model, leg.backend)
                warm = measure(models, inputs_by_model, leg.backend or "")
            except XportError as error:
                progress.say(f"runtime on {leg.backend} was not measured: {error}")
                continue
            progress.advance()
        timed = _runtime(leg, models, recorded, warm)
        if reuse:
            reuse.keep_runtime(leg, recorded, timed, began)
        yield timed


def _runtime(
    leg: Leg, models: Sequence[PlannedModel], recorded: Mapping[str, Recording], warm: WarmTimes
) -> BackendRuntime:
    def one(model: PlannedModel) -> ModelRuntime:
        recording = recorded[model.id]
        seconds = tuple(recording.seconds.values())
        return ModelRuntime(
            model=model.id,
            cold_load=recording.load_seconds,
            cold_first=seconds[0],
            load=warm.load[model.id],
            first=warm.first[model.id],
            steady=seconds[1:],
        )

    kinds = {model.kind for model in models}
    return BackendRuntime(
        backend=leg.backend or leg.name,
        models=tuple(one(model) for model in models),
        both=warm.passes if {"autoencoder", "classifier"} <= kinds else (),
        peak_mib=max(warm.peak_mib, *(r.peak_mib for r in recorded.values())),
    )
