"""Limits on a new release: broken, kept, or not to be told; with labelled images and without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference.decide.labelled import LabelledPredictions
from reference.decide.predictions import Predictions
from tests.xport.difference.sides import WEIGHTS, edit, ended, model_of, record_again
from xport.difference.difference import Difference
from xport.errors import DocumentError, InputError
from xport.judgement.verdict import Check, Status
from xport.plan.baseline import ChangeLimits
from xport.recording.recorder import Arrays
from xport.workflow.difference import compare

FINDINGS = tuple(f"Finding {n}" for n in range(1, 6))
LEARNED = 2.0
"""How far apart the outputs of positives and negatives lie, in standard deviations."""


def predictions(
    path: Path,
    weights: str,
    *,
    images: int = 400,
    positives: float = 0.25,
    learned: float = LEARNED,
    noise: float = 0.0,
    **changes: Any,
) -> Path:
    """What a classifier that has learned something says of a labelled set."""
    rng, own = np.random.default_rng(5), np.random.default_rng(6)
    truth = (rng.random((images, len(FINDINGS))) < positives).astype(float)
    logits = rng.normal(0, 1, truth.shape) + learned * (truth - 0.5)
    logits = logits + own.normal(0, 1, truth.shape) * noise
    said = Predictions("drawn chests", FINDINGS, truth, 1 / (1 + np.exp(-logits)))
    document = LabelledPredictions.of(said, tuple(f"{n}.png" for n in range(images)), weights, None)
    return document.model_copy(update=changes).write(path)


@pytest.fixture
def pair(old_run: Path, new_run: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two runs whose classifiers have weights of their own."""
    before = tmp_path / "before"
    before.mkdir()
    for name in ("evidence.json", "recordings", "probes", "preprocessing", "images"):
        (before / name).symlink_to(old_run / name)
    content = json.loads((old_run / "evidence.json").read_text())
    model_of(content, "classifier")["weights_sha256"] = WEIGHTS[0]
    (before / "evidence.json").unlink()
    (before / "evidence.json").write_text(json.dumps(content))
    edit(new_run, lambda found: model_of(found, "classifier").update(weights_sha256=WEIGHTS[1]))
    return before, new_run


def judged(pair: tuple[Path, Path], files: tuple[Path, Path] | None, **limits: Any) -> Difference:
    return compare(*pair, ChangeLimits(**limits), files).difference


def check(found: Difference, name: str, model: str = "classifier") -> Check:
    (one,) = [c for c in found.checks if c.name.startswith(name) and c.model == model]
    return one


def test_nothing_flipped_on_a_few_probes_keeps_no_limit_on_decisions(
    pair: tuple[Path, Path],
) -> None:
    found = judged(pair, None, max_flipped_share=0.01)
    assert found.status is Status.NOT_RUN
    said = check(found, "flipped decisions").message
    assert "0 of 20 decisions flip on 4 probes" in said
    assert "there is no labelled set that both sides were evaluated on" in said
    assert "at least 200 labelled images with 20 positives a finding are wanted" in said


def test_too_many_flips_on_few_probes_break_it(pair: tuple[Path, Path]) -> None:
    def flip(arrays: Arrays) -> None:
        for outputs in arrays.values():
            outputs["probabilities"] = 1 - outputs["probabilities"]

    record_again(pair[1], "classifier", "tfjs/webgl", flip)
    found = judged(pair, None, max_flipped_share=0.3)
    assert found.status is Status.FAILED
    one = check(found, "flipped decisions")
    assert "20 of 20 decisions flip on 4 probes, tfjs/webgl (max_flipped_share 0.3)" in one.message
    assert (one.measured, one.bound) == (1.0, 0.3)


def test_enough_labelled_images_keep_limits_on_decisions_and_auc(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    files = (
        predictions(tmp_path / "old.json", WEIGHTS[0]),
        predictions(tmp_path / "new.json", WEIGHTS[1], noise=0.01),
    )
    found = judged(pair, files, max_flipped_share=0.02, max_auc_drop=0.01)
    assert found.status is Status.PASSED, [c.message for c in found.checks]
    (labelled,) = found.changes.labelled
    assert (labelled.images, labelled.model) == (400, "classifier")
    for row in labelled.findings:
        assert row.auc_change is not None
        assert row.low is not None
        assert row.high is not None
        assert row.low <= row.auc_change <= row.high
        assert row.decisions == 400
    flips = sum(row.flips for row in labelled.findings)
    assert 0 < flips < 0.02 * 2000
    assert len(found.labelled_flips) == flips
    for flip in found.labelled_flips:
        assert (flip.before >= 0.5) != (flip.after >= 0.5)
        assert flip.present in (True, False)
    assert check(found, "flipped decisions").measured == pytest.approx(flips / 2000)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"images": 150}, "drawn chests has 150 images that both sides have"),
        ({"positives": 0.02}, "positives in drawn chests"),
        ({"findings": (*FINDINGS[:4], "Other")}, "Finding 5 has no labels in drawn chests"),
    ],
)
def test_too_few_labelled_images_keep_none(
    pair: tuple[Path, Path], tmp_path: Path, made: dict[str, Any], words: str
) -> None:
    files = (
        predictions(tmp_path / "old.json", WEIGHTS[0], **made),
        predictions(tmp_path / "new.json", WEIGHTS[1], **made),
    )
    found = judged(pair, files, max_flipped_share=0.02, max_auc_drop=0.05)
    assert found.status is Status.NOT_RUN
    for name in ("flipped decisions", "drop of AUC"):
        assert check(found, name).status is Status.NOT_RUN
        assert words in check(found, name).message


def test_own_numbers_count_and_are_said(pair: tuple[Path, Path], tmp_path: Path) -> None:
    files = (
        predictions(tmp_path / "old.json", WEIGHTS[0], images=60),
        predictions(tmp_path / "new.json", WEIGHTS[1], images=60),
    )
    found = judged(pair, files, max_flipped_share=0.0, min_images=50, min_positives=5)
    assert found.status is Status.PASSED
    assert "(not the usual 200 and 20)" in check(found, "flipped decisions").message


def test_a_drop_of_auc_breaks_its_limit_and_one_that_may_be_is_not_told(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    files = (
        predictions(tmp_path / "old.json", WEIGHTS[0]),
        predictions(tmp_path / "new.json", WEIGHTS[1], noise=1.5),
    )
    broken = check(judged(pair, files, max_auc_drop=0.02), "drop of AUC")
    assert broken.status is Status.FAILED
    assert broken.measured is not None
    assert broken.measured > 0.05
    assert "95 % interval" in broken.message
    largest = broken.measured
    unsure = check(judged(pair, files, max_auc_drop=largest + 0.005), "drop of AUC")
    assert unsure.status is Status.NOT_RUN
    assert "lies within its interval: give more labelled images" in unsure.message


def test_bytes_have_a_limit_of_their_own(pair: tuple[Path, Path]) -> None:
    edit(
        pair[1],
        lambda found: model_of(found, "autoencoder")["artifacts"]["tfjs"].update(bytes=300_000),
    )
    found = judged(pair, None, max_bytes_ratio=1.1)
    assert found.status is Status.FAILED
    assert check(found, "bytes that ship").status is Status.PASSED
    assert "300,000 bytes, 269,824 before" in check(found, "bytes that ship", "autoencoder").message


def test_a_model_that_is_new_keeps_no_limit(pair: tuple[Path, Path]) -> None:
    edit(
        pair[0],
        lambda found: found["plan"].update(
            models=[m for m in found["plan"]["models"] if m["id"] != "explanation"]
        ),
    )
    found = judged(pair, None, max_bytes_ratio=1.1)
    assert found.status is Status.NOT_RUN
    assert check(found, "bytes that ship", "explanation").message.endswith(
        ": mini has no model explanation"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weights_sha256": "d" * 64}, "it is of the weights dddd"),
        ({"dataset": "others"}, "it is of others"),
        ({"preprocess_digest": "0" * 64}, "its images were prepared by 0000"),
        (
            {"images": tuple(f"other-{n}" for n in range(400))},
            "no image, or no finding, is in both",
        ),
        ({"truth": ((0,) * 5,) * 400}, "the labels of Finding 1 are not those of"),
    ],
)
def test_predictions_of_something_else_are_refused(
    pair: tuple[Path, Path], tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    old = predictions(tmp_path / "old.json", WEIGHTS[0])
    new = predictions(tmp_path / "new.json", WEIGHTS[1]).read_text()
    content = json.loads(new) | changes
    (tmp_path / "new.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=words):
        judged(pair, (old, tmp_path / "new.json"), max_auc_drop=0.1)


@pytest.mark.parametrize(
    "changes",
    [
        {"outputs": [[0.5] * 5]},
        {"outputs": [[0.5, 0.5, 0.5, 0.5, 1.5]] * 400},
        {"truth": [[2] * 5] * 400},
        {"images": ["one"] * 400},
    ],
)
def test_predictions_that_do_not_fit_are_refused(
    pair: tuple[Path, Path], tmp_path: Path, changes: dict[str, Any]
) -> None:
    old = predictions(tmp_path / "old.json", WEIGHTS[0])
    new = predictions(tmp_path / "new.json", WEIGHTS[1])
    new.write_text(json.dumps(json.loads(new.read_text()) | changes))
    with pytest.raises(DocumentError, match="not a valid LabelledPredictions"):
        judged(pair, (old, new))


def test_exit_codes_follow_the_limits(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("diff", *pair) == 0
    assert ended("diff", *pair, "--max-bytes-ratio", "1") == 0
    assert ended("diff", *pair, "--max-bytes-ratio", "0.5") == 1
    assert ended("diff", *pair, "--max-flipped-share", "0.5") == 3
    assert ended("diff", *pair, "--max-slowdown", "1.2") == 0
    edit(pair[1], lambda c: model_of(c, "autoencoder")["artifacts"]["tfjs"]["files"].update(a="0"))
    capsys.readouterr()
    assert ended("diff", *pair, "--max-slowdown", "1.2") == 3
    said = capsys.readouterr().out
    assert "the same files ship as before" in said
    assert "the cache has what ships of autoencoder no more" in said
    capsys.readouterr()
    assert ended("diff", *pair, "--max-flipped-share", "2", "--json") == 2
    assert "max_flipped_share" in json.loads(capsys.readouterr().out)["error"]
