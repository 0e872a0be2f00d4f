"""The models of a bundle that the page runs on an image, with their documents.

The bundle was checked by whoever calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Literal

from reference.decide.calibration import Calibration
from reference.decide.gate import Gate
from reference.decide.rule import Rule
from reference.decide.scores import DEFINITIONS, HIGHER_IS_LIKELIER
from reference.preprocess import Preprocess
from xport.bundles.manifest import BundledModel, DataFile, Manifest
from xport.common.document import write_whole
from xport.errors import InputError

Comparison = Literal["at least", "at most"]
UNLIKE = "unlike"
"""Why an image is refused whose score is beyond the gate's threshold."""


@dataclass(frozen=True)
class Condition:
    """One score held to a threshold; conditions are tried in their order.

    Args:
        name: of the score; also the name by which a threshold is set.
        definition: what the threshold belongs to.
        comparison: on which side of the threshold an image passes; on it, it does.
        threshold: the release's.
        reason: why an image is refused that does not pass.
    """

    name: str
    definition: str
    comparison: Comparison
    threshold: float
    reason: str

    def holds(self, value: float) -> bool:
        """Whether an image of this score passes; one of NaN does not."""
        return value >= self.threshold if self.comparison == "at least" else value <= self.threshold


@dataclass(frozen=True)
class Model:
    """A model of a bundle that takes one image."""

    id: str
    entry: BundledModel
    preprocess: Preprocess

    @property
    def input(self) -> str:
        """The name of its only input."""
        return self.entry.signature.inputs[0].name


@dataclass(frozen=True)
class Bundled:
    """What runs on an image: view model and autoencoder first, where there are any.

    Either `rule` or `gate` decides whether an image is accepted, or neither.
    """

    classifier: Model
    autoencoder: Model | None
    calibration: Calibration | None
    gate: Gate | None
    view: Model | None = None
    rule: Rule | None = None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What decides whether an image is accepted; none without a gate or rule."""
        if self.rule is not None:
            return tuple(
                Condition(one.key, one.definition, one.comparison, one.threshold, one.reason)
                for one in self.rule.conditions
            )
        if self.gate is None:
            return ()
        score = self.gate.score
        comparison: Comparison = "at least" if HIGHER_IS_LIKELIER[score] else "at most"
        threshold = self.gate.threshold
        return (Condition(score, DEFINITIONS[score], comparison, threshold, UNLIKE),)

    @property
    def models(self) -> tuple[Model, ...]:
        """Those that run."""
        given = (self.view, self.autoencoder, self.classifier)
        return tuple(one for one in given if one is not None)

    def refusal(self, scores: Mapping[str, float]) -> str | None:
        """Why an image of these scores is refused; None where it is accepted.

        Args:
            scores: by the name of the condition; one that is absent counts as NaN.
        """
        if self.rule is not None:
            return self.rule.decide(scores).reason
        failed = first_failed(self.conditions, scores)
        return failed.reason if failed else None


def first_failed(
    conditions: tuple[Condition, ...], scores: Mapping[str, float]
) -> Condition | None:
    """Return the first condition that does not hold; a score that is absent counts as NaN."""
    return next((one for one in conditions if not one.holds(scores.get(one.name, nan))), None)


def bundled(folder: Path, manifest: Manifest) -> Bundled:
    """Return what the page runs of a bundle that was checked.

    Raises:
        InputError: the page cannot show the release: it has no classifier of images, say.
        DocumentError: a document cannot be read.
    """
    if manifest.publishable is False:
        raise InputError(
            "the page cannot show this release, so no image is examined by it",
            str(folder),
            "give a bundle with a classifier of images; `xport verify` says what this one lacks",
        )
    classifier = _first(folder, manifest, "classifier")
    if classifier is None:
        raise InputError("holds no classifier of images", str(folder), "give a bundle that has one")
    autoencoder = _first(folder, manifest, "autoencoder")
    points, gated = classifier.entry.calibration, autoencoder and autoencoder.entry.gate
    return Bundled(
        classifier,
        autoencoder,
        Calibration.read(folder / points.path) if points else None,
        Gate.read(folder / gated.path) if gated else None,
        _first(folder, manifest, "view"),
        Rule.read(folder / manifest.rule.path) if manifest.rule else None,
    )


def copy_of(folder: Path, model: Model, to: Path) -> Path:
    """Copy a model's files, those that it shares with another too, and return the new folder."""
    for name, entry in model.entry.files.items():
        data = (folder / (entry.path or f"{model.entry.path}{name}")).read_bytes()
        write_whole(to / model.id / name, data)
    return to / model.id


def _first(folder: Path, manifest: Manifest, kind: str) -> Model | None:
    for name, entry in manifest.models.items():
        if entry.kind == kind:
            return Model(name, entry, _preprocess(folder, name, entry.preprocess))
    return None


def _preprocess(folder: Path, name: str, file: DataFile | None) -> Preprocess:
    if file is None:
        raise InputError(f"{name} has no preprocessing", str(folder), "give a bundle of images")
    return Preprocess.model_validate_json((folder / file.path).read_bytes())
