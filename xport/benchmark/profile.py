"""Where a model's time goes, kernel by kernel: `xport profile`."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xport.benchmark.document import BenchResult, KernelRow, ProfileResult
from xport.benchmark.models import read_models
from xport.benchmark.side_by_side import (
    BenchOptions,
    complaints_about,
    contestants_of,
    result_of,
    session_of,
    settings_for,
)
from xport.common import progress
from xport.errors import InputError

if TYPE_CHECKING:
    from browser_harness.measure.bench import Contestant, Profile


def profile(named: Sequence[str], options: BenchOptions) -> BenchResult:
    """Time every kernel of TF.js models, in as many runs as there are rounds.

    Errors are those of `bench`.
    """
    if options.cold or options.gradient:
        raise InputError(
            "a profile is of a warm forward run", "profile", "leave cold and gradient out"
        )
    with tempfile.TemporaryDirectory(prefix="xport-bench-") as scratch:
        models = read_models(named, Path(scratch), options.seed)
        for note in (note for model in models for note in model.notes):
            progress.say(note)
        for model in models:
            if model.is_onnx:
                raise InputError("kernels are timed in TF.js only", model.given or str(model.path))
        contestants = [one for model in models for one in contestants_of(model, options)]
        profiles = [
            found
            for backend in options.backends
            for found in _profiles(contestants, backend, options)
        ]
        return result_of(models, options, profiles=tuple(profiles))


def _profiles(
    contestants: Sequence[Contestant], backend: str, options: BenchOptions
) -> Iterator[ProfileResult]:
    with (
        tempfile.TemporaryDirectory(prefix="xport-shaders-") as shaders,
        session_of(contestants, settings_for(backend, options, Path(shaders))) as session,
        progress.step(f"profile {backend}", len(contestants)),
    ):
        for one in contestants:
            complaints = list(complaints_about(session.contest(one)))  # also warms it up
            if complaints:
                raise InputError("; ".join(complaints), one.id, "its times would say nothing")
            runs = [session.profile(one) for _ in range(options.rounds)]
            yield ProfileResult(
                name=one.id,
                backend=backend,
                method=runs[0].method,
                runs=len(runs),
                total_milliseconds=statistics.median(run.total for run in runs),
                kernels=kernel_rows(runs),
            )
            progress.advance()


def kernel_rows(runs: Sequence[Profile]) -> tuple[KernelRow, ...]:
    """The median of each kernel's time over the runs, the longest first."""
    times: dict[str, list[float]] = {}
    calls = {time.kernel: time.calls for time in runs[0].kernels}
    for run in runs:
        for time in run.kernels:
            times.setdefault(time.kernel, []).append(time.milliseconds)
    rows = [
        KernelRow(kernel=name, calls=calls[name], milliseconds=statistics.median(found))
        for name, found in times.items()
    ]
    return tuple(sorted(rows, key=lambda row: -row.milliseconds))
