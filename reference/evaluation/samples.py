"""Images beside what autoencoders make of them: Figure 4, and E.1's rows from hard to easy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from reference.data import Dataset, Item
from reference.decide.scores import HIGHER_IS_LIKELIER, ScoreName
from reference.document import Document
from reference.evaluation.jobs import SCORES, reconstruct, scores_of
from reference.evaluation.networks import AutoencoderNetwork
from reference.evaluation.passes import Outputs

Gray = npt.NDArray[np.float32]


class Shown(Document):
    """One image that a figure shows, with its scores; ``rank`` counts from 1, the hardest."""

    dataset: str
    image: str
    rank: int | None
    l1: float = Field(allow_inf_nan=False)
    l2: float = Field(allow_inf_nan=False)
    ssim: float = Field(allow_inf_nan=False)
    latent: float = Field(allow_inf_nan=False)


class Reconstructions(Document):
    """The images of Figure 4 for one autoencoder."""

    schema_version: Literal[1] = 1
    model: str
    shown: tuple[Shown, ...] = Field(min_length=1)


class Ranking(Document):
    """The images of E.1 of one set, hard to easy, at equal steps of rank among ``images``."""

    schema_version: Literal[1] = 1
    model: str
    score: ScoreName
    dataset: str
    images: int = Field(ge=1)
    shown: tuple[Shown, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Sample:
    """An image and its reconstruction, (64, 64) on [-1, 1], and what is told of them."""

    shown: Shown
    image: Gray
    made: Gray

    @property
    def error(self) -> Gray:
        """|image - reconstruction|, 0 to 2."""
        difference: Gray = np.abs(self.image - self.made)
        return difference


def samples_of(
    network: AutoencoderNetwork, dataset: Dataset, ranked: Sequence[tuple[int | None, Item]]
) -> list[Sample]:
    """Reconstruct some images of a set, all at once: give few.

    Args:
        network: the autoencoder.
        dataset: whose images they are.
        ranked: each with its rank, or None.

    Raises:
        ImageError: an image cannot be read.
    """
    preprocess = network.about.preprocess
    batch = np.concatenate([preprocess.apply(dataset.load(item)) for _, item in ranked])[:, 0]
    made, codes = reconstruct(network, batch[:, None])
    found = []
    for (rank, item), image, other, code in zip(ranked, batch, made, codes, strict=True):
        scores = dict(zip(SCORES, scores_of(image, other, code), strict=True))
        shown = Shown(dataset=dataset.name, image=item.name, rank=rank, **scores)
        found.append(Sample(shown, image, other))
    return found


def hard_to_easy(outputs: Outputs, score: ScoreName, count: int) -> list[tuple[int | None, Item]]:
    """Return ranks (1 is the hardest) and images, the ends and equal steps between them.

    Args:
        outputs: the scores of a set.
        score: which one decides; equal ones keep the set's order.
        count: at most how many.
    """
    values = outputs.column(score)
    order = np.argsort(values if HIGHER_IS_LIKELIER[score] else -values, kind="stable")
    places = np.unique(np.linspace(0, len(order) - 1, min(count, len(order))).round().astype(int))
    return [(int(place) + 1, outputs.items[order[place]]) for place in places]


def ranking(
    network: AutoencoderNetwork, score: ScoreName, outputs: Outputs, samples: Sequence[Sample]
) -> Ranking:
    """Return the document of a row of E.1."""
    return Ranking(
        model=network.about.name,
        score=score,
        dataset=outputs.usage.dataset,
        images=len(outputs.items),
        shown=tuple(one.shown for one in samples),
    )
