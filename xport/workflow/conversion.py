"""Convert: from a release file to a plan with every artifact and probe in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reference.decide.rule import Rule
from xport.common import digests, progress
from xport.conversion.pipeline import Pipeline, Refusal
from xport.conversion.store import Store
from xport.errors import InputError, located
from xport.inputs.images import (
    ImageFile,
    ImageFolder,
    example_files,
    images_in,
    phantoms,
    photographs,
    synthetic_count,
    synthetic_files,
)
from xport.inputs.probes import (
    Probe,
    ProbeFolder,
    contrast,
    distinct_channel_inputs,
    explained_probes,
    image_inputs,
    synthetic_inputs,
)
from xport.plan.plan import (
    Leg,
    MissingRoute,
    Plan,
    PlannedArtifact,
    PlannedModel,
    PlannedPreprocessing,
)
from xport.plan.routes import Routes
from xport.release_file.decisions import Decisions, read_decisions, read_rule, require_own
from xport.release_file.file import ReleaseFile
from xport.release_file.model_cards import read_card, terms_stated
from xport.release_file.model_pipelines import explanation_pipeline, pipeline_for
from xport.release_file.tables import ExplanationEntry, ModelEntry
from xport.workflow.measured_floor import require_narrow
from xport.workflow.naming import naming
from xport.workflow.planned_artifact import planned_artifact, weights_digest
from xport.workflow.planned_page import planned_page
from xport.workflow.second_route import SECOND, missing_route


@dataclass(frozen=True)
class Converter:
    """Converts a release's models into a store and writes down what is to be verified."""

    release: ReleaseFile
    store: Store
    probes: ProbeFolder
    images: ImageFolder
    folders: Sequence[Path] = ()
    folder: Path = Path()
    pipeline: Callable[[ModelEntry, Routes], Pipeline] = pipeline_for
    allow_weak: bool = False

    def plan(self) -> Plan:
        """Make every probe and artifact.

        Raises:
            InputError: an image, checkpoint, factory or signature is wrong; it is named. Or a
                tolerance is wider than the floor lets it be, and weak policies are not allowed.
            ConversionError: a stage cannot translate a model; operator and node are named. That of
                a route that the release does not ask for becomes one of the plan's missing routes.
        """
        release = self.release
        brought = images_in(self.folders, progress.say)
        shown = [
            *phantoms(release.probes.phantoms, release.probes.seed),
            *photographs(release.probes.photographs),
        ]
        probes = {
            model_id: self._probes(entry, shown, brought)
            for model_id, entry in release.models.items()
        }
        explained = {
            model_id: self._explained_probes(model_id, entry, probes[entry.classifier])
            for model_id, entry in release.explanations.items()
        }
        preprocessing = self._preprocessing([*shown, *brought])
        rules = read_rule(release)
        decisions = {
            model_id: self._decisions(model_id, entry, rules.get(model_id))
            for model_id, entry in release.models.items()
        }
        if not self.allow_weak:
            require_narrow(release, self.pipeline, probes | explained, self.store)
        converted = [
            self._model(model_id, probes[model_id], decisions[model_id])
            for model_id in release.models
        ]
        models = [model for model, _ in converted]
        models += [
            self._explanation(model_id, entry, explained[model_id])
            for model_id, entry in release.explanations.items()
        ]
        return Plan(
            release=release.name,
            title=release.title,
            version=release.version,
            release_digest=release.digest(),
            folder=self.folder,
            models=tuple(models),
            legs=_legs_that_run(release, models),
            shipped_artifact=release.routes.shipped,
            wasm_threads=release.browser.wasm_threads,
            timeout_seconds=release.browser.timeout_seconds,
            policy=release.policy,
            preprocessing=preprocessing,
            missing_routes=tuple(missing for _, missing in converted if missing),
            page=planned_page(models, release.browser.wasm_threads),
            site=release.site,
        )

    def _decisions(self, model_id: str, entry: ModelEntry, rule: Rule | None) -> Decisions:
        """What decides, held to the checkpoint as its card is, before anything is converted."""
        key = f"models.{model_id}"
        found = replace(read_decisions(entry, key), rule=rule)
        if entry.weights_file is not None and entry.weights_file.is_file():
            require_own(found, entry, digests.of_file(entry.weights_file), key)
            with located(f"{key}.checkpoint"):
                terms_stated(entry.terms, read_card(entry.checkpoint))
        return found

    def _model(
        self, model_id: str, probes: Sequence[Probe], decisions: Decisions
    ) -> tuple[PlannedModel, MissingRoute | None]:
        entry = self.release.models[model_id]
        pipeline = self.pipeline(entry, self.release.routes)
        artifacts, missing = self._artifacts(f"models.{model_id}", pipeline)
        with located(f"models.{model_id}.checkpoint"):
            card = read_card(entry.checkpoint)
            terms = terms_stated(entry.terms, card)
        weights = weights_digest(entry, artifacts)
        require_own(decisions, entry, weights, f"models.{model_id}")
        planned = self._planned(
            entry,
            artifacts,
            probes,
            weights_sha256=weights,
            id=model_id,
            title=entry.title,
            kind=entry.kind,
            signature=entry.signature,
            operating_points=decisions.operating_points,
            operating_points_weights_sha256=decisions.operating_points_weights_sha256,
            calibration=decisions.calibration,
            gate=decisions.gate,
            rule=decisions.rule,
            card=card,
            terms=terms,
        )
        return planned, missing

    def _explanation(
        self, model_id: str, entry: ExplanationEntry, probes: Sequence[Probe]
    ) -> PlannedModel:
        of = self.release.models[entry.classifier]
        key = f"explanations.{model_id}"
        pipeline = explanation_pipeline(entry, of, self.release.routes, key)
        artifacts, _ = self._artifacts(key, pipeline)
        return self._planned(
            of,
            artifacts,
            probes,
            id=model_id,
            title=entry.title,
            kind="explanation",
            signature=entry.signature(of.signature),
            explains=entry.classifier,
        )

    def _planned(
        self,
        of: ModelEntry,
        artifacts: Mapping[str, PlannedArtifact],
        probes: Sequence[Probe],
        **own: Any,
    ) -> PlannedModel:
        """A model with what it takes from an entry, which may be the model that it explains."""
        return PlannedModel(
            labels=of.labels,
            weights=of.weights,
            trained=of.trained,
            preprocess=of.preprocess,
            preprocess_digest=of.preprocess.digest() if of.preprocess else None,
            artifacts=dict(artifacts),
            legs=self._legs(artifacts),
            probes=self.probes.save(probes),
            **own,
        )

    def _explained_probes(
        self, model_id: str, entry: ExplanationEntry, probes: Sequence[Probe]
    ) -> list[Probe]:
        """The classifier's probes that are explained, each with a class."""
        of = self.release.models[entry.classifier]
        wanted = max(entry.probes, self.release.policy.min_probes)
        lively = [probe for probe in probes if contrast(probe, of.preprocess) >= entry.min_contrast]
        if len(lively) < wanted:
            raise InputError(
                f"{wanted} probes wanted, {entry.classifier} has {len(lively)} of enough contrast",
                f"explanations.{model_id}.probes",
                "want fewer here and in policy.min_probes, or raise probes.synthetic",
            )
        return explained_probes(lively, entry.signature(of.signature), of.labels or (), wanted)

    def _legs(self, artifacts: Mapping[str, PlannedArtifact]) -> tuple[str, ...]:
        legs = self.release.routes.legs_on(artifacts, self.release.browser.backends)
        return tuple(leg.name for leg in legs)

    def _artifacts(
        self, key: str, pipeline: Pipeline
    ) -> tuple[dict[str, PlannedArtifact], MissingRoute | None]:
        """The pipeline's artifacts that are verified; `key` is the release file's, for errors."""
        verified = {step.name for step in pipeline.steps if step.verified}
        artifacts, missing, model = {}, None, key.partition(".")[2]
        with (
            naming(key),
            progress.step(f"convert {model}", len(pipeline.steps)),
        ):
            for name, done in pipeline.attempt(self.store, SECOND):
                if isinstance(done, Refusal):
                    missing = missing_route(self.release, model, done)
                    progress.advance(f"{done.stage} refused")
                    continue
                took = "in store" if done.cost.cached else f"{done.cost.seconds:.1f} s"
                progress.advance(f"{done.cost.stage} {took}")
                if name in verified:
                    artifacts[name] = planned_artifact(done)
        if missing:
            progress.say(f"{model}: without a second route: {missing.reason}")
        return artifacts, missing

    def _preprocessing(self, images: Sequence[ImageFile]) -> PlannedPreprocessing | None:
        """The preprocessing leg, if some model is given images."""
        release, wanted = self.release, self.release.preprocessing
        if not any(entry.preprocess for entry in release.models.values()):
            return None
        least, count = release.policy.min_images, wanted.synthetic
        drawn = synthetic_files(
            synthetic_count(least) if count is None else count, release.probes.seed
        )
        files = [*drawn, *example_files(wanted.examples), *images]
        if len(files) < least:
            raise InputError(
                f"{len(files)} image files, policy.min_images wants {least}",
                "preprocessing.synthetic",
                "raise it, leave it out, or add --images",
            )
        return PlannedPreprocessing(
            images=self.images.save(files),
            pipelines=wanted.pipelines,
            backend=release.prepared_on(),
        )

    def _probes(
        self, entry: ModelEntry, shown: Sequence[ImageFile], brought: Sequence[ImageFile]
    ) -> list[Probe]:
        wanted, spec, signature = self.release.probes, entry.preprocess, entry.signature
        probes = synthetic_inputs(signature, spec, seed=wanted.seed, count=wanted.synthetic)
        if spec is not None:
            probes += distinct_channel_inputs(
                signature, spec, seed=wanted.seed, count=wanted.distinct_channels
            )
            probes += image_inputs(signature, spec, shown)
        if brought:
            probes += image_inputs(signature, spec, brought)
        if len(probes) < self.release.policy.min_probes:
            raise InputError(
                f"{len(probes)} probes, policy.min_probes wants {self.release.policy.min_probes}",
                "probes",
                "raise probes.synthetic or add --images",
            )
        return probes


def _legs_that_run(release: ReleaseFile, models: Sequence[PlannedModel]) -> tuple[Leg, ...]:
    """The release's legs that some model runs on, compared with such legs alone."""
    run = {name for model in models for name in model.legs}
    legs = (leg for leg in release.routes.legs(release.browser.backends) if leg.name in run)
    return tuple(
        leg.model_copy(
            update={
                key: None for key in ("predecessor", "counterpart") if getattr(leg, key) not in run
            }
        )
        for leg in legs
    )
