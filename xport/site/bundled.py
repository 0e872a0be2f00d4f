"""The models of a bundle that the page runs, and the rule by which it accepts images.

The bundle was checked by whoever calls.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from reference.decide.calibration import Calibration
from reference.decide.gate import Gate
from reference.decide.rule import Comparison, Rule, rule_of
from reference.preprocess import Preprocess
from xport.bundles.manifest import BundledModel, DataFile, Manifest
from xport.common.document import write_whole
from xport.errors import InputError


@dataclass(frozen=True)
class Condition:
    """One score held to a threshold; conditions are tried in their order.

    Args:
        name: by which a threshold is set: that of the score, with the comparison where two
            conditions have it.
        key: of the score among an image's scores.
        definition: what the threshold belongs to.
        comparison: on which side of the threshold an image passes; on it, it does.
        threshold: the release's.
    """

    name: str
    key: str
    definition: str
    comparison: Comparison
    threshold: float

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
    """What runs on an image, with the rule before the classifier; a single gate is one too."""

    classifier: Model
    autoencoder: Model | None = None
    view: Model | None = None
    calibration: Calibration | None = None
    rule: Rule | None = None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What decides whether an image is accepted; none without rule or gate."""
        found = self.rule.conditions if self.rule else ()
        often = Counter(one.key for one in found)
        return tuple(
            Condition(
                name=f"{one.key} {one.comparison}" if often[one.key] > 1 else one.key,
                key=one.key,
                definition=one.definition,
                comparison=one.comparison,
                threshold=one.threshold,
            )
            for one in found
        )

    @property
    def models(self) -> tuple[Model, ...]:
        """Those that run."""
        known = (self.classifier, self.autoencoder, self.view)
        return tuple(one for one in known if one is not None)


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
    points = classifier.entry.calibration
    return Bundled(
        classifier,
        autoencoder,
        _first(folder, manifest, "view"),
        Calibration.read(folder / points.path) if points else None,
        _rule(folder, manifest, autoencoder),
    )


def _rule(folder: Path, manifest: Manifest, autoencoder: Model | None) -> Rule | None:
    if manifest.rule is not None:
        return Rule.read(folder / manifest.rule.path)
    gate = autoencoder.entry.gate if autoencoder else None
    return None if gate is None else rule_of(Gate.read(folder / gate.path))


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
