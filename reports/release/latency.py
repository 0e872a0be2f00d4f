"""How long things take: the paper's runtime table, the legs' recordings, the conversion."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from reports import words
from reports.release.reading import Reading
from xport.plan.plan import PlannedModel
from xport.plan.timing import BackendRuntime, ModelRuntime

PAPER = {"load": "12 ± 2 s", "both": "1.3 ± 0.5 s", "gradients": "17 ± 4 s"}
"""Cohen et al. 2019, Appendix E, "Runtime": loading both models, running both, explaining."""


@dataclass(frozen=True)
class Latency:
    """One row of the runtime table, every duration in words; `pair` is both models as one.

    `peak` is the backend's, and stands on its first row only.
    """

    backend: str
    what: str
    cold_load: str
    cold_first: str
    load: str
    first: str
    steady: str
    pair: bool
    peak: str


def runtime_rows(reading: Reading) -> list[Latency]:
    """A row per backend and model, then the autoencoder and the classifier as one figure."""
    rows = []
    titles = {model.id: model.title for model in reading.plan.models}
    for runtime in reading.evidence.runtimes:
        for index, model in enumerate(runtime.models):
            peak = words.mebibytes(runtime.peak_mib) if index == 0 else ""
            rows.append(_model_row(runtime, model, titles.get(model.model, model.model), peak))
        pair = _pair(reading, runtime)
        if pair:
            rows.append(_pair_row(runtime, pair))
    return rows


def spread(values: Sequence[float]) -> str:
    """The median with the range and the count: `1.31 s (1.2 to 1.5 s, 10 runs)`."""
    if not values:
        return words.MISSING
    low, high = words.seconds(min(values)), words.seconds(max(values))
    runs = f"{len(values)} run{'s' if len(values) > 1 else ''}"
    return f"{words.seconds(statistics.median(values))} ({low} to {high}, {runs})"


def _backend(runtime: BackendRuntime) -> str:
    """Its name, and of which day the times are where they are of an earlier run."""
    made = runtime.reused_from
    return f"{runtime.backend} (of {made:%Y-%m-%d})" if made else runtime.backend


def _model_row(runtime: BackendRuntime, model: ModelRuntime, title: str, peak: str) -> Latency:
    return Latency(
        backend=_backend(runtime),
        what=title,
        cold_load=words.seconds(model.cold_load),
        cold_first=words.seconds(model.cold_first),
        load=words.seconds(model.load),
        first=words.seconds(model.first),
        steady=spread(model.steady),
        pair=False,
        peak=peak,
    )


def _pair(reading: Reading, runtime: BackendRuntime) -> list[ModelRuntime]:
    """The latencies of gate and classifier, when the runtime has them as one figure."""
    kinds = {model.id: model.kind for model in reading.plan.models}
    gated = ("view", "autoencoder", "classifier")
    pair = [m for m in runtime.models if kinds.get(m.model) in gated]
    return pair if runtime.both and len(pair) > 1 else []


def _pair_row(runtime: BackendRuntime, pair: Sequence[ModelRuntime]) -> Latency:
    def total(name: str) -> str:
        return words.seconds(sum(getattr(model, name) for model in pair))

    return Latency(
        backend=_backend(runtime),
        what="autoencoder + classifier" if len(pair) == 2 else "view + autoencoder + classifier",
        cold_load=total("cold_load"),
        cold_first=total("cold_first"),
        load=total("load"),
        first=total("first"),
        steady=spread(runtime.both),
        pair=True,
        peak="",
    )


@dataclass(frozen=True)
class Effort:
    """What recording one model on one leg took, in words; `missing` says why there is none."""

    model: str
    leg: str
    missing: str
    load: str = ""
    first: str = ""
    rest: str = ""
    total: str = ""
    peak: str = ""
    restarts: int = 0


def efforts(reading: Reading) -> list[Effort]:
    """What every planned recording took, missing ones included."""
    return [
        _effort(reading, model, leg.name)
        for model in reading.plan.models
        for leg in reading.plan.legs_of(model)
    ]


def _effort(reading: Reading, model: PlannedModel, leg: str) -> Effort:
    recording = reading.recording(model.id, leg)
    if recording is None:
        return Effort(model.id, leg, "no recording")
    if recording.failure is not None or not recording.seconds:
        return Effort(model.id, leg, recording.failure or "no probe was run")
    first, *rest = recording.seconds.values()
    return Effort(
        model=model.id,
        leg=leg,
        missing="",
        load=words.seconds(recording.load_seconds),
        first=words.seconds(first),
        rest=spread(rest),
        total=words.seconds(recording.load_seconds + first + sum(rest)),
        peak=words.mebibytes(recording.peak_mib),
        restarts=recording.restarts,
    )
