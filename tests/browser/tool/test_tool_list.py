"""The list of images by keyboard, what it says of each, and pictures that are drawn again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.tool.app_bundles import launch
from tests.browser.tool.tool_page import Tool, opened_tool, until
from tests.browser.tool.tool_site import example_of, make_site

MANY = 50
FOCUS = "document.activeElement.closest('li, .pickers, .stage, .export, .findings')?.className"
INSIDE = """() => {
  const line = document.querySelector("[aria-current]").closest("li").getBoundingClientRect();
  const list = document.querySelector(".queue").getBoundingClientRect();
  const hit = document.elementFromPoint((line.left + line.right) / 2, (line.top + line.bottom) / 2);
  const inside = line.top >= list.top - 1 && line.bottom <= list.bottom + 1;
  return inside && hit?.closest("li")?.querySelector("[aria-current]") !== null;
}"""
LEVELS = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, canvas.height >> 1, canvas.width, 1);
  return new Set(data.filter((_, i) => i % 4 === 0)).size;
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle."""
    return make_site(tmp_path_factory.mktemp("site") / "site")


def current(tool: Tool) -> str:
    """The name of the image in view."""
    return str(tool.page.locator("[aria-current] .image-name").text_content())


def test_fifty_images_are_one_tab_stop_with_arrow_keys(
    browser: Browser, site: Path, picture: Path, tmp_path: Path
) -> None:
    files = [tmp_path / f"image-{index:02d}.png" for index in range(MANY)]
    for file in files:
        file.write_bytes(picture.read_bytes())
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.add(*files)
        tool.page.get_by_role("button", name="Pause").click()
        tool.page.locator("[aria-current]").focus()
        for key, name in [("End", "49"), ("ArrowUp", "48"), ("Home", "00"), ("ArrowDown", "01")]:
            tool.page.keyboard.press(key)
            until(lambda: tool.page.evaluate(INSIDE), f"{name} in sight after {key}")
            assert current(tool) == f"image-{name}.png"
            expect(tool.page.locator("[aria-current]")).to_be_focused()
        stops = tool.page.locator(".images button:not([tabindex='-1'])")
        expect(stops).to_have_count(2)  # the image, and what removes it
        tool.page.keyboard.press("Tab")
        tool.page.keyboard.press("Tab")
        assert "image" not in str(tool.page.evaluate(FOCUS)).split()
        tool.page.locator("[aria-current]").focus()
        tool.page.keyboard.press("Delete")
        expect(tool.page.locator("li.image")).to_have_count(MANY - 1)


def test_under_a_thumbnail_stands_only_what_reaches_its_operating_point(
    browser: Browser, site: Path, picture: Path
) -> None:
    with opened_tool(browser, site, backend="wasm") as tool:
        tool.agree()
        tool.examine(picture)
        top = tool.page.locator(".image-top")
        numbers = tool.numbers("calibrated")
        strongest = max(numbers, key=lambda name: numbers[name])
        if numbers[strongest] >= 0.5:
            expect(top).to_have_text(f"{strongest} {numbers[strongest]:.2f}")
        else:
            expect(top).to_have_text("none above its operating point")


def test_pictures_are_drawn_again_when_the_graphics_process_is_lost(
    playwright: Any, shader_cache: Path, site: Path, tmp_path: Path
) -> None:
    file = tmp_path / "large.png"
    rows, columns = np.mgrid[0:900, 0:900] / 90
    Image.fromarray((127 + 100 * np.sin(rows) * np.cos(columns)).astype(np.uint8)).save(file)
    alone = launch(playwright, shader_cache, "--enable-gpu-rasterization")
    try:
        with opened_tool(alone, site, backend="wasm") as tool:
            tool.agree()
            tool.examine(example_of(site))
            stage = tool.page.locator(".stage-canvas")
            until(lambda: stage.evaluate(LEVELS) > 20, "the picture")
            alone.new_browser_cdp_session().send("Browser.crashGpuProcess")
            tool.page.wait_for_timeout(1500)
            until(lambda: stage.evaluate(LEVELS) > 20, "the picture, again")
            thumb = tool.page.locator("canvas.thumb")
            until(lambda: thumb.evaluate(LEVELS) > 5, "the thumbnail, again")
    finally:
        alone.close()
