"""Where a classifier looks: saliency and class activation maps, and the pointing game.

The pointing game (Zhang et al., 2016) asks whether a map's maximum lies on the finding. It is what
the paper lacks: phantoms come with masks of where each finding is visible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field
from torch.nn import functional

from reference.document import Document
from reference.evaluation.networks import ClassifierNetwork
from reference.networks.explain import Explained
from reference.preprocess import Preprocess

Map = npt.NDArray[np.floating[Any]]
Mask = npt.NDArray[np.bool_]

TOLERANCE = Fraction(15, 224)
"""How far beside a mask the maximum may lie, as a share of the input's side.

Fifteen pixels are the pointing game's own margin; the share makes them the same on every input.
"""

DEFINITION = (
    "hit: the map's largest value (the first of equal ones, rows from the top) lies on the "
    "finding's mask or at most 15/224 of the input's side beside it; a map without a positive "
    "value is a miss; masks that are empty, or that the centre crop cuts away, are not counted"
)

Outcome = Literal["hit", "miss", "flat"]


class Score(Document):
    """How one kind of map fares on the images that count; a flat map is a miss."""

    hits: int = Field(ge=0)
    flat: int = Field(ge=0)
    images: int = Field(ge=0)

    @property
    def rate(self) -> float | None:
        """Hits of all; None where no image counts."""
        return self.hits / self.images if self.images else None


class PointingRow(Document):
    """The pointing game of one finding.

    Args:
        drawn: images in which the finding is drawn and that were tried.
        empty: of these, masks that are empty because another finding hides all of it.
        cut_away: of these, masks that lie wholly outside what the network sees.
        saliency, cam: of the others.
        centre: what pointing at the middle of every image would hit.
        chance: the share of hits that pointing anywhere at random would have; None without images.
    """

    finding: str
    drawn: int = Field(ge=0)
    empty: int = Field(ge=0)
    cut_away: int = Field(ge=0)
    saliency: Score
    cam: Score
    centre: Score
    chance: float | None


class PointingGame(Document):
    """The pointing game of a classifier on one set of phantoms."""

    schema_version: Literal[1] = 1
    dataset: str
    network: str
    definition: str = DEFINITION
    tolerance: float = Field(gt=0)
    rows: tuple[PointingRow, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Maps:
    """What a classifier looks at for one finding, both (size, size) and not below zero.

    Args:
        saliency: max(0, dy/dI) for the gray image I, y before the sigmoid: the gradients of equal
            channels are added.
        cam: sum of w_k f_k without what is below zero, brought to the input's size bilinearly.
        probability: what the classifier says.
    """

    saliency: Map
    cam: Map
    probability: float


def explain(
    network: ClassifierNetwork, image: npt.NDArray[np.float32], findings: Sequence[str]
) -> list[Maps]:
    """Return the maps of several findings of one image.

    Args:
        network: the classifier.
        image: its input, (C, size, size).
        findings: of the network's.
    """
    places = [network.findings.index(finding) for finding in findings]
    images = torch.from_numpy(image).expand(len(places), *image.shape)
    one_hot = functional.one_hot(torch.tensor(places), len(network.findings)).float()
    _, probabilities, gradient, _, cam = Explained(network.module)(images, one_hot)
    saliency = torch.relu(gradient.sum(1))
    large = functional.interpolate(cam, size=image.shape[1:], mode="bilinear", align_corners=False)
    return [
        Maps(one.numpy(), torch.relu(other[0]).numpy(), float(said[place]))
        for one, other, said, place in zip(saliency, large, probabilities, places, strict=True)
    ]


def mask_at_input(mask: Mask, preprocess: Preprocess) -> Mask:
    """Return a mask as the network's input shows it, (size, size): half covered pixels count."""
    plain = preprocess.model_copy(update={"channels": 1, "low": 0.0, "high": 1.0})
    covered: Mask = plain.apply(mask.astype(np.float64))[0, 0] >= 0.5
    return covered


def near(mask: Mask) -> Mask:
    """Return the places of a square mask that count as hits: on it, or within the tolerance."""
    from skimage.morphology import isotropic_dilation

    dilate: Callable[[Mask, float], Mask] = isotropic_dilation
    return dilate(mask, float(TOLERANCE) * len(mask))


def point(values: Map, goal: Mask) -> Outcome:
    """Say whether the largest value lies on the goal."""
    if not values.max() > 0:  # NaN is no maximum either
        return "flat"
    return "hit" if goal.ravel()[int(np.argmax(values))] else "miss"


@dataclass
class Tally:
    """The pointing game of one finding under way."""

    finding: str
    drawn: int = 0
    empty: int = 0
    cut_away: int = 0
    saliency: list[Outcome] = field(default_factory=list)
    cam: list[Outcome] = field(default_factory=list)
    centre: list[Outcome] = field(default_factory=list)
    chances: list[float] = field(default_factory=list)

    def add(self, maps: Maps, mask: Mask, preprocess: Preprocess) -> None:
        """Play one image.

        Args:
            maps: of the finding in the image.
            mask: where it is visible, on the image as it was drawn.
            preprocess: the network's.
        """
        self.drawn += 1
        seen = mask_at_input(mask, preprocess)
        if not seen.any():
            self.empty += not mask.any()
            self.cut_away += bool(mask.any())
            return
        goal = near(seen)
        self.saliency.append(point(maps.saliency, goal))
        self.cam.append(point(maps.cam, goal))
        middle = len(goal) // 2
        self.centre.append("hit" if goal[middle, middle] else "miss")
        self.chances.append(float(goal.mean()))

    def row(self) -> PointingRow:
        """Return what came out."""
        return PointingRow(
            finding=self.finding,
            drawn=self.drawn,
            empty=self.empty,
            cut_away=self.cut_away,
            saliency=_score(self.saliency),
            cam=_score(self.cam),
            centre=_score(self.centre),
            chance=float(np.mean(self.chances)) if self.chances else None,
        )


def _score(outcomes: list[Outcome]) -> Score:
    return Score(hits=outcomes.count("hit"), flat=outcomes.count("flat"), images=len(outcomes))


def pointing_game(
    dataset: str, network: ClassifierNetwork, tallies: Iterable[Tally]
) -> PointingGame:
    """Return the finished game."""
    return PointingGame(
        dataset=dataset,
        network=network.about.name,
        tolerance=float(TOLERANCE),
        rows=tuple(tally.row() for tally in tallies),
    )
