"""Running a runner over probes and keeping what it said, on disk, whole or not at all."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from xport.common import digests, progress
from xport.common.arrays import Array, Tensors
from xport.common.document import write_whole
from xport.common.version import BUILT
from xport.errors import InputError, IntegrityError, RunnerCrashed, XportError
from xport.exchange.recording import Clock, Environment, Recording, Runner, TellsTime
from xport.inputs.probes import ProbeFolder
from xport.plan.plan import Leg, Plan, PlannedModel

Arrays = dict[str, dict[str, Array]]
"""Probe name to output name to array."""

RESTARTS = 1


@dataclass
class _Tape:
    """What has been recorded so far; survives a restart of the runner."""

    arrays: Arrays = field(default_factory=dict)
    input_digests: dict[str, dict[str, str]] = field(default_factory=dict)
    again: dict[str, dict[str, str]] = field(default_factory=dict)
    differences: dict[str, dict[str, float]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    environment: Environment | None = None
    clock: Clock | None = None
    load_seconds: float = 0.0
    peak_mib: float = 0.0
    restarts: int = 0


def record(
    runner: Runner, plan: Plan, model: PlannedModel, leg: Leg, probes: ProbeFolder
) -> tuple[Recording, Arrays]:
    """Run every probe of a model on one leg, twice; each is a unit of the step under way.

    The second run is only compared with the first: its digests are kept, and by how much it
    differs where it does.

    A runner that crashes is opened again once and goes on with the probe it crashed on. Any
    other failure, or a second crash, is the recording's `failure`: it has no arrays then.
    """
    tape = _Tape()
    while True:
        try:
            _roll(tape, runner, model, probes)
            failure = None
        except RunnerCrashed as crash:
            if tape.restarts < RESTARTS:
                tape.restarts += 1
                continue
            failure = str(crash)
        except XportError as error:
            failure = str(error)
        break
    return _finish(tape, plan, model, leg, failure)


def _roll(tape: _Tape, runner: Runner, model: PlannedModel, probes: ProbeFolder) -> None:
    with runner:
        try:
            tape.environment = runner.environment()
            tape.clock = _clock(runner)
            tape.load_seconds = tape.load_seconds or runner.load_seconds
            repeated = {probe.name for probe in model.repeated_on(runner.leg)}
            for probe in model.probes_on(runner.leg):
                if probe.name in tape.arrays:
                    continue
                inputs = probes.load(probe, model.signature)
                outputs, seconds = runner.run(inputs)
                if probe.name in repeated:
                    _repeat(tape, runner, probe.name, inputs, outputs)
                tape.input_digests[probe.name] = {n: digests.of_array(a) for n, a in inputs.items()}
                tape.seconds[probe.name] = seconds
                tape.arrays[probe.name] = outputs
                progress.advance(f"{seconds:.2f} s")
            tape.environment = runner.environment()  # with what the page's witness saw until now
        finally:
            tape.peak_mib = max(tape.peak_mib, runner.peak_mib)


def _clock(runner: Runner) -> Clock:
    ahead = round(runner.clock_ahead(), 3) if isinstance(runner, TellsTime) else None
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    return Clock(python=now, built=BUILT, browser_ahead=ahead)


def _repeat(tape: _Tape, runner: Runner, probe: str, inputs: Tensors, first: Tensors) -> None:
    """Run a probe again and keep how the outputs differ from those of the first run."""
    again, _ = runner.run(inputs)
    tape.again[probe] = digests_of({probe: again})[probe]
    differing = {
        name: largest_difference(array, again[name])
        for name, array in first.items()
        if tape.again[probe][name] != digests.of_array(array)
    }
    if differing:
        tape.differences[probe] = differing


def largest_difference(one: Array, other: Array) -> float:
    """The largest absolute difference; infinite where shapes differ, or where one holds no number.

    Zero of arrays that differ in signs of zero, or in kinds of NaN, alone.
    """
    if one.shape != other.shape:
        return float("inf")
    with np.errstate(all="ignore"):
        gaps = np.abs(one.astype(np.float64) - other.astype(np.float64))
    same = (one == other) | ((one != one) & (other != other))
    return float(
        np.where(same, 0.0, np.nan_to_num(gaps, nan=np.inf, posinf=np.inf)).max(initial=0.0)
    )


def _finish(
    tape: _Tape, plan: Plan, model: PlannedModel, leg: Leg, failure: str | None
) -> tuple[Recording, Arrays]:
    arrays = {} if failure else tape.arrays
    artifact = model.artifacts[leg.artifact]
    return (
        Recording(
            model=model.id,
            leg=leg.name,
            plan_digest=plan.digest(),
            artifact_digest=artifact.digest,
            failure=failure,
            environment=tape.environment,
            clock=tape.clock,
            input_digests={} if failure else tape.input_digests,
            output_digests=digests_of(arrays),
            again_digests={} if failure else tape.again,
            differences={} if failure else tape.differences,
            seconds={} if failure else tape.seconds,
            load_seconds=tape.load_seconds,
            peak_mib=tape.peak_mib,
            restarts=tape.restarts,
        ),
        arrays,
    )


@dataclass(frozen=True)
class RecordingFolder:
    """Recordings on disk: one JSON document and one npz file of arrays per model and leg."""

    root: Path

    def path(self, model: str, leg: str) -> Path:
        """The JSON document of a recording; the arrays lie beside it."""
        return self.root / model / f"{leg.replace('/', '-')}.json"

    def save(self, recording: Recording, arrays: Mapping[str, Tensors]) -> None:
        """Write the arrays, then the document that names their digest."""
        path = self.path(recording.model, recording.leg)
        data = _pack(arrays)
        write_whole(path.with_suffix(".npz"), data)
        update = {"arrays_digest": digests.of_bytes(data), "output_digests": digests_of(arrays)}
        recording.model_copy(update=update).write(path)

    def load(self, model: str, leg: str) -> tuple[Recording, Arrays] | None:
        """A recording and its arrays, or None when there is none.

        Raises:
            InputError: the document or the arrays cannot be read.
            IntegrityError: the document is of another model or leg, or what it says of the arrays
                is not what they are.
        """
        path = self.path(model, leg)
        if not path.is_file():
            return None
        recording = Recording.read(path)
        try:
            data = path.with_suffix(".npz").read_bytes()
        except OSError as error:
            raise InputError(
                f"cannot read: {error.strerror}",
                str(path.with_suffix(".npz")),
                "run `xport record` again",
            ) from error
        if digests.of_bytes(data) != recording.arrays_digest:
            raise IntegrityError(
                "the arrays are not the recorded ones",
                str(path.with_suffix(".npz")),
                "run `xport record` again",
            )
        arrays = _unpack(data)
        for wrong in _contradictions(recording, arrays, model, leg):
            raise IntegrityError(wrong, str(path), "run `xport record` again")
        return recording, arrays


def _contradictions(recording: Recording, arrays: Arrays, model: str, leg: str) -> Iterator[str]:
    """What a document says that is not so: whose it is, and what the arrays are."""
    if (recording.model, recording.leg) != (model, leg):
        yield f"the recording is of {recording.model}/{recording.leg}, not of {model}/{leg}"
    if recording.output_digests != digests_of(arrays):
        yield "the outputs' digests are not those of the recorded arrays"


def digests_of(arrays: Mapping[str, Tensors]) -> dict[str, dict[str, str]]:
    """Digests of recorded outputs, by probe and by name."""
    return {
        probe: {name: digests.of_array(array) for name, array in outputs.items()}
        for probe, outputs in arrays.items()
    }


def _pack(arrays: Mapping[str, Tensors]) -> bytes:
    buffer = io.BytesIO()
    flat: dict[str, Any] = {
        f"{p}|{name}": a for p, outputs in arrays.items() for name, a in outputs.items()
    }
    np.savez(buffer, **flat)
    return buffer.getvalue()


def _unpack(data: bytes) -> Arrays:
    arrays: Arrays = {}
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        for key in file.files:
            probe, _, output = key.rpartition("|")
            arrays.setdefault(probe, {})[output] = file[key]
    return arrays
