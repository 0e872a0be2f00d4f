"""Gate and operating points on the deployed page: what it shows, and what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, expect

from reference.decide.scores import HIGHER_IS_LIKELIER, ScoreName, l1, l2, ssim
from reference.decide.scores import latent_distance as latent
from reference.preprocess import AUTOENCODER
from tests.browser.tiny_model import Autoencoder, Classifier
from tests.browser.tool.app_bundles import attach, make_bundle
from tests.browser.tool.app_decisions import (
    calibrated_at,
    content,
    gate_at,
    rule_of_all,
    site_with,
    site_with_rule,
)
from tests.browser.tool.tool_page import DESKTOP, PHONE, nothing_predicted, opened_tool

UNCERTAIN = "above the operating point, uncertain"


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


def test_every_row_says_in_words_where_it_stands(
    browser: Browser, gated: Path, picture: Path
) -> None:
    with opened_tool(browser, gated) as tool:
        tool.agree()
        tool.examine(picture)
        for words in (
            f"Finding 1 {UNCERTAIN} 0.528",
            "Finding 5 above the operating point 0.755",
            "Finding 8 below the operating point 0.478",
            f"Finding 11 {UNCERTAIN} 0.539",
            "Finding 10 no operating point: no positive image 0.230",
        ):
            expect(tool.page.get_by_role("row", name=words, exact=True)).to_be_visible()
        expect(tool.page.locator("#calibrated")).to_contain_text("found on phantoms")
        expect(tool.page.locator("#uncalibrated")).to_contain_text("no operating point is known")


def test_findings_are_in_the_order_that_is_asked_for(
    browser: Browser, gated: Path, picture: Path
) -> None:
    with opened_tool(browser, gated) as tool:
        tool.agree()
        tool.examine(picture)
        values = list(tool.numbers("calibrated").values())
        assert values == sorted(values, reverse=True)
        tool.page.get_by_role("radio", name="fixed").check(force=True)
        names = list(tool.numbers("calibrated"))
        assert names == sorted(names, key=lambda name: int(name.split()[1]))


def test_an_output_that_equals_its_operating_point_reaches_it(
    browser: Browser, tmp_path: Path, picture: Path
) -> None:
    site = make_bundle(tmp_path / "site", Classifier())
    attach(site, "clf", "calibration", content(calibrated_at((None,) * 14)))
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.examine(picture)
        expect(tool.page.locator("#calibrated")).to_have_count(0)
        output = tool.numbers("uncalibrated")["Finding 5"]
    thresholds = (*(None,) * 4, output, *(None,) * 9)
    attach(site, "clf", "calibration", content(calibrated_at(thresholds)))
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.examine(picture)
        words = "Finding 5 at the operating point, uncertain 0.500"
        expect(tool.page.get_by_role("row", name=words, exact=True)).to_be_visible()
        assert tool.numbers("calibrated") == {"Finding 5": 0.5}


@pytest.mark.parametrize(
    "score", ["l2", "ssim", *(pytest.param(s, marks=pytest.mark.long) for s in ("l1", "latent"))]
)
def test_the_gate_decides_by_the_reference_s_score(
    browser: Browser, tmp_path: Path, picture: Path, score: ScoreName
) -> None:
    value = score_in_numpy(score, picture)
    strict = 1e-6 if HIGHER_IS_LIKELIER[score] else -1e-6
    for threshold, status in ((value - strict, "done"), (value + strict, "refused")):
        site = site_with(tmp_path / status, gate_at(score, threshold))
        with opened_tool(browser, site) as tool:
            tool.agree()
            tool.examine(picture, status)


def test_an_accepted_image_shows_score_threshold_and_where_the_error_is(
    browser: Browser, gated: Path, picture: Path
) -> None:
    with opened_tool(browser, gated) as tool:
        tool.agree()
        tool.examine(picture)
        check = tool.page.locator(".findings .check")
        expect(check).to_contain_text("Near enough to the training images.")
        expect(check).to_contain_text(
            "Mean difference from its reconstruction (L1) 0.04, at most 0.10 allowed"
        )
        expect(check).to_contain_text("This threshold refuses 2 of 40 images of phantoms.")
        check.get_by_text("Image, reconstruction, error").click()
        image = AUTOENCODER.apply(np.asarray(Image.open(picture)))
        error = np.abs(image - Autoencoder().in_numpy(image)["reconstruction"])[0, 0] / 2
        share = np.minimum(1, error / 0.25)
        grey = (image[0, 0] + 1) / 2 * 255
        drawn = tool.page.get_by_role("img", name=re.compile("Error of the reconstruction"))
        for colour, full in zip(pixels_of(drawn), (230, 25, 40), strict=True):
            expected = grey * (1 - share) + full * share
            assert np.abs(colour.reshape(64, 64) - expected).max() <= 2


def pixels_of(canvas: Locator) -> np.ndarray:
    """Red, green and blue of a canvas, (3, pixels)."""
    script = """(canvas) => Array.from(canvas.getContext("2d")
        .getImageData(0, 0, canvas.width, canvas.height).data)"""
    rgba = np.asarray(canvas.evaluate(script), float)
    return rgba.reshape(-1, 4).T[:3]


def test_a_refused_image_says_why(browser: Browser, tmp_path: Path, harsh: Path) -> None:
    with opened_tool(browser, site_with(tmp_path / "site", gate_at("ssim", 0.99))) as tool:
        tool.agree()
        tool.examine(harsh, "refused")
        nothing_predicted(tool)
        check = tool.page.locator(".findings .check")
        expect(check).to_contain_text("Not near enough to the training images: no predictions.")
        expect(check).to_contain_text(
            re.compile(r"Similarity to its reconstruction \(SSIM\) 0\.\d\d, at least 0\.99 needed")
        )
        expect(check).to_contain_text("The classifier was not run")
        expect(tool.page.locator('[role="status"]').first).to_contain_text("no predictions")


@pytest.mark.parametrize("shape", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_refused_image_leaves_nothing_of_the_one_before(
    browser: Browser, gated: Path, picture: Path, harsh: Path, shape: dict[str, Any]
) -> None:
    with opened_tool(browser, gated, **shape) as tool:
        tool.agree()
        for file, status in ((picture, "done"), (harsh, "refused")):
            tool.examine(file, status)
            expect(tool.page.locator("#viewer-heading")).to_have_text(file.name)
            width = tool.page.evaluate("document.documentElement.scrollWidth")
            assert width <= shape["viewport"]["width"]
            if status == "refused":
                nothing_predicted(tool)
            else:
                expect(tool.page.locator("#calibrated, #uncalibrated")).to_have_count(2)


@pytest.fixture(scope="module")
def ramps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What the tiny view model tells apart, by what the page has to say of it."""
    folder = tmp_path_factory.mktemp("ramps")
    upright = np.linspace(40, 215, 96).astype(np.uint8)[:, None].repeat(96, 1)
    levels = {
        "upright": upright,
        "Looks turned by 90° clockwise: turn it?": np.rot90(upright, -1),
        "Looks turned by 90° counter-clockwise: turn it?": np.rot90(upright),
        "Looks turned by 180°: turn it?": np.rot90(upright, 2),
        "Too small: no predictions.": upright[:30],
        "Almost no contrast: no predictions.": np.full((96, 96), 99, np.uint8),
    }
    files = {}
    for index, (words, pixels) in enumerate(levels.items()):
        files[words] = folder / f"ramp-{index}.png"
        Image.fromarray(np.ascontiguousarray(pixels)).save(files[words])
    return files


def test_the_page_refuses_by_the_rule_and_says_why(
    browser: Browser, tmp_path: Path, ramps: dict[str, Path], harsh: Path
) -> None:
    site = site_with_rule(tmp_path / "site", rule_of_all(0.9))
    with opened_tool(browser, site) as tool:
        tool.agree()
        check = tool.page.locator(".findings .check")
        for words, file in ramps.items():
            if words == "upright":
                tool.examine(file)
                expect(check).to_contain_text("Near enough to the training images.")
                continue
            tool.examine(file, "refused")
            nothing_predicted(tool)
            expect(check).to_contain_text(words)
            expect(check).to_contain_text("The classifier was not run on this image.")
        expect(tool.page.locator(".correction-offer, .correcting")).to_have_count(0)
        check.get_by_text("All conditions", exact=True).click()
        outcomes = check.locator(".conditions .outcome").all_inner_texts()
        assert outcomes == ["holds", "does not hold", *["not computed: refused before"] * 2]
        exported = json.loads(tool.saved("Save as JSON"))["images"]
        said = {one["file"]: one["gate"]["reason"] for one in exported}
        reasons = [None, "turned-clockwise", "turned-counter-clockwise", "turned-180"]
        assert list(said.values()) == [*reasons, "too-small", "no-contrast"]
        turned = exported[1]["gate"]
        assert turned["score"] == "view: frontal"
        assert [one["value"] is None for one in turned["conditions"]] == [False] * 3 + [True]
