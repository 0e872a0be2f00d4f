"""What was reused is said with its date, and does not count where the policy finds it too old."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from tests.reports.release.sample_evidence import make_evidence
from tests.reports.release.sample_plan import SampleRelease
from xport.common.version import BUILT
from xport.exchange.prepared import Preparations
from xport.exchange.recording import Clock, Recording
from xport.judgement.again import case_of
from xport.judgement.judge import judge
from xport.judgement.reuse import reuse_problem, reused_sentences
from xport.judgement.verdict import Case, Status
from xport.plan.policy import RECORDING_AGE_DAYS, Policy, Tolerance
from xport.plan.strictness import merged, shortfalls_under

NOON = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
WANTED = Tolerance(model="m", output="o", max_abs=1.0, rationale="as good as any other")


def policy(days: float = RECORDING_AGE_DAYS) -> Policy:
    return Policy(min_probes=1, tolerances=(WANTED,), max_recording_age_days=days)


def reused(one: Recording, age: datetime.timedelta = DAY) -> Recording:
    """The same recording, taken when it was of that age."""
    clock = Clock(python=NOON, built=BUILT)
    return one.model_copy(update={"clock": clock, "reused_from": NOON, "reused_at": NOON + age})


def plain() -> Recording:
    return Recording(model="m", leg="onnx", plan_digest="", artifact_digest="")


def case(count: int, age: datetime.timedelta = DAY) -> Case:
    """The sample release, of which that many recordings were reused."""
    found = case_of(make_evidence(SampleRelease()))
    taken = {key: reused(one, age) for key, one in [*found.recordings.items()][:count]}
    return replace(found, recordings={**found.recordings, **taken})


@pytest.mark.parametrize(
    ("age", "days", "allowed"),
    [
        (DAY, 7.0, True),
        (7 * DAY, 7.0, False),
        (datetime.timedelta(0), 7.0, True),
        (datetime.timedelta(0), 0.0, False),
        (-DAY, 7.0, False),
    ],
)
def test_the_policy_decides_how_old_it_may_be(
    age: datetime.timedelta, days: float, allowed: bool
) -> None:
    assert (reuse_problem(policy(days), reused(plain(), age)) == "") is allowed
    images = Preparations(plan_digest="", made=(), reused_from=NOON, reused_at=NOON + age)
    assert (reuse_problem(policy(days), images) == "") is allowed


@pytest.mark.parametrize(
    "change",
    [
        {"reused_at": None},
        {"reused_from": None},
        {"clock": None},
        {"clock": Clock(python=NOON - 30 * DAY, built=BUILT)},
    ],
    ids=str,
)
def test_what_contradicts_its_clock_does_not_count(change: dict[str, object]) -> None:
    assert reuse_problem(policy(), reused(plain()).model_copy(update=change))


def test_too_old_is_not_run() -> None:
    assert judge(case(2)).status is Status.PASSED
    verdict = judge(case(2, age=8 * DAY))
    assert verdict.status is Status.NOT_RUN
    assert "it was 8 days old when it was reused, and the policy takes none of 7" in " ".join(
        verdict.findings
    )


def test_is_said_beside_the_verdict_with_the_oldest_date() -> None:
    every = len(case(0).recordings)
    noon = "2026-06-01 12:00 UTC"
    assert [*reused_sentences(case(0))] == []
    taken = [*case(0).recordings.values()][:2]
    took = sum(one.load_seconds + sum(one.seconds.values()) for one in taken)
    assert judge(case(2)).noted("reused") == (
        f"2 of {every} recordings were reused, the oldest of {noon}; times and second runs are "
        f"those of then; loading and first runs alone took {took:.1f} s",
    )
    (one,) = reused_sentences(case(1))
    assert one.startswith(f"1 of {every} recordings was reused, it is of {noon}")


def test_so_it_is_of_prepared_images() -> None:
    images = Preparations(plan_digest="", made=(), reused_from=NOON, reused_at=NOON)
    (said,) = reused_sentences(replace(case(0), preparations=images))
    assert said == "the images were prepared on 2026-06-01 12:00 UTC, and that was reused"


def test_a_policy_that_says_nothing_is_written_as_before() -> None:
    assert "max_recording_age_days" not in policy().model_dump()
    assert policy(0.0).model_dump()["max_recording_age_days"] == 0.0
    assert not {"reused_from", "reused_at"} & plain().model_dump().keys()


def test_a_policy_that_takes_younger_ones_alone_is_stricter() -> None:
    (found,) = shortfalls_under(policy(1.0), policy())
    assert found.words() == (
        "policy.max_recording_age_days: 1 is demanded, the evidence's policy has 7"
    )
    assert [*shortfalls_under(policy(), policy(1.0))] == []
    assert merged(policy(1.0), policy()).max_recording_age_days == 1.0
