"""Gate and operating points on the deployed page: what it shows, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from reference.preprocess import AUTOENCODER
from reference.scores import HIGHER_IS_LIKELIER, ScoreName, l1, l2, ssim
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
from tests.browser.app_decisions import (
    CALIBRATION,
    THRESHOLDS,
    calibrated_at,
    content,
    gate_at,
    nothing_predicted,
    site_with,
)
from tests.browser.tiny_model import Autoencoder, Classifier

UNCERTAIN = "above the operating point, uncertain"
DESKTOP = {"viewport": {"width": 1180, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def score_in_numpy(score: ScoreName, picture: Path) -> float:
    """The reference's score of a picture and its reconstruction."""
    image = AUTOENCODER.apply(np.asarray(Image.open(picture)))
    found = Autoencoder().in_numpy(image)
    if score == "latent":
        return latent(found["latent"])
    pair = image[0, 0], found["reconstruction"][0, 0]
    return {"l1": l1, "l2": l2, "ssim": ssim}[score](*pair)


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


def test_an_output_that_equals_its_operating_point_reaches_it(
    browser: Browser, tmp_path: Path, picture: Path
) -> None:
    site = make_bundle(tmp_path / "site", Classifier())
    attach(site, "clf", "calibration", content(calibrated_at((None,) * 14)))
    with opened(browser, site) as (page, _):
        choose(page, picture)
        wait_for(page, "done")
        expect(page.get_by_role("table")).to_have_count(1)
        output = numbers(page)["Finding 5"]
    thresholds = (*(None,) * 4, output, *(None,) * 9)
    attach(site, "clf", "calibration", content(calibrated_at(thresholds)))
    with opened(browser, site) as (page, _):
        choose(page, picture)
        wait_for(page, "done")
        words = "Finding 5 0.500 at the operating point, uncertain"
        expect(page.get_by_role("row", name=words, exact=True)).to_be_visible()
        assert numbers(page, "calibrated") == {"Finding 5": 0.5}


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
