"""A run judged under another policy: beside the release's own verdict, and said to be no such."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests import mini
from tests.conftest import Xport
from xport.common import digests
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Status
from xport.release_file.file import read_policy
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

DOCUMENTS = ["evidence.json", "junit.xml", "report.html", "summary.md"]


def policy_file(path: Path, max_abs: float = 1e-12) -> Path:
    """A policy with another acceptance criterion; the default is stricter than any model."""
    criteria = [one | {"max_abs": max_abs} for one in mini.policy()["acceptance_criteria"]]
    policy = mini.policy(acceptance_criteria=criteria)
    return mini.write({"schema_version": 2, "policy": policy}, path)


def contents(folder: Path) -> dict[str, str]:
    """Every file of the release's own verdict by digest."""
    found = digests.of_folder(folder)
    return {n: d for n, d in found.items() if not n.startswith("judgements/") and n != ".lock"}


def judge_under(run: Path, policy: Path) -> tuple[Evidence, RunFolder]:
    return commands.judge_under(run, *read_policy(policy))


def test_touches_nothing_of_the_release_s_own_verdict(
    run_copy: Path, xport: Xport, tmp_path: Path
) -> None:
    before = contents(run_copy)
    assert {*DOCUMENTS, "bundle/manifest.json"} <= before.keys()
    done = xport("judge", run_copy, "--policy", policy_file(tmp_path / "strict.toml"))
    assert done.returncode == 1
    assert contents(run_copy) == before
    assert xport("report", run_copy).returncode == 0
    assert xport("bundle", run_copy).returncode == 0
    assert contents(run_copy).keys() == before.keys()
    assert RunFolder(run_copy).evidence().verdict.status is Status.PASSED
    assert "under strict.toml" not in (run_copy / "report.html").read_text()


def test_says_in_every_document_whose_policy_it_is(
    run_copy: Path, xport: Xport, tmp_path: Path
) -> None:
    policy = policy_file(tmp_path / "strict.toml")
    digest = digests.of_file(policy)
    folder = run_copy / "judgements" / f"strict-{digest[:12]}"
    words = (
        f"judged under another policy, strict.toml (SHA-256 {digest}): "
        "not the release's own verdict"
    )
    done = xport("judge", run_copy, "--policy", policy)
    assert done.stdout.splitlines()[0].startswith("FAILED ")
    assert done.stdout.splitlines()[1] == f"Another policy: {words}"
    assert str(folder / "report.html") in done.stdout
    assert sorted(path.name for path in folder.iterdir()) == DOCUMENTS

    evidence = Evidence.read(folder / "evidence.json")
    assert evidence.verdict.status is Status.FAILED
    assert evidence.other_policy is not None
    assert evidence.other_policy.model_dump() == {"file": "strict.toml", "sha256": digest}

    page = (folder / "report.html").read_text()
    assert "<title>FAILED under strict.toml:" in page
    header = page[: page.index("</header>")]
    assert "<strong>Another policy:</strong> judged under another policy, strict.toml" in header
    assert digest in header
    assert "Declared before anything was measured" not in page

    suites = ElementTree.parse(folder / "junit.xml").getroot()
    assert words in suites.get("name", "")
    (verdict,) = suites.findall("testsuite[@name='verdict']/testcase")
    assert words in verdict.get("name", "")


def test_says_so_in_json_and_the_release_s_own_verdict_does_not(
    run_copy: Path, xport: Xport, tmp_path: Path
) -> None:
    policy = policy_file(tmp_path / "strict.toml")
    under = json.loads(xport("judge", run_copy, "--json", "--policy", policy).stdout)
    assert under["verdict"] == "FAILED"
    assert under["other_policy"] == {"file": "strict.toml", "sha256": digests.of_file(policy)}
    assert "bundle" not in under
    assert under["notes"][0]["kind"] == "other-policy"
    assert Path(under["evidence"]).parent.parent == run_copy / "judgements"
    own = json.loads(xport("judge", run_copy, "--json").stdout)
    assert (own["verdict"], own["other_policy"]) == ("PASSED", None)


def test_the_policy_of_the_release_in_another_file_is_another_policy(
    run_copy: Path, mini_run_policy: Path
) -> None:
    evidence, judgement = judge_under(run_copy, mini_run_policy)
    assert evidence.verdict.status is Status.PASSED
    assert "<strong>Another policy:</strong>" in judgement.report_path.read_text()


def test_a_soft_one_is_no_pass_unless_that_is_allowed(
    run_copy: Path, xport: Xport, tmp_path: Path
) -> None:
    policy = policy_file(tmp_path / "soft.toml", max_abs=1e9)
    done = xport("judge", run_copy, "--json", "--policy", policy)
    under = json.loads(done.stdout)
    assert (done.returncode, under["verdict"]) == (2, "WEAK_PASSED")
    below = [note["text"] for note in under["notes"] if note["kind"] == "below-floor"]
    assert len(below) == 1
    assert "'the paper's criterion': max_abs 1e+09, at most 0.000477" in below[0].replace('"', "'")
    allowed = xport("judge", run_copy, "--allow-weak", "--policy", policy)
    assert allowed.returncode == 0
    assert allowed.stdout.startswith("WEAK_PASSED  Miniature")
    assert "Asks too little: policy.acceptance_criteria" in allowed.stdout
    page = Path(under["report"]).read_text()
    assert "<title>WEAK_PASSED under soft.toml" in page
    assert "Asks too little:" in page


@pytest.fixture
def mini_run_policy(tmp_path: Path) -> Path:
    """The miniature release's policy in a file of its own."""
    content = {"schema_version": 2, "policy": mini.policy()}
    return mini.write(content, tmp_path / "same.toml")


def test_two_policies_of_one_name_lie_side_by_side_and_one_replaces_itself(
    run_copy: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    one = policy_file(tmp_path / "p.toml")
    two = policy_file(tmp_path / "other" / "p.toml", max_abs=1.0)
    found = [judge_under(run_copy, policy)[1].root for policy in (one, two, one)]
    assert found[0] == found[2] != found[1]
    assert sorted((run_copy / "judgements").iterdir()) == sorted({*found})
    statuses = [RunFolder(folder).evidence().verdict.status for folder in found[:2]]
    assert statuses == [Status.FAILED, Status.WEAK_PASSED]


def test_a_name_that_is_no_folders_is_made_one(run_copy: Path, tmp_path: Path) -> None:
    _, judgement = judge_under(run_copy, policy_file(tmp_path / "..größer als 1 #2.toml"))
    assert judgement.root.parent == run_copy / "judgements"
    assert judgement.root.name.startswith("--gr--er-als-1--2-")


def test_judging_again_keeps_it_and_a_new_recording_does_not(
    run_copy: Path, tmp_path: Path
) -> None:
    _, judgement = judge_under(run_copy, policy_file(tmp_path / "strict.toml"))
    commands.judge(run_copy)
    assert judgement.evidence_path.is_file()
    RunFolder(run_copy).clear("record")
    assert not (run_copy / "judgements").exists()


def test_needs_no_verdict_of_the_release(run_copy: Path, tmp_path: Path) -> None:
    RunFolder(run_copy).evidence_path.unlink()
    evidence, _ = judge_under(run_copy, policy_file(tmp_path / "strict.toml"))
    assert evidence.verdict.status is Status.FAILED
    assert not RunFolder(run_copy).evidence_path.exists()


def test_evidence_of_before_is_read_as_the_release_s_own(run_copy: Path) -> None:
    path = RunFolder(run_copy).evidence_path
    document = json.loads(path.read_text())
    del document["other_policy"]
    path.write_text(json.dumps(document))
    assert Evidence.read(path).other_policy is None
