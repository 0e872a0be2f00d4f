"""Two versions of a model run in turn on one page, for a ratio of times that means something.

What else the machine does meets both; who begins changes from round to round.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from xport.benchmark.models import inputs_for
from xport.common import progress
from xport.common.arrays import Array
from xport.common.tools import missing_packages_named
from xport.comparison.paired_speed import AFTER, BEFORE, SpeedPair
from xport.errors import RunnerError, XportError
from xport.formats.artifact import Artifact

if TYPE_CHECKING:
    from browser_harness.launch.settings import BrowserSettings


def run_in_turn(
    asked: SpeedPair, versions: tuple[Artifact, Artifact], settings: BrowserSettings, rounds: int
) -> SpeedPair:
    """The same with times of both on the page that browser legs run, or why there are none.

    Args:
        asked: which model on which leg; its seed is that of inputs, too.
        versions: before and after, each run on random inputs of its own shapes.
        settings: of the browser; what it serves must do for both.
        rounds: how often both run, one after the other, after each was warmed up and run once.
    """
    try:
        with missing_packages_named():
            return _measured(asked, versions, settings, rounds)
    except XportError as error:
        return asked.model_copy(update={"failure": str(error)})


def _measured(
    asked: SpeedPair, versions: tuple[Artifact, Artifact], settings: BrowserSettings, rounds: int
) -> SpeedPair:
    from browser_harness.drive.models import ModelSource
    from browser_harness.drive.session import BrowserSession

    sides = dict(zip((BEFORE, AFTER), versions, strict=True))
    inputs = {name: inputs_for(side.signature, asked.seed) for name, side in sides.items()}
    sources = [ModelSource.of_artifact(name, side) for name, side in sides.items()]
    title = f"{asked.model} in turn, {asked.leg}"
    with BrowserSession(sources, settings) as session, progress.step(title, rounds):
        for name in sides:
            session.warm_up(name)
            _require_numbers(name, session.run(name, inputs[name]).outputs)
        seconds: dict[str, list[float]] = {name: [] for name in sides}
        for number in range(rounds):
            for name in (BEFORE, AFTER) if number % 2 == 0 else (AFTER, BEFORE):
                outcome = session.run(name, inputs[name])
                _require_numbers(name, outcome.outputs)
                seconds[name].append(outcome.seconds)
            progress.advance()
        return asked.model_copy(
            update={
                "seconds_before": tuple(seconds[BEFORE]),
                "seconds_after": tuple(seconds[AFTER]),
                "environment": session.environment(),
            }
        )


def _require_numbers(name: str, outputs: Mapping[str, Array]) -> None:
    """Refuse a run of which an output is no number: its time says nothing."""
    for output, values in outputs.items():
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise RunnerError(
                f"output {output} of the model of {name} holds NaN or infinity",
                remedy="see its own verdict: a time of what fails says nothing",
            )
