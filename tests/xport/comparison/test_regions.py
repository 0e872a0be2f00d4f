"""What a map explains: its largest values; ties, sparse maps and maps without a region."""

from __future__ import annotations

import math

import numpy as np
import pytest

from xport.comparison.parity import Pair, Role, compare
from xport.comparison.regions import Regions, region, region_iou

RAMP = np.arange(100, dtype=np.float32).reshape(1, 1, 10, 10)


def test_the_region_is_the_share_of_pixels_with_the_largest_values() -> None:
    found = region(RAMP, 0.1)
    assert found is not None
    assert [*np.flatnonzero(found)] == [*range(90, 100)]


def test_all_that_tie_with_the_threshold_belong_to_it_in_any_order() -> None:
    tied = np.array([5.0, 3, 3, 3, 1, 0, 0, 0, 0, 0])
    for values in (tied, tied[::-1]):
        found = region(values, 0.2)
        assert found is not None
        assert {*values[found]} == {5.0, 3.0}
        assert found.sum() == 4


def test_the_zeros_of_a_sparse_map_are_no_region() -> None:
    sparse, other = np.zeros(100), np.zeros(100)
    sparse[:2], other[50:52] = 1, 1
    found = region(sparse, 0.1)
    assert found is not None
    assert found.sum() == 2
    assert region_iou(sparse, other, 0.1, "cam") == 0.0


@pytest.mark.parametrize("spoilt", [0 * RAMP, RAMP + np.nan, np.where(RAMP > 50, np.inf, RAMP)])
def test_a_map_that_is_constant_or_no_number_has_no_region(spoilt: np.ndarray) -> None:
    assert region(spoilt, 0.1) is None
    for pair in ((spoilt, RAMP), (RAMP, spoilt), (spoilt, spoilt)):
        assert math.isnan(region_iou(*pair, 0.1, "saliency"))


def test_a_gradient_explains_by_its_magnitude_and_other_maps_as_they_stand() -> None:
    assert region_iou(RAMP, -RAMP, 0.1, "gradient") == 1.0
    assert region_iou(RAMP, -RAMP, 0.1, "saliency") == 0.0


def test_intersection_over_union_counts_both_sides() -> None:
    moved = np.roll(RAMP, 5)
    assert region_iou(moved, RAMP, 0.1, "cam") == pytest.approx(5 / 15)


def test_the_worst_probe_has_the_least_and_nan_is_less_than_any_number() -> None:
    found = Regions(share=0.1, iou={"one": 0.9, "two": 0.2, "three": math.nan})
    assert found.worst_probe == "three"
    assert math.isnan(found.least)
    assert Regions(share=0.1, iou={"one": 0.9, "two": 0.2}).worst_probe == "two"


def test_a_comparison_holds_regions_only_where_they_are_asked_for() -> None:
    pair = Pair(model="m", leg="wasm", baseline="torch", role=Role.REFERENCE, output="cam")
    sides = {"one": RAMP}, {"one": RAMP}
    without = compare(pair, *sides, labelled=False)
    assert "regions" not in without.model_dump(mode="json")
    asked = compare(pair, *sides, labelled=False, explained_share=0.2)
    assert asked.regions == Regions(share=0.2, iou={"one": 1.0})
