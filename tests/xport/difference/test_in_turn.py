"""What ships of two releases is run in turn, on the legs of the new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from xport.judgement.evidence import EVIDENCE, Evidence
from xport.judgement.slowdown_checks import played_files
from xport.plan.plan import Plan
from xport.recording.browser import BrowserOptions
from xport.workflow.paired_speed import Shipping, speeds_between

ROUNDS = 3
NEW = {"another.bin": "0" * 64}
"""What stands for a file that is not as before."""


def plan_of(bundle: Path, **files: str) -> Plan:
    """The plan of a bundle, with WebAssembly alone; its autoencoder ships more files."""
    plan = Evidence.read(bundle / EVIDENCE).plan
    legs = [leg for leg in plan.legs if leg.backend in (None, "wasm")]
    models = []
    for model in plan.models:
        artifacts = dict(model.artifacts)
        if model.id == "autoencoder":
            shipped = artifacts[plan.shipped_artifact]
            more = shipped.model_copy(update={"files": shipped.files | files})
            artifacts[plan.shipped_artifact] = more
        models.append(model.model_copy(update={"artifacts": artifacts}))
    return plan.model_copy(update={"legs": tuple(legs), "models": tuple(models)})


@pytest.mark.browser
def test_what_changed_runs_in_one_session_and_what_did_not_is_not_run(old_bundle: Path) -> None:
    before, after = plan_of(old_bundle), plan_of(old_bundle, **NEW)
    sides = Shipping(before, old_bundle), Shipping(after, old_bundle)
    found = {pair.model: pair for pair in speeds_between(*sides, ROUNDS, BrowserOptions())}
    assert {*found} == {model.id for model in after.models}
    assert {pair.leg for pair in found.values()} == {"tfjs/wasm"}
    changed = found.pop("autoencoder")
    assert all(pair.rounds == 0 and pair.failure is None for pair in found.values())
    assert changed.failure is None
    assert changed.rounds == ROUNDS
    ratio = changed.ratio()
    assert ratio is not None
    assert 0.2 < ratio.estimate < 5
    assert changed.environment is not None
    shipped = before.model("autoencoder").artifacts[before.shipped_artifact].files
    assert changed.environment.model_files == played_files(shipped, shipped)


def test_what_the_cache_has_no_more_says_so(old_bundle: Path) -> None:
    sides = Shipping(plan_of(old_bundle), old_bundle), Shipping(plan_of(old_bundle, **NEW))
    (failed,) = [pair for pair in speeds_between(*sides, ROUNDS, BrowserOptions()) if pair.failure]
    assert failed.model == "autoencoder"
    assert "the cache has what ships of autoencoder no more" in str(failed.failure)
