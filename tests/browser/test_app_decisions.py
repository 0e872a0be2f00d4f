"""Gate and operating points on the deployed page: what it shows, and what it refuses."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from reference.calibration import Calibration, NoOperatingPoint, OperatingPoint
from reference.gate import Gate, Gated
from reference.preprocess import AUTOENCODER
from reference.scores import DEFINITIONS, HIGHER_IS_LIKELIER, ScoreName, l1, l2, ssim
from reference.scores import latent_distance as latent
from tests.browser.app_bundles import (
    LABELS,
    BadClassifier,
    attach,
    choose,
    expected_values,
    make_bundle,
    numbers,
    opened,
    wait_for,
)
from tests.browser.tiny_model import Autoencoder, Classifier
from xport.bundle import MANIFEST

THRESHOLDS = (0.05, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.95, 0.6, None, 0.4, 0.5, 0.5, None)
"""For what the tiny classifier says of the picture: below, just above and far above."""
UNCERTAIN = "at or just above the operating point: uncertain"
COUNTS = {"positives": 20, "negatives": 30, "unknown": 0}
DESKTOP = {"viewport": {"width": 1180, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def point(finding: str, threshold: float | None) -> OperatingPoint | NoOperatingPoint:
    """An operating point, or none for want of positive images."""
    if threshold is None:
        none = {**COUNTS, "positives": 0}
        return NoOperatingPoint(finding=finding, reason="no positive image", **none)
    rates = {"true_positive_rate": 0.8, "false_positive_rate": 0.1}
    return OperatingPoint(finding=finding, threshold=threshold, **rates, **COUNTS)


CALIBRATION = Calibration(
    dataset="phantoms",
    points=tuple(map(point, LABELS, THRESHOLDS)),
)


def gate_at(score: ScoreName, threshold: float) -> Gate:
    """A gate that was fitted on phantoms."""
    return Gate(
        score=score,
        definition=DEFINITIONS[score],
        threshold=threshold,
        false_refusal_rate=0.05,
        in_distribution=Gated(dataset="phantoms", images=40, refused=2),
        out_of_distribution=(Gated(dataset="digits", images=10, refused=9),),
    )


def content(document: Calibration | Gate, **changes: Any) -> bytes:
    """A document's JSON with other values for some keys."""
    return json.dumps({**document.model_dump(mode="json"), **changes}).encode()


def site_with(folder: Path, gate: Gate, classifier: Classifier | None = None) -> Path:
    """A bundle with operating points and a gate."""
    site = make_bundle(folder, classifier or Classifier())
    attach(site, "clf", "calibration", content(CALIBRATION))
    attach(site, "ae", "gate", content(gate))
    return site


def score_in_numpy(score: ScoreName, picture: Path) -> float:
    """The reference's score of a picture and its reconstruction."""
    image = AUTOENCODER.apply(np.asarray(Image.open(picture)))
    found = Autoencoder().in_numpy(image)
    if score == "latent":
        return latent(found["latent"])
    pair = image[0, 0], found["reconstruction"][0, 0]
    return {"l1": l1, "l2": l2, "ssim": ssim}[score](*pair)


def nothing_predicted(page: Page) -> Locator:
    """Checks that no finding is to be seen, nor in the page at all; returns the gate's words."""
    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.locator("#results data")).to_have_count(0)
    return page.locator("#check")


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle whose gate accepts the picture and refuses `harsh`."""
    return site_with(tmp_path_factory.mktemp("gated") / "site", gate_at("l1", 0.1))


@pytest.fixture(scope="module")
def harsh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Black and white only: the tiny autoencoder's tanh never reaches either."""
    pixels = (np.indices((90, 90)).sum(0) // 9 % 2 * 255).astype(np.uint8)
    path = tmp_path_factory.mktemp("harsh") / "harsh.png"
    Image.fromarray(pixels).save(path)
    return path


def test_calibrated_findings_are_those_of_the_reference(
    browser: Browser, gated: Path, picture: Path
) -> None:
    with opened(browser, gated, **DESKTOP) as (page, _):
        choose(page, picture)
        wait_for(page, "done")
        outputs = expected_values(picture, Classifier())
        expected = CALIBRATION.apply(outputs)
        shown = numbers(page, "calibrated")
        known = [label.replace("_", " ") for label in LABELS]
        assert list(shown) == [n for n, t in zip(known, THRESHOLDS, strict=True) if t is not None]
        for name, output, value in zip(known, outputs, expected, strict=True):
            if np.isnan(value):
                assert numbers(page)[name] == pytest.approx(output, abs=1e-6)
            else:
                assert shown[name] == pytest.approx(value, abs=1e-6)
        assert len(numbers(page)) == 2
        expect(page.get_by_text("NOT FOR MEDICAL USE").nth(1)).to_be_visible()


def test_every_row_says_in_words_where_it_stands(
    browser: Browser, gated: Path, picture: Path
) -> None:
    with opened(browser, gated, **DESKTOP) as (page, _):
        choose(page, picture)
        wait_for(page, "done")
        for words in (
            f"Finding 1 0.528 {UNCERTAIN}",
            "Finding 5 0.755 above the operating point",
            "Finding 8 0.478 below the operating point",
            f"Finding 11 0.539 {UNCERTAIN}",
            "Finding 10 0.230 no operating point: no positive image",
        ):
            expect(page.get_by_role("row", name=words, exact=True)).to_be_visible()
        calibrated = page.get_by_role("table").first
        expect(calibrated).to_contain_text("found on phantoms")
        expect(page.get_by_role("table").last).to_contain_text("Not calibrated")


@pytest.mark.parametrize("score", ["l1", "l2", "ssim", "latent"])
def test_the_gate_decides_by_the_reference_s_score(
    browser: Browser, tmp_path: Path, picture: Path, score: ScoreName
) -> None:
    value = score_in_numpy(score, picture)
    strict = 1e-6 if HIGHER_IS_LIKELIER[score] else -1e-6
    for threshold, state in ((value - strict, "done"), (value + strict, "refused")):
        site = site_with(tmp_path / state, gate_at(score, threshold))
        with opened(browser, site) as (page, _):
            choose(page, picture)
            wait_for(page, state)


def test_an_accepted_image_shows_score_threshold_and_where_the_error_is(
    browser: Browser, gated: Path, picture: Path
) -> None:
    with opened(browser, gated, **DESKTOP) as (page, _):
        choose(page, picture)
        wait_for(page, "done")
        check = page.locator("#check")
        expect(check).to_contain_text("Near enough to the training images.")
        expect(check).to_contain_text(
            "Mean difference from its reconstruction (L1) 0.04, at most 0.10 allowed. "
            "This threshold refuses 2 of 40 images of phantoms."
        )
        image = AUTOENCODER.apply(np.asarray(Image.open(picture)))
        error = np.abs(image - Autoencoder().in_numpy(image)["reconstruction"])[0, 0] / 2
        share = np.minimum(1, error / 0.25)
        grey = (image[0, 0] + 1) / 2 * 255 * (1 - share)
        red, green, blue = pixels_of(page, "difference")
        assert np.abs(green.reshape(64, 64) - grey).max() <= 1
        assert np.abs(red.reshape(64, 64) - (grey + 255 * share)).max() <= 1
        assert (blue == green).all()
        assert (red > green).any()


def pixels_of(page: Page, canvas: str) -> np.ndarray:
    """Red, green and blue of a canvas, (3, pixels)."""
    script = """(canvas) => Array.from(canvas.getContext("2d")
        .getImageData(0, 0, canvas.width, canvas.height).data)"""
    rgba = np.asarray(page.locator(f"#{canvas}").evaluate(script), float)
    return rgba.reshape(-1, 4).T[:3]


def test_a_refused_image_says_why_and_the_classifier_does_not_run(
    browser: Browser, tmp_path: Path, harsh: Path
) -> None:
    fails_if_run = BadClassifier(np.nan, 0.0)
    site = site_with(tmp_path / "site", gate_at("ssim", 0.99), fails_if_run)
    with opened(browser, site, **DESKTOP) as (page, _):
        choose(page, harsh)
        wait_for(page, "refused")
        words = nothing_predicted(page)
        expect(words).to_contain_text("Refused: not near enough to the training images.")
        expect(words).to_contain_text(
            re.compile(r"Similarity to its reconstruction \(SSIM\) 0\.\d\d, at least 0\.99 needed")
        )
        expect(words).to_contain_text("there are no predictions")
        expect(page.get_by_role("status")).to_contain_text("harsh.png: no predictions.")
        for name in ("The input: ", "Reconstruction of harsh", "Error of the reconstruction"):
            expect(page.get_by_role("img", name=re.compile(f"^{name}"))).to_be_visible()


@pytest.mark.parametrize("shape", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_refused_image_leaves_nothing_of_the_one_before(
    browser: Browser, gated: Path, picture: Path, harsh: Path, shape: dict[str, Any]
) -> None:
    with opened(browser, gated, **shape) as (page, _):
        wait_for(page, "ready")
        for file, state in ((picture, "done"), (harsh, "refused"), (picture, "done")):
            page.get_by_label("Choose an X-ray image").set_input_files(file)
            wait_for(page, state)
            expect(page.get_by_role("status")).to_contain_text(file.name)
            assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate(
                "innerWidth"
            )
            if state == "refused":
                nothing_predicted(page)
            else:
                expect(page.get_by_role("table")).to_have_count(2)


def test_a_reconstruction_of_nan_is_refused(
    browser: Browser, tmp_path: Path, picture: Path
) -> None:
    site = make_bundle(tmp_path / "site", Classifier(), Autoencoder(gain=float("nan")))
    attach(site, "ae", "gate", content(gate_at("ssim", -1.0)))
    with opened(browser, site) as (page, _):
        choose(page, picture)
        wait_for(page, "failed")
        expect(page.get_by_role("alert")).to_contain_text(
            "Tiny autoencoder gave values that are not numbers; nothing is shown."
        )
        nothing_predicted(page)


GATE = gate_at("ssim", 0.5)
POINTS = CALIBRATION.model_dump(mode="json")["points"]
UNUSABLE: dict[str, tuple[str, str, bytes, str]] = {
    "another gate version": ("ae", "gate", content(GATE, schema_version=2), "version 1 only"),
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
        "clf", "calibration", content(CALIBRATION, schema_version=0), "version 1 only",
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


def refuses_to_run(browser: Browser, site: Path, words: str) -> None:
    """Checks that the page stops with these words before it takes an image."""
    with opened(browser, site) as (page, _):
        wait_for(page, "failed")
        expect(page.get_by_role("alert")).to_contain_text(words)
        expect(page.get_by_label("Choose an X-ray image")).to_be_disabled()
        nothing_predicted(page)


@pytest.fixture
def fresh(gated: Path, tmp_path: Path) -> Path:
    """A copy of the good bundle, to be spoilt."""
    return Path(shutil.copytree(gated, tmp_path / "site"))


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
    refuses_to_run(browser, fresh, f"{path}: absent")


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
