"""An image that was refused can be corrected by hand, and the models are asked again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from reference.decoding import decode
from reference.preprocess.corrections import CORRECTIONS, Correction
from tests.browser.tiny_model import Classifier
from tests.browser.tool.app_bundles import RULE
from tests.browser.tool.app_decisions import CALIBRATION, rule_of_all, site_with_rule
from tests.browser.tool.tool_page import Tool, nothing_predicted, opened_tool, until

STRIPES = np.tile(np.array([0, 40], np.uint8), 40)
UPRIGHT = np.linspace(20, 195, 96).astype(np.uint8)[:, None] + STRIPES
VERIFIED = [one for one in CORRECTIONS if one != "mirror"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with a rule whose evidence has verified all corrections but one."""
    folder = tmp_path_factory.mktemp("corrections") / "site"
    return site_with_rule(folder, rule_of_all(0.9), corrections=VERIFIED)


def saved(folder: Path, name: str, pixels: npt.NDArray[np.uint8]) -> Path:
    """An image file of these pixels."""
    Image.fromarray(np.ascontiguousarray(pixels)).save(folder / name)
    return folder / name


def seen(tool: Tool) -> npt.NDArray[np.int64]:
    """The gray of the picture on the stage in a coarse grid, without what lies around it."""
    script = """(canvas) => {
      const small = new OffscreenCanvas(90, 90);
      const context = small.getContext("2d");
      context.drawImage(canvas, 0, 0, 90, 90);
      return [...context.getImageData(0, 0, 90, 90).data];
    }"""
    pixels = np.array(tool.page.locator(".stage-canvas").evaluate(script)).reshape(90, 90, 4)
    drawn = pixels[..., 3] == 255
    return np.asarray(pixels[drawn.any(axis=1)][:, drawn.any(axis=0)][..., 0])


def is_bright(tool: Tool, side: str) -> bool:
    """Whether this side of what is to be seen is by far the brighter one."""
    gray = seen(tool)
    if gray.size == 0:
        return False
    turned = {"bottom": gray, "top": gray[::-1], "right": gray.T, "left": gray.T[::-1]}[side]
    third = len(turned) // 3
    return bool(turned[-third:].mean() > turned[:third].mean() + 60)


def numbers_are_of(tool: Tool, file: Path, corrections: Sequence[Correction]) -> None:
    """The findings are Python's of the corrected image."""
    image = RULE.correcting(corrections).apply(decode(file.read_bytes(), file.name))
    outputs = Classifier().in_numpy(image)["probabilities"][0]
    found = json.loads(tool.saved("Save as JSON"))["images"][0]
    assert found["corrections"] == list(corrections)
    ours = [one["output"] for one in found["findings"]]
    np.testing.assert_allclose(ours, outputs, atol=1e-5)
    calibrated = [one["calibrated"] for one in found["findings"]]
    expected = np.asarray(CALIBRATION.apply(outputs))
    known = ~np.isnan(expected)
    np.testing.assert_allclose(np.array(calibrated, float)[known], expected[known], atol=1e-4)


def test_the_refusal_offers_what_undoes_its_reason_and_the_image_is_asked_again(
    browser: Browser, site: Path, tmp_path: Path
) -> None:
    file = saved(tmp_path, "lying.png", np.rot90(UPRIGHT, -1))
    with opened_tool(browser, site, backend="wasm") as tool:
        tool.agree()
        tool.examine(file, "refused")
        nothing_predicted(tool)
        until(lambda: is_bright(tool, "left"), "the file's own picture")
        tool.page.get_by_role("button", name="Turn it back by 90° and ask again").click()
        tool.examined("lying.png")
        until(lambda: is_bright(tool, "bottom"), "the turned picture")
        said = "Corrected by hand before the models saw it: turned by 90° counter-clockwise."
        expect(tool.page.locator(".findings .corrected")).to_contain_text(said)
        expect(tool.page.locator(".correction-offer")).to_have_count(0)
        numbers_are_of(tool, file, ["turn-270"])
        rows = list(csv.DictReader(io.StringIO(tool.saved("Save as CSV"))))
        assert {row["corrections"] for row in rows} == {"turn-270"}
        tool.page.emulate_media(media="print")
        expect(tool.page.locator(".sheet .corrected")).to_be_visible()
        expect(tool.page.locator(".sheet .corrected")).to_contain_text(said)
        tool.page.emulate_media(media="screen")
        tool.page.get_by_role("button", name="Undo all corrections").click()
        tool.examined("lying.png", "refused")
        nothing_predicted(tool)
        expect(tool.page.locator(".corrected")).to_have_count(0)
        assert tool.problems == []


def test_the_viewers_tools_correct_for_the_models_too_where_it_was_verified(
    browser: Browser, site: Path, tmp_path: Path
) -> None:
    framed = np.full((150, 130), 255, np.uint8)
    framed[20:116, 30:110] = 255 - UPRIGHT
    file = saved(tmp_path, "framed.png", framed)
    with opened_tool(browser, site, backend="wasm") as tool:
        tool.agree()
        tool.add(file)
        tools = tool.page.locator(".correcting")
        tools.locator("summary").click()
        expect(tools.get_by_role("button", name="Mirror: swaps left and right")).to_be_disabled()
        tools.get_by_role("button", name="Crop to the film's border").click()
        tools.get_by_role("button", name="Invert for the models too").click()
        tool.examined("framed.png")
        until(lambda: is_bright(tool, "bottom"), "the inverted picture")
        expect(tool.page.locator(".viewer-head")).to_contain_text("80 × 96 pixels")
        numbers_are_of(tool, file, ["crop-border", "invert"])
        for name in ("Crop to the film's border", "Invert for the models too"):
            pressed = tools.get_by_role("button", name=name)
            expect(pressed).to_have_attribute("aria-pressed", "true")
        assert tool.problems == []
