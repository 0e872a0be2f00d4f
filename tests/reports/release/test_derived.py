"""The report shows declared tolerances beside what correct implementations differ by."""

from __future__ import annotations

from reports import html_report
from reports.release.derived import derived_tolerances
from tests.reports.parsed import Page
from tests.reports.release.sample_evidence import make_evidence
from tests.reports.release.sample_plan import SampleRelease
from xport.judgement.evidence import Evidence


def test_every_tolerance_has_a_row_with_what_it_is_held_beside(passing: Evidence) -> None:
    text = Page(html_report(passing)).text
    assert "What correct implementations differ by" in text
    assert "PyTorch in another order of summation 1e-7 (4 probes)" in text
    policy = passing.plan.policy
    shown = derived_tolerances(passing)
    assert len(shown.rows) == len((*policy.tolerances, *policy.acceptance_criteria))
    assert all(f"{row.model} {row.output}" in shown.chart for row in shown.rows)


def test_one_that_rounding_does_not_explain_is_marked() -> None:
    text = Page(html_report(make_evidence(SampleRelease(implementations=0.5)))).text
    assert "ONNX Runtime without optimisations 0.5 not rounding (4 probes)" in text


def test_what_was_not_measured_is_said() -> None:
    without = make_evidence(SampleRelease(implementations=None))
    assert derived_tolerances(without).missing == (
        "classifier: it was not measured",
        "autoencoder: it was not measured",
    )
    assert "missing: classifier: it was not measured" in Page(html_report(without)).text
