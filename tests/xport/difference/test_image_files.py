"""Decisions on image files, which each side prepares itself: on a real run of today."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import MiniRun
from xport.errors import IntegrityError
from xport.exchange.prepared import EXACT
from xport.workflow.difference import compare
from xport.workflow.run_folder import RunFolder


def test_decisions_on_image_files_are_compared_by_their_bytes(
    mini_run: MiniRun, run_copy: Path
) -> None:
    run = RunFolder(run_copy)
    evidence = run.evidence()
    assert evidence.preparations is not None
    made = evidence.preparations.of("classifier", EXACT)
    assert made is not None
    image, digest = next(iter(made.digest_by_image.items()))
    recordings = run.prepared.recordings
    found = recordings.load("classifier", "tfjs/wasm")
    assert found is not None
    before = float(found[1][digest]["probabilities"][0, 0])
    found[1][digest]["probabilities"][0, 0] = 1 - before
    recordings.save(*found)
    with pytest.raises(IntegrityError, match="classifier/tfjs/wasm on image files is not the one"):
        compare(mini_run.folder, run_copy)

    changed = recordings.load("classifier", "tfjs/wasm")
    assert changed is not None
    same = [r for r in evidence.prepared if (r.model, r.leg) != ("classifier", "tfjs/wasm")]
    evidence.model_copy(update={"prepared": (*same, changed[0])}).write(run.evidence_path)
    compared = compare(mini_run.folder, run_copy)
    (one,) = [d for d in compared.difference.changes.decisions if d.basis == "image files"]
    assert (one.leg, one.shared) == ("tfjs/wasm", len(made.digest_by_image))
    assert one.decisions == 5 * one.shared
    images = {name for name, same_digest in made.digest_by_image.items() if same_digest == digest}
    assert {(flip.image, flip.label) for flip in one.flips} == {(i, "Finding 1") for i in images}
    assert one.flips[0].before == pytest.approx(before)
    assert {name for _, basis, name in compared.pictures if basis == "image files"} == images
    assert image in images
