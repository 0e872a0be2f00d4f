"""What a way to prepare images does, as documents: distances, effects, decisions that flip."""

from __future__ import annotations

from pydantic import Field

from reference.preprocess.picture import Note
from xport.common.document import Document
from xport.comparison.parity import Comparison
from xport.comparison.picture import Picture
from xport.exchange.prepared import PreparedInputs


class LevelDifference(Document):
    """How far one input is from the definition's, in gray levels of 255, over its elements.

    Both are NaN where the input is not finite or has another shape.
    """

    max: float
    mean: float


class Flip(Document):
    """A finding that is above its operating point on one input and not on the other."""

    image: str
    label: str
    definition: float
    pipeline: float
    threshold: float


class PipelineEffect(Document):
    """One pipeline for one model: its distance from the definition, and what a model makes of it.

    `images` covers what the pipeline made, `prepared.unsupported` and `.failures` the rest.
    `operating_points` are those of the findings whose decisions were compared.
    `effects` compare PyTorch's outputs on the pipeline's inputs with those on the definition's:
    nothing but the preprocessing differs; among them, for findings, the calibrated probabilities
    and, for an autoencoder, the out-of-distribution score. `in_browser` compares the browser's
    outputs on the pipeline's inputs with PyTorch's on the definition's, as the paper's figure
    E.5 does. `notes` is what the decoder had to say of an image, where it had. `pictures` show the
    image on which the input is furthest from the definition's.
    """

    prepared: PreparedInputs
    operating_points: tuple[float | None, ...] | None = None
    images: dict[str, LevelDifference]
    max_levels: float | None
    mean_levels: float | None
    worst_image: str | None
    effects: tuple[Comparison, ...] = ()
    in_browser: tuple[Comparison, ...] = ()
    flips: tuple[Flip, ...] = ()
    decisions: int = 0
    notes: dict[str, tuple[Note, ...]] = Field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
