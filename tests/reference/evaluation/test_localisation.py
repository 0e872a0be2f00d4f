"""Maps of a network that is known to look at one place, and the pointing game on them."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import torch
from torch import nn

from reference.evaluation.localisation import (
    Maps,
    Tally,
    explain,
    mask_at_input,
    near,
    point,
    pointing_game,
)
from reference.evaluation.networks import ClassifierNetwork, Network
from reference.networks.densenet import Classifier
from reference.preprocess import Preprocess

SIZE = 32
PREPROCESS = Preprocess(size=SIZE, channels=2)
FINDINGS = ("Mass", "Nodule")


class Looking(nn.Module):
    """Adds up the image at one place for Mass, and takes it away there for Nodule."""

    def __init__(self, row: int, column: int) -> None:
        super().__init__()
        self.classifier = nn.Linear(1, 2, bias=False)
        self.weights = torch.zeros(SIZE, SIZE)
        self.weights[row, column] = 4.0
        with torch.no_grad():
            self.classifier.weight.copy_(torch.tensor([[1.0], [-1.0]]))

    def feature_map(self, image: torch.Tensor) -> torch.Tensor:
        return nn.functional.avg_pool2d((image * self.weights).sum(1, keepdim=True), 8)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits = self.classifier(self.feature_map(image).mean((2, 3)))
        return logits, torch.sigmoid(logits)


def _network(row: int = 9, column: int = 20) -> ClassifierNetwork:
    about = Network(
        name="looking", kind="classifier", file="f", sha256="0", parameters=2, preprocess=PREPROCESS
    )
    return ClassifierNetwork(about, cast(Classifier, Looking(row, column)), FINDINGS)


def _maps() -> list[Maps]:
    return explain(_network(), np.ones((2, SIZE, SIZE), np.float32), FINDINGS)


def _mask(rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros((SIZE, SIZE), bool)
    mask[rows, columns] = True
    return mask


def test_maps_show_where_the_network_looks() -> None:
    mass, nodule = _maps()
    assert np.unravel_index(mass.saliency.argmax(), (SIZE, SIZE)) == (9, 20)
    assert (mass.saliency > 0).sum() == 1
    # Two equal channels: the gray image's gradient is their sum.
    assert mass.saliency[9, 20] == pytest.approx(2 * 4 / SIZE**2)
    row, column = np.unravel_index(mass.cam.argmax(), (SIZE, SIZE))
    assert (row // 8, column // 8) == (1, 2)
    assert nodule.saliency.max() == 0
    assert nodule.cam.max() == 0
    assert mass.probability > 0.5 > nodule.probability


def test_maximum_on_the_mask_is_a_hit_elsewhere_a_miss_and_a_flat_map_is_told() -> None:
    mass, nodule = _maps()
    assert point(mass.saliency, _mask(slice(8, 11), slice(19, 22))) == "hit"
    assert point(mass.saliency, _mask(slice(20, 30), slice(0, 9))) == "miss"
    assert point(nodule.saliency, np.ones((SIZE, SIZE), bool)) == "flat"
    assert point(np.full((SIZE, SIZE), np.nan), np.ones((SIZE, SIZE), bool)) == "flat"


def test_tolerance_is_fifteen_pixels_at_224_to_every_side() -> None:
    mask = np.zeros((224, 224), bool)
    mask[100, 100] = True
    reach = near(mask)
    assert reach[100, 115]
    assert reach[85, 100]
    assert reach[109, 112]  # 9² + 12² = 15²
    assert not reach[100, 116]
    assert not reach[110, 112]


def test_mask_is_scaled_and_cropped_as_the_image_is() -> None:
    wide = np.zeros((64, 128), bool)
    wide[:32, 32:64] = True  # the crop's upper left quarter
    wide[:, :10] = True  # outside the crop
    found = mask_at_input(wide, PREPROCESS)
    expected = _mask(slice(0, 16), slice(0, 16))
    assert np.array_equal(found, expected)


def test_game_counts_hits_misses_and_what_does_not_count() -> None:
    maps = _maps()[0]
    tally = Tally("Mass")
    on_it = _mask(slice(8, 11), slice(19, 22))
    tally.add(maps, on_it, PREPROCESS)
    tally.add(maps, _mask(slice(26, 30), slice(2, 5)), PREPROCESS)
    tally.add(maps, np.zeros((SIZE, SIZE), bool), PREPROCESS)
    outside = np.zeros((64, 128), bool)
    outside[:, :10] = True
    tally.add(maps, outside, PREPROCESS)
    (row,) = pointing_game("phantoms", _network(), [tally]).rows
    assert (row.drawn, row.empty, row.cut_away) == (4, 1, 1)
    assert (row.saliency.hits, row.saliency.images, row.saliency.rate) == (1, 2, 0.5)
    assert row.cam.hits == 1
    assert row.centre.hits == 0
    assert row.chance == pytest.approx(
        (near(on_it).mean() + near(_mask(slice(26, 30), slice(2, 5))).mean()) / 2
    )


def test_flat_maps_are_misses_and_counted() -> None:
    nodule = _maps()[1]
    tally = Tally("Nodule")
    tally.add(nodule, np.ones((SIZE, SIZE), bool), PREPROCESS)
    score = tally.row().saliency
    assert (score.hits, score.flat, score.images, score.rate) == (0, 1, 1, 0)


def test_finding_that_is_nowhere_drawn_has_no_rate() -> None:
    row = Tally("Hernia").row()
    assert (row.drawn, row.saliency.rate, row.chance) == (0, None, None)
