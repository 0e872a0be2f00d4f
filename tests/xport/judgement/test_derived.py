"""Declared tolerances stand beside what correct implementations differ by; it only informs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.reports.release.sample_evidence import make_evidence
from tests.reports.release.sample_plan import SampleRelease
from xport.exchange.implementations import Implementations
from xport.judgement.again import again_findings, case_of
from xport.judgement.derived import derived_of, implementation_findings
from xport.judgement.evidence import Evidence
from xport.judgement.judge import judge
from xport.judgement.verdict import Case, Status
from xport.plan.rounding import FAR


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return make_evidence()


def widened(evidence: Evidence, times: float) -> Case:
    """The same under a first tolerance of so many times what implementations differ by."""
    case = case_of(evidence)
    policy = evidence.plan.policy
    bound = derived_of(case)[0].counted * times
    wide = policy.tolerances[0].model_copy(update={"max_abs": bound})
    policy = policy.model_copy(update={"tolerances": (wide, *policy.tolerances[1:])})
    return replace(case, plan=evidence.plan.model_copy(update={"policy": policy}))


def noted(case: Case) -> list[str]:
    """What is said of the output whose tolerance is widened, its criterion apart."""
    first, said = case.plan.policy.tolerances[0], judge(case).noted("wide-tolerance")
    start = f"{first.model} {first.output}: "
    return [one for one in said if one.startswith(start) and "'tolerance'" in one]


def test_every_tolerance_and_criterion_stands_beside_legs_and_further_implementations(
    evidence: Evidence,
) -> None:
    found = derived_of(case_of(evidence))
    policy = evidence.plan.policy
    assert [(one.model, one.output, one.max_abs) for one in found] == [
        (one.model, one.output, one.max_abs)
        for one in (*policy.tolerances, *policy.acceptance_criteria)
    ]
    first = found[0]
    assert [(one.words, one.probes) for one in first.differs] == [
        ("PyTorch float64", 20),
        ("ONNX Runtime", 20),
        ("PyTorch on another number of threads", 4),
        ("PyTorch in another order of summation", 4),
        ("ONNX Runtime without optimisations", 4),
        ("ONNX Runtime on another number of threads", 4),
    ]
    assert first.times == first.max_abs / first.counted


def test_what_the_references_rounding_does_not_explain_does_not_count(evidence: Evidence) -> None:
    near = derived_of(case_of(evidence))[0]
    wrong = derived_of(case_of(make_evidence(SampleRelease(implementations=0.5))))[0]
    none = derived_of(case_of(make_evidence(SampleRelease(implementations=float("nan")))))[0]
    assert all(one.explained for one in near.differs[2:])
    assert not any(one.explained for one in (*wrong.differs[2:], *none.differs[2:]))
    assert wrong.counted == none.counted <= near.counted


def test_a_tolerance_far_above_is_noted_and_changes_no_status(evidence: Evidence) -> None:
    far, near = widened(evidence, FAR * 1.01), widened(evidence, FAR * 0.99)
    assert len(noted(far)) == 1
    assert f"more than {FAR} times" in noted(far)[0]
    assert noted(near) == []
    silent = judge(replace(far, implementations=()))
    assert (silent.status, silent.checks) == (judge(far).status, judge(far).checks)
    assert silent.status is Status.PASSED


def test_evidence_of_before_it_was_measured_says_nothing(tmp_path: Path) -> None:
    before = make_evidence(SampleRelease(implementations=None))
    content = json.loads(before.model_dump_json(by_alias=True))
    content.pop("implementations")
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(content))
    read = Evidence.read(path)
    assert derived_of(case_of(read)) == []
    assert read.verdict.noted("wide-tolerance") == ()
    assert not [said for said in again_findings(read) if "implementations" in said]


def test_what_was_measured_is_of_these_models_and_probes(evidence: Evidence) -> None:
    assert list(implementation_findings(case_of(evidence))) == []


def _changed(**update: Any) -> Callable[[Implementations], Implementations]:
    return lambda one: one.model_copy(update=update)


def _negative(one: Implementations) -> Implementations:
    first = one.found[0]
    spoilt = first.model_copy(update={"differences": dict.fromkeys(first.differences, -1.0)})
    return one.model_copy(update={"found": (spoilt, *one.found[1:])})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_changed(artifacts={"torch": "0", "onnx": "0"}), "measured with other artifacts"),
        (_changed(probes=("probe-07",)), "not run on the plan's first probes"),
        (_changed(model="nobody"), "of no model of the plan"),
        (_changed(found=()), "not all there"),
        (lambda one: one.model_copy(update={"found": one.found * 2}), "there twice"),
        (_negative, "does not say how far every output is away"),
    ],
)
def test_what_is_of_something_else_is_found(
    evidence: Evidence, change: Callable[[Implementations], Implementations], said: str
) -> None:
    spoilt = (change(evidence.implementations[0]), *evidence.implementations[1:])
    found = list(again_findings(evidence.model_copy(update={"implementations": spoilt})))
    assert any(said in one for one in found)
