"""Measuring two arrays against each other, checked against arithmetic done by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from xport.common.arrays import Array
from xport.comparison.parity import Pair, Role, compare, measure, worst

PAIR = Pair(model="m", leg="l", baseline="torch", role=Role.REFERENCE, output="o")


def test_metrics_of_known_numbers() -> None:
    found = measure(np.array([1.0, 2.0, 3.0, 8.0]), np.array([1.0, 2.0, 3.0, 4.0]))
    assert found.elements == 4
    assert found.max_abs == 4
    assert found.mean_abs == 1
    assert found.rms == 2
    assert found.relative_l2 == pytest.approx(4 / np.sqrt(30))
    assert found.cosine == pytest.approx((1 + 4 + 9 + 32) / np.sqrt(78 * 30))
    assert found.quantiles["0.5"] == 0
    assert found.quantiles["0.999"] == pytest.approx(4, rel=0.01)
    assert (found.nan, found.inf) == (0, 0)


def test_equal_arrays_are_at_distance_zero() -> None:
    found = measure(np.ones(5, np.float32), np.ones(5, np.float32))
    assert (found.max_abs, found.relative_l2) == (0, 0)
    assert found.cosine == pytest.approx(1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("side", ["candidate", "baseline", "both"])
def test_a_non_finite_value_is_within_no_bound(bad: float, side: str) -> None:
    clean, spoilt = np.array([1.0, 2.0]), np.array([1.0, bad])
    candidate = clean if side == "baseline" else spoilt
    baseline = clean if side == "candidate" else spoilt
    found = measure(candidate, baseline)
    assert not found.max_abs <= 1e300
    assert (found.nan + found.inf > 0) == (side != "baseline")


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=30), st.data())
def test_max_bounds_every_other_distance(values: list[float], data: st.DataObject) -> None:
    ours = np.array(values)
    theirs = np.array([data.draw(st.floats(-1e6, 1e6, width=32)) for _ in values])
    found = measure(ours, theirs)
    tiny = 1e-9 * (1 + found.max_abs)
    assert found.mean_abs <= found.rms + tiny
    assert found.rms <= found.max_abs + tiny
    assert all(quantile <= found.max_abs + tiny for quantile in found.quantiles.values())
    assert -1 - 1e-9 <= found.cosine <= 1 + 1e-9


def test_refuses_shapes_that_differ_and_nothing_at_all() -> None:
    with pytest.raises(ValueError, match="cannot compare shapes"):
        measure(np.ones((2, 3)), np.ones((3, 2)))
    with pytest.raises(ValueError, match="cannot compare shapes"):
        measure(np.ones(0), np.ones(0))
    with pytest.raises(ValueError, match="probes differ"):
        compare(PAIR, {}, {}, labelled=False)
    with pytest.raises(ValueError, match="probes differ"):
        compare(PAIR, {"a": np.ones(1)}, {"b": np.ones(1)}, labelled=False)


def probes(*rows: list[float]) -> dict[str, Array]:
    return {f"p{n}": np.array([row]) for n, row in enumerate(rows)}


def test_pooled_metrics_span_all_probes_and_the_worst_is_named() -> None:
    found = compare(PAIR, probes([1, 2], [3, 9]), probes([1, 2], [3, 4]), labelled=True)
    assert found.pooled.max_abs == 5
    assert found.worst_probe == "p1"
    assert found.differences == {"p0": (0, 0), "p1": (0, 5)}
    assert found.histogram is None


def test_a_probe_with_nan_is_the_worst() -> None:
    found = compare(PAIR, probes([1, 99], [np.nan, 4]), probes([1, 2], [3, 4]), labelled=False)
    assert found.worst_probe == "p1"
    assert worst(found.probes) == "p1"


def test_the_histogram_counts_every_finite_difference_and_is_symmetric() -> None:
    found = compare(PAIR, probes([1, 2], [3, 9]), probes([1, 2.5], [3, 4]), labelled=False)
    assert found.histogram is not None
    assert sum(found.histogram.counts) == 4
    assert found.histogram.edges[0] == -5
    assert found.histogram.edges[-1] == 5


def test_metrics_do_not_depend_on_threads() -> None:
    values = np.random.default_rng(0).standard_normal((2, 300_001))
    found = []
    for threads in (1, 2, 3):
        with threadpool_limits(threads, "blas"):
            found.append(measure(*values))
    assert found[0] == found[1] == found[2]
