"""A probe that gives other bits when it is run again is told, and FAILED where that is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conftest import MiniRun
from xport.judgement.again import case_of
from xport.judgement.determinism_checks import DETERMINISM, NOT_REQUIRED
from xport.judgement.judge import judge
from xport.judgement.verdict import Case, Check, Status

KEY = ("classifier", "tfjs/webgl")
OTHER = "0" * 64


def wavering(mini_run: MiniRun, *, strict: bool) -> Case:
    """The miniature run with one probe on WebGL that differed by 1e-7 the second time."""
    case = case_of(mini_run.evidence)
    recording = case.recordings[KEY]
    again = dict(recording.again_digests)
    probe = next(iter(again))
    again[probe] = again[probe] | {"logits": OTHER}
    changed = recording.model_copy(
        update={"again_digests": again, "differences": {probe: {"logits": 1e-7}}}
    )
    policy = case.plan.policy.model_copy(update={"require_determinism": strict})
    return replace(
        case,
        plan=case.plan.model_copy(update={"policy": policy}),
        recordings={**case.recordings, KEY: changed},
    )


def check_of(case: Case) -> Check:
    """The check of the WebGL leg."""
    checks = judge(case).checks
    return next(c for c in checks if (c.model, c.leg, c.name) == (*KEY, DETERMINISM))


def test_every_leg_of_a_run_was_run_twice(mini_run: MiniRun) -> None:
    found = {
        (c.model, c.leg): c.status
        for c in mini_run.evidence.verdict.checks
        if c.name == DETERMINISM
    }
    plan = mini_run.evidence.plan
    assert set(found) == {(m.id, leg.name) for m in plan.models for leg in plan.legs_of(m)}
    assert set(found.values()) == {Status.PASSED}


def test_a_difference_stands_beside_the_verdict(mini_run: MiniRun) -> None:
    case = wavering(mini_run, strict=False)
    verdict = judge(case)
    assert verdict.status is Status.PASSED
    assert check_of(case).advisory == NOT_REQUIRED
    assert verdict.noted("advisory") == (
        "ADVISORY: classifier/tfjs/webgl: 1 of 8 probes differ when they are run again, by up to "
        f"1e-07, the first of them {next(iter(case.recordings[KEY].output_digests))} "
        f"({NOT_REQUIRED})",
    )


def test_it_fails_where_the_policy_requires_determinism(mini_run: MiniRun) -> None:
    verdict = judge(wavering(mini_run, strict=True))
    assert verdict.status is Status.FAILED
    assert verdict.culprits == ("classifier/tfjs/webgl",)
    assert "1 of 8 probes differ when they are run again" in verdict.findings[0]


@pytest.mark.parametrize("rules", [1, 2])
def test_earlier_evidence_is_not_asked_for_it(mini_run: MiniRun, rules: int) -> None:
    checks = judge(replace(case_of(mini_run.evidence), rules=rules)).checks
    assert checks
    assert not {c.name for c in checks} & {DETERMINISM, "witness"}
