"""What a new release changes: decisions, checks, errors, sizes; and what is not compared."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference.decide.calibration import calibrated
from reference.decide.scores import DEFINITIONS
from tests.xport.difference.sides import bundle_in, edit, model_of, record_again
from xport.comparison.change import DecisionsChange
from xport.difference.difference import Difference
from xport.errors import IntegrityError
from xport.recording.recorder import Arrays
from xport.workflow.difference import compare
from xport.workflow.run_folder import RunFolder

POINTS = [0.5, 0.5, 0.5, 0.5, 0.5]


def difference_of(before: Path, after: Path) -> Difference:
    return compare(before, after).difference


def decisions(found: Difference, leg: str, model: str = "classifier") -> DecisionsChange:
    (one,) = [d for d in found.changes.decisions if (d.model, d.leg) == (model, leg)]
    return one


def said(run: Path, probe: str, leg: str = "torch") -> np.ndarray[Any, Any]:
    found = RunFolder(run).recordings.load("classifier", leg)
    assert found is not None
    return found[1][probe]["probabilities"].copy()


def first_probe(run: Path) -> str:
    found = RunFolder(run).recordings.load("classifier", "torch")
    assert found is not None
    return next(iter(found[1]))


def test_a_run_beside_itself_has_no_difference_and_says_on_what(old_run: Path) -> None:
    found = difference_of(old_run, old_run)
    assert found.status is None
    assert found.checks_changed == ()
    assert found.checks_same == 185
    assert {d.leg for d in found.changes.decisions} == {"torch", "tfjs/webgl", "tfjs/wasm"}
    for one in found.changes.decisions:
        assert (one.shared, one.images_before, one.decisions, one.flips) == (4, 4, 20, ())
        assert {c.max for c in one.calibrated} == {0.0}
    assert all(e.max_abs_before == e.max_abs_after for e in found.errors)
    assert "classifier: the same files ship, byte for byte" in found.told
    # Its policy asks for two probes: judged by today's floor it is weak.
    assert found.before.verdict == found.after.verdict == "WEAK_PASSED"
    assert "now: the release's own verdict is WEAK_PASSED" in found.told


def test_flips_are_told_by_image_and_leg_and_probabilities_move_by_equation_1(
    old_run: Path, new_run: Path
) -> None:
    probe = first_probe(old_run)
    before = said(old_run, probe)
    flipped = np.float32(0.75 if before[0, 1] < 0.5 else 0.25)

    def flip(arrays: Arrays) -> None:
        arrays[probe]["probabilities"][0, 1] = flipped

    record_again(new_run, "classifier", "torch", flip)
    found = difference_of(old_run, new_run)
    (one,) = decisions(found, "torch").flips
    assert (one.image, one.label) == (probe, "Finding 2")
    assert (one.before, one.after) == (float(before[0, 1]), float(flipped))
    assert decisions(found, "tfjs/wasm").flips == ()
    moved = {c.finding: c for c in decisions(found, "torch").calibrated}
    wanted = abs(
        calibrated(np.array([flipped]), 0.5)[0] - calibrated(before[0, 1:2].astype(float), 0.5)[0]
    )
    assert moved["Finding 2"].max == pytest.approx(wanted, abs=1e-12)
    assert moved["Finding 2"].mean == pytest.approx(wanted / 4, abs=1e-12)
    assert moved["Finding 1"].max == 0.0


def test_a_value_that_is_no_number_is_never_unchanged(old_run: Path, new_run: Path) -> None:
    probe = first_probe(old_run)

    def spoil(arrays: Arrays) -> None:
        arrays[probe]["probabilities"][0, 0] = np.nan

    record_again(new_run, "classifier", "tfjs/wasm", spoil)
    one = decisions(difference_of(old_run, new_run), "tfjs/wasm")
    assert [(flip.image, flip.label) for flip in one.flips] == [(probe, "Finding 1")]
    assert np.isnan(one.calibrated[0].max)


def test_every_side_decides_at_its_own_operating_points(old_run: Path, new_run: Path) -> None:
    probe = first_probe(old_run)
    value = float(said(old_run, probe)[0, 2])
    point = value / 2 if value < 0.5 else (1 + value) / 2
    edit(
        new_run,
        lambda content: model_of(content, "classifier").update(
            operating_points=[*POINTS[:2], point, *POINTS[3:]]
        ),
    )
    found = difference_of(old_run, new_run)
    flips = {flip.image: flip for flip in decisions(found, "torch").flips}
    assert (flips[probe].threshold_before, flips[probe].threshold_after) == (0.5, point)
    assert "classifier: other operating points; every side decides at its own" in found.told


def test_a_finding_without_operating_point_is_not_decided_and_that_is_told(
    old_run: Path, new_run: Path
) -> None:
    edit(
        new_run,
        lambda content: model_of(content, "classifier").update(
            operating_points=[*POINTS[:4], None]
        ),
    )
    found = difference_of(old_run, new_run)
    assert decisions(found, "torch").decisions == 16
    assert "classifier: without an operating point now: Finding 5" in found.told


def gated(threshold: float) -> dict[str, Any]:
    return {
        "schema_version": 2,
        "weights_sha256": "c" * 64,
        "score": "l1",
        "definition": DEFINITIONS["l1"],
        "threshold": threshold,
        "false_refusal_rate": 0.05,
        "in_distribution": {"dataset": "drawn", "images": 20, "refused": 1},
    }


def test_the_gate_s_decisions_flip_by_its_score(
    old_run: Path, new_run: Path, tmp_path: Path
) -> None:
    before = Path(shutil.copytree(old_run, tmp_path / "gated"))
    for run in (before, new_run):
        edit(run, lambda content: model_of(content, "autoencoder").update(gate=gated(1e6)))
    found = difference_of(before, new_run)
    assert decisions(found, "torch", "autoencoder").decisions == 3
    assert decisions(found, "torch", "autoencoder").flips == ()

    def worsen(arrays: Arrays) -> None:
        next(iter(arrays.values()))["reconstruction"] += np.float32(1e9)

    record_again(new_run, "autoencoder", "torch", worsen)
    (flip,) = decisions(difference_of(before, new_run), "torch", "autoencoder").flips
    assert (flip.label, flip.threshold_before) == ("gate", 1e6)
    assert flip.before < 1e6 < flip.after


def test_a_bundle_is_compared_on_its_self_test_and_the_rest_is_told(
    old_bundle: Path, new_run: Path
) -> None:
    probe = first_probe(new_run)

    def flip(arrays: Arrays) -> None:
        for outputs in arrays.values():
            outputs["probabilities"] = 1 - outputs["probabilities"]

    record_again(new_run, "classifier", "torch", flip)
    found = difference_of(old_bundle, new_run)
    (one,) = found.changes.decisions
    assert (one.leg, one.shared, one.images_before, one.images_after) == ("torch", 3, 3, 4)
    assert len(one.flips) == one.decisions == 15
    untold = "\n".join(found.changes.untold)
    assert "before: classifier: the bundle holds outputs on 3 of 4 probes" in untold
    assert "before: the bundle does not hold what models said of image files" in untold
    assert "classifier: decisions of tfjs/wasm, tfjs/webgl stand on one side alone" in untold
    assert probe in {probe.name for probe in RunFolder(new_run).evidence().plan.models[0].probes}


def test_two_bundles_are_compared_and_their_nodes_known(old_bundle: Path) -> None:
    found = difference_of(old_bundle, old_bundle)
    assert [(d.leg, d.shared) for d in found.changes.decisions] == [("torch", 3)]
    assert {s.model: s.nodes_before for s in found.changes.sizes} == {
        "classifier": 67,
        "autoencoder": 113,
        "explanation": 314,
    }


def test_no_shared_probe_is_no_comparison(old_run: Path, new_run: Path) -> None:
    def moved(arrays: Arrays) -> None:
        """Nothing in the arrays; the inputs' digests are changed below."""

    recordings = RunFolder(new_run).recordings
    for leg in ("torch", "tfjs/webgl", "tfjs/wasm"):
        found = recordings.load("classifier", leg)
        assert found is not None
        digests = {probe: {"image": "0" * 60 + f"{n:04}"} for n, probe in enumerate(found[1])}
        recordings.save(found[0].model_copy(update={"input_digests": digests}), found[1])
        record_again(new_run, "classifier", leg, moved)
    found_now = difference_of(old_run, new_run)
    for one in found_now.changes.decisions:
        assert (one.shared, one.decisions, one.images_after) == (0, 0, 4)


def test_checks_gained_lost_and_changed_are_told(old_run: Path, new_run: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        checks = content["verdict"]["checks"]
        checks[0]["status"] = "FAILED"
        checks[1]["name"] = "another"

    edit(new_run, change)
    found = difference_of(old_run, new_run)
    kinds = {one.kind for one in found.checks_changed}
    assert kinds == {"changed", "gained", "lost"}
    assert found.checks_same == 183


def test_errors_and_bytes_stand_side_by_side(old_run: Path, new_run: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        model_of(content, "classifier")["artifacts"]["tfjs"]["bytes"] = 82_422
        for one in content["comparisons"]:
            if (one["role"], one["output"]) == ("reference", "latent"):
                one["pooled"]["max_abs"] = 0.125

    edit(new_run, change)
    found = difference_of(old_run, new_run)
    (size,) = [one for one in found.changes.sizes if one.model == "classifier"]
    assert (size.bytes_before, size.bytes_after) == (41_211, 82_422)
    after = {e.leg: e.max_abs_after for e in found.errors if e.output == "latent"}
    assert set(after.values()) == {0.125}
    assert all(e.max_abs_before != 0.125 for e in found.errors)


def test_another_release_is_told_plainly(old_run: Path, new_run: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["plan"]["release"] = "other"
        model = model_of(content, "classifier")
        model["labels"] = ["Finding 1", "Finding 2", "Finding 3", "Finding 4", "Novel"]
        content["plan"]["models"] = [
            one for one in content["plan"]["models"] if one["id"] != "explanation"
        ]

    edit(new_run, change)
    found = difference_of(old_run, new_run)
    assert "two different releases are compared: mini and other" in found.told
    assert "classifier: other labels: without Finding 5; with Novel" in found.told
    assert f"explanation: only in {old_run}" in found.told
    assert found.changes.only_before == ("explanation",)
    assert decisions(found, "torch").decisions == 16


def test_a_recording_that_is_not_the_evidence_s_is_refused(old_run: Path, new_run: Path) -> None:
    recordings = RunFolder(new_run).recordings
    found = recordings.load("classifier", "torch")
    assert found is not None
    found[1][first_probe(new_run)]["probabilities"][0, 0] = 0.9
    recordings.save(*found)
    with pytest.raises(IntegrityError, match="not the one that the evidence names"):
        difference_of(old_run, new_run)


def test_a_bundle_that_was_changed_is_refused(old_run: Path, tmp_path: Path) -> None:
    bundle = bundle_in(tmp_path / "published")
    weights = next((bundle / "models" / "classifier").glob("*.bin"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(IntegrityError, match="is changed"):
        difference_of(bundle, old_run)


def test_a_run_without_recordings_says_so(old_run: Path, new_run: Path) -> None:
    shutil.rmtree(new_run / "recordings")
    found = difference_of(old_run, new_run)
    assert found.changes.decisions == ()
    assert "now: classifier/torch: the run has no recorded outputs" in found.changes.untold
