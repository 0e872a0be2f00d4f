"""The tool without a mouse and, as far as axe-core can tell, without sight; in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
import skimage
from playwright.sync_api import Browser, Page, Route, expect

from browser_harness.serve.assets import PAGE_FOLDER
from tests.browser.tool.tool_page import DESKTOP, PHONE, Tool, opened_tool
from tests.browser.tool.tool_site import make_site

CAMERA = Path(skimage.__file__).parent / "data" / "camera.png"
AXE = PAGE_FOLDER.parent / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle."""
    return make_site(tmp_path_factory.mktemp("site") / "site")


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core's script."""
    assert AXE.is_file(), "run `npm ci` in browser_harness/web"
    return AXE.read_text(encoding="utf-8")


SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity)
  .map(({ finished }) => finished))"""
"""A colour on its way to another is no contrast that anyone reads."""


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds, as far as it is serious, by rule and element."""
    page.evaluate(axe)
    page.evaluate(SETTLED)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def states(tool: Tool, picture: Path) -> Iterator[str]:
    """The tool's states one after another, by name."""
    held: list[Route] = []
    going_on: list[bool] = []

    def hold(route: Route) -> None:
        route.continue_() if going_on else held.append(route)

    tool.context.route("**/models/clf/model.json", hold)
    tool.state("consent")
    yield "consent"
    tool.page.get_by_role("button", name="I understand").click()
    expect(tool.page.locator(".stages progress")).to_be_visible()
    yield "loading"
    going_on.append(True)
    for route in held:
        route.continue_()
    tool.state("ready")
    yield "ready"
    tool.examine(picture)
    yield "findings"
    why = tool.page.get_by_role("button", name="Explain Finding 1", exact=True)
    why.click()
    expect(why).to_have_attribute("aria-pressed", "true")
    yield "explanation"
    tool.examine(CAMERA, "refused")
    yield "refused"
    tool.page.get_by_role("button", name="About").click()
    expect(tool.page.get_by_role("dialog")).to_be_visible()
    yield "about"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shape", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious(
    browser: Browser,
    site: Path,
    axe: str,
    picture: Path,
    shape: dict[str, Any],
    scheme: Literal["light", "dark"],
) -> None:
    with opened_tool(browser, site, color_scheme=scheme, **shape) as tool:
        found = {state: violations(tool.page, axe) for state in states(tool, picture)}
        assert len(found) == 7
        assert found == {state: [] for state in found}


FOCUSED = """() => {
  const element = document.activeElement;
  const shown = element.matches(".unseen")
    ? element.labels?.[0] ?? element.parentElement : element;
  const style = getComputedStyle(shown);
  const label = element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent
    ?? element.textContent;
  return [element === document.body ? "" : label.trim(),
    style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
}"""


def tab_to(page: Page, name: str, *, most: int = 60) -> None:
    """Press Tab until an element of this name has the focus, which every one must show."""
    passed = []
    for _ in range(most):
        page.keyboard.press("Tab")
        label, visible = page.evaluate(FOCUSED)
        passed.append(label)
        assert visible or not label, f"the focus on {label!r} is not to be seen"
        if label == name:
            return
    pytest.fail(f"Tab does not reach {name!r}, only {passed}")


def test_the_keyboard_is_enough(browser: Browser, site: Path, picture: Path) -> None:
    with opened_tool(browser, site) as tool:
        page = tool.page
        # From the beginning: the browser needs a moment to hand its choosers over.
        page.on("filechooser", lambda chooser: chooser.set_files(picture))
        tool.state("consent")
        tab_to(page, "Skip to the content", most=1)
        tab_to(page, "I understand: load the models")
        page.keyboard.press("Enter")
        tool.state("ready")
        # The page hands the focus to a new heading a moment after it has appeared.
        expect(page.get_by_role("heading", name="Add chest X-ray images")).to_be_focused()
        tab_to(page, "Choose images")
        page.keyboard.press("Enter")
        tool.examined(picture.name)
        expect(page.get_by_role("heading", name=picture.name)).to_be_focused()
        tab_to(page, "Explain Finding 5")
        page.keyboard.press("Enter")
        explained = page.get_by_role("button", name="Explain Finding 5", exact=True)
        expect(explained).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("Enter")
        expect(explained).to_have_attribute("aria-pressed", "false")
        tab_to(page, "Save as CSV")
        with page.expect_download():
            page.keyboard.press("Enter")
        tab_to(page, "About")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        tab_to(page, f"Remove {picture.name}")
        page.keyboard.press("Enter")
        expect(page.locator("li.image")).to_have_count(0)
