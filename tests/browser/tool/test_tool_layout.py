"""Image, overlay, first finding and the next button are in sight at every size of window."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.tool.sights import FIRST_FINDING, LOOK, sizes_of
from tests.browser.tool.tool_page import DESKTOP, Tool, opened_tool
from tests.browser.tool.tool_site import example_of, make_site


def unseen(tool: Tool, state: str) -> list[str]:
    """What is not in sight, or not of sensible size, by size of window."""
    said = []
    for width, height in sizes_of(state):
        tool.page.set_viewport_size({"width": width, "height": height})
        script = f"([state, above]) => ({LOOK})(window, state, above)"
        found = tool.page.evaluate(script, [state, FIRST_FINDING])
        said += [f"{width} × {height}, {state}: {one}" for one in found]
    tool.page.set_viewport_size(DESKTOP["viewport"])
    return said


def test_what_matters_is_in_sight_at_every_size(browser: Browser, tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    with opened_tool(browser, site) as tool:
        tool.state("consent")
        said = unseen(tool, "consent")
        tool.agree()
        said += unseen(tool, "ready")
        tool.examine(example_of(site))
        said += unseen(tool, "findings")
        why = tool.page.get_by_role("button", name="Explain Finding 5", exact=True)
        why.click()
        expect(why).to_have_attribute("aria-pressed", "true")
        said += unseen(tool, "explained")
    assert not said, "\n".join(said)
