"""A run of which something fails and is waived: judged, bundled and verified as what it is."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Xport
from xport.bundles.build import NotPassed
from xport.bundles.manifest import MANIFEST
from xport.judgement.again import status_now
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.judgement.verdict import Status
from xport.plan.plan import Plan
from xport.plan.policy import AcceptanceCriterion, Waiver
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder
from xport.workflow.verification import verify

WHY = "the old tablets of the ward are replaced in spring"
UNTIL = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=30)


def with_policy(folder: Path, **changes: Any) -> None:
    """The run as if its release had had another policy from the start."""
    run = RunFolder(folder)
    plan = run.plan()
    before = plan.digest()
    plan = plan.model_copy(update={"policy": plan.policy.model_copy(update=changes)})
    plan.write(run.plan_path)
    after = Plan.read(run.plan_path).digest()
    recorded = (*run.recordings.root.rglob("*.json"), *run.prepared.root.rglob("*.json"))
    for path in (*recorded, run.sensitivity_path):
        path.write_text(path.read_text().replace(before, after))


@pytest.fixture
def waived_run(run_copy: Path) -> Path:
    """The miniature run with a criterion that wasm does not meet, and that waived."""
    run = RunFolder(run_copy)
    criteria = run.plan().policy.acceptance_criteria
    error = max(
        one.pooled.max_abs
        for one in run.evidence().comparisons
        if (one.model, one.output, one.leg) == ("autoencoder", "reconstruction", "tfjs/wasm")
    )
    hard = AcceptanceCriterion(
        name="half of what wasm does",
        model="autoencoder",
        output="reconstruction",
        legs=("tfjs/wasm",),
        max_abs=error / 2,
        probes=1,
        rationale="a criterion that this leg does not meet",
    )
    with_policy(run_copy, acceptance_criteria=(*criteria, hard))
    assert commands.judge(run_copy).verdict.status is Status.FAILED
    waiver = Waiver(
        model="autoencoder",
        leg="tfjs/wasm",
        output="reconstruction",
        check=hard.name,
        bound=2 * error,
        rationale=WHY,
        owner="Ada Example",
        until=UNTIL,
    )
    with_policy(run_copy, waivers=(waiver,))
    return run_copy


def test_it_says_so_wherever_it_would_be_passed(waived_run: Path, xport: Xport) -> None:
    evidence = commands.judge(waived_run)
    assert evidence.verdict.status is Status.PASSED_WITH_WAIVERS
    html, junit = commands.report(waived_run)
    assert "<title>PASSED WITH WAIVERS: Miniature</title>" in html.read_text()
    assert '<property name="verdict" value="PASSED_WITH_WAIVERS"' in junit.read_text()
    with pytest.raises(NotPassed, match="PASSED_WITH_WAIVERS, only PASSED") as refused:
        commands.bundle(waived_run, allow_weak=True)
    assert (refused.value.exit_code, "--allow-waivers" in refused.value.remedy) == (2, True)
    bundle = commands.bundle(waived_run, allow_waivers=True)
    assert json.loads((bundle / MANIFEST).read_text())["verdict"] == "PASSED_WITH_WAIVERS"
    assert verify(bundle).verdict is Status.PASSED_WITH_WAIVERS
    done = xport("verify", bundle, "--json", "--allow-weak")
    said = json.loads(done.stdout)
    assert (done.returncode, said["exit_code"], said["verdict"]) == (2, 2, "PASSED_WITH_WAIVERS")
    assert any(note["kind"] == "waiver" and WHY in note["text"] for note in said["notes"])
    quiet = xport("verify", bundle, "--allow-waivers", "--quiet")
    assert (quiet.returncode, quiet.stdout) == (0, "PASSED WITH WAIVERS  Miniature (mini)\n")


def test_a_bundle_fails_when_a_waiver_of_it_has_ended(
    waived_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.judge(waived_run)
    bundle = commands.bundle(waived_run, allow_waivers=True)
    later = datetime.datetime.combine(UNTIL, datetime.time(), datetime.UTC)

    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Later:
            return cls.fromisoformat((later + datetime.timedelta(days=1)).isoformat())

    monkeypatch.setattr("xport.judgement.again.datetime.datetime", Later)
    assert status_now(Evidence.read(bundle / EVIDENCE)) is Status.FAILED
    assert verify(bundle).verdict is Status.FAILED
