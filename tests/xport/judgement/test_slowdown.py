"""A limit on time: two versions that ran in turn, told apart by an interval or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports import html_report, junit_xml, summary_lines
from tests.reports.release.sample_environment import environment
from tests.reports.release.sample_evidence import make_evidence
from xport.comparison.change import BaselineFound, Changes, ReleaseIdentity
from xport.comparison.paired_speed import SpeedPair
from xport.errors import VerdictError
from xport.exchange.recording import WebEnvironment
from xport.judgement.again import again_findings, case_of
from xport.judgement.evidence import Evidence
from xport.judgement.judge import judge
from xport.judgement.slowdown_checks import played_files, timed_legs
from xport.judgement.under import require_held
from xport.judgement.verdict import Case, Check, Status
from xport.plan.baseline import ROUNDS, Baseline
from xport.plan.plan import Leg, PlannedModel

WHY = "what is published is what people rely on"
OLD = {"model.json": "1" * 64, "group1-shard1of1.bin": "2" * 64}
"""What the published release ships of every model."""
SHA = "a" * 64


@pytest.fixture(scope="module")
def sample() -> Case:
    """A release that passes."""
    return case_of(make_evidence())


def times(median: float, *, spread: float = 0.02, rounds: int = ROUNDS, seed: int = 0) -> Any:
    """Seconds around a median, as a machine has them."""
    return tuple(median * (1 + spread * np.random.default_rng(seed).uniform(-1, 1, rounds)))


def page(case: Case, model: PlannedModel, leg: Leg, rounds: int) -> WebEnvironment:
    """The session in which both ran."""
    web = environment(model, leg).web
    assert web is not None
    assert web.witness is not None
    seen = {"runs": 2 * (rounds + 1), "idle": 0 if leg.backend == "webgl" else 2 * (rounds + 1)}
    work = {"draws": 10_000} if leg.backend == "webgl" else {}
    ours = model.artifacts[case.plan.shipped_artifact].files
    return web.model_copy(
        update={
            "model_files": played_files(OLD, ours),
            "witness": web.witness.model_copy(update=seen | work),
        }
    )


def pairs(case: Case, slower: float = 1.0, **how: Any) -> list[SpeedPair]:
    """Every model on every leg that ships, `slower` times the time of before."""
    found = []
    for model in case.plan.models:
        for leg in timed_legs(case.plan, model):
            before, after = times(0.1, seed=1, **how), times(0.1 * slower, seed=2, **how)
            web = page(case, model, leg, len(before))
            found.append(
                SpeedPair(
                    model=model.id,
                    leg=leg.name,
                    files_before=OLD,
                    seconds_before=before,
                    seconds_after=after,
                    environment=web,
                )
            )
    return found


def held(case: Case, speeds: Sequence[SpeedPair], **limits: Any) -> Case:
    """The release, held to what is published."""
    wanted: dict[str, Any] = {"max_slowdown": 1.1, "evidence_sha256": SHA} | limits
    baseline = Baseline(release=Path("published"), rationale=WHY, **wanted)
    policy = case.plan.policy.model_copy(update={"baseline": baseline})
    identity = {"release": "old", "version": None, "held": "bundle"}
    before = ReleaseIdentity.model_validate(identity | {"evidence_sha256": SHA})
    after = before.model_copy(update={"evidence_sha256": None})
    changes = Changes(before=before, after=after, speeds=tuple(speeds))
    plan = case.plan.model_copy(update={"policy": policy})
    return replace(case, plan=plan, baseline=BaselineFound(changes=changes))


def judged(case: Case) -> tuple[Status, list[Check]]:
    verdict = judge(case)
    return verdict.status, [check for check in verdict.checks if check.leg == "baseline"]


def test_a_release_that_is_as_quick_passes_on_every_leg_and_says_its_interval(sample: Case) -> None:
    status, checks = judged(held(sample, pairs(sample)))
    assert status is Status.PASSED
    legs = sum(len(timed_legs(sample.plan, model)) for model in sample.plan.models)
    assert len(checks) == len({(check.model, check.name) for check in checks}) == legs
    assert {check.name for check in checks} >= {"slowdown on tfjs/webgl (max_slowdown)"}
    for check in checks:
        assert "times the time of before (95 % interval" in check.message
        assert "20 rounds in turn (max_slowdown 1.1)" in check.message
        assert check.measured == pytest.approx(1, abs=0.02)
        assert (check.bound, check.rationale) == (1.1, WHY)


@pytest.mark.parametrize(
    ("speeds", "limits", "status", "words"),
    [
        ({"slower": 1.3}, {}, Status.FAILED, "1.30"),
        ({"slower": 1.3}, {"max_slowdown": 1.5}, Status.PASSED, "1.30"),
        ({"slower": 0.5}, {"max_slowdown": 1.0}, Status.PASSED, "0.5"),
        ({"slower": 1.2, "spread": 0.9}, {}, Status.NOT_RUN, "reaches beyond the limit"),
        ({"slower": 1.09, "spread": 0.2}, {}, Status.NOT_RUN, "ask for more rounds than 20"),
        ({"rounds": 12}, {}, Status.NOT_RUN, "12 rounds in turn, 20 are wanted"),
        ({"rounds": 12}, {"min_rounds": 10}, Status.PASSED, "12 rounds in turn"),
    ],
)
def test_a_slowdown_counts_where_its_interval_excludes_no_change(
    sample: Case, speeds: dict[str, Any], limits: dict[str, Any], status: Status, words: str
) -> None:
    told, checks = judged(held(sample, pairs(sample, **speeds), **limits))
    assert told is status
    assert {check.status for check in checks} == {status}
    assert all(words in check.message for check in checks)


def nobody(pair: SpeedPair) -> SpeedPair:
    return pair.model_copy(update={"environment": None})


def elsewhere(pair: SpeedPair) -> SpeedPair:
    assert pair.environment is not None
    other = pair.environment.model_copy(update={"backend": "cpu"})
    return pair.model_copy(update={"environment": other})


def unseen(pair: SpeedPair) -> SpeedPair:
    assert pair.environment is not None
    assert pair.environment.witness is not None
    witness = pair.environment.witness.model_copy(update={"runs": 3})
    other = pair.environment.model_copy(update={"witness": witness})
    return pair.model_copy(update={"environment": other})


def of_other_files(pair: SpeedPair) -> SpeedPair:
    assert pair.environment is not None
    other = pair.environment.model_copy(update={"model_files": {"after/model.json": "9" * 64}})
    return pair.model_copy(update={"environment": other})


def without_numbers(pair: SpeedPair) -> SpeedPair:
    return pair.model_copy(update={"seconds_after": (float("nan"), *pair.seconds_after[1:])})


def refused(pair: SpeedPair) -> SpeedPair:
    return pair.model_copy(update={"failure": "no Chromium was found", "seconds_after": ()})


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (nobody, "no account of the browser"),
        (elsewhere, "backend 'cpu' ran instead of 'tfjs/webgl'"),
        (unseen, "3 runs were seen, 42 were recorded"),
        (of_other_files, "the model files that the page loaded are not those that ship"),
        (without_numbers, "the times are no times"),
        (refused, "both could not be run in turn: no Chromium was found"),
    ],
)
def test_what_was_not_measured_as_it_must_be_is_never_a_pass(
    sample: Case, spoil: Any, words: str
) -> None:
    first, *others = pairs(sample)
    status, checks = judged(held(sample, [spoil(first), *others]))
    assert status is Status.NOT_RUN
    (bad,) = [check for check in checks if check.status is not Status.PASSED]
    assert bad.status is Status.NOT_RUN
    assert words.replace("'tfjs/webgl'", "'webgl'") in bad.message


def test_nothing_measured_is_not_run_and_the_same_files_take_the_same_time(sample: Case) -> None:
    status, checks = judged(held(sample, []))
    assert status is Status.NOT_RUN
    assert all("times recorded apart are not judged" in check.message for check in checks)
    same = [
        SpeedPair(
            model=pair.model,
            leg=pair.leg,
            files_before=sample.plan.model(pair.model)
            .artifacts[sample.plan.shipped_artifact]
            .files,
        )
        for pair in pairs(sample)
    ]
    status, checks = judged(held(sample, same))
    assert status is Status.PASSED
    assert all("the same files ship as before" in check.message for check in checks)


def evidence_of(case: Case) -> Evidence:
    update = {"plan": case.plan, "baseline": case.baseline, "verdict": judge(case)}
    return make_evidence().model_copy(update=update)


def test_evidence_is_judged_again_without_a_browser_and_edited_times_are_found(
    sample: Case,
) -> None:
    slow = evidence_of(held(sample, pairs(sample, 1.3)))
    assert not [one for one in again_findings(slow) if "baseline" in one]
    better = held(sample, pairs(sample)).baseline
    edited = slow.model_copy(update={"baseline": better})
    assert any("max_slowdown" in one for one in again_findings(edited))
    twice = held(sample, pairs(sample) * 2)
    assert any(
        "of no leg that ships, or twice" in one for one in again_findings(evidence_of(twice))
    )


def test_whoever_receives_it_may_demand_a_limit_of_their_own(sample: Case) -> None:
    evidence = evidence_of(held(sample, pairs(sample, 1.05), max_slowdown=1.3))
    asked = {"max_bytes_ratio": None, "max_slowdown": 1.2, "evidence_sha256": SHA}
    base = {"release": Path("published"), "rationale": WHY}
    policy = evidence.plan.policy.model_copy(
        update={"baseline": Baseline.model_validate(base | asked)}
    )
    (met,) = require_held(evidence, policy, "bundle", "theirs.toml")
    assert "policy.baseline.max_slowdown: 1.2 is demanded, the evidence's policy has 1.3" in met
    for stricter, status in (({"max_slowdown": 1.01}, "FAILED"), ({"min_rounds": 40}, "NOT_RUN")):
        baseline = Baseline.model_validate(base | asked | stricter)
        demanded = evidence.plan.policy.model_copy(update={"baseline": baseline})
        with pytest.raises(VerdictError, match=f"^{status}|{status} under theirs"):
            require_held(evidence, demanded, "bundle", "theirs.toml")


def test_every_report_names_the_limit_on_time(sample: Case) -> None:
    evidence = evidence_of(held(sample, pairs(sample, 1.3)))
    for text in (html_report(evidence), junit_xml(evidence), " ".join(summary_lines(evidence))):
        assert "times the time of before (95 % interval" in text
    assert "time 1.1 ×" in html_report(evidence)


def test_a_policy_without_a_limit_on_time_is_digested_as_before() -> None:
    plain = Baseline(release=Path("old"), max_bytes_ratio=1.1, rationale=WHY)
    assert not {"max_slowdown", "min_rounds"} & plain.model_dump(mode="json").keys()
    assert Baseline.model_validate(plain.model_dump()) == plain
