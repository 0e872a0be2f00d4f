"""Record: run a plan's legs on inputs, in processes of their own or in a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from xport.common import digests, isolated, progress
from xport.common.raised import named
from xport.errors import IntegrityError, RunnerError, XportError
from xport.exchange.recording import Recording, Runner
from xport.formats.artifact import Artifact, Format
from xport.inputs.probes import ProbeFolder
from xport.plan.plan import (
    EVALUATOR_LEG,
    FLOAT64_LEG,
    ONNX_LEG,
    OPTIMISED_LEG,
    Leg,
    Plan,
    PlannedModel,
)
from xport.recording.recorder import RecordingFolder, record
from xport.recording.reuse import Reuse
from xport.recording.runners.onnx_runner import EvaluatorRunner, OnnxRunner
from xport.recording.runners.tf_runner import TfRunner
from xport.recording.runners.torch_runner import TorchRunner

BrowserRunner = Callable[[str, Artifact, str], Runner]
"""Makes a runner for a model id, its TF.js artifact and a backend."""
OwnRunner = Callable[[PlannedModel, Leg], Runner | None]
"""Makes a runner that has to work in this process; None for a leg that may have its own."""


@dataclass(frozen=True)
class LegRecorder:
    """Runs a plan's legs on the inputs in one folder and keeps what they say in another."""

    plan: Plan
    probes: ProbeFolder
    recordings: RecordingFolder
    browser_runner: BrowserRunner
    own_runner: OwnRunner | None = None
    reuse: Reuse | None = None

    def every_leg(self) -> list[Recording]:
        """Record every leg of every model, in the plan's order."""
        return [
            self.leg(model, leg, f"record {model.id} {leg.name}")
            for model in self.plan.models
            for leg in self.plan.legs_of(model)
        ]

    def leg(self, model: PlannedModel, leg: Leg, title: str) -> Recording:
        """Record one leg on the model's probes, announced under a title.

        What an earlier run recorded of the same is taken; what is recorded is kept for later ones.
        A leg that cannot be run becomes a recording with its `failure`, which is said too.
        """
        own = self.own_runner(model, leg) if self.own_runner and not leg.backend else None
        reuse = self.reuse if own is None else None
        taken = reuse.leg(model, leg, self.recordings) if reuse else None
        if taken is not None:
            with progress.step(title, 1):
                progress.advance(f"reused, of {taken.reused_from:%Y-%m-%d}")
            return taken
        recording = self._recorded(model, leg, own, title)
        if reuse:
            reuse.keep_leg(model, leg, self.recordings)
        return recording

    def _recorded(self, model: PlannedModel, leg: Leg, own: Runner | None, title: str) -> Recording:
        by_probe = leg.backend is not None or own is not None
        with progress.step(title, len(model.probes) if by_probe else 1):
            if leg.backend:
                recording = self._in_browser(model, leg, leg.backend)
            else:
                recording = self._in_process(model, leg, own)
            if not by_probe:
                progress.advance(f"{sum(recording.seconds.values()):.1f} s")
        if recording.failure:
            progress.say(f"{model.id} {leg.name}: {recording.failure}")
        return recording

    def _in_browser(self, model: PlannedModel, leg: Leg, backend: str) -> Recording:
        try:
            runner = self.browser_runner(model.id, artifact_of(model, leg.artifact), backend)
        except XportError as error:
            return self._failed(model, leg, error)
        return _kept(runner, self.plan, model, leg, self.probes, self.recordings)

    def _in_process(self, model: PlannedModel, leg: Leg, own: Runner | None) -> Recording:
        try:
            if own is not None:
                return self._here(own, model, leg)
            return isolated.call(
                record_here, self.plan, model, leg, self.probes, self.recordings
            ).result
        except XportError as error:
            return self._failed(model, leg, error)

    def _here(self, runner: Runner, model: PlannedModel, leg: Leg) -> Recording:
        try:
            return _kept(runner, self.plan, model, leg, self.probes, self.recordings)
        except (XportError, MemoryError):
            raise
        except Exception as error:  # a module is somebody else's code
            raise RunnerError(f"the module raised {named(error)}", leg.name) from error

    def _failed(self, model: PlannedModel, leg: Leg, error: XportError) -> Recording:
        recording = Recording(
            model=model.id,
            leg=leg.name,
            plan_digest=self.plan.digest(),
            artifact_digest=model.artifacts[leg.artifact].digest,
            failure=str(error),
        )
        self.recordings.save(recording, {})
        return recording


def record_here(
    plan: Plan, model: PlannedModel, leg: Leg, probes: ProbeFolder, recordings: RecordingFolder
) -> Recording:
    """Record one leg that needs no browser, in this process, and save it.

    Raises:
        IntegrityError: the artifact's files are not the ones that were converted.
    """
    planned = model.artifacts[leg.artifact]
    if digests.of_folder(planned.path) != planned.files:
        raise IntegrityError(
            "the stored files are not the converted ones",
            str(planned.path),
            "delete this folder and run `xport convert` again",
        )
    return _kept(local_runner(model, leg), plan, model, leg, probes, recordings)


def _kept(
    runner: Runner,
    plan: Plan,
    model: PlannedModel,
    leg: Leg,
    probes: ProbeFolder,
    recordings: RecordingFolder,
) -> Recording:
    recording, arrays = record(runner, plan, model, leg, probes)
    recordings.save(recording, arrays)
    return recording


def local_runner(model: PlannedModel, leg: Leg) -> Runner:
    """The runner for a leg of a model that needs no browser."""
    planned = model.artifacts[leg.artifact]
    if leg.name == EVALUATOR_LEG:
        return EvaluatorRunner(leg.name, planned.path)
    if planned.format is Format.ONNX and model.reference == ONNX_LEG:
        optimised = leg.name == OPTIMISED_LEG
        return OnnxRunner(leg.name, planned.path, "all" if optimised else "none")
    if planned.format is Format.TORCH:
        dtype: Literal["float32", "float64"] = "float64" if leg.name == FLOAT64_LEG else "float32"
        return TorchRunner(leg.name, planned.path, dtype)
    if planned.format is Format.ONNX:
        return OnnxRunner(leg.name, planned.path)
    return TfRunner(leg.name, planned.path)


def artifact_of(model: PlannedModel, name: str) -> Artifact:
    """A planned artifact, as stages and runners take it."""
    planned = model.artifacts[name]
    return Artifact(planned.format, planned.path, model.signature, planned.digest)
