"""Record: run every leg of a plan, in processes of their own or in a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from xport.common import digests, isolated
from xport.common.progress import Progress, Silent
from xport.errors import IntegrityError, XportError
from xport.exchange.recording import Recording, Runner
from xport.formats.artifact import Artifact, Format
from xport.inputs.probes import ProbeFolder
from xport.plan.plan import FLOAT64_LEG, Leg, Plan, PlannedArtifact, PlannedModel
from xport.recording.recorder import RecordingFolder, record
from xport.recording.runners.onnx_runner import OnnxRunner
from xport.recording.runners.tf_runner import TfRunner
from xport.recording.runners.torch_runner import TorchRunner

BrowserRunner = Callable[[str, Artifact, str], Runner]
"""Makes a runner for a model id, its TF.js artifact and a backend."""


@dataclass(frozen=True)
class RecordingSession:
    """Everything a plan's legs need to be recorded."""

    plan: Plan
    probes: ProbeFolder
    recordings: RecordingFolder
    browser_runner: BrowserRunner

    def run(self, progress: Progress) -> list[Recording]:
        """Record every leg of every model, in the plan's order.

        A leg that cannot be run becomes a recording with its `failure`; the others go on.
        """
        return [
            self._record(model, leg, progress)
            for model in self.plan.models
            for leg in self.plan.legs_of(model)
        ]

    def _record(self, model: PlannedModel, leg: Leg, progress: Progress) -> Recording:
        if leg.backend is None:
            with progress.step(f"record {model.id} {leg.name}", 1) as step:
                recording = self._in_process(model, leg)
                step.advance(f"{sum(recording.seconds.values()):.1f} s")
        else:
            artifact = artifact_of(model, leg.artifact)
            with progress.step(f"record {model.id} {leg.name}", len(model.probes)) as step:
                try:
                    runner = self.browser_runner(model.id, artifact, leg.backend)
                except XportError as error:
                    recording = failed(self.plan, model, leg, str(error))
                    self.recordings.save(recording, {})
                else:
                    recording, arrays = record(runner, self.plan, model, leg, self.probes, step)
                    self.recordings.save(recording, arrays)
        if recording.failure:
            progress.say(f"{model.id} {leg.name}: {recording.failure}")
        return recording

    def _in_process(self, model: PlannedModel, leg: Leg) -> Recording:
        try:
            done = isolated.call(record_here, self.plan, model, leg, self.probes, self.recordings)
        except XportError as error:
            recording = failed(self.plan, model, leg, str(error))
            self.recordings.save(recording, {})
            return recording
        return done.result


def failed(plan: Plan, model: PlannedModel, leg: Leg, why: str) -> Recording:
    """The recording of a leg that could not be run."""
    return Recording(
        model=model.id,
        leg=leg.name,
        plan_digest=plan.digest(),
        artifact_digest=model.artifacts[leg.artifact].digest,
        failure=why,
    )


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
    runner = local_runner(leg, planned)
    with Silent().step("", 0) as step:
        recording, arrays = record(runner, plan, model, leg, probes, step)
    recordings.save(recording, arrays)
    return recording


def local_runner(leg: Leg, planned: PlannedArtifact) -> Runner:
    """The runner for a leg that needs no browser."""
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
