"""Wilson's interval has the values of its tables and never leaves out the share itself."""

from __future__ import annotations

import pytest

from reference.decide.intervals import wilson


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (0, 34, 0.0, 0.1015),
        (34, 34, 0.8985, 1.0),
        (81, 263, 0.2553, 0.3662),
        (5, 10, 0.2366, 0.7634),
    ],
)
def test_has_the_known_ends(count: int, of: int, low: float, high: float) -> None:
    found = wilson(count, of)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_words_have_share_interval_and_counts() -> None:
    assert wilson(34, 34).words() == "100.0 % (89.8 to 100.0), 34 of 34"


def test_holds_the_share_for_every_count() -> None:
    assert all(s.low <= s.value <= s.high for s in (wilson(k, 50) for k in range(51)))


def test_no_share_of_nothing() -> None:
    with pytest.raises(ValueError, match="0 of 0"):
        wilson(0, 0)
