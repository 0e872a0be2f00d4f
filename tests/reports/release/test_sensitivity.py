"""What probes see of errors in the weights, as documents tell it."""

from __future__ import annotations

import pytest

from reports import html_report
from reports.release.junit import junit_xml
from reports.release.sensitivity import blind
from reports.release.summary import summary_lines
from tests.reports.parsed import Page
from tests.reports.release.sample_evidence import make_evidence
from tests.reports.release.sample_plan import SampleRelease
from xport.judgement.evidence import Evidence

BLIND = (
    "autoencoder: an error of 100 % in the 1,200 weights from layers.1.weight to layers.1.bias "
    "stays within every tolerance"
)


@pytest.fixture(scope="module")
def half_blind() -> Evidence:
    """Nothing that the autoencoder's second group computes reaches an output."""
    return make_evidence(SampleRelease(blind=frozenset({"autoencoder"})))


def test_every_group_has_a_row_and_a_bar(passing: Evidence) -> None:
    text = Page(html_report(passing)).text
    assert "What the probes can see" in text
    assert text.count("layers.0.weight") >= 2
    for error in passing.detectable_errors:
        assert error.smallest is not None
        assert error.passes == error.smallest / 2


def test_an_error_that_nobody_sees_stands_beside_the_verdict(half_blind: Evidence) -> None:
    assert blind(half_blind) == [BLIND]
    text = Page(html_report(half_blind)).text
    assert text.index(BLIND) < text.index("Worst error of every leg")
    assert "not up to 100 %" in text
    assert f"blind: {BLIND}" in summary_lines(half_blind)
    assert BLIND in junit_xml(half_blind)


def test_what_was_not_measured_is_said(passing: Evidence) -> None:
    one = passing.sensitivity[0].model_copy(update={"groups": (), "failure": "it is too large"})
    without = passing.model_copy(update={"sensitivity": (one,), "detectable_errors": ()})
    said = "what its probes see of errors in the weights was not measured"
    assert blind(without) == [f"classifier: {said}: it is too large", f"autoencoder: {said}"]
    assert f"classifier: {said}: it is too large" in Page(html_report(without)).text


def test_the_terminal_is_told_between_which_errors_groups_lie(passing: Evidence) -> None:
    lines = [line for line in summary_lines(passing) if "smallest relative weight error" in line]
    assert len(lines) == 2
    assert " % to " in lines[0]
