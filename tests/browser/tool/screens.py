"""How the tool looks in its main states: screenshots and layouts that people have reviewed.

`make goldens` takes them anew. Fonts differ from machine to machine, so pixels of text are not
compared: `layout.py` says what is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.tool import layout
from tests.browser.tool.layout import Layout
from tests.browser.tool.tool_page import DESKTOP, PHONE, Tool, opened_tool

FOLDER = Path(__file__).parent / "goldens"
# The page's policy lets no style into its text, but a constructed sheet.
STYLE = """(style) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
}"""
DARK = {"color_scheme": "dark"}
LIGHT = {"color_scheme": "light"}


def _consent(tool: Tool, picture: Path, photograph: Path) -> None:
    tool.state("consent")


def _ready(tool: Tool, picture: Path, photograph: Path) -> None:
    tool.agree()


def _findings(tool: Tool, picture: Path, photograph: Path) -> None:
    tool.agree()
    tool.examine(picture)


def _explanation(tool: Tool, picture: Path, photograph: Path) -> None:
    _findings(tool, picture, photograph)
    why = tool.page.get_by_role("button", name="Explain Finding 5", exact=True)
    why.click()
    expect(why).to_have_attribute("aria-pressed", "true")
    tool.page.mouse.move(0, 0)


def _refused(tool: Tool, picture: Path, photograph: Path) -> None:
    tool.agree()
    tool.examine(photograph, "refused")


def _about(tool: Tool, picture: Path, photograph: Path) -> None:
    tool.agree()
    tool.page.get_by_role("button", name="About").click()
    expect(tool.page.get_by_role("dialog")).to_be_visible()


Reach = Callable[[Tool, Path, Path], None]
SCREENS: dict[str, tuple[Reach, dict[str, Any]]] = {
    "consent": (_consent, DESKTOP | LIGHT),
    "ready": (_ready, DESKTOP | LIGHT),
    "findings": (_findings, DESKTOP | LIGHT),
    "findings-dark": (_findings, DESKTOP | DARK),
    "explanation": (_explanation, DESKTOP | LIGHT),
    "refused": (_refused, DESKTOP | LIGHT),
    "about": (_about, DESKTOP | LIGHT),
    "consent-phone": (_consent, PHONE | LIGHT),
    "findings-phone": (_findings, PHONE | LIGHT),
    "explanation-phone-dark": (_explanation, PHONE | DARK),
}
"""By name: how the state is reached, and in what kind of window."""


@dataclass(frozen=True)
class Screen:
    """A window of the tool: its pixels in RGB, and where its parts are."""

    image: Image.Image
    layout: Layout

    def differences(self, golden: Screen) -> list[str]:
        """How it differs from what was reviewed, in words."""
        moved = layout.differences(self.layout, golden.layout)
        return moved + layout.drawn_otherwise(self.image, self.layout, golden.image, golden.layout)


Take = Callable[[str], Screen]


@contextmanager
def opened_screen(
    browser: Browser, site: Path, name: str, picture: Path, photograph: Path
) -> Iterator[Take]:
    """The tool in a state, to be taken as it is drawn here: under a style sheet over its own."""
    reach, window = SCREENS[name]
    with opened_tool(browser, site, reduced_motion="reduce", **window) as tool:
        reach(tool, picture, photograph)

        def take(style: str) -> Screen:
            tool.page.evaluate(STYLE, style)
            tool.page.wait_for_timeout(300)  # canvases are drawn with the next frame
            image = Image.open(BytesIO(tool.page.screenshot(animations="disabled")))
            return Screen(image.convert("RGB"), layout.layout_of(tool.page))

        yield take


def golden(name: str) -> Screen:
    """What was reviewed."""
    picture, places = FOLDER / f"{name}.png", FOLDER / f"{name}.json"
    assert picture.is_file(), "run `make goldens`, and review the picture"
    assert places.is_file(), "run `make goldens`, and review the picture"
    return Screen(Image.open(picture).convert("RGB"), Layout.of_document(places.read_text()))


def write(name: str, screen: Screen) -> None:
    """Keep a screen as a golden, its picture in few colours."""
    FOLDER.mkdir(exist_ok=True)
    few = screen.image.quantize(96, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(FOLDER / f"{name}.png", optimize=True)
    (FOLDER / f"{name}.json").write_text(screen.layout.document())
