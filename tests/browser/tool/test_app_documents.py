"""Documents of a release that the deployed page cannot heed: it predicts nothing."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from reference.preprocess import AUTOENCODER
from tests.browser.tiny_model import Classifier
from tests.browser.tool.app_bundles import RULE, attach, make_bundle
from tests.browser.tool.app_decisions import (
    CALIBRATION,
    content,
    gate_at,
    site_with,
)
from tests.browser.tool.tool_page import AGREE, nothing_predicted, opened_tool
from xport.bundles.manifest import MANIFEST

GATE = gate_at("ssim", 0.5)
POINTS = CALIBRATION.model_dump(mode="json")["points"]
UNUSABLE: dict[str, tuple[str, str, bytes, str]] = {
    "another gate version": ("ae", "gate", content(GATE, schema_version=1), "version 2 only"),
    "another score": ("ae", "gate", content(GATE, score="psnr"), 'score is "psnr"'),
    "another definition of the score": (
        "ae", "gate", content(GATE, definition="gaussian 11x11"),
        'belongs to another ssim, "gaussian 11x11"',
    ),
    "no threshold": ("ae", "gate", content(GATE, threshold=None), "threshold is null"),
    "an infinite threshold": (
        "ae", "gate", content(GATE, threshold="-Infinity"), 'threshold is "-Infinity"',
    ),
    "an unknown field": ("ae", "gate", content(GATE, margin=0.1), "margin is not a field"),
    "a set that lacks a field": (
        "ae", "gate", content(GATE, in_distribution={"dataset": "a", "images": 3}),
        "in_distribution.refused is missing",
    ),
    "no JSON": ("ae", "gate", b"threshold = 0.5", "it is not JSON"),
    "another calibration version": (
        "clf", "calibration", content(CALIBRATION, schema_version=0), "version 2 only",
    ),
    "another definition of the points": (
        "clf", "calibration", content(CALIBRATION, definition="Youden, smoothed"),
        'definition is "Youden, smoothed", another than that of this page',
    ),
    "findings in another order": (
        "clf", "calibration", content(CALIBRATION, points=[POINTS[1], POINTS[0], *POINTS[2:]]),
        "points[0] is of Finding_2, the model's label is Finding_1",
    ),
    "a finding too few": (
        "clf", "calibration", content(CALIBRATION, points=POINTS[:-1]),
        "points[13] is of nothing, the model's label is Finding_14",
    ),
    "a threshold outside 0 to 1": (
        "clf", "calibration", content(CALIBRATION, points=[{**POINTS[0], "threshold": 1}]),
        "points[0].threshold is 1, not between 0 and 1",
    ),
    "an unknown reason": (
        "clf", "calibration",
        content(CALIBRATION, points=[*POINTS[:9], {**POINTS[9], "reason": "none"}]),
        'points[9].reason is "none"',
    ),
    "operating points of an autoencoder": (
        "ae", "calibration", content(CALIBRATION),
        "ae has operating points, but is not the classifier that runs here",
    ),
}  # fmt: skip


def refuses_to_run(browser: Browser, site: Path, words: str, state: str = "refused") -> None:
    """Checks that the page stops with these words before it takes an image."""
    with opened_tool(browser, site) as tool:
        body = tool.page.locator("body")
        expect(body).to_have_attribute("data-state", re.compile("consent|refused"))
        if body.get_attribute("data-state") == "consent":
            tool.page.get_by_role("button", name=AGREE).click()
        tool.state(state)
        expect(tool.page.get_by_role("alert")).to_contain_text(words)
        expect(tool.page.locator("input[type=file]")).to_have_count(0)
        nothing_predicted(tool)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle."""
    return site_with(tmp_path_factory.mktemp("good") / "site", gate_at("l1", 0.1))


@pytest.fixture
def fresh(tmp_path: Path, good: Path) -> Path:
    """A copy of it, to be spoilt."""
    return Path(shutil.copytree(good, tmp_path / "site"))


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_document_that_this_page_cannot_use_is_refused(
    browser: Browser, fresh: Path, case: str
) -> None:
    model, kind, document, words = UNUSABLE[case]
    attach(fresh, model, kind, document)
    refuses_to_run(browser, fresh, words)


@pytest.mark.parametrize("path", ["ae/gate.json", "clf/calibration.json"])
def test_a_document_other_than_the_listed_one_is_refused(
    browser: Browser, fresh: Path, path: str
) -> None:
    file = fresh / "models" / path
    file.write_bytes(file.read_bytes().replace(b"phantoms", b"Phantoms"))
    refuses_to_run(browser, fresh, f"{path}: SHA-256")
    file.unlink()
    refuses_to_run(browser, fresh, f"{path}: absent", "failed")


def on_0_to_1(manifest: dict[str, Any], site: Path) -> None:
    """Prepare the autoencoder's images on [0, 1]."""
    (site / MANIFEST).write_text(json.dumps(manifest))
    rule = AUTOENCODER.model_copy(update={"low": 0.0})
    attach(site, "ae", "preprocess", rule.document())


def small_reconstruction(manifest: dict[str, Any], site: Path) -> None:
    """Declare a reconstruction of another size."""
    manifest["models"]["ae"]["signature"]["outputs"][0]["shape"] = [1, 1, 32, 32]
    (site / MANIFEST).write_text(json.dumps(manifest))


def gate_elsewhere(manifest: dict[str, Any], site: Path) -> None:
    """Give the gate to the classifier."""
    models = manifest["models"]
    models["clf"]["gate"] = models["ae"]["gate"]
    (site / MANIFEST).write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (on_0_to_1, "the images of ae are on [0, 1], its gate's l1 is defined on [-1, 1]"),
        (small_reconstruction, "the reconstruction of ae is not as large as its image"),
        (gate_elsewhere, "clf has a gate, but is not the autoencoder that runs here"),
    ],
)
def test_a_gate_that_could_not_be_heeded_is_refused(
    browser: Browser, fresh: Path, spoil: Callable[[dict[str, Any], Path], None], words: str
) -> None:
    spoil(json.loads((fresh / MANIFEST).read_text()), fresh)
    refuses_to_run(browser, fresh, words)


def test_a_gate_of_a_second_autoencoder_is_not_passed_over(browser: Browser, fresh: Path) -> None:
    manifest = json.loads((fresh / MANIFEST).read_text())
    models = manifest["models"]
    models["second"] = {**models["ae"]}
    models["ae"] = {**models["ae"], "gate": None}
    (fresh / MANIFEST).write_text(json.dumps(manifest))
    refuses_to_run(browser, fresh, "second has a gate, but is not the autoencoder that runs here")


@pytest.mark.parametrize(
    ("document", "listed", "words"),
    [
        (RULE.document().replace(b"crop", b"stretch"), False, "clf.json: "),
        (RULE.document().replace(b'n":1', b'n":2'), True, "this page knows version 1 only"),
        (RULE.document().replace(b"bilinear", b"nearest"), True, 'resampler is "nearest"'),
    ],
    ids=["changed", "of another version", "unknown resampler"],
)
def test_a_definition_of_preprocessing_that_was_not_verified_is_refused(
    browser: Browser, fresh: Path, document: bytes, listed: bool, words: str
) -> None:
    if listed:
        attach(fresh, "clf", "preprocess", document)
    else:
        (fresh / "models/clf.json").write_bytes(document)
    refuses_to_run(browser, fresh, words)


def test_a_release_that_did_not_pass_does_not_run(browser: Browser, tmp_path: Path) -> None:
    site = make_bundle(tmp_path / "site", Classifier(), verdict="FAILED")
    refuses_to_run(browser, site, "has not passed its verification")
