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
    FRONTAL,
    RULE_DEFINITIONS,
    Comparison,
    Condition,
    Reason,
    Rule,
    RuleScore,
    input_scores,
    shorter_side,
    view_key,
    view_scores,
)
from reference.decide.scores import l2, latent_distance, ssim
from reference.errors import CalibrationError, CheckpointError
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
FORMULA_SHARE = 0.5
"""A formula's limit: this share of the way from the end of its range to the farthest film."""

LEFT_OUT, MARGIN = 1, 0.1
"""A reconstruction's limit: the farthest film but so many, and so much of its distance more."""

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

    The extremes are of those films that the view network accepts.

    Args:
        thresholds: of the view network.
        networks: whose scores these are.
        dataset: what the films are called.
        scores: of each calibration film.

    Raises:
        CalibrationError: hardly a film is frontal.
        CheckpointError: the thresholds are of another view network.
    """
    frontal = [one for one in scores if one[view_key(FRONTAL)] >= thresholds.at_least]
    if len(frontal) <= LEFT_OUT:
        raise CalibrationError(
            f"{len(frontal)} of {len(scores)} films are frontal to the view network",
            dataset,
            "give more films of the calibration part",
        )
    names = [score for score, _, _ in (*FORMULAS, *RECONSTRUCTION)]
    values = {name: np.sort([one[name] for one in frontal]) for name in names}
    conditions = (
        _condition("shorter_side", "at least", SMALLEST, "too-small"),
        *(
            _condition(score, side, _formula_limit(values[score], side), reason)
            for score, side, reason in FORMULAS
        ),
        _condition(
            "view",
            "at least",
            thresholds.at_least,
            "not-frontal",
            label=thresholds.label,
            weights_sha256=thresholds.weights_sha256,
        ),
        *(
            _condition(
                score,
                side,
                _reconstruction_limit(values[score], side),
                reason,
                weights_sha256=networks.autoencoder_sha256,
            )
            for score, side, reason in RECONSTRUCTION
        ),
    )
    unmeasured = Rule(
        conditions=conditions, in_distribution=Gated(dataset=dataset, images=1, refused=0)
    )
    networks.require_of(unmeasured)
    refused = sum(not unmeasured.decide(one).accepted for one in scores)
    known = Gated(dataset=dataset, images=len(scores), refused=refused)
    return unmeasured.model_copy(update={"in_distribution": known})


def _formula_limit(values: Levels, side: Comparison) -> float:
    """Return a limit of sorted scores on [0, 1]."""
    if side == "at least":
        return float(FORMULA_SHARE * values[0])
    return float(1 - FORMULA_SHARE * (1 - values[-1]))


def _reconstruction_limit(values: Levels, side: Comparison) -> float:
    """Return a limit of sorted scores: a distance is at most, a likeness, 1 for equal, at least."""
    if side == "at most":
        return float(values[-1 - LEFT_OUT] * (1 + MARGIN))
    return float(1 - (1 - values[LEFT_OUT]) * (1 + MARGIN))


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
