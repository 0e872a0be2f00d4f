"""Waivers: what they let stand beside the verdict, and what nobody can waive."""

from __future__ import annotations

import datetime
import json
import math
from dataclasses import replace

import pytest

from tests.reports.release.sample_evidence import MADE, make_evidence
from tests.reports.release.sample_plan import LEGS, WASM, SampleRelease, waivers_of_wasm
from xport.errors import InputError
from xport.judgement.again import again_findings, case_of, status_now
from xport.judgement.evidence import Evidence
from xport.judgement.judge import judge
from xport.judgement.verdict import Check, Status, Verdict
from xport.judgement.waivers import key_of
from xport.plan.policy import Policy
from xport.release_file.file import read_policy

WAIVED = SampleRelease(swapped=frozenset({WASM}), waivers=waivers_of_wasm())


def judged(sample: SampleRelease) -> Verdict:
    return make_evidence(sample).verdict


def named(verdict: Verdict, name: str) -> Check:
    (found,) = [
        c for c in verdict.checks if (f"{c.model}/{c.leg}", c.output) == (WASM, "probabilities")
        and c.name == name
    ]  # fmt: skip
    return found


def test_what_is_waived_stands_beside_the_verdict() -> None:
    verdict = judged(WAIVED)
    assert verdict.status is Status.PASSED_WITH_WAIVERS
    assert verdict.findings == verdict.culprits == ()
    failed = [check for check in verdict.checks if check.status is Status.FAILED]
    assert [check.waiver for check in failed] == [
        WAIVED.waivers[0], WAIVED.waivers[1], WAIVED.waivers[2],
    ]  # fmt: skip
    told = verdict.noted("waiver")
    assert len(told) == 3
    assert all("Ada Example" in text and "until 2025-12-31" in text for text in told)


@pytest.mark.parametrize(
    ("status", "allowed", "code"),
    [
        (Status.PASSED_WITH_WAIVERS, {}, 2),
        (Status.PASSED_WITH_WAIVERS, {"allow_weak": True}, 2),
        (Status.PASSED_WITH_WAIVERS, {"allow_waivers": True}, 0),
        (Status.WEAK_PASSED, {"allow_waivers": True}, 2),
        (Status.FAILED, {"allow_waivers": True, "allow_weak": True}, 1),
        (Status.NOT_RUN, {"allow_waivers": True}, 3),
    ],
)
def test_it_counts_as_passed_only_where_it_is_allowed(
    status: Status, allowed: dict[str, bool], code: int
) -> None:
    assert status.code(**allowed) == code


def test_a_measured_value_over_the_bound_fails() -> None:
    verdict = judged(replace(WAIVED, waivers=waivers_of_wasm(bound=0.5)))
    assert verdict.status is Status.FAILED
    said = named(verdict, "within tolerance of torch").message
    assert "not waived: 0.971 is more than the 0.5 that Ada Example waived" in said


@pytest.mark.parametrize(
    ("until", "status"),
    [("2025-03-14", Status.PASSED_WITH_WAIVERS), ("2025-03-13", Status.FAILED)],
)
def test_the_last_day_counts_and_the_day_after_does_not(until: str, status: Status) -> None:
    verdict = judged(replace(WAIVED, waivers=waivers_of_wasm(until=until)))
    assert MADE.startswith("2025-03-14")
    assert verdict.status is status
    ended = "the waiver of Ada Example ended on 2025-03-13"
    assert (ended in " ".join(verdict.noted("waiver"))) is (status is Status.FAILED)


def test_without_a_day_every_waiver_has_ended() -> None:
    case = case_of(make_evidence(WAIVED))
    assert judge(replace(case, day=None)).status is Status.FAILED


@pytest.mark.parametrize(
    ("broken", "status", "why"),
    [
        ({"nan": frozenset({WASM})}, Status.FAILED, "what is no number cannot be"),
        ({"infinite": frozenset({WASM})}, Status.FAILED, "what is no number cannot be"),
        ({"missing": frozenset({WASM})}, Status.NOT_RUN, "what did not run cannot be"),
        ({"crashed": frozenset({WASM})}, Status.NOT_RUN, "what did not run cannot be"),
        ({"half_precision": frozenset({WASM})}, Status.FAILED, "only a measured distance can be"),
        ({"min_probes": 21}, Status.NOT_RUN, "what did not run cannot be"),
    ],
)
def test_what_nobody_can_waive(broken: dict[str, object], status: Status, why: str) -> None:
    """Every check of the leg is waived, by its name, up to a million, and that does not help."""
    sample = SampleRelease(**broken)  # type: ignore[arg-type]
    keys = dict.fromkeys(map(key_of, make_evidence(sample).verdict.checks))
    every = tuple(
        WAIVED.waivers[0].model_copy(
            update={"model": model, "leg": leg, "output": output, "check": name, "bound": 1e6}
        )
        for model, leg, output, name in keys
    )
    verdict = judged(replace(sample, waivers=every))
    assert verdict.status is status
    refused = [c for c in verdict.checks if c.status is not Status.PASSED and c.waiver is None]
    assert any(f"not waived: {why}" in check.message for check in refused)
    measured = [c.measured for c in verdict.checks if c.waiver is not None]
    assert all(value is not None and math.isfinite(value) for value in measured)


def test_a_constant_output_cannot_be_waived() -> None:
    case = case_of(make_evidence(WAIVED))
    key = ("classifier", "tfjs/wasm", "probabilities")
    facts = {**case.facts, key: case.facts[key].model_copy(update={"spread": 0.0})}
    verdict = judge(replace(case, facts=facts))
    assert verdict.status is Status.FAILED
    assert "the output is the same for every probe" in verdict.findings[0]


def test_nothing_measured_but_what_is_waived_is_no_pass() -> None:
    legs = (*LEGS[:2], LEGS[5].model_copy(update={"predecessor": "torch"}))
    sample = SampleRelease(
        legs=legs, swapped=frozenset({WASM, "autoencoder/tfjs/wasm"}), criteria=False
    )
    case = case_of(make_evidence(sample))
    waivers = tuple(
        WAIVED.waivers[0].model_copy(
            update={"model": c.model, "leg": c.leg, "output": c.output, "check": c.name}
        )
        for c in judge(case).checks
        if c.status is Status.FAILED
    )
    policy = case.plan.policy.model_copy(update={"waivers": waivers})
    verdict = judge(replace(case, plan=case.plan.model_copy(update={"policy": policy})))
    assert waivers
    assert verdict.status is not Status.PASSED_WITH_WAIVERS


def test_a_policy_below_the_floor_waives_nothing() -> None:
    verdict = judged(replace(WAIVED, min_probes=1))
    assert verdict.status is Status.FAILED
    assert "below the floor" in named(verdict, "within tolerance of torch").message


def test_a_waiver_of_nothing_and_one_that_is_not_needed_are_said() -> None:
    of_nothing = WAIVED.waivers[0].model_copy(update={"leg": "tfjs/webgpu"})
    verdict = judged(SampleRelease(waivers=(of_nothing, WAIVED.waivers[1])))
    assert verdict.status is Status.PASSED
    first, second = verdict.noted("waiver")
    assert "classifier/tfjs/webgpu probabilities: 'within tolerance of torch' is no check" in first
    assert "the waiver of Ada Example is not needed" in second


def test_evidence_with_waivers_is_judged_again_as_of_its_day() -> None:
    evidence = make_evidence(WAIVED)
    again = Evidence.model_validate_json(evidence.model_dump_json())
    assert again == evidence
    said = [*again_findings(again)]
    assert not any("verdict" in one or "within tolerance" in one for one in said), said


def test_evidence_that_leaves_its_waivers_out_of_the_status_contradicts_itself() -> None:
    evidence = make_evidence(WAIVED)
    whole = evidence.verdict.model_copy(update={"status": Status.PASSED})
    said = [*again_findings(evidence.model_copy(update={"verdict": whole}))]
    assert "the verdict's status are not what its checks and numbers give" in said


def test_what_rested_on_a_waiver_is_worth_nothing_when_that_has_ended() -> None:
    assert status_now(make_evidence(WAIVED)) is Status.FAILED
    lasting = replace(WAIVED, waivers=waivers_of_wasm(until="2999-12-31"))
    assert status_now(make_evidence(lasting)) is Status.PASSED_WITH_WAIVERS


def test_a_policy_without_waivers_is_written_as_before() -> None:
    policy = make_evidence().plan.policy
    assert "waivers" not in json.loads(policy.model_dump_json())


TABLE = """\
schema_version = 2
[policy]
min_probes = 3
[[policy.tolerances]]
model = "a"
output = "b"
max_abs = 1e-5
rationale = "float32 summation order of this network"
[[policy.waivers]]
model = "a"
leg = "tfjs/webgl"
output = "b"
check = "within tolerance of torch"
bound = 2e-5
rationale = "the driver is replaced before summer"
owner = "Ada Example"
until = 2027-06-30
"""


def test_a_waiver_is_a_table_of_the_policy(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("policy") / "policy.toml"
    path.write_text(TABLE)
    (waiver,) = read_policy(path)[0].waivers
    assert waiver.until == datetime.date(2027, 6, 30)
    assert waiver.terms() == (
        "up to 2e-5 until 2027-06-30 by Ada Example (the driver is replaced before summer)"
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("until = 2027-06-30", "", "waivers.0.until"),
        ("until = 2027-06-30", 'until = "next summer"', "waivers.0.until"),
        ('owner = "Ada Example"', "", "waivers.0.owner"),
        ('owner = "Ada Example"', 'owner = " "', "waivers.0.owner"),
        ('rationale = "the driver is replaced before summer"', "", "waivers.0.rationale"),
        ("bound = 2e-5", "bound = inf", "waivers.0.bound"),
        ("bound = 2e-5", "bound = nan", "waivers.0.bound"),
        ("bound = 2e-5", "", "waivers.0.bound"),
        ('check = "within tolerance of torch"', "", "waivers.0.check"),
    ],
)
def test_a_waiver_that_says_too_little_is_refused(
    before: str, after: str, said: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("policy") / "policy.toml"
    path.write_text(TABLE.replace(before, after))
    with pytest.raises(InputError, match=said):
        read_policy(path)


def test_a_check_is_waived_once() -> None:
    policy = make_evidence(WAIVED).plan.policy
    twice = policy.model_dump() | {"waivers": [WAIVED.waivers[0]] * 2}
    with pytest.raises(ValueError, match="name a check twice"):
        Policy.model_validate(twice)
