"""What other correct implementations of a run's models differ by, measured when it is recorded.

Only what the legs do not say already is run, on the first few probes: PyTorch on another number of
threads and in another order of summation, ONNX Runtime without optimisations and on another number
of threads. A module in memory is run in this process, everything else in one of its own.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xport.common import digests, isolated, progress
from xport.common.arrays import Array
from xport.common.raised import named
from xport.errors import RunnerError, XportError
from xport.exchange.implementations import (
    PROBES,
    AllImplementations,
    Implementation,
    Implementations,
    Name,
    artifacts_of,
    names_of,
)
from xport.inputs.probes import ProbeFolder
from xport.plan.plan import REFERENCE_LEG, Plan, PlannedModel
from xport.plan.rounding import Answers, distance
from xport.plan.routes import ONNX, TORCH
from xport.recording.implementations import OF_ONNX, onnx_answers, torch_answers
from xport.recording.legs import OwnRunner
from xport.recording.recorder import RecordingFolder
from xport.recording.runners.torch_runner import TorchRunner


@dataclass(frozen=True)
class Work:
    """One model with where its probes and its reference's recording lie.

    `own` is what PyTorch said in the caller's process, or why it said nothing; None of an artifact
    that can be run in any.
    """

    model: PlannedModel
    probes: ProbeFolder
    recordings: RecordingFolder
    own: Mapping[Name, Answers] | None = None
    problems: tuple[str, ...] = field(default=())

    @property
    def inputs(self) -> list[dict[str, Array]]:
        """Those of the first probes."""
        first = self.model.probes[:PROBES]
        return [self.probes.load(probe, self.model.signature) for probe in first]


def measure_implementations(
    plan: Plan,
    probes: ProbeFolder,
    recordings: RecordingFolder,
    own_runner: OwnRunner | None = None,
) -> AllImplementations:
    """Run every model otherwise; a model that cannot be is one with a failure.

    Args:
        plan: whose models, artifacts and probes they are.
        probes: the inputs' bytes.
        recordings: what the references said.
        own_runner: makes the runners of legs that have to run in this process.
    """
    with progress.step("other implementations", 1):
        work = []
        for model in plan.models:
            leg = next(leg for leg in plan.legs_of(model) if leg.name == model.reference)
            runner = own_runner(model, leg) if own_runner else None
            todo = Work(model, probes, recordings)
            work.append(todo if runner is None else _in_this_process(todo, runner))
        try:
            found = isolated.call(measured_here, work).result
        except XportError as error:
            found = [_nothing(todo.model, str(error)) for todo in work]
        progress.advance(f"{sum(one.seconds for one in found):.1f} s")
    for one in found:
        if one.failure:
            progress.say(f"{one.model}: other implementations: {one.failure}")
    return AllImplementations(models=tuple(found))


def measured_here(work: Sequence[Work]) -> list[Implementations]:
    """The same in this process, but for what was run elsewhere."""
    return [_of_model(one) for one in work]


def _in_this_process(work: Work, runner: object) -> Work:
    assert isinstance(runner, TorchRunner)
    try:
        said = torch_answers(runner, work.inputs)
        return Work(work.model, work.probes, work.recordings, said)
    except Exception as error:  # a module is somebody else's code
        return Work(work.model, work.probes, work.recordings, {}, (f"PyTorch: {named(error)}",))


def _of_model(work: Work) -> Implementations:
    """What keeps an implementation from being measured is the `failure`, with its name."""
    start = time.monotonic()
    model, problems = work.model, [*work.problems]
    said: dict[Name, Answers] = {}
    try:
        inputs = work.inputs
        recorded = work.recordings.load(model.id, model.reference)
        names = [probe.name for probe in model.probes[:PROBES]]
        arrays = recorded[1] if recorded else {}
        if any(name not in arrays for name in names):
            return _nothing(model, "the reference was not recorded")
        reference = [arrays[name] for name in names]
    except XportError as error:
        return _nothing(model, str(error))
    for title, run in (("PyTorch", _of_torch), ("ONNX Runtime", _of_onnx)):
        try:
            said |= run(work, inputs)
        except XportError as error:
            problems.append(f"{title}: {error}")
        except Exception as error:  # runtimes and modules raise what they like
            problems.append(f"{title}: {named(error)}")
    outputs = [spec.name for spec in model.signature.outputs]
    found = tuple(
        Implementation(name=name, differences={o: distance(reference, answers, o) for o in outputs})
        for name, answers in said.items()
    )
    return _nothing(model, "; ".join(problems) or None).model_copy(
        update={
            "probes": tuple(names) if found else (),
            "found": found,
            "seconds": time.monotonic() - start,
        }
    )


def _of_torch(work: Work, inputs: Sequence[dict[str, Array]]) -> Mapping[Name, Answers]:
    if work.own is not None or work.model.reference != REFERENCE_LEG:
        return work.own or {}
    planned = work.model.artifacts[TORCH]
    _require_converted(work.model, TORCH)
    return torch_answers(TorchRunner(REFERENCE_LEG, planned.path, "float32"), inputs)


def _of_onnx(work: Work, inputs: Sequence[dict[str, Array]]) -> Mapping[Name, Answers]:
    if ONNX not in work.model.artifacts:
        return {}
    _require_converted(work.model, ONNX)
    names = [name for name in names_of(work.model) if name in OF_ONNX]
    return onnx_answers(work.model.artifacts[ONNX].path, inputs, names)


def _require_converted(model: PlannedModel, artifact: str) -> None:
    planned = model.artifacts[artifact]
    if digests.of_folder(planned.path) != planned.files:
        raise RunnerError("the stored files are not the converted ones", artifact)


def _nothing(model: PlannedModel, why: str | None) -> Implementations:
    return Implementations(model=model.id, artifacts=artifacts_of(model), failure=why)
