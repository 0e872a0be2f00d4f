"""What checkpoints reach: AUC of findings, scores of images that do not belong, the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from reference.card import Agreement, ScoreFigures
from reference.data import Dataset, Reading
from reference.decide.calibration import Calibration, fit_calibration
from reference.decide.gate import Gate, fit_gate
from reference.decide.scores import ScoreName, l1, l2, latent_distance, ssim
from reference.evaluation import AucTable, auc_table, separation
from reference.networks.ali import Autoencoder
from reference.preprocess import Preprocess
from reference.training.autoencoders import reconstructed
from reference.training.classifier import classified
from reference.training.registry import Registry, network_input

Scores = dict[ScoreName, list[float]]
SCORES: tuple[ScoreName, ...] = get_args(ScoreName)
SPLIT_SEED = 2019


@dataclass(frozen=True)
class ClassifierFigures:
    """AUC tables on sets that no training saw, and operating points from validation images."""

    tables: tuple[AucTable, ...]
    calibration: Calibration


def classifier_figures(
    network: nn.Module, validation: Registry, tests: Sequence[Registry], weights_sha256: str
) -> ClassifierFigures:
    """Return what a classifier reaches.

    Args:
        network: answers logits.
        validation: decides the operating points.
        tests: in the order of the tables.
        weights_sha256: digest of the file that the network's weights are in.
    """
    return ClassifierFigures(
        tables=tuple(
            auc_table(classified(network, registry), seed=SPLIT_SEED) for registry in tests
        ),
        calibration=fit_calibration(classified(network, validation), weights_sha256),
    )


def registry_scores(network: Autoencoder, registry: Registry) -> Scores:
    """Return every score of every image of a registry."""
    made, codes = reconstructed(network, registry)
    given = network_input(registry.grey(range(len(registry))), registry.about.preprocess)[
        :, 0
    ].numpy()
    return _scores(given, made, codes)


@torch.no_grad()
def dataset_scores(network: Autoencoder, dataset: Dataset, preprocess: Preprocess) -> Scores:
    """Return every score of every image of a small set that is read from its own files.

    Raises:
        DataError: not one image could be read.
    """
    network.eval()
    found: Scores = {name: [] for name in SCORES}
    for _, levels in Reading(dataset):
        image = preprocess.apply(levels)
        made, code = network(torch.from_numpy(image))
        one = _scores(image[:, 0], made[:, 0].numpy(), code.numpy())
        for name in SCORES:
            found[name] += one[name]
    return found


def _scores(
    given: npt.NDArray[np.float32], made: npt.NDArray[np.float32], codes: npt.NDArray[np.float32]
) -> Scores:
    pairs = list(zip(given, made, strict=True))
    return {
        "l1": [l1(x, y) for x, y in pairs],
        "l2": [l2(x, y) for x, y in pairs],
        "ssim": [ssim(x, y) for x, y in pairs],
        "latent": [latent_distance(code) for code in codes],
    }


def score_figures(
    model: str, inside: tuple[str, Scores], others: Mapping[str, Scores]
) -> tuple[ScoreFigures, ...]:
    """Return how each score tells each other set from the images that belong."""
    name, given = inside
    figures = []
    for score in SCORES:
        found = separation(
            model, score, (name, given[score]), {other: one[score] for other, one in others.items()}
        )
        figures.append(
            ScoreFigures(
                score=score,
                in_distribution=name,
                images=found.in_distribution.images,
                median=found.in_distribution.median,
                others=tuple(
                    Agreement(
                        dataset=one.scores.dataset,
                        images=one.scores.images,
                        median=one.scores.median,
                        auc=one.auc,
                    )
                    for one in found.out_of_distribution
                ),
            )
        )
    return tuple(figures)


def fitted_gate(
    score: ScoreName,
    rate: float,
    inside: tuple[str, Scores],
    others: Mapping[str, Scores],
    weights_sha256: str,
) -> Gate:
    """Return the gate of one score that refuses at most ``rate`` of the images that belong."""
    name, given = inside
    return fit_gate(
        score,
        rate,
        (name, given[score]),
        {other: one[score] for other, one in others.items()},
        weights_sha256,
    )


def rounded(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the weights in float16, counters apart; float32 then holds exactly what ships.

    Raises:
        OverflowError: a number is too large for float16.
    """
    result = {}
    for name, tensor in weights.items():
        small = tensor.to(torch.float16) if tensor.is_floating_point() else tensor
        if not torch.isfinite(small).all():
            raise OverflowError(f"{name} holds numbers that float16 cannot")
        result[name] = small.contiguous()
    return result


def parameters(network: nn.Module) -> int:
    """Return how many numbers of a network are trained."""
    return sum(parameter.numel() for parameter in network.parameters())
