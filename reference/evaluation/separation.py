"""The paper's Figures 5 and E.3: how scores of in- and out-of-distribution images lie apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator
from sklearn.metrics import roc_auc_score

from reference.decide.auc import Auc
from reference.decide.gate import finite_scores
from reference.decide.scores import DEFINITIONS, HIGHER_IS_LIKELIER, ScoreName
from reference.document import Document
from reference.errors import CalibrationError

BINS = 60


class ScoreHistogram(Document):
    """The scores of one set, counted in the bins of the whole figure."""

    dataset: str
    images: int = Field(ge=1)
    median: float = Field(allow_inf_nan=False)
    counts: tuple[int, ...]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if sum(self.counts) != self.images:
            raise ValueError("the bins do not hold every image")
        return self


class Outlier(Document):
    """A set that is to be told apart.

    ``auc`` is 1 when every image of it scores less likely than every in-distribution one, 0.5
    when the score says nothing, and below when these images look likelier.
    """

    scores: ScoreHistogram
    auc: Auc


class Separation(Document):
    """One score of one autoencoder on several sets.

    ``edges`` are those of the bins: equally wide, or for ``logarithmic`` scores equally wide in
    the logarithm.
    """

    schema_version: Literal[1] = 1
    model: str
    score: ScoreName
    definition: str
    edges: tuple[float, ...] = Field(min_length=2)
    in_distribution: ScoreHistogram
    out_of_distribution: tuple[Outlier, ...] = Field(min_length=1)

    @property
    def logarithmic(self) -> bool:
        """Whether the score spans orders of magnitude: a sum of squares, none of them 0."""
        return _spans_orders(self.score, self.edges[0])


def separation(
    model: str,
    score: ScoreName,
    in_distribution: tuple[str, Sequence[float]],
    out_of_distribution: Mapping[str, Sequence[float]],
) -> Separation:
    """Return histograms on common bins, and the AUC of each set against the in-distribution one.

    Args:
        model: the autoencoder's name.
        score: which score these are.
        in_distribution: name and scores of the images that belong.
        out_of_distribution: scores by the name of the set.

    Raises:
        CalibrationError: there is no other set, a set is empty, or a score is not finite.
    """
    name, given = in_distribution
    inside = finite_scores(given, name)
    outside = {other: finite_scores(scores, other) for other, scores in out_of_distribution.items()}
    if not outside:
        raise CalibrationError("there is nothing to tell apart", name, "give another set")
    edges = _edges(score, np.concatenate([inside, *outside.values()]))
    return Separation(
        model=model,
        score=score,
        definition=DEFINITIONS[score],
        edges=tuple(map(float, edges)),
        in_distribution=_histogram(name, inside, edges),
        out_of_distribution=tuple(
            Outlier(auc=_auc(score, inside, scores), scores=_histogram(other, scores, edges))
            for other, scores in outside.items()
        ),
    )


def _spans_orders(score: ScoreName, smallest: float) -> bool:
    return score == "latent" and smallest > 0


def _edges(score: ScoreName, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    low, high = float(scores.min()), float(scores.max())
    # Scores that are all but equal cannot be cut into bins: they get the middle one.
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        margin = 0.5 * max(abs(low), abs(high), 1e-9)
        low, high = low - margin, high + margin
    if _spans_orders(score, low):
        edges: npt.NDArray[np.float64] = np.geomspace(low, high, BINS + 1)
        edges[0], edges[-1] = low, high  # rounding must not leave out the ends
        return edges
    return np.linspace(low, high, BINS + 1)


def _histogram(
    dataset: str, scores: npt.NDArray[np.float64], edges: npt.NDArray[np.float64]
) -> ScoreHistogram:
    return ScoreHistogram(
        dataset=dataset,
        images=len(scores),
        median=float(np.median(scores)),
        counts=tuple(map(int, np.histogram(scores, edges)[0])),
    )


def _auc(
    score: ScoreName, inside: npt.NDArray[np.float64], outside: npt.NDArray[np.float64]
) -> float:
    strange = -1.0 if HIGHER_IS_LIKELIER[score] else 1.0
    labels = np.repeat([0, 1], [len(inside), len(outside)])
    return float(roc_auc_score(labels, strange * np.concatenate([inside, outside])))
