"""The classifier and the autoencoder of a bundle, with their documents: those that the page runs.

The bundle was checked by whoever calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from reference.decide.calibration import Calibration
from reference.decide.gate import Gate
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
    """What runs on an image, in the order of the page: the autoencoder first, if there is one."""

    classifier: Model
    autoencoder: Model | None
    calibration: Calibration | None
    gate: Gate | None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What decides whether an image is accepted; none without a gate."""
        if self.gate is None:
            return ()
        score = self.gate.score
        comparison: Comparison = "at least" if HIGHER_IS_LIKELIER[score] else "at most"
        threshold = self.gate.threshold
        return (Condition(score, DEFINITIONS[score], comparison, threshold, UNLIKE),)

    @property
    def models(self) -> tuple[Model, ...]:
        """Those that run."""
        return tuple(one for one in (self.autoencoder, self.classifier) if one is not None)


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
