"""Clocks that cannot be right are said beside the verdict, whenever it is passed."""

from __future__ import annotations

import datetime

import pytest

from xport.common.version import BUILT
from xport.exchange.recording import Clock, Recording
from xport.judgement.notes import clock_sentences

NOON = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)


def recording(leg: str = "tfjs/wasm", **clock: object) -> Recording:
    """A recording with what the clocks said; without a clock where nothing is given."""
    told = Clock.model_validate({"python": NOON, "built": BUILT} | clock) if clock else None
    return Recording(model="m", leg=leg, plan_digest="", artifact_digest="", clock=told)


@pytest.mark.parametrize("ahead", [None, 0.0, 59.9, -59.9])
def test_clocks_that_agree_say_nothing(ahead: float | None) -> None:
    assert [*clock_sentences([recording(browser_ahead=ahead), recording()])] == []


@pytest.mark.parametrize(
    ("python", "said"),
    [
        (NOON.replace(year=1970), "said 1970-06-01 (m/tfjs/wasm), before this version"),
        (NOON.replace(year=2040), "said 2040-06-01 (m/tfjs/wasm), more than 5 years after"),
    ],
)
def test_a_clock_that_is_years_off_is_said_once(python: datetime.datetime, said: str) -> None:
    (found,) = clock_sentences([recording(python=python), recording("onnx", python=python)])
    assert said in found
    assert str(BUILT) in found


def test_what_counts_is_when_the_version_that_recorded_was_made() -> None:
    old = {"python": NOON.replace(year=2021), "built": datetime.date(2020, 1, 1)}
    assert [*clock_sentences([recording(**old)])] == []


@pytest.mark.parametrize(
    ("ahead", "said"), [(61.0, "61 s ahead of Python's"), (-7200.0, "7200 s behind Python's")]
)
def test_a_page_s_clock_is_the_machine_s(ahead: float, said: str) -> None:
    (found,) = clock_sentences([recording(browser_ahead=ahead)])
    assert found == f"m/tfjs/wasm: the browser's clock was {said}"


def test_a_recording_without_clocks_is_written_as_before() -> None:
    assert "clock" not in recording().model_dump()
    own = recording(browser_ahead=1.0)
    assert Recording.model_validate_json(own.model_dump_json()) == own
