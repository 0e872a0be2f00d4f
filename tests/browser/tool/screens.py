"""How the tool looks in its main states: screenshots that people have reviewed.

`make goldens` takes them anew. Fonts differ from machine to machine, so what is compared is where
things are and how light they are: gray levels of blocks of 16 pixels, by structural similarity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, expect
from skimage.metrics import structural_similarity

from tests.browser.tool.tool_page import DESKTOP, PHONE, Tool, opened_tool

FOLDER = Path(__file__).parent / "goldens"
BLOCK = 16
ALIKE = 0.8
"""Least structural similarity of a screen and its golden. Between two states it is below 0.7."""

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


def shot(browser: Browser, site: Path, name: str, picture: Path, photograph: Path) -> Image.Image:
    """The tool in a state, as it is drawn here."""
    reach, window = SCREENS[name]
    with opened_tool(browser, site, reduced_motion="reduce", **window) as tool:
        reach(tool, picture, photograph)
        tool.page.wait_for_timeout(300)  # canvases are drawn with the next frame
        image = Image.open(BytesIO(tool.page.screenshot(animations="disabled")))
        return image.convert("RGB")


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Structural similarity of two screens, 1 for equal ones; 0 where their sizes differ."""
    if one.size != other.size:
        return 0.0
    size = (one.width // BLOCK, one.height // BLOCK)
    blocks = [
        np.asarray(screen.convert("L").resize(size, Image.Resampling.BOX), float) / 255
        for screen in (one, other)
    ]
    return float(structural_similarity(*blocks, data_range=1.0))


def write(shots: Iterator[tuple[str, Image.Image]]) -> None:
    """Keep screens as goldens, in few colours."""
    FOLDER.mkdir(exist_ok=True)
    for name, image in shots:
        few = image.quantize(96, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(FOLDER / f"{name}.png", optimize=True)
