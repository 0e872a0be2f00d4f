"""Numbers in words."""

from __future__ import annotations

import math

import pytest

from reports import words
from reports.release.charts import LogAxis


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "missing"),
        (0.0, "0, exact"),
        (math.nan, "NaN"),
        (math.inf, "infinite"),
        (1.234e-5, "1.23e-5"),
        (2e-4, "2e-4"),
        (0.25, "0.25"),
    ],
)
def test_error(value: float | None, expected: str) -> None:
    assert words.error(value) == expected


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [
        (None, "missing"),
        (0.0, "0 %"),
        (1e-6, "under 0.1 %"),
        (0.0134, "1.3 %"),
        (1.0, "100 %"),
        (1.002, "100.2 %"),
        (0.9999, "under 100 %"),
        (1.0001, "over 100 %"),
        (4855.0, "4,855 \N{MULTIPLICATION SIGN}"),
        (math.nan, "NaN"),
        (math.inf, "infinite"),
    ],
)
def test_percent(fraction: float | None, expected: str) -> None:
    assert words.percent(fraction) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "missing"), (0.0, "0 s"), (8.5e-4, "850 µs"), (0.0123, "12 ms"), (0.99999, "1.00 s"),
     (1.337, "1.34 s"), (12.34, "12.3 s")],
)  # fmt: skip
def test_seconds(value: float | None, expected: str) -> None:
    assert words.seconds(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1830.0, "1,830 MiB"), (1.34, "1.3 MiB"), (0.0234, "24 KiB"), (1.7e-5, "18 bytes"),
     (0.0, "0 bytes"), (math.nan, "NaN")],
)  # fmt: skip
def test_mebibytes(value: float, expected: str) -> None:
    assert words.mebibytes(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.0, "1.000000"), (0.9999999, "0.999999"), (0.999, "0.999000"), (math.nan, "NaN"),
     (None, "missing")],
)  # fmt: skip
def test_a_cosine_is_rounded_down(value: float | None, expected: str) -> None:
    assert words.cosine(value) == expected


def test_axis_holds_every_value_and_has_places_for_the_rest() -> None:
    axis = LogAxis.holding([2e-7, 3e-5, 0.0, math.nan, math.inf])
    places = [axis.place(value) for value in (0.0, 2e-7, 3e-5, math.nan)]
    assert places == sorted(places)
    assert len(set(places)) == 4
    assert axis.place(math.inf) == axis.place(math.nan)
    assert axis.high - axis.low >= 3


@pytest.mark.parametrize("values", [[], [0.0], [math.nan], [1e-300, 1e300], [5e-324]])
def test_axis_of_anything_can_be_drawn(values: list[float]) -> None:
    axis = LogAxis.holding(values)
    assert 2 <= len(axis.decades()) <= 10
    assert all(math.isfinite(axis.place(value)) for value in values)
