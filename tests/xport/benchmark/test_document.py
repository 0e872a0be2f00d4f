"""Medians, their intervals, ratios and targets: pure arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.reports.bench.sample_bench import measured, pictures, result
from xport.benchmark.document import Target, backend_result
from xport.benchmark.gradient_agreement import agreement
from xport.benchmark.pictures import picture_targets
from xport.benchmark.targets import judged, judged_gradients
from xport.comparison.intervals import Interval, draws_for
from xport.errors import RunnerError

AT_MOST = Target(name="time", unit="s", bound=2.0, sense="at most", rationale="quick")
AT_LEAST = Target(name="factor", unit="times", bound=5.0, sense="at least", rationale="worth it")


def test_an_interval_holds_its_estimate_and_narrows_with_rounds() -> None:
    random = np.random.default_rng(0)
    few, many = (list(1 + random.exponential(size=count)) for count in (8, 200))
    widths = []
    for seconds in (few, many):
        found = Interval.of_median(seconds, draws_for(len(seconds), 1))
        assert found.low <= found.estimate <= found.high
        assert found.estimate == np.median(seconds)
        widths.append(found.high - found.low)
    assert widths[1] < widths[0]


def test_noise_that_meets_both_alike_leaves_the_ratio_alone() -> None:
    below = list(np.random.default_rng(0).uniform(1, 10, 20))
    found = Interval.of_ratio([2 * one for one in below], below, draws_for(20, 3))
    assert (found.low, found.estimate, found.high) == (2, 2, 2)


def test_the_same_seed_draws_the_same_rounds() -> None:
    assert np.array_equal(draws_for(7, 5), draws_for(7, 5))
    assert not np.array_equal(draws_for(7, 5), draws_for(7, 6))


def test_ratios_refer_to_the_first_contestant() -> None:
    about = {
        "backend": "wasm",
        "cold": False,
        "renderer": None,
        "browser": "chromium 1",
        "wasm_threads": 1,
        "peak_mib": 100.0,
    }
    found = backend_result([measured("a", 2.0), measured("b", 1.0)], 0, about)
    assert [row.ratio.estimate for row in found.rows if row.ratio] == [1.0, 0.5]
    assert found.rows[1].start_ratio == 0.5


def test_a_target_is_met_at_its_bound_and_never_by_nan() -> None:
    assert judged(AT_MOST, 2.0).met
    assert not judged(AT_MOST, 2.01).met
    assert judged(AT_LEAST, 5.0).met
    assert not judged(AT_LEAST, 4.99).met
    assert not judged(AT_MOST, math.nan).met
    assert not judged(AT_LEAST, math.nan).met


def test_gradients_are_judged_by_the_classifier_and_image_that_is_least_alike() -> None:
    slope = np.linspace(-1, 1, 100)
    exported = {"one": slope, "two": slope}
    near = agreement("a", "wasm", {"one": slope, "two": slope + 1e-3}, exported)
    far = agreement("b", "wasm", {"one": slope, "two": slope + 0.1}, exported)
    cosine, distance = judged_gradients([near], float64_gap=0.001)
    assert cosine.met
    assert distance.met
    assert distance.target.bound == 0.003
    cosine, distance = judged_gradients([far, near], float64_gap=0.001)
    assert cosine.measured == far.probes["two"].cosine
    assert distance.measured == far.pooled.relative_l2
    assert not cosine.met
    assert not distance.met


def test_a_gradient_of_nan_and_a_gap_of_nan_meet_nothing() -> None:
    slope = np.linspace(-1, 1, 100)
    exported = {"one": slope, "two": slope}
    broken = agreement("a", "wasm", {"one": slope * math.nan, "two": slope}, exported)
    assert [one.met for one in judged_gradients([broken], float64_gap=1.0)] == [False, False]
    same = agreement("a", "wasm", exported, exported)
    assert [one.met for one in judged_gradients([same], float64_gap=math.nan)] == [True, False]


def test_a_gradient_of_zeros_is_nothing_to_compare_with() -> None:
    zeros = {"one": np.zeros(4)}
    with pytest.raises(RunnerError, match="zero everywhere"):
        agreement("a", "wasm", zeros, zeros)


def test_pictures_are_judged_by_the_exact_path_and_the_largest_page() -> None:
    assert [one.met for one in picture_targets(pictures(0.03))] == [True, True, True]
    slow = pictures(0.031, block=0.051, page_mib=1025.0)
    found = list(picture_targets(slow))
    assert [one.met for one in found] == [False, False, False]
    assert [one.measured for one in found] == [pytest.approx(1.55), 0.051, 1025.0]
    unwatched = pictures(0.03, block=math.nan, page_mib=math.nan)
    assert [one.met for one in picture_targets(unwatched)] == [True, False, False]


def test_a_block_of_nan_hides_behind_no_other() -> None:
    rows = pictures(0.03).rows
    odd = rows[0].model_copy(update={"blocks": (math.nan, 0.001, math.nan, 0.002)})
    for blocks in (odd.blocks, odd.blocks[1:], odd.blocks[:2]):
        row = odd.model_copy(update={"blocks": blocks})
        whole = pictures(0.03).model_copy(update={"rows": (row, rows[1])})
        assert not list(picture_targets(whole))[1].met


def test_an_input_that_is_wrong_makes_the_time_worthless() -> None:
    good = result(measured("a", 1.0)).model_copy(update={"targets": ()})
    assert good.passed
    bad = good.model_copy(update={"pictures": pictures(0.03, "its input holds NaN")})
    assert not bad.passed
    assert bad.complaints == [
        "PNG, 8 bits: exact: its input holds NaN",
        "JPEG-LS: its input holds NaN",
    ]
