"""How the report of what did not pass begins, and that it says each fact once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from reports import html_report, words
from reports.release.faults import fault_lines
from reports.release.reading import Reading
from tests.reports.parsed import Page
from tests.reports.release.sample_evidence import make_evidence
from tests.reports.release.sample_plan import SampleRelease
from xport.comparison.leg_decisions import LegDecisions
from xport.comparison.pipeline_effect import Flip
from xport.judgement.evidence import Evidence

FLIPS = tuple(
    Flip(image=f"probe-0{n}", label="Edema", definition=0.49, pipeline=0.53, threshold=0.5)
    for n in range(6)
)
WEBGL = "classifier/tfjs/webgl"


def opening(evidence: Evidence) -> str:
    """The text from the verdict's banner to the findings."""
    text = Page(html_report(evidence)).text
    return text[text.index("NOT FOR MEDICAL USE") : text.index("Worst error of every leg")]


def test_it_opens_with_the_worst_check(failing: Evidence) -> None:
    text = opening(failing)
    front = text[text.index("The worst check") : text.index("Findings")]
    for fact in (
        "Model classifier", "Leg savedmodel", "Output probabilities",
        "Check within tolerance of torch", "Probe probe-03", "Measured max |Δ| 0.971",
        "Allowed 2e-4 (4,855 × used)", "xport debug . --leg savedmodel",
        "Probably the conversion to a SavedModel", "Layer not looked for yet",
    ):  # fmt: skip
        assert fact in front
    assert text.index("The worst check") < text.index("Untrained weights")


def test_it_links_to_where_the_leg_departs_if_that_was_found(failing: Evidence) -> None:
    page = Page(html_report(failing, "divergence.html", "Conv one (node 3, Conv2D there)"))
    assert "Layer Conv one (node 3, Conv2D there), node by node" in page.text
    assert "divergence.html" in [a.get("href") for tag, a in page.elements if tag == "a"]
    assert "divergence.html" not in html_report(failing)


@pytest.mark.parametrize(
    ("what", "words_of"),
    [
        # A leg that is made from one that swaps two findings, and swaps them again, is right.
        ({"swapped": frozenset({WEBGL})}, "the device: tfjs/wasm, of the same bytes, agree"),
        (
            {"swapped": frozenset({WEBGL, "classifier/tfjs/wasm"})},
            "the conversion to TF.js: every backend is off",
        ),
        ({"swapped": frozenset({"classifier/onnx"})}, "the export: what PyTorch is and what ONNX"),
        (
            {"swapped": frozenset({"classifier/onnx", WEBGL, "classifier/tfjs/wasm"})},
            "the runtime: tfjs/webgl, tfjs/wasm, made of the same file",
        ),
        ({"nan": frozenset({WEBGL})}, "numbers: a value overflows, or is undefined, on this leg"),
        ({"nan": frozenset({"classifier/torch"})}, "numbers: the model itself gives NaN"),
        ({"half_precision": frozenset({WEBGL})}, "the machine: another backend, precision"),
        ({"crashed": frozenset({WEBGL})}, "something is missing on this machine"),
    ],
    # Not the sets: what they look like differs from process to process.
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_it_says_what_kind_of_fault_it_probably_is(what: Any, words_of: str) -> None:
    text = opening(make_evidence(SampleRelease(**what)))
    assert f"Probably {words_of}" in text


def test_the_worst_probe_is_shown(failing: Evidence) -> None:
    page = Page(html_report(failing))
    first = next(a for tag, a in page.elements if tag == "img")
    assert first["alt"] == "probe: probe probe-03"


def test_it_says_what_the_error_does_to_decisions(failing: Evidence) -> None:
    found = LegDecisions(
        model="classifier", leg="savedmodel", probes=20, decisions=280, undecided=3, flips=FLIPS
    )
    text = opening(failing.model_copy(update={"decisions": (found,)}))
    assert "6 of 280 flip on 20 probes: Edema of probe-00 (0.49, here 0.53; 0.5 decides)" in text
    assert "and 2 more; on 3 values that are no numbers nobody can decide" in text


def test_what_did_not_run_opens_with_why(incomplete: Evidence) -> None:
    text = opening(incomplete)
    assert "What did not run Model classifier Leg tfjs/wasm Check recorded" in text
    assert "Found the page lost its WebGL context twice" in text
    assert "xport doctor && xport record ." in text


def test_what_is_waived_opens_so_too(waived: Evidence) -> None:
    text = opening(waived)
    assert "The worst check Model classifier Leg tfjs/wasm" in text
    assert "xport bundle . --allow-waivers" in text
    assert "until 2025-12-31 by Ada Example" in text


@pytest.mark.parametrize("sample", ["passing", "weak"])
def test_what_passed_opens_without(sample: str, request: pytest.FixtureRequest) -> None:
    assert "The worst check" not in Page(html_report(request.getfixturevalue(sample))).text


def test_baselines_of_one_distance_are_one_sentence(failing: Evidence) -> None:
    first = fault_lines(Reading(failing))[0]
    assert first.text == (
        "FAILED: classifier/savedmodel probabilities: max |Δ| 0.971 from torch and onnx "
        "(4,855 × 2e-4), worst on probe-03"
    )


def test_what_is_inherited_stands_behind_the_rest(failing: Evidence) -> None:
    lines = fault_lines(Reading(failing))
    assert [line.inherited for line in lines] == sorted(line.inherited for line in lines)
    assert [line.place for line in lines if line.inherited] == [
        "classifier/tfjs/wasm probabilities"
    ]
    assert len({line.place for line in lines}) == len(lines)


@pytest.mark.parametrize("sample", ["failing", "incomplete"])
def test_numbers_have_one_style(sample: str, request: pytest.FixtureRequest) -> None:
    """No `1e-05` and no `0.0001` beside `1e-5`."""
    text = Page(html_report(request.getfixturevalue(sample))).text
    assert not re.search(r"\de[-+]0\d", text)
    assert not re.search(r"(?<![\d.])0\.000\d", text)


def test_a_finding_without_a_check_is_not_lost(failing: Evidence) -> None:
    verdict = failing.verdict.model_copy(update={"findings": ("FAILED: something else",)})
    assert (
        "something else" in Page(html_report(failing.model_copy(update={"verdict": verdict}))).text
    )


def test_names_are_left_alone_where_they_look_like_numbers() -> None:
    sample = SampleRelease(nan=frozenset({WEBGL}), probes=tuple(f"nan-1e-05-{n}" for n in range(5)))
    evidence = make_evidence(sample)
    check = next(c for c in evidence.verdict.checks if c.against == "torch" and c.bound == 2e-4
                 and c.leg == "tfjs/webgl")  # fmt: skip
    assert words.said(check) == "max |Δ| NaN from torch (tolerance 2e-4), worst on nan-1e-05-3"
