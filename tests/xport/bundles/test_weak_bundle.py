"""A run whose policy asks too little: judged, bundled and verified as what it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Xport
from xport.bundles.build import NotPassed
from xport.bundles.manifest import MANIFEST
from xport.judgement.verdict import Status
from xport.plan.plan import Plan
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder
from xport.workflow.verification import verify

BELOW = "policy.min_probes: 1, at least 3 are wanted"


@pytest.fixture
def weak_run(run_copy: Path) -> Path:
    """The miniature run as if its release had been content with one probe, and was let."""
    run = RunFolder(run_copy)
    plan = run.plan()
    before = plan.digest()
    policy = plan.policy.model_copy(update={"min_probes": 1})
    plan = plan.model_copy(update={"policy": policy})
    plan.write(run.plan_path)
    recorded = (*run.recordings.root.rglob("*.json"), *run.prepared.root.rglob("*.json"))
    for path in (*recorded, run.sensitivity_path):
        path.write_text(path.read_text().replace(before, Plan.read(run.plan_path).digest()))
    return run_copy


def test_it_is_weak_wherever_it_would_be_passed(weak_run: Path, xport: Xport) -> None:
    evidence = commands.judge(weak_run)
    assert evidence.verdict.status is Status.WEAK_PASSED
    assert evidence.verdict.noted("below-floor") == (BELOW,)
    html, junit = commands.report(weak_run)
    assert "<title>WEAK_PASSED: Miniature</title>" in html.read_text()
    assert '<property name="verdict" value="WEAK_PASSED"' in junit.read_text()
    with pytest.raises(NotPassed, match="the verdict is WEAK_PASSED") as refused:
        commands.bundle(weak_run)
    assert refused.value.exit_code == 2
    bundle = commands.bundle(weak_run, allow_weak=True)
    assert json.loads((bundle / MANIFEST).read_text())["verdict"] == "WEAK_PASSED"
    assert verify(bundle).verdict is Status.WEAK_PASSED
    done = xport("verify", bundle, "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["verdict"]) == (2, "WEAK_PASSED")
    assert {"kind": "below-floor", "text": BELOW} in said["notes"]
