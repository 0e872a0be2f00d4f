"""Record the preprocessing leg: every pipeline on every image, then what models say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from reference.preprocess.picture import Note
from xport.common import isolated
from xport.common.progress import Progress, Silent, Step
from xport.errors import RunnerError, XportError
from xport.exchange.prepared import (
    DEFINITION,
    EXACT,
    IN_BROWSER,
    Preparations,
    PreparedInputs,
    deployed_leg,
    prepared_models,
    torch_leg,
    tried_on,
)
from xport.exchange.preparer import Made, Preparer, Unsupported
from xport.exchange.recording import Recording, Runner, WebEnvironment
from xport.formats.artifact import TensorSpec
from xport.inputs.images import ImageFolder
from xport.inputs.probes import Probe
from xport.plan.pipeline_description import PipelineDescription
from xport.plan.plan import Leg, Plan, PlannedModel
from xport.recording.prepared_folder import PreparedFolder
from xport.recording.recorder import record
from xport.recording.session import BrowserRunner, artifact_of, failed, local_runner

OpenBrowser = Callable[[Plan], AbstractContextManager[Preparer]]
"""Opens a browser for a plan's pipelines."""


@dataclass
class _Tally:
    """What one pipeline has made so far."""

    facts: PipelineDescription
    inputs: dict[str, str] = field(default_factory=dict)
    unsupported: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    notes: dict[str, tuple[Note, ...]] = field(default_factory=dict)

    def document(self, model: str) -> PreparedInputs:
        return PreparedInputs(
            model=model,
            pipeline=self.facts,
            inputs=self.inputs,
            unsupported=self.unsupported,
            failures=self.failures,
            seconds=self.seconds,
            notes=self.notes,
        )


@dataclass(frozen=True)
class PreprocessingSession:
    """Everything that the preprocessing leg of a plan needs to be recorded."""

    plan: Plan
    images: ImageFolder
    folder: PreparedFolder
    browser: OpenBrowser
    browser_runner: BrowserRunner

    def run(self, progress: Progress) -> Preparations | None:
        """Prepare every image by every pipeline and run the models; None without such a leg.

        What a pipeline or model cannot do is in the documents; the others go on.
        """
        if self.plan.preprocessing is None:
            return None
        with progress.step("prepare images in Python", 1) as step:
            made = list(isolated.call(prepare_here, self.plan, self.images, self.folder).result)
            step.advance(f"{len(self.plan.preprocessing.images)} images")
        here, environment = self._in_browser(progress)
        prepared = Preparations(
            plan_digest=self.plan.digest(), made=(*made, *here), environment=environment
        )
        prepared.write(self.folder.path)
        for model in prepared_models(self.plan):
            self._ask_torch(model, prepared, progress)
            self._ask_browser(model, prepared, progress)
        return prepared

    def _in_browser(self, progress: Progress) -> tuple[list[PreparedInputs], WebEnvironment | None]:
        wanted = len(self.plan.preprocessing.images) if self.plan.preprocessing else 0
        models = prepared_models(self.plan)
        made: list[PreparedInputs] = []
        try:
            with self.browser(self.plan) as preparer:
                environment = preparer.environment()
                for model in models:
                    total = wanted * len(preparer.pipelines)
                    with progress.step(f"prepare {model.id} in the browser", total) as step:
                        made += prepared_by(
                            preparer, self.plan, model, self.images, self.folder, step
                        )
                return made, environment
        except XportError as error:
            progress.say(f"preprocessing in the browser: {error}")
            return [*made, *self._not_prepared(models, str(error))], None

    def _not_prepared(self, models: Sequence[PlannedModel], why: str) -> Iterator[PreparedInputs]:
        """The exact path of every model without a single input: the browser did not do it."""
        assert self.plan.preprocessing is not None
        facts = PipelineDescription(
            name=EXACT, title="The page's exact path", side="browser", sentence=""
        )
        failures = {image.name: why for image in self.plan.preprocessing.images}
        for model in models:
            yield PreparedInputs(model=model.id, pipeline=facts, failures=failures)

    def _ask_torch(self, model: PlannedModel, prepared: Preparations, progress: Progress) -> None:
        leg = torch_leg(self.plan)
        tried = tried_on(model, prepared.digests(model.id))
        with progress.step(f"run {model.id} {leg.name} on prepared images", 1) as step:
            try:
                done = isolated.call(_run_here, self.plan, tried, leg, self.folder).result
            except XportError as error:
                done = failed(self.plan, tried, leg, str(error))
                self.folder.recordings.save(done, {})
            step.advance(f"{len(tried.probes)} inputs, {sum(done.seconds.values()):.1f} s")

    def _ask_browser(self, model: PlannedModel, prepared: Preparations, progress: Progress) -> None:
        leg = deployed_leg(self.plan)
        tried = tried_on(model, prepared.digests(model.id, (DEFINITION, *IN_BROWSER)))
        title = f"run {model.id} {leg.name} on prepared images"
        with progress.step(title, len(tried.probes)) as step:
            try:
                artifact = artifact_of(model, leg.artifact)
                runner = self.browser_runner(model.id, artifact, leg.backend or "")
            except XportError as error:
                self.folder.recordings.save(failed(self.plan, tried, leg, str(error)), {})
            else:
                _keep(runner, self.plan, tried, leg, self.folder, step)


def prepared_by(
    preparer: Preparer,
    plan: Plan,
    model: PlannedModel,
    images: ImageFolder,
    folder: PreparedFolder,
    step: Step,
) -> list[PreparedInputs]:
    """What every pipeline of one side makes of every image of a plan for one model."""
    assert plan.preprocessing is not None
    assert model.preprocess is not None
    (spec,) = model.signature.inputs
    tallies = [_Tally(facts) for facts in preparer.pipelines]
    for image, content in images.all(plan.preprocessing.images):
        for tally in tallies:
            try:
                made = preparer.prepare(tally.facts.name, content, model.preprocess)
                _require_fit(made, spec)
            except XportError as error:
                tally.failures[image.name] = str(error)
                step.advance("failed")
                continue
            if isinstance(made, Unsupported):
                tally.unsupported[image.name] = made.reason
            else:
                probe = Probe(image.name, tally.facts.name, {spec.name: made.input})
                (planned,) = folder.inputs.save([probe])
                tally.inputs[image.name] = planned.digests[spec.name]
                tally.seconds[image.name] = made.seconds
                if made.notes:
                    tally.notes[image.name] = made.notes
            step.advance(tally.facts.name)
    return [tally.document(model.id) for tally in tallies]


def _require_fit(made: Made | Unsupported, spec: TensorSpec) -> None:
    if isinstance(made, Made) and (made.input.shape, made.input.dtype.name) != (
        spec.shape,
        spec.dtype,
    ):
        raise RunnerError(f"{made.input.dtype} {made.input.shape} was made instead of {spec}")


def prepare_here(plan: Plan, images: ImageFolder, folder: PreparedFolder) -> list[PreparedInputs]:
    """Prepare every image of a plan by the definition and by Python's pipelines, here."""
    from xport.recording.python_preparer import PythonPreparer

    assert plan.preprocessing is not None
    preparer = PythonPreparer(plan.preprocessing.pipelines)
    with Silent().step("", 0) as step:
        return [
            made
            for model in prepared_models(plan)
            for made in prepared_by(preparer, plan, model, images, folder, step)
        ]


def _run_here(plan: Plan, model: PlannedModel, leg: Leg, folder: PreparedFolder) -> Recording:
    runner = local_runner(leg, model.artifacts[leg.artifact])
    with Silent().step("", 0) as step:
        return _keep(runner, plan, model, leg, folder, step)


def _keep(
    runner: Runner, plan: Plan, model: PlannedModel, leg: Leg, folder: PreparedFolder, step: Step
) -> Recording:
    recording, arrays = record(runner, plan, model, leg, folder.inputs, step)
    folder.recordings.save(recording, arrays)
    return recording
