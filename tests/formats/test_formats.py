"""Bundles and run folders of earlier versions are read, or refused by their version."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import xport
from tests.conftest import Xport
from tests.formats.archives import unpacked
from xport.bundles.checks import verify_bundle
from xport.bundles.manifest import MANIFEST
from xport.cli.main import main
from xport.common import digests
from xport.errors import DocumentError, InputError, IntegrityError, XportError
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.judgement.verdict import Status
from xport.plan.plan import PLAN
from xport.workflow import commands


@pytest.fixture
def bundle_3(tmp_path: Path) -> Path:
    """The bundle of manifest version 3."""
    return unpacked("bundle-3", tmp_path)


@pytest.fixture
def run_1(tmp_path: Path) -> Path:
    """The run folder of plan version 1."""
    return unpacked("run-1", tmp_path)


def test_python_verifies_one_where_that_is_allowed_and_holds_it_to_a_digest(bundle_3: Path) -> None:
    digest = digests.of_file(bundle_3 / MANIFEST)
    with pytest.raises(IntegrityError, match="allow-unchecked"):
        xport.verify(bundle_3)
    with pytest.raises(InputError, match="WEAK_PASSED"):
        xport.verify(bundle_3, allow_unchecked=True)
    allowed: dict[str, Any] = {"allow_unchecked": True, "allow_weak": True}
    assert xport.verify(bundle_3, **allowed, expect=digest).release == "mini"
    with pytest.raises(IntegrityError, match="another release, or somebody changed it"):
        xport.verify(bundle_3, **allowed, expect="0" * 64)
    with pytest.raises(InputError, match="checked as it is"):
        xport.verify(bundle_3, backends=["wasm"])


def test_verify_reads_a_bundle_of_manifest_version_3(bundle_3: Path) -> None:
    manifest = verify_bundle(bundle_3, allow_unchecked=True)
    assert (manifest.schema_version, manifest.release) == (3, "mini")
    assert set(manifest.models) == {"classifier", "autoencoder", "explanation"}


def test_a_bundle_from_before_the_floor_is_held_to_it(bundle_3: Path) -> None:
    manifest = verify_bundle(bundle_3, allow_unchecked=True)
    assert manifest.verdict is Status.WEAK_PASSED
    assert [note.text for note in manifest.notes if note.kind == "below-floor"] == [
        "policy.min_probes: 2, at least 3 are wanted",
        "policy.min_images: 2, at least 8 are wanted",
    ]


def test_verify_ends_with_0_for_it_only_where_that_is_allowed(bundle_3: Path, xport: Xport) -> None:
    done = xport("verify", bundle_3, "--allow-unchecked")
    assert done.returncode == 2
    assert "verdict          WEAK_PASSED" in done.stdout
    assert "Asks too little: policy.min_probes: 2, at least 3 are wanted" in done.stdout
    assert xport("verify", bundle_3, "--allow-unchecked", "--allow-weak").returncode == 0


def test_verify_still_sees_what_was_changed_in_a_bundle_of_manifest_version_3(
    bundle_3: Path,
) -> None:
    weights = next((bundle_3 / "models" / "classifier").glob("*.bin"))
    content = bytearray(weights.read_bytes())
    content[0] ^= 1
    weights.write_bytes(content)
    with pytest.raises(IntegrityError, match=weights.name):
        verify_bundle(bundle_3, allow_unchecked=True)


def exit_code(*arguments: str) -> object:
    with pytest.raises(SystemExit) as end:
        main([*arguments])
    return end.value.code


def test_what_a_bundle_of_older_rules_is_not_asked_is_said_and_refused(
    bundle_3: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(IntegrityError, match="the reference against its own float64") as said:
        verify_bundle(bundle_3)
    assert said.value.exit_code == 3
    assert "calibration, gate and card against the weights" in said.value.details
    assert "report.html and cards: not rendered again" in said.value.details
    assert "--allow-unchecked" in said.value.remedy
    assert exit_code("verify", str(bundle_3), "--json") == 3
    assert exit_code("serve", str(bundle_3)) == 3
    capsys.readouterr()
    allowed = ("verify", str(bundle_3), "--allow-unchecked", "--allow-weak")
    assert exit_code(*allowed, "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["unchecked"]) == 9
    assert exit_code(*allowed) == 0
    assert capsys.readouterr().out.count("NOT CHECKED: ") == 9


def test_a_manifest_of_a_later_version_is_refused_by_it(bundle_3: Path) -> None:
    manifest = json.loads((bundle_3 / MANIFEST).read_text())
    (bundle_3 / MANIFEST).write_text(json.dumps(manifest | {"schema_version": 99}))
    with pytest.raises(XportError, match="schema_version"):
        verify_bundle(bundle_3)


def test_report_reads_a_run_of_version_1(run_1: Path) -> None:
    for name in ("report.html", "junit.xml"):
        (run_1 / name).unlink()
    html, junit = commands.report(run_1)
    assert "PASSED" in html.read_text()
    assert "NOT FOR MEDICAL USE" in html.read_text()
    assert "classifier" in junit.read_text()
    assert "<failure" not in junit.read_text()


def test_evidence_of_version_1_is_read_as_it_was_judged(run_1: Path) -> None:
    path = run_1 / EVIDENCE
    before, evidence = json.loads(path.read_text()), Evidence.read(path)
    policy, was = evidence.plan.policy, before["plan"]["policy"]
    assert (evidence.schema_version, evidence.plan.schema_version, evidence.rules) == (4, 4, 1)
    assert evidence.plan.shipped_artifact == before["plan"]["ships"]
    assert [one.rationale for one in policy.tolerances] == [
        one["because"] for one in was["tolerances"]
    ]
    assert [
        (one.max_ratio_to_float64_gap, one.rationale) for one in policy.relative_tolerances
    ] == [(one["times_own_gap"], one["because"]) for one in was["likenesses"]]
    assert [one.name for one in policy.acceptance_criteria] == [one["name"] for one in was["bars"]]
    checks = [(one.name, one.measured, one.bound, one.rationale) for one in evidence.verdict.checks]
    assert checks == [
        (one["name"], one["measured"], one["bound"], one["because"])
        for one in before["verdict"]["checks"]
    ]


def test_evidence_of_version_1_with_a_new_name_beside_the_old_is_refused(run_1: Path) -> None:
    path = run_1 / EVIDENCE
    content = json.loads(path.read_text())
    content["plan"]["shipped_artifact"] = "tfjs-tf"
    path.write_text(json.dumps(content))
    with pytest.raises(DocumentError, match=r"plan\.ships: Extra inputs are not permitted"):
        Evidence.read(path)


def test_evidence_of_a_later_version_is_refused_by_it(run_1: Path) -> None:
    path = run_1 / EVIDENCE
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 99}))
    with pytest.raises(DocumentError, match="evidence of version 99, versions 1 to 4 are read"):
        commands.report(run_1)


@pytest.mark.parametrize("command", [commands.judge, commands.record, commands.bundle])
def test_a_run_of_version_1_is_refused_by_it(
    command: Callable[[Path], object], run_1: Path
) -> None:
    before = digests.of_folder(run_1)
    with pytest.raises(DocumentError, match="made by an older xport: a plan of version 1") as said:
        command(run_1)
    assert said.value.exit_code == 2
    assert said.value.remedy == "run `xport convert` again, or use the xport that made it"
    after = digests.of_folder(run_1)
    assert {name: digest for name, digest in after.items() if name != ".lock"} == before


def test_a_plan_of_a_later_version_is_refused_by_it(run_1: Path) -> None:
    path = run_1 / PLAN
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 99}))
    with pytest.raises(DocumentError, match="made by a newer xport: a plan of version 99"):
        commands.judge(run_1)


@pytest.mark.parametrize(
    "step", [commands.record, commands.judge, commands.report, commands.bundle]
)
def test_a_bundle_that_is_taken_for_a_run_stays_as_it_is(
    bundle_3: Path, step: Callable[[Path], object]
) -> None:
    with pytest.raises(InputError, match="this is a bundle, and no run's folder"):
        step(bundle_3)
    assert verify_bundle(bundle_3, allow_unchecked=True).verdict is Status.WEAK_PASSED
