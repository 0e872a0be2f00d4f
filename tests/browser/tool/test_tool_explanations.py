"""Why a finding was given: maps over the image, computed when they are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.tool.tool_page import Tool, opened_tool, until
from tests.browser.tool.tool_site import make_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that explains."""
    return make_site(tmp_path_factory.mktemp("site") / "site")


def why(tool: Tool, finding: int) -> Locator:
    """The button that explains a finding."""
    return tool.page.get_by_role("button", name=f"Explain Finding {finding}", exact=True)


def coloured(tool: Tool) -> float:
    """The share of the viewer's pixels that are not gray; the model's frame is a few of them."""
    script = """(canvases) => canvases.map((canvas) => {
      const { width, height } = canvas;
      const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
      let found = 0;
      for (let i = 0; i < data.length; i += 4) {
        const most = Math.max(data[i], data[i + 1], data[i + 2]);
        if (most - Math.min(data[i], data[i + 1], data[i + 2]) > 24) found++;
      }
      return found / (width * height);
    })"""
    return float(max(tool.page.locator(".viewer canvas").evaluate_all(script)))


def test_a_finding_is_explained_over_the_image(browser: Browser, site: Path, picture: Path) -> None:
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.examine(picture)
        assert coloured(tool) < 0.01
        why(tool, 1).click()
        expect(why(tool, 1)).to_have_attribute("aria-pressed", "true")
        until(lambda: coloured(tool) > 0.1, "the overlay")
        why(tool, 1).click()
        expect(why(tool, 1)).to_have_attribute("aria-pressed", "false")
        until(lambda: coloured(tool) < 0.01, "the image alone")


def test_an_explanation_is_computed_once(browser: Browser, site: Path, picture: Path) -> None:
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.examine(picture)
        busy = """() => {
          window.computed = 0;
          new MutationObserver((changes) => changes.forEach(({ target }) => {
            if (target.getAttribute("aria-busy") === "true") window.computed++;
          })).observe(document.body, { subtree: true, attributeFilter: ["aria-busy"] });
        }"""
        tool.page.evaluate(busy)
        for finding, computed in ((1, 1), (2, 2), (1, 2), (2, 2)):
            why(tool, finding).click()
            expect(why(tool, finding)).to_have_attribute("aria-pressed", "true")
            assert tool.page.evaluate("window.computed") == computed


BUSY = """() => setTimeout(() => {
  for (const end = Date.now() + 2000; Date.now() < end;);
}, 20)"""


def test_an_explanation_can_be_called_off(browser: Browser, site: Path, picture: Path) -> None:
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.examine(picture)
        (engine,) = (one for one in tool.page.workers if one.url.endswith("engine.worker.js"))
        engine.evaluate(BUSY)
        why(tool, 3).click()
        expect(tool.page.get_by_text("Computing why: Finding 3")).to_be_visible()
        tool.page.get_by_role("button", name="Cancel").click()
        expect(tool.page.get_by_text("Computing why")).to_have_count(0)
        why(tool, 4).click()
        expect(why(tool, 4)).to_have_attribute("aria-pressed", "true")
        expect(why(tool, 3)).to_have_attribute("aria-pressed", "false")
