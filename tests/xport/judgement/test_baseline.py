"""A release that is held to another: limits of its policy decide the verdict, each by its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from reference.decide.gate import Gate
from reports import html_report, junit_xml, summary_lines
from tests import mini
from tests.conftest import MiniRun
from tests.reports.release.sample_evidence import make_evidence
from xport.common import digests
from xport.comparison.change import (
    BaselineFound,
    Changes,
    DecisionsChange,
    LabelledChange,
    LabelledFinding,
    ReleaseIdentity,
    SizeChange,
)
from xport.comparison.paired_speed import PairedSpeeds
from xport.errors import InputError
from xport.judgement.again import again_findings, case_of
from xport.judgement.evidence import EVIDENCE
from xport.judgement.judge import judge
from xport.judgement.verdict import Case, Check, Status
from xport.plan.baseline import Baseline
from xport.recording.browser import BrowserOptions
from xport.release_file.file import read_policy, read_release
from xport.workflow import commands
from xport.workflow.difference import against_baseline, require_apart, time_against_baseline
from xport.workflow.run_folder import RunFolder

WHY = "what is published is what people rely on"
SHIPPED = 28_123_456
"""Bytes of each sample model."""


@pytest.fixture(scope="module")
def sample() -> Case:
    """A release that passes, of a classifier and an autoencoder without a gate."""
    return case_of(make_evidence())


def identity(sha256: str | None = "a" * 64) -> ReleaseIdentity:
    return ReleaseIdentity(release="old", version=None, held="bundle", evidence_sha256=sha256)


def changes(case: Case, flips: int = 0, *, images: int = 300, before: int = SHIPPED) -> Changes:
    labels = case.plan.model("classifier").labels or ()
    rows = [
        LabelledFinding(
            finding=label, positives=30, negatives=images - 30, auc_before=0.9, auc_after=0.895,
            auc_change=-0.005, low=-0.008, high=-0.002, decisions=images, flips=flips,
            calibrated_max=0.1, calibrated_mean=0.01,
        )
        for label in labels
    ]  # fmt: skip
    return Changes(
        before=identity(),
        after=identity(None),
        sizes=tuple(
            SizeChange(model=model.id, bytes_before=before, bytes_after=SHIPPED)
            for model in case.plan.models
        ),
        decisions=(
            DecisionsChange(
                model="classifier", basis="probes", leg="torch", images_before=3,
                images_after=20, shared=3, decisions=42,
            ),
        ),
        labelled=(
            LabelledChange(
                model="classifier", dataset="drawn", images=images, images_before=images,
                images_after=images, findings=tuple(rows),
            ),
        ),
    )  # fmt: skip


def held_to(case: Case, found: BaselineFound | None, **limits: Any) -> Case:
    wanted = limits or {"max_flipped_share": 0.01}
    files = {"before": Path("old.json"), "after": Path("new.json")}
    baseline = Baseline(release=Path("published"), labelled=files, rationale=WHY, **wanted)  # type: ignore[arg-type]
    policy = case.plan.policy.model_copy(update={"baseline": baseline})
    plan = case.plan.model_copy(update={"policy": policy})
    return replace(case, plan=plan, baseline=found)


def of_baseline(case: Case) -> tuple[Status, list[Check]]:
    verdict = judge(case)
    return verdict.status, [check for check in verdict.checks if check.leg == "baseline"]


def test_a_release_within_its_limits_passes_and_its_checks_say_on_what(sample: Case) -> None:
    limits = {"max_flipped_share": 0.01, "max_auc_drop": 0.01, "max_bytes_ratio": 1.1}
    case = held_to(sample, BaselineFound(changes=changes(sample, 2)), **limits)
    status, checks = of_baseline(case)
    assert status is Status.PASSED
    assert [check.name for check in checks] == [
        "bytes that ship (max_bytes_ratio)",
        "bytes that ship (max_bytes_ratio)",
        "flipped decisions (max_flipped_share)",
        "drop of AUC (max_auc_drop)",
    ]
    assert {check.rationale for check in checks} == {WHY}
    assert judge(case).notes == judge(sample).notes


def test_fourteen_of_forty_two_decisions_are_no_plain_pass(sample: Case) -> None:
    found = changes(sample)
    flip = {"image": "one", "label": "Mass", "before": 0.4, "after": 0.6}
    flips = [flip | {"threshold_before": 0.5, "threshold_after": 0.5}] * 14
    spoilt = found.decisions[0].model_dump() | {"flips": flips}
    found = Changes.model_validate(found.model_dump() | {"decisions": [spoilt]})
    status, (check,) = of_baseline(held_to(sample, BaselineFound(changes=found)))
    assert status is check.status is Status.FAILED
    assert "14 of 42 decisions flip on 3 probes, torch (max_flipped_share 0.01)" in check.message
    verdict = judge(held_to(sample, BaselineFound(changes=found)))
    assert any("14 of 42 decisions flip" in finding for finding in verdict.findings)


@pytest.mark.parametrize(
    ("found", "limits", "status", "words"),
    [
        ({"flips": 4}, {"max_flipped_share": 0.01}, Status.FAILED, "56 of 4200 decisions flip"),
        ({"images": 199}, {"max_flipped_share": 0.01}, Status.NOT_RUN, "drawn has 199 images"),
        ({}, {"max_auc_drop": 0.004}, Status.FAILED, "changes by -0.0050"),
        ({}, {"max_auc_drop": 0.006}, Status.NOT_RUN, "lies within its interval"),
        ({}, {"max_calibrated_change": 0.05}, Status.FAILED, "moves by 0.1"),
        ({}, {"max_calibrated_change": 0.1}, Status.PASSED, "moves by 0.1"),
        ({"images": 60}, {"max_calibrated_change": 0.1}, Status.NOT_RUN, "drawn has 60 images"),
        ({"before": SHIPPED // 2}, {"max_bytes_ratio": 1.5}, Status.FAILED, "2 times"),
    ],
)
def test_what_is_broken_or_not_to_be_told_is_named(
    sample: Case, found: dict[str, int], limits: dict[str, float], status: Status, words: str
) -> None:
    case = held_to(sample, BaselineFound(changes=changes(sample, **found)), **limits)
    told, checks = of_baseline(case)
    assert told is status
    assert any(check.status is status and words in check.message for check in checks)
    assert all(next(iter(limits)) in check.message for check in checks)


@pytest.mark.parametrize(
    "found", [None, BaselineFound(), BaselineFound(failure="there is no such folder")]
)
def test_a_baseline_that_was_not_compared_is_not_run(
    sample: Case, found: BaselineFound | None
) -> None:
    status, (check,) = of_baseline(held_to(sample, found))
    assert status is check.status is Status.NOT_RUN
    if found is not None and found.failure:
        assert "there is no such folder" in check.message


def test_another_baseline_than_the_one_that_is_named_is_not_run(sample: Case) -> None:
    found = BaselineFound(changes=changes(sample))
    limits = {"max_bytes_ratio": 1.1}
    assert of_baseline(held_to(sample, found, evidence_sha256="a" * 64, **limits))[0] == "PASSED"
    status, checks = of_baseline(held_to(sample, found, evidence_sha256="b" * 64, **limits))
    assert status is Status.NOT_RUN
    assert "not the one that is named" in checks[0].message


@pytest.mark.parametrize(
    ("shared", "flips", "status", "words"),
    [
        (300, 0, Status.PASSED, "0 of 300 decisions at the gate flip on 300 image files, torch"),
        (300, 4, Status.FAILED, "4 of 300 decisions at the gate flip"),
        (60, 0, Status.NOT_RUN, "60 images were compared at the gate"),
    ],
)
def test_flips_at_the_gate_have_a_limit_of_their_own(
    sample: Case, shared: int, flips: int, status: Status, words: str
) -> None:
    gate = Gate.model_construct(score="l1", threshold=0.1)
    models = tuple(
        one.model_copy(update={"gate": gate}) if one.id == "autoencoder" else one
        for one in sample.plan.models
    )
    case = replace(sample, plan=sample.plan.model_copy(update={"models": models}))
    found = changes(case)
    at_gate = DecisionsChange(
        model="autoencoder", basis="image files", leg="torch", images_before=shared,
        images_after=shared, shared=shared, decisions=shared, gate_decisions=shared,
        gate_flips=flips,
    )  # fmt: skip
    found = found.model_copy(update={"decisions": (*found.decisions, at_gate)})
    held = held_to(case, BaselineFound(changes=found), max_gate_flipped_share=0.01)
    (check,) = of_baseline(held)[1]
    assert check.status is status
    assert words in check.message
    assert "(max_gate_flipped_share 0.01)" in check.message


def test_own_numbers_are_said_beside_the_verdict(sample: Case) -> None:
    found = BaselineFound(changes=changes(sample, images=60))
    case = held_to(sample, found, max_flipped_share=0.01, min_images=50, min_positives=10)
    assert of_baseline(case)[0] is Status.PASSED
    (note,) = [note for note in judge(case).notes if note.kind == "baseline"]
    assert "at least 50 labelled images with 10 positives" in note.text
    assert "not the usual 200 and 20" in note.text


def test_evidence_whose_baseline_was_edited_contradicts_itself(sample: Case) -> None:
    evidence = make_evidence()
    case = held_to(sample, BaselineFound(changes=changes(sample, 4)))
    held = evidence.model_copy(
        update={"plan": case.plan, "baseline": case.baseline, "verdict": judge(case)}
    )
    ours = [one for one in again_findings(held) if "baseline" in one]
    assert ours == []
    better = BaselineFound(changes=changes(sample, 0))
    edited = held.model_copy(update={"baseline": better})
    assert any("flipped decisions" in one for one in again_findings(edited))
    gone = held.model_copy(update={"baseline": None})
    assert any("not what the policy asks for" in one for one in again_findings(gone))


def test_every_report_names_the_limit(sample: Case) -> None:
    case = held_to(sample, BaselineFound(changes=changes(sample, 4)))
    update = {"plan": case.plan, "baseline": case.baseline, "verdict": judge(case)}
    evidence = make_evidence().model_copy(update=update)
    told = html_report(evidence), junit_xml(evidence), " ".join(summary_lines(evidence))
    for text in told:
        assert "56 of 4200 decisions flip" in text
        assert "max_flipped_share 0.01" in text
    assert WHY in html_report(evidence)
    assert "Against a baseline" in html_report(evidence)


def written(folder: Path, baseline: dict[str, Any]) -> Path:
    policy = mini.policy(baseline={"rationale": WHY} | baseline)
    return mini.write(mini.release(policy=policy), folder / "release.toml")


@pytest.mark.parametrize(
    ("baseline", "words"),
    [
        ({"release": "old"}, "policy.baseline.release: nothing is limited"),
        ({"release": "old", "max_auc_drop": 0.1}, "policy.baseline.max_auc_drop: an AUC needs"),
        ({"max_bytes_ratio": 1.1}, "policy.baseline.release"),
        ({"release": "old", "max_bytes_ratio": 0}, "policy.baseline.max_bytes_ratio"),
        ({"release": "old", "max_flipped_share": 1.5}, "policy.baseline.max_flipped_share"),
        ({"release": "old", "max_time": 1.5}, "policy.baseline.max_time"),
        ({"release": "old", "max_bytes_ratio": 1, "rationale": "short"}, "baseline.rationale"),
    ],
)
def test_a_baseline_that_asks_for_nothing_or_nonsense_is_refused(
    tmp_path: Path, baseline: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words.replace(".", r"\.")):
        read_release(written(tmp_path, baseline))


def test_a_policy_without_a_baseline_is_digested_as_before(sample: Case) -> None:
    assert "baseline" not in sample.plan.policy.model_dump(mode="json")
    with pytest.raises(ValidationError):
        Baseline(release=Path("old"), rationale=WHY)


def test_a_baseline_in_the_run_s_own_folder_is_refused(tmp_path: Path) -> None:
    require_apart(tmp_path / "published", tmp_path / "run")
    with pytest.raises(InputError, match="it lies in this run's own folder"):
        require_apart(tmp_path / "run" / "bundle", tmp_path / "run")


def policy_file(folder: Path, **baseline: Any) -> Path:
    policy = mini.policy(baseline={"rationale": WHY} | baseline)
    return mini.write({"schema_version": 2, "policy": policy}, folder / "policy.toml")


def test_a_recorded_run_is_held_to_the_bundle_that_is_published(
    run_copy: Path, mini_run: MiniRun, tmp_path: Path
) -> None:
    published = mini_run.folder / "bundle"
    limits = {"max_bytes_ratio": 0.9, "max_flipped_share": 0.1}
    limits |= {"min_map_cosine": 0.9999, "min_region_iou": 1.0}
    known = {"release": str(published), "evidence_sha256": digests.of_file(published / EVIDENCE)}
    policy, origin = read_policy(policy_file(tmp_path, **limits, **known))
    evidence, _ = commands.judge_under(run_copy, policy, origin)
    assert evidence.verdict.status is Status.FAILED
    models = [model.id for model in evidence.plan.models]
    assert evidence.verdict.culprits == tuple(f"{model}/baseline" for model in models)
    statuses = {c.name: c.status for c in evidence.verdict.checks if c.leg == "baseline"}
    assert statuses == {
        "bytes that ship (max_bytes_ratio)": Status.FAILED,
        "flipped decisions (max_flipped_share)": Status.NOT_RUN,
        "direction of maps (min_map_cosine)": Status.PASSED,
        "explained regions (min_region_iou)": Status.PASSED,
    }
    (said,) = [c.message for c in evidence.verdict.checks if "(min_region_iou)" in c.name]
    assert "of 3 shared probes" in said
    assert evidence.baseline is not None
    assert evidence.baseline.changes is not None
    assert [d.shared for d in evidence.baseline.changes.decisions] == [3]
    assert not [one for one in again_findings(evidence) if "baseline" in one]
    assert RunFolder(run_copy).evidence().verdict.status is Status.PASSED
    times_are_kept_in_the_run(run_copy, policy_file(tmp_path, max_slowdown=1.2, **known))


def times_are_kept_in_the_run(folder: Path, file: Path) -> None:
    """Before they are measured there is no pass; then judging needs no browser."""
    policy, origin = read_policy(file)
    run = RunFolder(folder)

    def found() -> set[tuple[Status, str]]:
        evidence, _ = commands.judge_under(folder, policy, origin)
        checks = [c for c in evidence.verdict.checks if c.leg == "baseline"]
        return {(c.status, c.message.partition(": ")[2]) for c in checks}

    ((status, said),) = found()
    assert status is Status.NOT_RUN
    assert said.startswith("not run in turn")
    plan = run.plan().model_copy(update={"policy": policy})
    time_against_baseline(run, plan, BrowserOptions(browser="/no browser is needed"))
    ((status, said),) = found()
    assert status is Status.PASSED
    assert said.startswith("the same files ship as before")
    other = PairedSpeeds.read(run.paired_speed_path).model_copy(update={"baseline_sha256": "0"})
    other.write(run.paired_speed_path)
    assert {status for status, _ in found()} == {Status.NOT_RUN}
    run.clear("record")
    assert not run.paired_speed_path.exists()


def test_a_baseline_that_is_not_there_is_told(mini_run: MiniRun) -> None:
    run = RunFolder(mini_run.folder)
    baseline = Baseline(release=Path("nowhere"), max_bytes_ratio=1.1, rationale=WHY)
    policy = run.plan().policy.model_copy(update={"baseline": baseline})
    found = against_baseline(run, run.plan(), policy, None)
    assert found is not None
    assert found.changes is None
    assert "there is no such folder" in (found.failure or "")
