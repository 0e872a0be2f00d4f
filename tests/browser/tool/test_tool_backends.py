"""What computes, and what the tool does when it is taken away or computes wrongly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.tool.app_bundles import BadClassifier, launch, relist, spoil_self_test
from tests.browser.tool.tool_page import Tool, calibrated_of, nothing_predicted, opened_tool
from tests.browser.tool.tool_site import make_site

HOOK = b"""
self.contexts = [];
const made = OffscreenCanvas.prototype.getContext;
OffscreenCanvas.prototype.getContext = function (...given) {
  const context = made.apply(this, given);
  if (context && !self.contexts.includes(context)) self.contexts.push(context);
  return context;
};
"""
LOSE = """() => {
  const all = self.contexts.map((one) => one.getExtension?.("WEBGL_lose_context")).filter(Boolean);
  for (const one of all) one.loseContext();
  return all.length;
}"""


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle whose worker lets the test at its WebGL contexts, as no shipped one does."""
    site = make_site(tmp_path_factory.mktemp("hooked") / "site")
    script = site / "engine.worker.js"
    script.write_bytes(script.read_bytes() + HOOK)
    relist(site)
    return site


def lose_context(tool: Tool) -> None:
    """Take the graphics processor away from the engine."""
    workers = [one for one in tool.page.workers if one.url.endswith("engine.worker.js")]
    assert workers
    assert sum(one.evaluate(LOSE) for one in workers) > 0


def shows_right_numbers(tool: Tool, picture: Path) -> None:
    """Check the calibrated findings in view."""
    expected = [value for value in calibrated_of(picture) if not np.isnan(value)]
    shown = tool.numbers("calibrated").values()
    assert np.abs(np.sort(list(shown)) - np.sort(expected)).max() <= 1e-5


def test_a_lost_context_is_recovered_from_and_told(
    browser: Browser, hooked: Path, picture: Path, tmp_path: Path
) -> None:
    with opened_tool(browser, hooked) as tool:
        tool.agree()
        lose_context(tool)
        tool.examine(picture)
        shows_right_numbers(tool, picture)
        expect(tool.page.get_by_text("had to be started anew")).to_be_visible()


def test_without_webgl_the_next_backend_runs_and_is_named(
    playwright: Any, shader_cache: Path, hooked: Path, picture: Path
) -> None:
    without = launch(playwright, shader_cache, "--disable-gpu")
    try:
        with opened_tool(without, hooked) as tool:
            tool.agree()
            expect(tool.page.get_by_text("Computing on WebAssembly")).to_be_visible()
            tool.examine(picture)
            shows_right_numbers(tool, picture)
    finally:
        without.close()


def test_software_for_a_graphics_processor_comes_after_wasm_unless_it_is_chosen(
    browser: Browser, hooked: Path, picture: Path
) -> None:
    with opened_tool(browser, hooked, backend=None) as tool:
        tool.agree()
        expect(tool.page.locator(".engine")).to_contain_text("WebAssembly")
        expect(tool.page.locator(".banner")).to_have_count(0)
        tool.examine(picture)
        tool.page.get_by_role("button", name="About").click()
        dialog = tool.page.get_by_role("dialog")
        expect(dialog.get_by_role("radio", name="the fastest")).to_be_checked()
        dialog.get_by_role("radio", name="WebGL").check(force=True)
        expect(dialog).to_contain_text("Passed on WebGL")
        tool.page.keyboard.press("Escape")
        expect(tool.page.get_by_text("These numbers came from WebAssembly")).to_be_visible()
        shows_right_numbers(tool, picture)
        tool.page.reload()
        tool.state("ready")
        expect(tool.page.locator(".engine")).to_contain_text("WebGL")


def test_only_what_the_evidence_covers_can_be_chosen(browser: Browser, tmp_path: Path) -> None:
    site = make_site(tmp_path / "site", backends=["wasm", "cpu"])
    with opened_tool(browser, site, backend="webgl") as tool:
        tool.agree()
        expect(tool.page.locator(".engine")).to_contain_text("WebAssembly")
        tool.page.get_by_role("button", name="About").click()
        choice = tool.page.locator(".backend-choice")
        expect(choice.get_by_role("radio")).to_have_count(3)
        expect(choice.get_by_role("radio", name="WebGL")).to_have_count(0)


def test_a_device_that_fails_the_self_test_sees_no_image(browser: Browser, tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    spoil_self_test(site, "value", "ae")
    with opened_tool(browser, site) as tool:
        tool.page.get_by_role("button", name="I understand").click()
        tool.state("refused")
        expect(tool.page.get_by_role("alert")).to_contain_text("cannot run the models reliably")
        expect(tool.page.get_by_role("alert").get_by_role("listitem")).to_have_count(3)
        expect(tool.page.locator("input[type=file]")).to_have_count(0)


@pytest.mark.parametrize(
    ("kernel", "bias", "words"),
    [(np.nan, 0.0, "not numbers"), (0.0, 0.3, "one and the same value")],
    ids=["nan", "constant"],
)
def test_models_whose_outputs_say_nothing_never_run(
    browser: Browser, tmp_path: Path, kernel: float, bias: float, words: str
) -> None:
    site = make_site(tmp_path / "site", BadClassifier(kernel, bias))
    with opened_tool(browser, site) as tool:
        tool.page.get_by_role("button", name="I understand").click()
        tool.state("refused")
        nothing_predicted(tool)
