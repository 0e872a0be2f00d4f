"""The rule before the classifier: several scores decide together, and say why an image is refused.

Its conditions are data, in order: an image is accepted where every one holds, and the first that
does not names the reason. Scores are of an autoencoder, of the view model, or a formula of the
picture; each has a definition, and one of weights names them.

Twin: `engine/decide/rule.ts`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, get_args

import numpy.typing as npt
from pydantic import Field, model_validator

from reference.decide.gate import Gate, Gated
from reference.decide.owned import Sha256
from reference.decide.scores import DEFINITIONS, HIGHER_IS_LIKELIER, mean, standard_deviation
from reference.document import Document

RuleScore = Literal["l1", "l2", "ssim", "latent", "view", "shorter_side", "mean_level", "contrast"]
Comparison = Literal["at least", "at most"]
Reason = Literal[
    "too-small",
    "too-dark",
    "too-bright",
    "no-contrast",
    "lateral",
    "turned-clockwise",
    "turned-180",
    "turned-counter-clockwise",
    "upside-down",
    "inverted",
    "not-frontal",
    "unlike",
]
"""Why an image is refused; the page has words for each in all its languages."""
REASONS: tuple[Reason, ...] = get_args(Reason)

RULE_DEFINITIONS: dict[RuleScore, str] = {
    "l1": DEFINITIONS["l1"],
    "l2": DEFINITIONS["l2"],
    "ssim": DEFINITIONS["ssim"],
    "latent": DEFINITIONS["latent"],
    "view": "softmax probability of a label of the view model",
    "shorter_side": "smaller of width and height of the file's picture, in its pixels",
    "mean_level": "mean of the view model's input, 0 at the low end of its range, 1 at the high",
    "contrast": "standard deviation of the view model's input, in parts of its range",
}
"""What a condition's threshold belongs to; the same words as in ``engine/decide/rule.ts``."""

RECONSTRUCTION_SCORES: tuple[RuleScore, ...] = ("l1", "l2", "ssim", "latent")
INPUT_SCORES: tuple[RuleScore, ...] = ("mean_level", "contrast")

FRONTAL = "frontal"
REASON_BY_VIEW: dict[str, Reason] = {
    "lateral": "lateral",
    "turned 90° clockwise": "turned-clockwise",
    "turned 180°": "turned-180",
    "turned 90° counter-clockwise": "turned-counter-clockwise",
    "upside down (mirrored)": "upside-down",
    "inverted": "inverted",
    "other": "not-frontal",
}
"""What it means that an image looks like a label of the view model other than ``FRONTAL``."""

VIEW_LABELS: tuple[str, ...] = (FRONTAL, *REASON_BY_VIEW)
"""The labels that a view model may have, in their order."""


class Condition(Document):
    """One score held to a threshold, and the reason that it stands for where it does not hold.

    `label` is the view model's, of the score `view` alone. `weights_sha256` names the weights of
    the model that gives the score; a formula of the picture has none. Where `view` is of
    ``FRONTAL``, the reason is that of the most probable other label, and `reason` stands for
    probabilities that are no numbers.
    """

    score: RuleScore
    label: str | None = None
    definition: str
    comparison: Comparison
    threshold: float = Field(allow_inf_nan=False)
    reason: Reason
    weights_sha256: Sha256 | None = None

    @model_validator(mode="after")
    def _is_of_this_definition(self) -> Self:
        if self.definition != RULE_DEFINITIONS[self.score]:
            raise ValueError(f"the threshold is of another definition: {self.definition}")
        if (self.score == "view") != (self.label is not None):
            raise ValueError("label: the score view has one, no other score has")
        if self.label is not None and self.label not in VIEW_LABELS:
            raise ValueError(f"label: {self.label!r} is none of a view model's")
        if (self.weights_sha256 is not None) != (self.kind is not None):
            raise ValueError(
                "weights_sha256: a score of a model names its weights, a formula names none"
            )
        return self

    @property
    def key(self) -> str:
        """What the score is called among an image's scores: of `view`, one for each label."""
        return view_key(self.label) if self.label is not None else self.score

    @property
    def kind(self) -> Literal["autoencoder", "view"] | None:
        """The kind of the model that gives the score; None of a formula."""
        if self.score == "view":
            return "view"
        return "autoencoder" if self.score in RECONSTRUCTION_SCORES else None

    def holds(self, value: float) -> bool:
        """Whether the condition holds of a score; of NaN it never does."""
        return value >= self.threshold if self.comparison == "at least" else value <= self.threshold


@dataclass(frozen=True)
class Ruling:
    """What a rule says of an image: the place of the first failing condition, and its reason.

    Both are None of an image that is accepted.
    """

    failed: int | None = None
    reason: Reason | None = None

    @property
    def accepted(self) -> bool:
        """Whether the image may pass."""
        return self.failed is None


class Rule(Document):
    """Ordered conditions, and how many images they were measured to refuse.

    An image is accepted where every condition holds. `in_distribution` is the set of images that
    ought to pass on which it was measured, `out_of_distribution` those that ought not.
    """

    schema_version: Literal[1] = 1
    conditions: Annotated[tuple[Condition, ...], Field(min_length=1)]
    in_distribution: Gated
    out_of_distribution: tuple[Gated, ...] = ()

    @model_validator(mode="after")
    def _each_model_is_one(self) -> Self:
        for kind in ("autoencoder", "view"):
            if len({one.weights_sha256 for one in self.conditions if one.kind == kind}) > 1:
                raise ValueError(f"conditions: the weights of two {kind} models are named")
        return self

    def of_kind(self, kind: str) -> tuple[Condition, ...]:
        """The conditions whose scores a model of this kind gives."""
        return tuple(one for one in self.conditions if one.kind == kind)

    @property
    def needs(self) -> tuple[str, ...]:
        """The kinds of models that the rule needs: formulas of the input need the view model's."""
        kinds = [
            one.kind or ("view" if one.score in INPUT_SCORES else None) for one in self.conditions
        ]
        return tuple(kind for kind in ("autoencoder", "view") if kind in kinds)

    def decide(self, scores: Mapping[str, float]) -> Ruling:
        """Return whether an image passes, and why not.

        Args:
            scores: by ``Condition.key``, and every label of the view model by ``view_key``; one
                that is absent counts as NaN.
        """
        for place, condition in enumerate(self.conditions):
            if not condition.holds(scores.get(condition.key, math.nan)):
                return Ruling(place, _reason(condition, scores))
        return Ruling()


def _reason(condition: Condition, scores: Mapping[str, float]) -> Reason:
    """Of the view, that of the most probable other label, the first of equal ones."""
    if condition.label != FRONTAL:
        return condition.reason
    best, found = -math.inf, condition.reason
    for label, reason in REASON_BY_VIEW.items():
        value = scores.get(view_key(label), -math.inf)
        if math.isnan(value):
            return condition.reason
        if value > best:
            best, found = value, reason
    return found


def view_key(label: str) -> str:
    """What the probability of a label of the view model is called among an image's scores."""
    return f"view: {label}"


def view_scores(labels: Sequence[str], probabilities: npt.NDArray[Any]) -> dict[str, float]:
    """The probabilities of a view model by their keys; (labels,) in the order of its labels."""
    return {
        view_key(label): float(value) for label, value in zip(labels, probabilities, strict=True)
    }


def shorter_side(height: int, width: int) -> float:
    """The shorter side of a picture in the pixels of its file, not yet turned or made square."""
    return float(min(height, width))


def input_scores(image: npt.NDArray[Any], low: float, high: float) -> dict[str, float]:
    """Mean level and contrast of (H, W) input of the view model on [low, high].

    In float64, added in the order of the pixels, as ``reference.decide.scores`` does.
    """
    span = high - low
    return {
        "mean_level": (mean(image) - low) / span,
        "contrast": standard_deviation(image) / span,
    }


def rule_of(gate: Gate, reason: Reason = "unlike") -> Rule:
    """The rule that one gate is: its only condition is the gate's threshold.

    Raises:
        ValidationError: the gate names no weights.
    """
    return Rule(
        conditions=(
            Condition(
                score=gate.score,
                definition=gate.definition,
                comparison="at least" if HIGHER_IS_LIKELIER[gate.score] else "at most",
                threshold=gate.threshold,
                reason=reason,
                weights_sha256=gate.weights_sha256,
            ),
        ),
        in_distribution=gate.in_distribution,
        out_of_distribution=gate.out_of_distribution,
    )
