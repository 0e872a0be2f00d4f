"""Medians, their intervals, ratios and targets: pure arithmetic."""

from __future__ import annotations

import math

import numpy as np

from tests.reports.sample_bench import measured
from xport.benchmark import Interval, Target, backend_result, draws_for
from xport.targets import judged

AT_MOST = Target(name="time", unit="s", bound=2.0, sense="at most", because="quick")
AT_LEAST = Target(name="factor", unit="times", bound=5.0, sense="at least", because="worth it")


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
