"""Record the preprocessing leg: every pipeline on every image, then what models say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field

from reference.preprocess.picture import Note
from xport.common import isolated, progress
from xport.errors import RunnerError, XportError
from xport.exchange.corrected import CorrectedInputs, joined
from xport.exchange.prepared import (
    EXACT,
    Preparations,
    PreparedInputs,
    asked_of,
    prepared_models,
    tried_on,
)
from xport.exchange.preparer import Made, Preparer, Unsupported
from xport.exchange.recording import WebEnvironment
from xport.formats.artifact import TensorSpec
from xport.inputs.images import ImageFolder
from xport.inputs.probes import Probe
from xport.plan.pipeline_description import PipelineDescription
from xport.plan.plan import Leg, Plan, PlannedModel, PlannedPreprocessing
from xport.recording.correcting import corrected_by, corrected_here
from xport.recording.keeper import now
from xport.recording.legs import BrowserRunner, LegRecorder
from xport.recording.prepared_folder import PreparedFolder
from xport.recording.reuse import Reuse

OpenBrowser = Callable[[Plan], AbstractContextManager[Preparer]]
"""Opens a browser for a plan's pipelines."""


@dataclass
class _Tally:
    """What one pipeline has made so far."""

    facts: PipelineDescription
    digest_by_image: dict[str, str] = field(default_factory=dict)
    unsupported: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    notes: dict[str, tuple[Note, ...]] = field(default_factory=dict)

    def document(self, model: str) -> PreparedInputs:
        return PreparedInputs(
            model=model,
            pipeline=self.facts,
            digest_by_image=self.digest_by_image,
            unsupported=self.unsupported,
            failures=self.failures,
            seconds=self.seconds,
            notes=self.notes,
        )


@dataclass(frozen=True)
class PreprocessingRecorder:
    """Prepares a plan's images by every pipeline and records what its models say of them."""

    plan: Plan
    images: ImageFolder
    folder: PreparedFolder
    browser: OpenBrowser
    browser_runner: BrowserRunner
    reuse: Reuse | None = None

    def run(self) -> Preparations | None:
        """Prepare every image by every pipeline and run the models; None without such a leg.

        What a pipeline or model cannot do is in the documents; the others go on. What an earlier
        run made of the same images is taken.
        """
        if self.plan.preprocessing is None:
            return None
        prepared = self.reuse.prepared(self.folder) if self.reuse else None
        if prepared is None:
            prepared = self._prepared(self.plan.preprocessing)
        else:
            progress.say(f"images prepared: reused, of {prepared.reused_from:%Y-%m-%d}")
        for model in prepared_models(self.plan):
            for leg, inputs in asked_of(self.plan, model, prepared):
                self._ask(model, leg, inputs)
        return prepared

    def _prepared(self, wanted: PlannedPreprocessing) -> Preparations:
        began = now()
        with progress.step("prepare images in Python", 1):
            made, there = isolated.call(made_here, self.plan, self.images, self.folder).result
            progress.advance(f"{len(wanted.images)} images")
        here, corrections, environment = self._in_browser()
        prepared = Preparations(
            plan_digest=self.plan.digest(),
            made=(*made, *here),
            environment=environment,
            corrections=tuple(joined(there, corrections)),
        )
        prepared.write(self.folder.path)
        if self.reuse:
            self.reuse.keep_prepared(prepared, self.folder, began)
        return prepared

    def _in_browser(
        self,
    ) -> tuple[list[PreparedInputs], list[CorrectedInputs], WebEnvironment | None]:
        wanted = len(self.plan.preprocessing.images) if self.plan.preprocessing else 0
        models = prepared_models(self.plan)
        made: list[PreparedInputs] = []
        corrections: list[CorrectedInputs] = []
        try:
            with self.browser(self.plan) as preparer:
                environment = preparer.environment()
                for model in models:
                    total = wanted * len(preparer.pipelines)
                    with progress.step(f"prepare {model.id} in the browser", total):
                        made += prepared_by(preparer, self.plan, model, self.images, self.folder)
                corrections = corrected_by(preparer, self.plan, self.images)
                with suppress(XportError):  # a page that died: its images say so
                    environment = preparer.environment()  # with what was seen until now
                return made, corrections, environment
        except XportError as error:
            progress.say(f"preprocessing in the browser: {error}")
            return [*made, *self._not_prepared(models, str(error))], corrections, None

    def _not_prepared(self, models: Sequence[PlannedModel], why: str) -> Iterator[PreparedInputs]:
        """The exact path of every model without a single input: the browser did not do it."""
        assert self.plan.preprocessing is not None
        facts = PipelineDescription(
            name=EXACT, title="The page's exact path", side="browser", sentence=""
        )
        failures = {image.name: why for image in self.plan.preprocessing.images}
        for model in models:
            yield PreparedInputs(model=model.id, pipeline=facts, failures=failures)

    def _ask(self, model: PlannedModel, leg: Leg, input_digests: Sequence[str]) -> None:
        legs = LegRecorder(
            self.plan,
            self.folder.probes,
            self.folder.recordings,
            self.browser_runner,
            reuse=self.reuse,
        )
        title = f"run {model.id} {leg.name} on {len(input_digests)} prepared images"
        legs.leg(tried_on(model, input_digests), leg, title)


def prepared_by(
    preparer: Preparer,
    plan: Plan,
    model: PlannedModel,
    images: ImageFolder,
    folder: PreparedFolder,
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
                progress.advance("failed")
                continue
            if isinstance(made, Unsupported):
                tally.unsupported[image.name] = made.reason
            else:
                probe = Probe(image.name, tally.facts.name, {spec.name: made.input})
                (planned,) = folder.probes.save([probe])
                tally.digest_by_image[image.name] = planned.digests[spec.name]
                tally.seconds[image.name] = made.seconds
                if made.notes:
                    tally.notes[image.name] = made.notes
            progress.advance(tally.facts.name)
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
    return [
        made
        for model in prepared_models(plan)
        for made in prepared_by(preparer, plan, model, images, folder)
    ]


def made_here(
    plan: Plan, images: ImageFolder, folder: PreparedFolder
) -> tuple[list[PreparedInputs], list[CorrectedInputs]]:
    """What Python makes of a plan's images: by every pipeline, and with corrections done."""
    return prepare_here(plan, images, folder), corrected_here(plan, images)
