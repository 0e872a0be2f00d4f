"""What a build server is told."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from reports import junit_xml
from tests.reports.release.sample_evidence import make_evidence
from tests.reports.release.sample_plan import LEGS, SampleRelease
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Status


def parsed(evidence: Evidence) -> Element:
    return ElementTree.fromstring(junit_xml(evidence))


def case(root: Element, classname: str, name: str) -> Element:
    found = [
        case
        for case in root.iter("testcase")
        if (case.get("classname"), case.get("name")) == (classname, name)
    ]
    assert len(found) == 1, (classname, name)
    return found[0]


@pytest.mark.parametrize("sample", ["passing", "failing", "incomplete"])
def test_counts_are_the_counts_of_the_cases(sample: str, request: pytest.FixtureRequest) -> None:
    root = parsed(request.getfixturevalue(sample))
    for element in (root, *root.iter("testsuite")):
        assert int(element.get("tests", "")) == len(list(element.iter("testcase")))
        assert int(element.get("failures", "")) == len(list(element.iter("failure")))
        assert int(element.get("errors", "")) == len(list(element.iter("error")))
        assert float(element.get("time", "")) >= 0
    assert not list(root.iter("skipped"))


def test_a_case_for_every_leg_and_output_and_none_twice(passing: Evidence) -> None:
    root = parsed(passing)
    names = Counter((c.get("classname"), c.get("name")) for c in root.iter("testcase"))
    assert set(names.values()) == {1}
    for model in passing.plan.models:
        for leg in LEGS:
            assert (model.id, f"{leg.name} · recorded") in names
            for spec in model.signature.outputs:
                assert (model.id, f"{leg.name} · {spec.name}") in names
    assert ("classifier", "tfjs/webgl · environment") in names
    assert ("classifier", "tfjs/webgl · probabilities · the paper's 1e-4") in names


def test_passing_release_is_green(passing: Evidence) -> None:
    root = parsed(passing)
    assert (root.get("failures"), root.get("errors")) == ("0", "0")


def test_every_check_that_did_not_pass_is_in_a_case(failing: Evidence) -> None:
    said = "\n".join(e.text or "" for e in parsed(failing).iter() if e.tag in ("failure", "error"))
    for check in failing.verdict.checks:
        if check.status is not Status.PASSED:
            assert f"{check.status} {check.name}: {check.message}" in said


def test_failed_is_a_failure_with_the_message(failing: Evidence) -> None:
    failure = case(parsed(failing), "classifier", "tfjs/webgl · probabilities").find("failure")
    assert failure is not None
    assert "2 NaN and 0 infinite values" in failure.get("message", "")


def test_not_run_is_an_error_and_its_outputs_too(incomplete: Evidence) -> None:
    root = parsed(incomplete)
    for name in ("tfjs/wasm · recorded", "tfjs/wasm · probabilities"):
        assert case(root, "classifier", name).find("error") is not None


def test_the_verdict_is_a_case_of_its_own(passing: Evidence, incomplete: Evidence) -> None:
    said = list(case(parsed(passing), "xport", "verdict"))
    assert [element.tag for element in said] == ["system-out"]
    assert "without a second route" in (said[0].text or "")
    assert case(parsed(incomplete), "xport", "verdict").find("error") is not None


def test_a_weak_verdict_is_a_value_of_its_own_and_says_why(weak: Evidence) -> None:
    root = parsed(weak)
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    assert case(root, "xport", "verdict WEAK_PASSED").find("failure") is None
    told = {one.get("name"): one.get("value") for one in root.iter("property")}
    assert told["verdict"] == "WEAK_PASSED"
    assert told["note.below-floor"] == "policy.min_probes: 1, at least 3 are wanted"


def test_waived_failures_are_green_and_say_so(waived: Evidence) -> None:
    root = parsed(waived)
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    assert case(root, "xport", "verdict PASSED_WITH_WAIVERS").find("failure") is None
    said = case(root, "classifier", "tfjs/wasm · probabilities").findtext("system-out") or ""
    assert "WAIVED within tolerance of torch: max |Δ| 0.971" in said
    assert "until 2025-12-31 by Ada Example" in said


def test_what_was_measured_stands_in_passing_cases_too(passing: Evidence) -> None:
    said = case(parsed(passing), "classifier", "tfjs/webgl · probabilities").findtext("system-out")
    assert (said or "").splitlines()[0] == (
        "within tolerance of torch: max |Δ| 1.99e-5, allowed 2e-4, share 10 %, worst on probe-04"
    )


def test_properties_name_release_digests_and_engines(passing: Evidence) -> None:
    root = ElementTree.fromstring(junit_xml(passing, "ab" * 32))
    told = {one.get("name"): one.get("value") for one in root.iter("property")}
    assert (told["release"], told["verdict"]) == ("chest-demo", "PASSED")
    assert told["sha256.evidence"] == "ab" * 32
    assert told["sha256.plan"] == passing.plan.digest()
    shipped = passing.plan.model("classifier").artifacts["tfjs"].digest
    assert told["sha256.classifier.tfjs"] == shipped
    assert told["tfjs"] == "4.22.0"
    assert "140.0.7339.16" in (told["browser"] or "")
    assert told["checks.passed"] == str(len(passing.verdict.checks))


def test_legs_that_are_all_reference_are_not_green() -> None:
    evidence = make_evidence(SampleRelease(legs=LEGS[:2], criteria=False))
    assert evidence.verdict.status is Status.NOT_RUN
    assert int(parsed(evidence).get("errors", "")) > 0


def test_recording_time_is_the_time_of_its_case(passing: Evidence) -> None:
    recorded = case(parsed(passing), "classifier", "onnx · recorded")
    recording = next(r for r in passing.recordings if (r.model, r.leg) == ("classifier", "onnx"))
    expected = recording.load_seconds + sum(recording.seconds.values())
    assert float(recorded.get("time", "")) == pytest.approx(expected, abs=1e-3)


def test_characters_that_xml_forbids_do_not_break_it() -> None:
    probes = tuple(f"\x00\x1b\ufffe<&]]>{i}" for i in range(4))
    evidence = make_evidence(
        SampleRelease(probes=probes, title="\x08<b>", nan=frozenset({"classifier/onnx"}))
    )
    assert case(parsed(evidence), "classifier", "onnx · probabilities").find("failure") is not None


def test_same_evidence_gives_the_same_bytes(failing: Evidence) -> None:
    again = Evidence.model_validate_json(failing.model_dump_json())
    assert junit_xml(again) == junit_xml(failing)
    assert 'timestamp="2025-03-14T09:26:53"' in junit_xml(failing)
