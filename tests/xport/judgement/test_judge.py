"""The verdict on a real recorded run, after one thing in it was spoilt."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import mini
from tests.conftest import MiniRun
from tests.saboteurs.bench import Bench, Held, Key
from tests.saboteurs.mutations.numbers import moved_region
from xport.errors import InputError, IntegrityError
from xport.judgement.verdict import Status, Verdict
from xport.plan.plan import Plan
from xport.plan.policy import OtherPolicy, Policy
from xport.recording.recorder import Arrays, digests_of
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

OTHER = OtherPolicy(file="other.toml", sha256="0" * 64)
WEBGL = ("classifier", "tfjs/webgl")
Spoil = Callable[[Held, Key], object]


def as_it_is(held: Held) -> None:
    """Spoil nothing."""


def spoilt(bench: Bench, change: Spoil, *keys: Key) -> Verdict:
    """The verdict after some recordings were changed."""

    def spoil(held: Held) -> None:
        for key in keys or (WEBGL,):
            change(held, key)

    return bench.verdict(spoil)


def verdict_under(bench: Bench, policy: Policy) -> Verdict:
    """The verdict on a run under another policy than its release's."""
    return bench.verdict(as_it_is, (policy, OTHER))


def arrays(change: Callable[[Arrays], None]) -> Spoil:
    def spoil(held: Held, key: Key) -> None:
        change(held.arrays[key])
        held.change(key, output_digests=digests_of(held.arrays[key]))

    return spoil


def web(**changes: Any) -> Spoil:
    return lambda held, key: held.change_web(key, **changes)


def record_changes(**changes: Any) -> Spoil:
    return lambda held, key: held.change(key, **changes)


def test_the_run_as_it_was_recorded_passes(mini_run: MiniRun) -> None:
    verdict = mini_run.evidence.verdict
    assert verdict.status is Status.PASSED, verdict.findings
    assert verdict.findings == ()
    assert {check.status for check in verdict.checks} == {Status.PASSED}


def test_judging_again_gives_the_same_verdict_and_numbers(
    run_copy: Path, mini_run: MiniRun
) -> None:
    again = commands.judge(run_copy)
    assert again.verdict == mini_run.evidence.verdict
    assert again.comparisons == mini_run.evidence.comparisons


def one_nan(held: Arrays) -> None:
    outputs = next(iter(held.values()))
    outputs["probabilities"] = outputs["probabilities"].copy()
    outputs["probabilities"].flat[0] = np.nan


def constant(held: Arrays) -> None:
    first = next(iter(held.values()))["probabilities"]
    for outputs in held.values():
        outputs["probabilities"] = first


def zero(held: Arrays) -> None:
    for outputs in held.values():
        outputs["probabilities"] = np.zeros_like(outputs["probabilities"])


def lost_output(held: Arrays) -> None:
    for outputs in held.values():
        del outputs["probabilities"]


def lost_probe(held: Arrays) -> None:
    del held[next(iter(held))]


def transposed(held: Arrays) -> None:
    for outputs in held.values():
        outputs["probabilities"] = outputs["probabilities"].T


def double(held: Arrays) -> None:
    for outputs in held.values():
        outputs["probabilities"] = outputs["probabilities"].astype(np.float64)


def shifted(held: Arrays) -> None:
    for outputs in held.values():
        outputs["probabilities"] = outputs["probabilities"] + np.float32(2e-5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (one_nan, "1 NaN"),
        (constant, "the same for every probe"),
        (zero, "every value is zero"),
        (lost_output, "the output is missing"),
        (lost_probe, "the output is missing"),
        (transposed, "not the declared one"),
        (double, "not the declared one"),
        (shifted, "tolerance 1e-05"),
    ],
)
def test_fails_and_names_the_leg_when_its_output_is(
    bench: Bench, change: Callable[[Arrays], None], words: str
) -> None:
    verdict = spoilt(bench, arrays(change))
    assert verdict.status is Status.FAILED
    assert verdict.culprits == ("classifier/tfjs/webgl",)
    assert words in verdict.findings[0]
    assert "classifier/tfjs/webgl" in verdict.findings[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"backend": "wasm"}, "backend 'wasm' ran instead of 'webgl'"),
        ({"mantissa_bits": 10}, "10 mantissa bits measured, 23 required"),
        ({"renderer": None}, "renderer is unknown"),
        ({"renderer": "Unknown"}, "renderer is unknown"),
        ({"render_float32": False}, "no float32 render targets"),
        ({"model_files": {}}, "not the planned ones"),
    ],
)
def test_fails_when_webgl_ran_in(bench: Bench, changes: dict[str, Any], words: str) -> None:
    verdict = spoilt(bench, web(**changes))
    assert verdict.status is Status.FAILED
    assert any(words in finding for finding in verdict.findings)


def test_fails_when_wasm_ran_on_other_threads(bench: Bench) -> None:
    verdict = spoilt(bench, web(wasm_threads=4), ("classifier", "tfjs/wasm"))
    assert "4 wasm threads ran, 1 asked for" in verdict.findings[0]
    assert verdict.status is Status.FAILED


def test_fails_when_a_required_renderer_did_not_draw(bench: Bench) -> None:
    policy = bench.run.evidence.plan.policy
    strict = policy.model_copy(update={"require_renderer": "Radeon"})
    verdict = verdict_under(bench, strict)
    assert verdict.status is Status.FAILED
    assert any("is not 'Radeon'" in finding for finding in verdict.findings)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"plan_digest": "0"}, Status.NOT_RUN, "belongs to another conversion"),
        ({"artifact_digest": "0"}, Status.FAILED, "made with another artifact"),
        ({"input_digests": {}}, Status.FAILED, "not the planned bytes"),
        ({"failure": "WebGL is missing"}, Status.NOT_RUN, "WebGL is missing"),
        ({"environment": None}, Status.FAILED, "no browser environment"),
    ],
)
def test_does_not_pass_a_recording_with(
    bench: Bench, changes: dict[str, Any], status: Status, words: str
) -> None:
    verdict = spoilt(bench, record_changes(**changes))
    assert verdict.status is status
    assert any(words in finding for finding in verdict.findings)


def test_what_a_recording_holds_on_disk_is_what_is_judged(run_copy: Path) -> None:
    recordings = RunFolder(run_copy).recordings
    found = recordings.load(*WEBGL)
    assert found is not None
    shifted(found[1])
    recordings.save(*found)
    verdict = commands.judge(run_copy).verdict
    assert verdict.status is Status.FAILED
    assert verdict.culprits == ("classifier/tfjs/webgl",)


def test_a_leg_without_recording_is_not_run(run_copy: Path) -> None:
    RunFolder(run_copy).recordings.path(*WEBGL).unlink()
    verdict = commands.judge(run_copy).verdict
    assert verdict.status is Status.NOT_RUN
    assert "no recording" in verdict.findings[0]
    assert verdict.culprits == ()


def test_zero_probes_are_not_run(run_copy: Path) -> None:
    run = RunFolder(run_copy)
    plan = run.plan()
    models = tuple(model.model_copy(update={"probes": ()}) for model in plan.models)
    empty = plan.model_copy(update={"models": models})
    Plan.write(empty, run.plan_path)
    for model in plan.models:
        for leg in plan.legs_of(model):
            found = run.recordings.load(model.id, leg.name)
            assert found is not None
            changes = {"input_digests": {}, "plan_digest": empty.digest()}
            run.recordings.save(found[0].model_copy(update=changes), {})
    assert commands.judge(run_copy).verdict.status is Status.NOT_RUN


def test_too_few_probes_are_not_run(bench: Bench) -> None:
    more = bench.run.evidence.plan.policy.model_copy(update={"min_probes": 9})
    verdict = verdict_under(bench, more)
    assert verdict.status is Status.NOT_RUN
    assert "8 probes ran, the policy wants at least 9" in verdict.findings[0]


def test_a_stricter_policy_can_fail_the_same_recordings(bench: Bench) -> None:
    criteria = [one | {"max_abs": 1e-12} for one in mini.policy()["acceptance_criteria"]]
    strict = Policy.model_validate(mini.policy(acceptance_criteria=criteria))
    assert verdict_under(bench, strict).status is Status.FAILED


@pytest.mark.parametrize("key", ["tolerances", "relative_tolerances"])
def test_a_policy_that_pytorch_itself_does_not_meet_is_not_run(bench: Bench, key: str) -> None:
    stricter = {"max_abs": 1e-12} if key == "tolerances" else {"min_cosine": 1.0}
    listed = [one | stricter for one in mini.policy()[key]]
    verdict = verdict_under(bench, Policy.model_validate(mini.policy(**{key: listed})))
    assert verdict.status is Status.NOT_RUN
    assert "PyTorch contradicts itself and is no reference" in verdict.findings[0]
    assert "/torch " in verdict.findings[0]


def test_a_moved_region_fails_by_itself_while_every_number_is_kept(bench: Bench) -> None:
    verdict = bench.verdict(moved_region)
    assert verdict.status is Status.FAILED
    failed = {(c.leg, c.name) for c in verdict.checks if c.status is Status.FAILED}
    assert ("tfjs/wasm", "within explained region of torch") in failed
    assert all(name.startswith("within explained region") for _, name in failed)


def test_blames_the_first_leg_with_a_nan_not_those_after_it(bench: Bench) -> None:
    keys = [("classifier", leg) for leg in ("savedmodel", "tfjs-tf/wasm")]
    verdict = spoilt(bench, arrays(one_nan), *keys)
    assert verdict.culprits == ("classifier/savedmodel",)
    inherited = [f for f in verdict.findings if "inherited" in f]
    assert len(inherited) == 4


def test_blames_the_leg_that_strays_and_not_the_one_after_it_that_is_right(bench: Bench) -> None:
    assert spoilt(bench, arrays(shifted), ("classifier", "onnx")).culprits == ("classifier/onnx",)


def test_differences_per_value_are_kept_of_labelled_outputs_alone(mini_run: MiniRun) -> None:
    for comparison in mini_run.evidence.comparisons:
        labelled = comparison.output in ("logits", "probabilities")
        assert (comparison.differences is not None) == labelled
        assert (comparison.histogram is None) == labelled


def alike(**changes: float) -> Policy:
    relative_tolerances = [one | changes for one in mini.policy()["relative_tolerances"]]
    return Policy.model_validate(mini.policy(relative_tolerances=relative_tolerances))


def test_a_relative_tolerance_that_is_not_met_fails(bench: Bench) -> None:
    verdict = verdict_under(bench, alike(max_ratio_to_float64_gap=1e-6))
    assert verdict.status is Status.FAILED
    assert any(culprit.startswith("explanation/") for culprit in verdict.culprits)
    assert all(finding.startswith("FAILED: explanation/") for finding in verdict.findings)
    assert "relative L2" in verdict.findings[0]


def test_a_map_turned_upside_down_fails_and_names_the_leg(bench: Bench) -> None:
    def flip(held: Arrays) -> None:
        for outputs in held.values():
            outputs["saliency"] = outputs["saliency"][:, :, ::-1]

    verdict = spoilt(bench, arrays(flip), ("explanation", "tfjs/wasm"))
    assert verdict.status is Status.FAILED
    assert verdict.culprits == ("explanation/tfjs/wasm",)
    assert "explanation/tfjs/wasm saliency" in verdict.findings[0]


def test_a_relative_tolerance_without_float64_to_measure_by_is_not_run(run_copy: Path) -> None:
    path = RunFolder(run_copy).recordings.path("explanation", "torch-float64")
    path.unlink()
    verdict = commands.judge(run_copy).verdict
    assert verdict.status is Status.NOT_RUN
    assert any("its measure, is not known" in finding for finding in verdict.findings)


def test_two_routes_that_disagree_fail_and_the_wrong_one_is_named(bench: Bench) -> None:
    verdict = spoilt(bench, arrays(shifted), ("classifier", "tfjs-tf/wasm"))
    assert verdict.status is Status.FAILED
    assert verdict.culprits == ("classifier/tfjs-tf/wasm",)
    others = [f for f in verdict.findings if "classifier/tfjs/" in f]
    assert others
    assert all("inherited from another leg" in finding for finding in others)


def test_refuses_arrays_that_changed_after_recording(run_copy: Path) -> None:
    path = RunFolder(run_copy).recordings.path(*WEBGL).with_suffix(".npz")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(IntegrityError, match="not the recorded ones"):
        commands.judge(run_copy)


def test_refuses_a_folder_without_a_plan(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="run `xport convert` first"):
        commands.judge(tmp_path)


def test_judging_needs_neither_torch_nor_tensorflow_nor_a_browser(run_copy: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from xport.workflow import commands;"
        f"commands.judge(Path({str(run_copy)!r}));"
        "heavy = {'torch', 'tensorflow', 'onnx', 'onnxruntime', 'playwright'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
