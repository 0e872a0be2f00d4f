"""The whole rule before the classifier: its scores of an image, and what calibration films fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from reference.data import Dataset, Reading
from reference.decide.gate import Gated
from reference.decide.rule import (
    RULE_DEFINITIONS,
    Comparison,
    Condition,
    Reason,
    Rule,
    RuleScore,
    input_scores,
    shorter_side,
    view_scores,
)
from reference.decide.scores import l2, latent_distance, ssim
from reference.errors import CheckpointError
from reference.networks.ali import Autoencoder, autoencoder
from reference.networks.checkpoints import load_checkpoint
from reference.networks.view import VIEWS, ViewClassifier, view_classifier
from reference.preprocess import AUTOENCODER_STRETCH, VIEW
from reference.training.defaults import LATENT, WIDTH
from reference.training.view_figures import Change, Thresholds

Levels = npt.NDArray[np.float64]

SMALLEST = float(VIEW.size)
"""Pixels of the shorter side: of fewer, the view network would read an enlargement."""

FORMULAS: tuple[tuple[RuleScore, Comparison, Reason], ...] = (
    ("mean_level", "at least", "too-dark"),
    ("mean_level", "at most", "too-bright"),
    ("contrast", "at least", "no-contrast"),
)
RECONSTRUCTION: tuple[tuple[RuleScore, Comparison, Reason], ...] = (
    ("ssim", "at least", "unlike"),
    ("l2", "at most", "unlike"),
    ("latent", "at most", "unlike"),
)
FORMULA_MARGIN, RECONSTRUCTION_MARGIN = 0.5, 0.25
"""How far beyond the calibration part's extreme, in parts of its distance from the median."""

_AT_ONCE = 64


@dataclass(frozen=True)
class Networks:
    """The two networks whose scores a rule holds to thresholds, in evaluation mode."""

    view: ViewClassifier
    autoencoder: Autoencoder
    view_sha256: str
    autoencoder_sha256: str

    @classmethod
    def load(cls, view: Path, reconstruction: Path) -> Networks:
        """Return the networks of two files of weights.

        Raises:
            CheckpointError: a file is absent or does not fit its network.
        """
        own, other = view_classifier(), autoencoder(LATENT, WIDTH)
        digests = [
            load_checkpoint(network, path).sha256
            for network, path in ((own, view), (other, reconstruction))
        ]
        return cls(own.eval(), other.eval(), *digests)

    def require_of(self, rule: Rule) -> None:
        """Refuse a rule whose thresholds are of other weights.

        Raises:
            CheckpointError: it names others.
        """
        own = {"view": self.view_sha256, "autoencoder": self.autoencoder_sha256}
        for one in rule.conditions:
            if one.kind and one.weights_sha256 != own[one.kind]:
                raise CheckpointError(
                    f"the rule's {one.key} is of the weights {one.weights_sha256}, these are "
                    f"{own[one.kind]}",
                    where=one.kind,
                    remedy="give the weights that the rule names, or make the rule again",
                )

    @torch.no_grad()
    def seen(self, images: Sequence[Levels]) -> list[dict[str, float]]:
        """Return the scores of formulas and view network of some images, by their keys."""
        inputs = np.concatenate([VIEW.apply(levels) for levels in images])
        probabilities = self.view(torch.from_numpy(inputs))[1].numpy()
        return [
            {
                "shorter_side": shorter_side(*levels.shape),
                **input_scores(image[0], VIEW.low, VIEW.high),
                **view_scores(VIEWS, row),
            }
            for levels, image, row in zip(images, inputs, probabilities, strict=True)
        ]

    @torch.no_grad()
    def rebuilt(self, images: Sequence[Levels]) -> list[dict[str, float]]:
        """Return the reconstruction scores of some images, by their keys."""
        if not images:
            return []
        inputs = np.concatenate([AUTOENCODER_STRETCH.apply(levels) for levels in images])
        made, codes = (one.numpy() for one in self.autoencoder(torch.from_numpy(inputs)))
        return [
            {"ssim": ssim(x[0], y[0]), "l2": l2(x[0], y[0]), "latent": latent_distance(code)}
            for x, y, code in zip(inputs, made, codes, strict=True)
        ]


def all_scores(networks: Networks, dataset: Dataset) -> list[dict[str, float]]:
    """Return every score of every image of a set; missing and broken ones are left out."""
    found = []
    for images in chunks(dataset, None):
        pairs = zip(networks.seen(images), networks.rebuilt(images), strict=True)
        found += [one | other for one, other in pairs]
    return found


def fitted_rule(
    thresholds: Thresholds, networks: Networks, dataset: str, scores: Sequence[Mapping[str, float]]
) -> Rule:
    """Return the rule that calibration films fix: the view's threshold, the others by extremes.

    A limit lies beyond the farthest film by a share of that film's distance from the median.

    Args:
        thresholds: of the view network.
        networks: whose scores these are.
        dataset: what the films are called.
        scores: of each calibration film.

    Raises:
        CheckpointError: the thresholds are of another view network.
    """

    def limited(score: RuleScore, comparison: Comparison, reason: Reason, **more: Any) -> Condition:
        margin = FORMULA_MARGIN if score in ("mean_level", "contrast") else RECONSTRUCTION_MARGIN
        values = np.array([one[score] for one in scores])
        extreme = values.min() if comparison == "at least" else values.max()
        limit = extreme + margin * (extreme - np.median(values))
        return _condition(score, comparison, float(limit), reason, **more)

    own = networks.autoencoder_sha256
    conditions = (
        _condition("shorter_side", "at least", SMALLEST, "too-small"),
        *(limited(*one) for one in FORMULAS),
        _condition(
            "view",
            "at least",
            thresholds.at_least,
            "not-frontal",
            label=thresholds.label,
            weights_sha256=thresholds.weights_sha256,
        ),
        *(limited(*one, weights_sha256=own) for one in RECONSTRUCTION),
    )
    unmeasured = Rule(
        conditions=conditions, in_distribution=Gated(dataset=dataset, images=1, refused=0)
    )
    networks.require_of(unmeasured)
    refused = sum(not unmeasured.decide(one).accepted for one in scores)
    known = Gated(dataset=dataset, images=len(scores), refused=refused)
    return unmeasured.model_copy(update={"in_distribution": known})


def _condition(
    score: RuleScore, comparison: Comparison, threshold: float, reason: Reason, **more: Any
) -> Condition:
    return Condition(
        score=score,
        definition=RULE_DEFINITIONS[score],
        comparison=comparison,
        threshold=threshold,
        reason=reason,
        **more,
    )


def chunks(dataset: Dataset, change: Change | None) -> Iterator[list[Levels]]:
    """Yield the images of a set, changed, some at a time; missing and broken ones are left out."""
    waiting = list[Levels]()
    for _, levels in Reading(dataset):
        waiting.append(np.ascontiguousarray(change(levels)) if change else levels)
        if len(waiting) == _AT_ONCE:
            yield waiting
            waiting = []
    if waiting:
        yield waiting
