"""The file's header helps to read a film: shown, used to warn, and measured by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.tool.app_decisions import rule_of_all, site_with_rule
from tests.browser.tool.test_tool_corrections import UPRIGHT, seen
from tests.browser.tool.tool_page import Tool, opened_tool, until
from tests.images.dicom_files import Dicom

HEADER = {
    "PatientName": "DOE^JANE",
    "PatientID": "4711-SECRET",
    "ViewPosition": "LL",
    "BodyPartExamined": "HAND",
    "PatientAge": "003Y",
    "ImageLaterality": "R",
    "ImagerPixelSpacing": ["2", "2"],
    "WindowCenter": "2048",
    "WindowWidth": "4095",
}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ramp in 12 bits with a header that says much."""
    file = tmp_path_factory.mktemp("film") / "film.dcm"
    file.write_bytes(Dicom(bits=12, display=HEADER).file(UPRIGHT.astype(np.int64) * 16))
    return file


def brightness(tool: Tool) -> float:
    """Of what is to be seen of the picture."""
    gray = seen(tool)
    return float(gray.mean()) if gray.size else -1.0


def test_the_header_is_shown_warns_and_measures_and_names_nobody(
    browser: Browser, film: Path, tmp_path: Path
) -> None:
    site = site_with_rule(tmp_path / "site", rule_of_all(0.0))
    with opened_tool(browser, site, backend="wasm") as tool:
        tool.agree()
        tool.examine(film)
        line = tool.page.locator(".viewer .header-line")
        expect(line).to_have_text("View: LL · Body part: HAND · Side: R · Age: 3 years")
        warned = tool.page.locator(".findings [data-warning]")
        expect(warned).to_have_count(3)
        expect(warned.nth(2)).to_contain_text("a child of 3 years")
        assert not any(secret in tool.page.content() for secret in ("DOE", "JANE", "4711"))

        ruler = tool.page.locator(".ruler")
        expect(ruler).to_contain_text("mm")
        millimetres = float(ruler.locator("span").nth(1).inner_text().removesuffix(" mm"))
        drawn = tool.page.locator(".stage-canvas").evaluate("(one) => one.clientHeight")
        bar = ruler.locator(".ruler-bar").evaluate("(one) => one.getBoundingClientRect().width")
        # 96 rows of 2 mm fill the stage from top to bottom.
        assert bar / drawn == pytest.approx(millimetres / 192, abs=0.02)

        before = until(lambda: max(0.0, brightness(tool)), "the picture")
        box = tool.page.locator(".stage-canvas").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        tool.page.mouse.move(x, y)
        tool.page.mouse.down(button="right")
        tool.page.mouse.move(x, y - box["height"] / 4)
        tool.page.mouse.up(button="right")
        until(lambda: brightness(tool) > before + 20, "a brighter picture")
        tool.page.get_by_text("Brightness and contrast", exact=True).click()
        expect(tool.page.get_by_text("change the view alone")).to_be_visible()
        tool.page.get_by_role("button", name="As the file proposes").click()
        until(lambda: abs(brightness(tool) - before) < 2, "the file's own window")
        tool.page.locator(".stage").press("]")
        until(lambda: brightness(tool) > before + 2, "a brighter picture by key")
        assert tool.problems == []
