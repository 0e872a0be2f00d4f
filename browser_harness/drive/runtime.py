"""A warm start: what a returning visitor waits for, and both models in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from xport.common.arrays import Tensors


@dataclass(frozen=True)
class WarmStart:
    """Seconds in a new browser whose shader cache was filled before; readback is included.

    Attributes:
        load: by model, to fetch, verify and parse it.
        first: by model, warming it up and its first run, with the upload of its weights.
        passes: the models of a pass once, in the order given, as one figure, in the steady state.
        peak_mib: largest memory of the browser's processes, MiB.
    """

    load: dict[str, float]
    first: dict[str, float]
    passes: tuple[float, ...]
    peak_mib: float


def measure_warm_start(
    models: Sequence[ModelSource],
    inputs_by_model: Mapping[str, Tensors],
    settings: BrowserSettings,
    *,
    together: Sequence[str],
    passes: int,
) -> WarmStart:
    """Start a browser on a filled shader cache and run all models in one page.

    Args:
        models: in the order of a pass, such as the autoencoder before the classifier.
        inputs_by_model: what each is run on, by model id.
        settings: its `shader_cache` is one that an earlier session has filled; without one the
            start would be a cold one.
        together: the models of a pass, in order.
        passes: how many passes to time.

    Raises:
        ValueError: there is no shader cache.
        RunnerError, UnavailableError: as a session does; there is no partial result.
    """
    if settings.shader_cache is None:
        raise ValueError("a warm start needs the shader cache of an earlier session")
    session = BrowserSession(models, settings)
    with session:
        first = {
            model: session.warm_up(model).seconds
            + session.run(model, inputs_by_model[model]).seconds
            for model in session.model_ids
        }
        steps = [(model, inputs_by_model[model]) for model in together]
        timed = tuple(session.run_pass(steps).seconds for _ in range(passes))
        load = dict(session.load_seconds)
    return WarmStart(load, first, timed, session.peak_mib)
