"""A leg that a policy lets differ: what ships must be right without it, and it stays in sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from tests import mini
from tests.conftest import MiniRun, Xport
from tests.saboteurs.bench import Bench, Held, Key
from xport.errors import InputError
from xport.exchange.recording import Recording
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Status, Verdict
from xport.plan.policy import OtherPolicy, Policy
from xport.recording.recorder import Arrays, digests_of
from xport.release_file.file import read_policy, read_release
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

ONNX, WASM = ("classifier", "onnx"), ("classifier", "tfjs/wasm")
WHY = "the runtime of this leg takes other pixels than PyTorch"
OTHER = OtherPolicy(file="other.toml", sha256="0" * 64)
Change = Callable[[Any], Any]


def advisory(leg: str = "onnx", output: str = "probabilities", model: str = "classifier") -> Any:
    return {"model": model, "leg": leg, "output": output, "rationale": WHY}


def spoilt(run: Path, key: tuple[str, str], change: Change) -> None:
    """Change what one leg said of `probabilities`."""
    recordings = RunFolder(run).recordings
    found: tuple[Recording, Arrays] | None = recordings.load(*key)
    assert found is not None
    for outputs in found[1].values():
        outputs["probabilities"] = change(outputs["probabilities"])
    again = digests_of(found[1])  # a leg that is wrong is so twice
    recordings.save(found[0].model_copy(update={"again_digests": again}), found[1])


def under(bench: Bench, change: Change, *keys: Key, listed: Sequence[Any] = ()) -> Verdict:
    """The verdict with some legs' `probabilities` changed and these advisory legs."""

    def spoil(held: Held) -> None:
        for key in keys:
            held.put(key, "probabilities", change)

    policy = Policy.model_validate(mini.policy(advisory=list(listed)))
    return bench.verdict(spoil, (policy, OTHER))


def judged(run: Path, folder: Path, *listed: Any) -> Evidence:
    """The verdict under the release's policy and these advisory legs."""
    path = mini.write(
        {"schema_version": 2, "policy": mini.policy(advisory=list(listed))}, folder / "other.toml"
    )
    return commands.judge_under(run, *read_policy(path))[0]


def moved(values: Any) -> Any:
    return values + np.float32(1e-3)


def test_the_odd_one_out_is_named(bench: Bench) -> None:
    verdict = under(bench, moved, ONNX)
    assert verdict.status is Status.FAILED
    assert verdict.culprits == ("classifier/onnx",)
    first = verdict.findings[0]
    assert first.startswith("FAILED: classifier/onnx probabilities: max |Δ| 0.001 from torch")
    assert "ONNX Runtime is the odd one out" in first
    assert "tfjs/wasm" in first
    assert "[[policy.advisory]]" in first


def test_no_odd_one_out_is_named_where_a_browser_is_wrong_too(
    bench: Bench,
) -> None:
    verdict = under(bench, moved, ONNX, WASM)
    assert verdict.status is Status.FAILED
    assert not any("odd one out" in finding for finding in verdict.findings)


def test_an_advisory_leg_stands_beside_the_verdict(
    run_copy: Path, tmp_path: Path, xport: Xport
) -> None:
    spoilt(run_copy, ONNX, moved)
    evidence = judged(run_copy, tmp_path, advisory())
    verdict = evidence.verdict
    assert verdict.status is Status.PASSED, verdict.findings
    assert verdict.findings == ()
    assert any(
        said.startswith("ADVISORY: classifier/onnx probabilities: max |Δ| 0.001") and WHY in said
        for said in verdict.noted("advisory")
    )
    failed = [check for check in verdict.checks if check.status is Status.FAILED]
    assert failed
    assert all(check.advisory and WHY in check.advisory for check in failed)
    against64 = [c for c in verdict.checks if c.against == "torch-float64" and c.leg != "torch"]
    assert {c.leg for c in against64} == {"tfjs/webgl", "tfjs/wasm", "tfjs/cpu"}
    assert {c.status for c in against64} == {Status.PASSED}
    done = xport("judge", run_copy, "--policy", tmp_path / "other.toml")
    assert done.returncode == 0
    assert "ADVISORY: classifier/onnx probabilities" in done.stdout
    assert "0 failed" in done.stdout
    (folder,) = (run_copy / "judgements").iterdir()
    assert "ADVISORY: classifier/onnx probabilities" in (folder / "report.html").read_text()
    assert "contradicts itself" not in (folder / "report.html").read_text()
    suites = ElementTree.parse(folder / "junit.xml").getroot()
    assert (suites.get("failures"), suites.get("errors")) == ("0", "0")
    assert any("ADVISORY" in (said.text or "") for said in suites.iter("system-out"))
    shown = xport("judge", run_copy, "--policy", tmp_path / "other.toml", "--json").stdout
    assert '"kind": "advisory"' in shown
    assert WHY in shown


def nan(values: Any) -> Any:
    values = values.copy()
    values.flat[0] = np.nan
    return values


@pytest.mark.parametrize(
    "change",
    [nan, lambda v: np.zeros_like(v), lambda v: np.full_like(v, 0.5), lambda v: v.T,
     lambda v: v.astype(np.float64)],
    ids=["nan", "zero", "constant", "misshapen", "float64"],
)  # fmt: skip
def test_only_distances_are_advisory(bench: Bench, change: Change) -> None:
    verdict = under(bench, change, ONNX, listed=[advisory()])
    assert verdict.status is Status.FAILED
    assert "classifier/onnx" in verdict.culprits


def test_a_missing_advisory_leg_is_no_pass(run_copy: Path, tmp_path: Path) -> None:
    recordings = RunFolder(run_copy).recordings
    found = recordings.load(*ONNX)
    assert found is not None
    for outputs in found[1].values():
        del outputs["probabilities"]
    recordings.save(*found)
    assert judged(run_copy, tmp_path, advisory()).verdict.status is Status.FAILED


@pytest.mark.parametrize("listed", [advisory("onnx", "logits"), advisory("savedmodel")])
def test_another_output_or_leg_is_not_excused(bench: Bench, listed: Any) -> None:
    assert under(bench, moved, ONNX, listed=[listed]).status is Status.FAILED


@pytest.mark.parametrize("leg", ["tfjs/wasm", "torch", "torch-float64"])
def test_what_ships_and_pytorch_are_never_excused(bench: Bench, leg: str) -> None:
    listed = [advisory(one) for one in (leg, "onnx")]
    status = under(bench, moved, ("classifier", leg), listed=listed).status
    assert status is (Status.FAILED if leg == "tfjs/wasm" else Status.NOT_RUN)


@pytest.mark.parametrize("listed", [(), (advisory(),)], ids=["nothing", "onnx"])
def test_a_float64_that_is_elsewhere_is_never_passed(bench: Bench, listed: Any) -> None:
    verdict = under(bench, moved, ("classifier", "torch-float64"), listed=listed)
    assert verdict.status is Status.NOT_RUN
    assert any("PyTorch contradicts itself" in finding for finding in verdict.findings)


def test_what_ships_must_agree_with_float64_too(bench: Bench) -> None:
    verdict = under(bench, moved, listed=[advisory()])
    held = [c for c in verdict.checks if c.against == "torch-float64"]
    assert {"tfjs/wasm", "tfjs/webgl", "tfjs/cpu"} < {check.leg for check in held}


def test_advisory_legs_are_part_of_what_a_plan_is_known_by(mini_run: MiniRun) -> None:
    plan = RunFolder(mini_run.folder).plan()
    assert plan.policy.advisory == ()
    policy = Policy.model_validate(plan.policy.model_dump() | {"advisory": [advisory()]})
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
    assert plan.digest() != plan.model_copy(update={"policy": policy}).digest()


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        (advisory("tfjs/wasm"), "policy.*: tfjs/wasm is what ships, or PyTorch"),
        (advisory("torch"), "policy.*: torch is what ships, or PyTorch"),
        (advisory("torch-float64"), "is what ships, or PyTorch"),
        (advisory("onnx", "scores"), "classifier.scores is not an output"),
        (advisory("coreml"), "coreml is not a leg of this release"),
        (advisory() | {"rationale": "short"}, "policy.advisory.0.rationale"),
    ],
)
def test_a_release_that_excuses_what_it_must_not_is_refused(
    tmp_path: Path, listed: Any, words: str
) -> None:
    path = mini.write(mini.release(policy=mini.policy(advisory=[listed])), tmp_path / "r.toml")
    with pytest.raises(InputError, match=words):
        read_release(path)
