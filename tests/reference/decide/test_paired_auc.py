"""The change of AUC on the same images: both areas, and an interval that holds what it says."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from reference.decide.paired_auc import auc_change


def drawn(seed: int, images: int = 120) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    rng = np.random.default_rng(seed)
    labels = (rng.random(images) < 0.3).astype(np.int64)
    before = labels + rng.normal(0, 1, images)
    return labels, before, before + rng.normal(0, 0.7, images)


def test_both_areas_are_those_of_everybody_ties_counting_half() -> None:
    labels, before, after = drawn(1)
    before, after = before.round(), after.round()
    found = auc_change(labels, before, after)
    assert found is not None
    assert found.before == pytest.approx(roc_auc_score(labels, before), abs=1e-12)
    assert found.after == pytest.approx(roc_auc_score(labels, after), abs=1e-12)
    assert found.low < found.change < found.high


def test_the_same_outputs_have_no_change_and_no_doubt() -> None:
    labels, before, _ = drawn(2)
    found = auc_change(labels, before, before)
    assert found is not None
    assert (found.change, found.low, found.high) == (0.0, 0.0, 0.0)


def test_the_interval_is_that_of_a_paired_bootstrap() -> None:
    labels, before, after = drawn(3, 400)
    found = auc_change(labels, before, after)
    assert found is not None
    rng, changes = np.random.default_rng(4), []
    for _ in range(400):
        rows = rng.integers(0, len(labels), len(labels))
        again = auc_change(labels[rows], before[rows], after[rows])
        assert again is not None
        changes.append(again.change)
    reach = (found.high - found.low) / 2
    assert reach == pytest.approx(1.96 * np.std(changes), rel=0.12)


@pytest.mark.parametrize("label", [0, 1])
def test_one_kind_of_image_has_no_area(label: int) -> None:
    assert auc_change(np.full(5, label), np.arange(5.0), np.arange(5.0)) is None


def test_a_single_positive_leaves_everything_open() -> None:
    found = auc_change(np.array([1, 0, 0]), np.array([0.9, 0.1, 0.2]), np.array([0.1, 0.2, 0.3]))
    assert found is not None
    assert (found.before, found.after, found.low, found.high) == (1.0, 0.0, -1.0, 1.0)
