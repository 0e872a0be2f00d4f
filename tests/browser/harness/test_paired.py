"""Two versions of a model in turn in one real page: the slower one is told, with where it ran."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from browser_harness.launch.settings import BrowserSettings
from tests.browser.tiny_model import Classifier
from xport.benchmark.paired import run_in_turn
from xport.common import digests
from xport.comparison.paired_speed import SpeedPair
from xport.formats.artifact import Artifact, Format
from xport.judgement.slowdown_checks import played_files

ROUNDS = 10


def artifact(folder: Path, classifier: Classifier) -> Artifact:
    path = classifier.write(folder)
    return Artifact(Format.TFJS, path, classifier.signature, digests.of_listing(files_of(path)))


def files_of(path: Path) -> dict[str, str]:
    return {one.name: digests.of_file(one) for one in path.iterdir()}


ASKED = SpeedPair(model="net", leg="tfjs/wasm", files_before={})


def test_both_run_on_one_page_which_saw_every_round(
    tmp_path: Path, settings: Callable[..., BrowserSettings]
) -> None:
    small, large = Classifier(size=16), Classifier(size=256)
    versions = artifact(tmp_path / "a", small), artifact(tmp_path / "b", large)
    found = run_in_turn(ASKED, versions, settings("wasm", threads=1), ROUNDS)
    assert found.failure is None
    assert found.rounds == ROUNDS
    ratio = found.ratio()
    assert ratio is not None
    assert 1 < ratio.low <= ratio.estimate <= ratio.high
    web = found.environment
    assert web is not None
    assert web.model_files == played_files(*(files_of(one.path) for one in versions))
    assert web.witness is not None
    assert web.witness.runs == 2 * (ROUNDS + 1)


def test_what_cannot_run_says_why(tmp_path: Path, settings: Callable[..., BrowserSettings]) -> None:
    good = artifact(tmp_path / "a", Classifier())
    changed = replace(good, digest="0" * 64)
    found = run_in_turn(ASKED, (good, changed), settings("wasm"), ROUNDS)
    assert "recorded was 0000" in (found.failure or "")
    nowhere = replace(settings("wasm"), browser="/nowhere/chromium")
    found = run_in_turn(ASKED, (good, good), nowhere, ROUNDS)
    assert found.failure
    assert found.ratio() is None
    assert found.environment is None
