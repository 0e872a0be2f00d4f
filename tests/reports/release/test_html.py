"""The page a release engineer reads."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re

import pytest

from reports import html_report, words
from reports.release.reading import Reading
from tests.reports.parsed import Page
from tests.reports.release.sample_evidence import make_evidence
from tests.reports.release.sample_plan import LABELS, LEGS, SampleRelease
from xport.comparison.parity import Role
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Status
from xport.plan.plan import REFERENCE_LEG, Leg

HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> "
    "</style></title>{{ 7*7 }} &amp; \x1b[31m \u202egnp"
)


@pytest.fixture(scope="module")
def pages(
    passing: Evidence, weak: Evidence, waived: Evidence, failing: Evidence, incomplete: Evidence
) -> dict[Status, Page]:
    """The five reports, by verdict."""
    documents = (passing, weak, waived, failing, incomplete)
    return {evidence.verdict.status: Page(html_report(evidence)) for evidence in documents}


def test_samples_have_the_verdicts_they_are_meant_to_have(pages: dict[Status, Page]) -> None:
    assert pages.keys() == set(Status)


@pytest.mark.parametrize("status", Status)
def test_verdict_is_the_first_heading(pages: dict[Status, Page], status: Status) -> None:
    page = pages[status]
    headings = [tag for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == "h1"
    assert headings.count("h1") == 1
    word = words.STATUS_WORDS[status]
    assert page.words[0].startswith(f"{word}: Chest X-ray tool")
    before = page.text.index(f" {word} ")
    assert before < page.text.index("Worst error of every leg")
    others = {f" {other} " for other in words.STATUS_WORDS.values()} - {f" {word} "}
    assert all(before <= page.text.find(other) or other not in page.text for other in others)


@pytest.mark.parametrize("status", Status)
def test_headings_leave_out_no_level(pages: dict[Status, Page], status: Status) -> None:
    levels = [int(t[1]) for t, _ in pages[status].elements if re.fullmatch("h[1-6]", t)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("status", Status)
def test_elements_are_balanced(pages: dict[Status, Page], status: Status) -> None:
    assert pages[status].unbalanced == []


@pytest.mark.parametrize("status", Status)
def test_every_leg_and_output_has_a_place(pages: dict[Status, Page], status: Status) -> None:
    text = pages[status].text
    labels = [str(a.get("aria-label")) for a in pages[status].all("svg", "div")]
    for leg in LEGS:
        assert leg.name in text
    for output in ("probabilities", "reconstruction", "latent"):
        assert output in text
        assert any(label.startswith("Error of") and output in label for label in labels)


def test_not_for_medical_use_and_weights_are_on_top(pages: dict[Status, Page]) -> None:
    for page in pages.values():
        top = page.text[: page.text.index("Worst error of every leg")]
        assert "NOT FOR MEDICAL USE" in top
        assert "untrained demonstration weights" in top


def test_trained_models_carry_no_note() -> None:
    weights = {"classifier": "checkpoint a", "autoencoder": "checkpoint b"}
    page = Page(html_report(make_evidence(SampleRelease(weights=weights))))
    assert "Untrained weights" not in page.text


def test_names_the_leg_at_fault_and_not_the_one_that_inherits(failing: Evidence) -> None:
    text = Page(html_report(failing)).text
    at_fault = text[text.index("At fault:") : text.index("checks passed")]
    assert "classifier/savedmodel" in at_fault
    assert "classifier/tfjs/webgl" in at_fault
    assert "classifier/tfjs/wasm" not in at_fault
    assert "autoencoder/tfjs/wasm" in at_fault[at_fault.index("Not judged:") :]
    assert "inherited: only" in text


def test_nan_is_shown_in_numbers_and_at_the_edge_of_charts(failing: Evidence) -> None:
    page = Page(html_report(failing))
    assert "2 NaN and 0 infinite values" in page.text
    assert "2 values are NaN or infinite" in page.text
    assert "no number" in page.words
    drawn = [str(a.get("class")) for a in page.all("path")]
    assert drawn.count("cross") > 3
    assert any("1 of them NaN or infinite" in str(a.get("aria-label")) for a in page.all("svg"))


def test_infinity_is_shown() -> None:
    sample = SampleRelease(infinite=frozenset({"classifier/tfjs/wasm"}))
    page = Page(html_report(make_evidence(sample)))
    assert "infinite of 2e-4" in page.text


def test_missing_leg_is_shown_as_missing(incomplete: Evidence) -> None:
    page = Page(html_report(incomplete))
    assert "? NOT RUN the page lost its WebGL context twice" in page.text
    assert "missing: nothing to draw" in page.text
    assert "Not measured: the evidence holds no runtimes" in page.text
    assert any("total missing" in str(a.get("aria-label")) for a in page.all("svg"))


def test_exact_zeros_have_a_place_on_the_logarithmic_axis(passing: Evidence) -> None:
    page = Page(html_report(passing))
    assert "0, exact" in page.words
    assert any("savedmodel: adds 0, exact" in str(a.get("aria-label")) for a in page.all("svg"))


def test_classifier_has_one_histogram_per_label_and_browser_leg(passing: Evidence) -> None:
    meanings = [str(a.get("aria-label")) for a in Page(html_report(passing)).all("svg")]
    for label in LABELS:
        assert sum(m.startswith(f"{label}: histogram of 20 ") for m in meanings) == 2
    assert sum(m.startswith("reconstruction: histogram of 5,120 ") for m in meanings) == 2


def test_runtimes_stand_beside_the_papers(passing: Evidence) -> None:
    text = Page(html_report(passing)).text
    for figure in ("12 ± 2 s", "1.3 ± 0.5 s", "17 ± 4 s", "465 ms (450 ms to 510 ms, 4 runs)"):
        assert figure in text


def test_environment_policy_probes_and_digests_are_there(passing: Evidence) -> None:
    text = Page(html_report(passing)).text
    model = passing.plan.models[0]
    for fact in ("SwiftShader", "140.0.7339.16", "23, measured (float32)", "8192", "4.22.0"):
        assert fact in text
    for tolerance in passing.plan.policy.tolerances:
        assert tolerance.rationale in text
    assert all(probe.digests["image"] in text for probe in model.probes)
    assert all(artifact.digest in text for artifact in model.artifacts.values())
    assert all(m.preprocess_digest in text for m in passing.plan.models if m.preprocess_digest)
    assert "crop to 64 × 64, bilinear; 1 channel from 0.0 to 1.0" in text
    assert all(words.said(check) in text for check in passing.verdict.checks)


@pytest.mark.parametrize("status", Status)
def test_nothing_is_fetched_and_nothing_runs(pages: dict[Status, Page], status: Status) -> None:
    page = pages[status]
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "iframe", "object", "embed", "base", "form"}
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("src", "href", "xlink:href", "action", "srcset", "data"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:image/png;base64,"))


@pytest.mark.parametrize("status", Status)
def test_links_lead_somewhere(pages: dict[Status, Page], status: Status) -> None:
    ids = [a["id"] for _, a in pages[status].elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert {str(a["href"])[1:] for a in pages[status].all("a")} <= set(map(str, ids))


def test_no_address_of_another_host(passing: Evidence) -> None:
    html = re.sub(r"'sha256-[^']+'", "", html_report(passing))  # base64 has slashes of its own
    assert not re.search(r"https?:|//[a-z]|@import|url\(", html)


def test_policy_of_the_page_allows_its_own_style_and_data_images_only(passing: Evidence) -> None:
    html = html_report(passing)
    match = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert match is not None
    digest = base64.b64encode(hashlib.sha256(match[1].encode()).digest()).decode()
    policy = next(
        str(a["content"]) for a in Page(html).all("meta") if a.get("http-equiv") is not None
    )
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("status", Status)
def test_tables_and_drawings_can_be_read_without_eyes(
    pages: dict[Status, Page], status: Status
) -> None:
    page = pages[status]
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(a.get("scope") in ("row", "col") for a in page.all("th"))
    assert all(a.get("alt") for a in page.all("img"))
    for attributes in page.all("svg"):
        named = attributes.get("role") == "img" and attributes.get("aria-label")
        assert named or attributes.get("aria-hidden") == "true"


def test_hostile_names_are_inert() -> None:
    legs = (*LEGS, Leg(name=HOSTILE, artifact=LEGS[-1].artifact, predecessor="savedmodel"))
    hostile = make_evidence(
        SampleRelease(
            title=HOSTILE,
            labels=(HOSTILE, *LABELS[1:]),
            probes=tuple(f"{HOSTILE}{i}" for i in range(4)),
            weights={},
            legs=legs,
            swapped=frozenset({f"classifier/{HOSTILE}"}),
        )
    )
    html = html_report(hostile)
    page = Page(html)
    assert not page.all("script")
    assert page.unbalanced == []
    assert all(str(a["src"]).startswith("data:image/png;base64,") for a in page.all("img"))
    assert not [a for _, a in page.elements if any(name.startswith("on") for name in a)]
    assert "<script>alert(1)</script>" in page.text
    assert "{{ 7*7 }}" in page.text
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_a_relative_tolerance_is_shown_with_its_cosine_and_pytorchs_own_gap_on_every_probe() -> (
    None
):
    evidence = make_evidence(SampleRelease(relative_tolerance=True))
    assert evidence.verdict.status is Status.PASSED
    text = Page(html_report(evidence)).text
    assert "Lowest cosine: 0.999999 of at least 0.999, autoencoder latent on" in text
    assert "Lowest cosine, at least 0.999" in text
    assert "cosine 0.999999 (≥ 0.999)" in text
    own = next(
        c for c in evidence.comparisons
        if (c.leg, c.output, c.role) == (REFERENCE_LEG, "latent", Role.FLOAT64)
    )  # fmt: skip
    found = next(
        c for c in evidence.comparisons
        if (c.leg, c.output, c.role) == ("tfjs/webgl", "latent", Role.REFERENCE)
    )  # fmt: skip
    for name, metrics in found.probes.items():
        gap = own.probes[name].relative_l2
        shown = f"{words.error(metrics.relative_l2)} · {words.times(metrics.relative_l2 / gap)} ·"
        assert words.error(gap) in text
        assert shown in text


def test_a_cosine_below_its_limit_is_marked_in_headline_and_ledger() -> None:
    sample = SampleRelease(relative_tolerance=True, swapped=frozenset({"autoencoder/tfjs/wasm"}))
    evidence = make_evidence(sample)
    assert evidence.verdict.status is Status.FAILED
    page = Page(html_report(evidence))
    worst = next(
        s for s in Reading(evidence).all_standings()
        if (s.leg.name, s.output) == ("tfjs/wasm", "latent")
    )  # fmt: skip
    assert worst.apart
    assert worst.least_alike is not None
    assert worst.least_alike < 0.999
    shown = words.cosine(worst.least_alike)
    assert f"Lowest cosine: {shown} of at least 0.999, autoencoder latent on" in page.text
    assert f'<td class="num bad">{shown}</td>' in html_report(evidence)


def test_the_result_stands_beside_the_leg(passing: Evidence) -> None:
    html = html_report(passing)
    ledger = html[html.index('id="ledger"') :]
    head = '<th scope="col">Leg</th><th scope="col">Result</th>'
    assert ledger.count(head) == 3


def test_a_picture_that_is_no_png_is_not_shown(passing: Evidence) -> None:
    first = passing.pictures[0]
    bad = ("not base64!", base64.b64encode(b"<svg onload=alert(1)>").decode())
    pictures = tuple(first.model_copy(update={"png_base64": data}) for data in bad)
    page = Page(html_report(passing.model_copy(update={"pictures": pictures})))
    assert not page.all("img")
    assert "not readable as base64" in page.text
    assert "not a PNG" in page.text


def test_pictures_beyond_the_budget_are_named_not_shown(passing: Evidence) -> None:
    first = passing.pictures[0]
    data = base64.b64encode(base64.b64decode(first.png_base64) + bytes(600_000)).decode()
    pictures = tuple(
        first.model_copy(update={"png_base64": data, "title": f"picture {i}"}) for i in range(5)
    )
    html = html_report(passing.model_copy(update={"pictures": pictures}))
    page = Page(html)
    assert len(page.all("img")) == 1
    assert all(f"picture {i}" in page.text for i in range(5))
    assert "left out of this report" in page.text
    assert len(html) < 3_000_000


def test_a_verdict_that_contradicts_its_checks_is_called_out(failing: Evidence) -> None:
    verdict = failing.verdict.model_copy(update={"status": Status.PASSED})
    page = Page(html_report(failing.model_copy(update={"verdict": verdict})))
    assert "This evidence contradicts itself" in page.text


def test_labels_without_a_name_and_a_single_probe_are_drawn() -> None:
    sample = SampleRelease(labels=("Mass", "", ""), probes=("only", "other", "third", "last"))
    page = Page(html_report(make_evidence(sample)))
    meanings = [str(a.get("aria-label")) for a in page.all("svg")]
    assert sum(m.startswith("(label 2 has no name)") for m in meanings) == 2


def test_same_evidence_gives_the_same_bytes(failing: Evidence) -> None:
    again = Evidence.model_validate_json(failing.model_dump_json())
    assert html_report(again) == html_report(failing)
    assert len(html_report(failing)) < 3_000_000
