"""How long a browser takes: cold start, first run, steady state, and both models in one pass."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import Field

from browser_harness.models import ModelSource
from browser_harness.session import BrowserSession
from browser_harness.settings import BrowserSettings
from xport.arrays import Array
from xport.document import Document
from xport.recording import WebEnvironment

Inputs = Mapping[str, Array]


class Timing(Document):
    """Repeated measurements, seconds: every sample in order, and the median."""

    samples: tuple[float, ...] = Field(min_length=1)
    median: float

    @classmethod
    def of(cls, samples: Iterable[float]) -> Timing:
        """The timing of these samples."""
        kept = tuple(samples)
        return cls(samples=kept, median=statistics.median(kept))


class Starts(Document):
    """Starts of a browser with a fresh profile, each up to the first result of every model.

    Attributes:
        open_seconds: from the request until the backend and all models stood.
        load_seconds: by model, to fetch, verify and parse it.
        first_run_seconds: by model, its first run with readback. It includes the upload of its
            weights and the compilation of the shaders that no earlier model has compiled.
    """

    open_seconds: Timing
    load_seconds: dict[str, Timing]
    first_run_seconds: dict[str, Timing]


class RuntimeMeasurement(Document):
    """What one backend takes on one machine, seconds, readback always included.

    Attributes:
        cold: starts with an empty shader cache.
        warm: starts with the shader cache that a cold start has filled.
        steady_run_seconds: by model, runs after the first, in one page.
        pass_models: the models of a pass, in order.
        pass_seconds: all models once, as one figure, in the steady state.
        peak_mib: largest memory of the browser's processes, MiB.
    """

    leg: str
    environment: WebEnvironment
    cold: Starts
    warm: Starts
    steady_run_seconds: dict[str, Timing]
    pass_models: tuple[str, ...]
    pass_seconds: Timing
    peak_mib: float


@dataclass(frozen=True)
class Repeats:
    """How often each thing is measured."""

    cold_starts: int = 1
    warm_starts: int = 1
    steady_runs: int = 10


@dataclass(frozen=True)
class _Start:
    """One start's figures, seconds."""

    opened: float
    loaded: dict[str, float]
    first_run: dict[str, float]


def measure_runtime(
    models: Sequence[ModelSource],
    inputs: Mapping[str, Inputs],
    settings: BrowserSettings,
    repeats: Repeats | None = None,
) -> RuntimeMeasurement:
    """Measure one backend.

    Args:
        models: in the order of a pass, such as the autoencoder before the classifier.
        inputs: by model id, what it is run on.
        settings: its `shader_cache` is ignored: cold starts need an empty one.

    Raises:
        RunnerError, UnavailableError: as a session does; there is no partial result.
    """
    count = repeats or Repeats()
    cache = Path(tempfile.mkdtemp(prefix="xport-shaders-"))
    try:
        filling = replace(settings, shader_cache=cache)
        empty = replace(settings, shader_cache=None)
        cold_settings = (filling, *(empty for _ in range(count.cold_starts - 1)))
        cold = [_start(BrowserSession(models, one), inputs) for one in cold_settings]
        warm = [
            _start(BrowserSession(models, filling), inputs) for _ in range(count.warm_starts - 1)
        ]
        with BrowserSession(models, filling) as session:
            warm.append(_first_runs(session, inputs))
            return _steady(session, inputs, count, _starts(cold), _starts(warm))
    finally:
        shutil.rmtree(cache, ignore_errors=True)


def _start(session: BrowserSession, inputs: Mapping[str, Inputs]) -> _Start:
    with session:
        return _first_runs(session, inputs)


def _first_runs(session: BrowserSession, inputs: Mapping[str, Inputs]) -> _Start:
    first = {model: session.run(model, inputs[model]).seconds for model in session.model_ids}
    return _Start(session.opened.total_seconds, session.load_seconds, first)


def _starts(starts: Sequence[_Start]) -> Starts:
    def by_model(figures: Sequence[Mapping[str, float]]) -> dict[str, Timing]:
        return {model: Timing.of(one[model] for one in figures) for model in figures[0]}

    return Starts(
        open_seconds=Timing.of(start.opened for start in starts),
        load_seconds=by_model([start.loaded for start in starts]),
        first_run_seconds=by_model([start.first_run for start in starts]),
    )


def _steady(
    session: BrowserSession,
    inputs: Mapping[str, Inputs],
    count: Repeats,
    cold: Starts,
    warm: Starts,
) -> RuntimeMeasurement:
    runs = {
        model: Timing.of(
            session.run(model, inputs[model]).seconds for _ in range(count.steady_runs)
        )
        for model in session.model_ids
    }
    steps = [(model, inputs[model]) for model in session.model_ids]
    passes = Timing.of(session.run_pass(steps).seconds for _ in range(count.steady_runs))
    return RuntimeMeasurement(
        leg=f"tfjs/{session.settings.backend}",
        environment=session.environment(),
        cold=cold,
        warm=warm,
        steady_run_seconds=runs,
        pass_models=session.model_ids,
        pass_seconds=passes,
        peak_mib=session.peak_mib,
    )
