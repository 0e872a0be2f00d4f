"""Tolerances come from rounding; what is no rounding does not widen them."""

from __future__ import annotations

import numpy as np
import pytest

from xport.common.arrays import Array
from xport.errors import InputError
from xport.formats.artifact import DType, Signature, TensorSpec
from xport.library.suggesting import suggested
from xport.plan.policy import Tolerance
from xport.plan.rounding import EXPLAINED, FACTOR, STEPS

EXACT = np.linspace(-1, 1, 8).reshape(1, 8)
EPS = float(np.finfo(np.float32).eps)


def tolerance(single: Array, double: Array, runtime: Array, dtype: DType = "float32") -> Tolerance:
    spec = TensorSpec(name="y", shape=(1, 8), dtype=dtype)
    signature = Signature(inputs=(spec.model_copy(update={"name": "x"}),), outputs=(spec,))
    answers = [[{"y": array}] for array in (single, double, runtime)]
    (found,) = suggested("model", signature, *answers)
    return found


def off(by: float) -> Array:
    return EXACT + by


def is_about(found: Tolerance, rounding: float) -> bool:
    """Whether the tolerance is of that rounding, written in two digits, never less."""
    return FACTOR * rounding <= found.max_abs * (1 + 1e-9) <= 1.11 * FACTOR * rounding


def test_the_larger_rounding_counts() -> None:
    assert is_about(tolerance(off(1e-5), EXACT, off(1e-5)), 1e-5)
    assert is_about(tolerance(off(1e-5), EXACT, off(6e-5)), 5e-5)


def test_no_rounding_is_a_few_float32_steps_of_the_largest_value() -> None:
    found = tolerance(EXACT, EXACT, EXACT).max_abs
    assert FACTOR * STEPS * EPS <= found < 1.1 * FACTOR * STEPS * EPS


def test_no_suggestion_is_more_than_a_hundredth_of_the_largest_value() -> None:
    assert is_about(tolerance(off(9e-4), EXACT, off(9e-4)), 9e-4)
    assert is_about(tolerance(off(9e-4), EXACT, off(3e-3)), 9e-4)


def test_an_output_that_is_all_but_nothing_is_asked_about() -> None:
    assert "is it scaled as meant?" not in tolerance(EXACT, EXACT, EXACT).rationale
    small = EXACT * 1e-9
    said = tolerance(small, small, small).rationale
    assert said.endswith("no value is above 1e-09: is it scaled as meant?")


@pytest.mark.parametrize("wrong", [2e-5 * EXPLAINED, 1.0, float("inf"), float("nan")])
def test_a_wrong_runtime_widens_nothing(wrong: float) -> None:
    found = tolerance(off(1e-5), EXACT, off(wrong))
    assert is_about(found, 1e-5)
    assert "which rounding does not explain" in found.rationale


@pytest.mark.parametrize("single", [off(0.002), off(float("nan"))])
def test_where_float32_does_not_settle_the_output_nothing_is_suggested(single: Array) -> None:
    with pytest.raises(InputError, match="from its own float64"):
        tolerance(single, EXACT, EXACT)


@pytest.mark.parametrize("dtype", ["int32", "bool"])
def test_what_is_counted_must_be_equal(dtype: DType) -> None:
    whole = np.zeros((1, 8), dtype)
    assert tolerance(whole, whole, whole, dtype).max_abs < 1


def test_an_output_of_zeros_has_a_tolerance_all_the_same() -> None:
    zeros = np.zeros((1, 8))
    assert 0 < tolerance(zeros, zeros, zeros).max_abs < 1e-30


def test_other_orders_of_summation_count_as_rounding_too() -> None:
    spec = TensorSpec(name="y", shape=(1, 8), dtype="float32")
    signature = Signature(inputs=(spec.model_copy(update={"name": "x"}),), outputs=(spec,))
    single, double = [{"y": off(1e-5)}] * 6, [{"y": EXACT}] * 6
    others = {"torch-order": [{"y": off(5e-5)}] * 4, "onnx-threads": [{"y": off(1.0)}] * 4}
    (found,) = suggested("model", signature, single, double, single, others=others)  # type: ignore[arg-type]
    assert is_about(found, 4e-5)
    assert "at most 4e-05 from 2 other orders of summation" in found.rationale
    assert "on the first 4, 1 of them further than rounding explains" in found.rationale
