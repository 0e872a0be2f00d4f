"""A checkpoint's card: where weights come from and what they reach, a document beside them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from reference.decide.auc import AucTable
from reference.decide.calibration import Calibration
from reference.decide.gate import Gate
from reference.document import Document
from reference.preprocess import Preprocess
from reference.terms import DataTerms, Line, Terms

CARD = "card.json"
NOT_MEDICAL = "NOT FOR MEDICAL USE"

Ending = Literal["all epochs", "all steps", "no better score", "paused"]


class Epoch(Document):
    """What one epoch of training gave; rates, losses and scores are finite."""

    number: int = Field(ge=1)
    steps: int = Field(ge=1)
    learning_rate: float = Field(allow_inf_nan=False)
    training: dict[str, float]
    validation: dict[str, float]


class Stage(Document):
    """One training with one recipe, from which the weights of the best epoch were kept."""

    recipe: dict[str, Any]
    ending: Ending
    steps: int = Field(ge=1)
    best_epoch: int = Field(ge=1)
    history: tuple[Epoch, ...] = Field(min_length=1)


class Provenance(Document):
    """How weights came about.

    Args:
        command: that makes them again.
        seed: of everything.
        data: how many of how many images of which sets were used, in words.
        images: digests of the prepared training and validation images.
        preprocess: how they were prepared.
        stages: in order.
        versions: of what computed.
        device: on what.
    """

    command: str
    seed: int
    data: tuple[str, ...]
    images: dict[str, str]
    preprocess: Preprocess
    stages: tuple[Stage, ...] = Field(min_length=1)
    versions: dict[str, str]
    device: str


class Weights(Document):
    """A file of weights, and the network that it is for.

    Args:
        file: its name, beside the card.
        sha256: of its bytes.
        bytes: its size.
        parameters: trained numbers in it.
        factory: makes the network, as in a release file.
        arguments: of the factory.
        number_format: of the file; float32 holds all of its numbers exactly.
    """

    file: str
    sha256: str
    bytes: int = Field(ge=1)
    parameters: int = Field(ge=1)
    factory: str
    arguments: dict[str, Any]
    number_format: str


class Agreement(Document):
    """How one score tells one set of images from the phantoms: 1 always, 0.5 not at all."""

    dataset: str
    images: int = Field(ge=1)
    median: float
    auc: float = Field(ge=0, le=1)


class ScoreFigures(Document):
    """One out-of-distribution score on all sets."""

    score: str
    in_distribution: str
    images: int = Field(ge=1)
    median: float
    others: tuple[Agreement, ...]


class Card(Document):
    """A checkpoint's card.

    Args:
        title: what it is, in words.
        weights: the file.
        provenance: how it came about.
        labels: findings in the order of the outputs; none for an autoencoder.
        tables: AUC on each set that it was tested on.
        calibration: operating points, from validation images.
        scores: of an autoencoder, on test images.
        gate: threshold, from validation images.
        notes: what else a reader has to know, sentences.
        license: of the weights, an SPDX expression or its words; None where nobody stated it.
        datasets: the sets of images behind `provenance.data`, with their licences and sources.
    """

    schema_version: int = Field(default=1, ge=1, le=1)
    notice: str = NOT_MEDICAL
    title: str
    weights: Weights
    provenance: Provenance
    labels: tuple[str, ...] = ()
    tables: tuple[AucTable, ...] = ()
    calibration: Calibration | None = None
    scores: tuple[ScoreFigures, ...] = ()
    gate: Gate | None = None
    notes: tuple[str, ...] = ()
    license: Line | None = None
    datasets: tuple[DataTerms, ...] = ()

    @property
    def terms(self) -> Terms:
        """What it states of licences."""
        return Terms(license=self.license, datasets=self.datasets)
