"""Measuring the paper's runtime table for a plan, backend by backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from xport.arrays import Array
from xport.errors import XportError
from xport.plan import Plan, PlannedModel
from xport.probes import ProbeFolder
from xport.progress import Progress
from xport.timing import BackendRuntime

Measure = Callable[[Sequence[PlannedModel], Mapping[str, Mapping[str, Array]], str], BackendRuntime]
"""Measures models, in the order of a pass, on one input each, on a backend."""


def measure_runtimes(
    plan: Plan, probes: ProbeFolder, measure: Measure, progress: Progress
) -> Iterator[BackendRuntime]:
    """One measurement per backend of the plan, on the first probe of every model.

    A backend that cannot be measured is announced and left out: times are no part of the verdict.
    """
    models = sorted(plan.models, key=lambda model: model.kind != "autoencoder")
    inputs = {model.id: probes.load(model.probes[0], model.signature) for model in models}
    for backend in [leg.backend for leg in plan.legs if leg.backend is not None]:
        with progress.step(f"time {backend}", 1) as step:
            try:
                runtime = measure(models, inputs, backend)
            except XportError as error:
                progress.say(f"runtime on {backend} was not measured: {error}")
                continue
            step.advance()
        yield runtime
