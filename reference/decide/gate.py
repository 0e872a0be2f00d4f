"""The gate before the classifier: which images are near enough to the training distribution.

Twin: `engine/decide/decisions.ts` and `engine/decide/calibration.ts`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from reference.decide.owned import OwnedDocument
from reference.decide.scores import DEFINITIONS, HIGHER_IS_LIKELIER, ScoreName
from reference.document import Document
from reference.errors import CalibrationError


class Gated(Document):
    """How many images of a set the gate refuses."""

    dataset: str
    images: int = Field(ge=1)
    refused: int = Field(ge=0)

    @property
    def share(self) -> float:
        """Refused of all, 0 to 1."""
        return self.refused / self.images


class Gate(OwnedDocument):
    """A threshold on one score, and all that it was found with.

    A threshold belongs to the definition of its score: the same image has another SSIM under
    another window, so a document whose definition is not this version's is refused.
    """

    score: ScoreName
    definition: str
    threshold: float = Field(allow_inf_nan=False)
    false_refusal_rate: float = Field(gt=0, lt=1, allow_inf_nan=False)
    in_distribution: Gated
    out_of_distribution: tuple[Gated, ...] = ()

    @model_validator(mode="after")
    def _is_of_this_definition(self) -> Self:
        if self.definition != DEFINITIONS[self.score]:
            raise ValueError(f"the threshold is of another definition: {self.definition}")
        return self

    def accepts(self, score: float) -> bool:
        """Whether an image of this score may pass; one of NaN may not."""
        return bool(passes(self.score, self.threshold, np.array([score]))[0])

    def flips(self, scores: Sequence[float], others: Sequence[float]) -> tuple[int, ...]:
        """Return the places where two computations of the same scores lead to other verdicts.

        Raises:
            CalibrationError: there are none, or not equally many.
        """
        if not len(scores) or len(scores) != len(others):
            raise CalibrationError(
                f"{len(scores)} and {len(others)} scores cannot be compared",
                self.score,
                "give two computations of the same images",
            )
        verdicts = [passes(self.score, self.threshold, np.array(one)) for one in (scores, others)]
        return tuple(map(int, np.flatnonzero(verdicts[0] != verdicts[1])))


def passes(
    score: ScoreName, threshold: float, scores: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Return which scores are on the likelier side of the threshold or on it; NaN is not."""
    return scores >= threshold if HIGHER_IS_LIKELIER[score] else scores <= threshold


def fit_gate(
    score: ScoreName,
    false_refusal_rate: float,
    in_distribution: tuple[str, Sequence[float]],
    out_of_distribution: Mapping[str, Sequence[float]],
    weights_sha256: str | None = None,
) -> Gate:
    """Return the strictest gate that refuses at most this share of the in-distribution images.

    Of n scores, at most floor(rate * n) are refused (the rate as it is written in decimals); the
    threshold is the last one that passes. The other sets only say how many it refuses.

    Args:
        score: which score these are.
        false_refusal_rate: what share of good images may be refused, between 0 and 1.
        in_distribution: name and scores of images like those of the training.
        out_of_distribution: scores by the name of the set.
        weights_sha256: digest of the autoencoder's file; without it, no release takes the gate.

    Raises:
        CalibrationError: a set is empty, a score is NaN or infinite, the rate is not between 0
            and 1, or there are too few scores to tell such a rate (fewer than 1 / rate).
    """
    name, given = in_distribution
    values = np.sort(finite_scores(given, name))
    if not 0 < false_refusal_rate < 1:
        raise CalibrationError(
            f"a false-refusal rate of {false_refusal_rate} is not between 0 and 1", name
        )
    allowed = math.floor(Fraction(str(false_refusal_rate)) * len(values))
    if not allowed:
        raise CalibrationError(
            f"{len(values)} scores cannot show that {false_refusal_rate:.3%} are refused",
            name,
            f"give {math.ceil(1 / Fraction(str(false_refusal_rate)))} or more",
        )
    last = allowed if HIGHER_IS_LIKELIER[score] else len(values) - 1 - allowed
    threshold = float(values[last])
    others = {other: finite_scores(scores, other) for other, scores in out_of_distribution.items()}
    return Gate(
        score=score,
        definition=DEFINITIONS[score],
        threshold=threshold,
        false_refusal_rate=false_refusal_rate,
        in_distribution=_gated(score, threshold, name, values),
        out_of_distribution=tuple(
            _gated(score, threshold, other, scores) for other, scores in others.items()
        ),
        weights_sha256=weights_sha256,
    )


def _gated(
    score: ScoreName, threshold: float, dataset: str, scores: npt.NDArray[np.float64]
) -> Gated:
    refused = len(scores) - int(passes(score, threshold, scores).sum())
    return Gated(dataset=dataset, images=len(scores), refused=refused)


def finite_scores(scores: Sequence[float], dataset: str) -> npt.NDArray[np.float64]:
    """Return the scores of a set as an array.

    Raises:
        CalibrationError: there are none, or one is NaN or infinite; set and place are named.
    """
    values = np.array(scores, dtype=np.float64)
    wrong = np.flatnonzero(~np.isfinite(values))
    if values.ndim != 1 or not values.size or wrong.size:
        what = f"score {wrong[0]} is {values[wrong[0]]}" if wrong.size else "there are no scores"
        raise CalibrationError(what, dataset, "give one finite score per image")
    return values
