"""Where the parts of a page are, and whether they are where they were reviewed, whatever the font.

A font changes how high a text is, and so everything below it. What it does not change: which parts
there are, which is left of, above or within which, where they begin and end across the page, what
is drawn on canvases, and that NOT FOR MEDICAL USE is legible at the top of the window.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page
from skimage.metrics import structural_similarity

PARTS = {
    "notice": ".strip",
    "header": "header",
    "consent": ".page-card",
    "add images": ".card.add",
    "images": ".card.queue",
    "export": ".card.export",
    "viewer": ".card.viewer",
    "findings": ".card.findings",
    "picture": ".stage-canvas",
    "thumbnail": ".queue .thumb",
    "overlay": ".overlay",
    "check": ".check",
    "calibrated": "#calibrated",
    "uncalibrated": "#uncalibrated",
    "dialog": "dialog[open]",
}
DRAWN = ("picture", "thumbnail")
NOTICE = "notice"
SLACK = 8.0
"""Pixels by which parts that follow each other may overlap."""
ACROSS = 24.0
"""Pixels by which a part's left and right edge may differ: a scroll bar's width and a rounding."""
DOWN, DOWN_SHARE = 96.0, 0.4
"""Pixels, and share of the distance from the top, by which a part may be higher or lower."""
HEIGHTS = (0.6, 1.8)
"""How much higher a part may be than it was."""
SHADE = 20.0
"""Levels of red, green or blue by which a part's mean may differ; letters are little of it."""
SIDE = 32
"""Pixels of a drawn part, shrunk, that are compared."""
ALIKE = 0.8
"""Least structural similarity of a drawn part, shrunk."""
INK = 60.0
"""Gray levels between the notice's letters and their ground, at least."""

SCRIPT = """(parts) => Object.entries(parts).flatMap(([name, selector]) =>
  [...document.querySelectorAll(selector)]
    .filter((part) => part.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .map((part) => [name, part.getBoundingClientRect()])
    .filter(([, { width, height }]) => width >= 1 && height >= 1)
    .map(([name, { left, top, right, bottom }]) => [name, [left, top, right, bottom]]))"""


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels of the window; the top is negative where it is scrolled out."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """Pixels."""
        return self.bottom - self.top

    def relation(self, other: Box) -> str:
        """Where it is, seen from another one."""
        if self.right <= other.left + SLACK:
            return "left of"
        if self.left >= other.right - SLACK:
            return "right of"
        if self.bottom <= other.top + SLACK:
            return "above"
        if self.top >= other.bottom - SLACK:
            return "below"
        return (
            "within" if self._is_within(other) else "around" if other._is_within(self) else "over"
        )

    def _is_within(self, other: Box) -> bool:
        return (
            self.left >= other.left - SLACK
            and self.right <= other.right + SLACK
            and self.top >= other.top - SLACK
            and self.bottom <= other.bottom + SLACK
        )


@dataclass(frozen=True)
class Layout:
    """The visible parts of a page in a window, and how far the page is scrolled."""

    boxes: dict[str, Box]
    scrolled: float

    def document(self) -> str:
        """As it is kept, rounded to pixels."""
        boxes = {name: [round(edge) for edge in _edges(box)] for name, box in self.boxes.items()}
        lines = ",\n".join(f"    {json.dumps(name)}: {edges}" for name, edges in boxes.items())
        return f'{{\n  "scrolled": {round(self.scrolled)},\n  "boxes": {{\n{lines}\n  }}\n}}\n'

    @staticmethod
    def of_document(text: str) -> Layout:
        """What was kept."""
        found = json.loads(text)
        boxes = {name: Box(*edges) for name, edges in found["boxes"].items()}
        return Layout(boxes, found["scrolled"])


def layout_of(page: Page) -> Layout:
    """The parts that a page shows now; the second of a kind is called `name 2`."""
    boxes: dict[str, Box] = {}
    for name, edges in page.evaluate(SCRIPT, PARTS):
        count = sum(key.rstrip("0123456789 ") == name for key in boxes) + 1
        boxes[name if count == 1 else f"{name} {count}"] = Box(*edges)
    return Layout(boxes, page.evaluate("() => scrollY"))


def differences(found: Layout, wanted: Layout) -> list[str]:
    """How a layout differs from the one that was reviewed, in words."""
    missing = sorted(wanted.boxes.keys() - found.boxes.keys())
    new = sorted(found.boxes.keys() - wanted.boxes.keys())
    said = [f"{name} is not to be seen" for name in missing] + [f"{name} is new" for name in new]
    both = [name for name in wanted.boxes if name in found.boxes]
    for name in both:
        said += _moved(name, found, wanted)
    # The notice stays at the top of the window while everything else is scrolled below it.
    for one, other in combinations([name for name in both if name != NOTICE], 2):
        now = found.boxes[one].relation(found.boxes[other])
        before = wanted.boxes[one].relation(wanted.boxes[other])
        if now != before:
            said.append(f"{one} is {now} {other}, and was {before} it")
    return said


def _moved(name: str, found: Layout, wanted: Layout) -> list[str]:
    now, before = found.boxes[name], wanted.boxes[name]
    said = []
    if max(abs(now.left - before.left), abs(now.right - before.right)) > ACROSS:
        said.append(f"{name} is at {_edges(now)}, and was at {_edges(before)}")
    if not HEIGHTS[0] <= now.height / before.height <= HEIGHTS[1]:
        said.append(f"{name} is {now.height:.0f} pixels high, and was {before.height:.0f}")
    if name == NOTICE:
        if abs(now.top) > SLACK:
            said.append(f"{name} is not at the top of the window, but at {now.top:.0f}")
        return said
    down, was_down = now.top + found.scrolled, before.top + wanted.scrolled
    if abs(down - was_down) > DOWN + DOWN_SHARE * was_down:
        said.append(f"{name} begins at {down:.0f} pixels of the page, and did so at {was_down:.0f}")
    return said


def drawn_otherwise(found: Any, layout: Layout, golden: Any, wanted: Layout) -> list[str]:
    """How what is drawn differs from the golden, in words: pictures, and the notice's letters.

    Args:
        found, golden: screenshots of the window, in RGB.
        layout, wanted: where the parts are in them.
    """
    said = []
    for name, before in wanted.boxes.items():
        if name in layout.boxes:
            said += _drawn_part(name, _pixels(found, layout.boxes[name]), _pixels(golden, before))
    if NOTICE in layout.boxes:
        levels = _pixels(found, layout.boxes[NOTICE]).mean(axis=2)
        ink = float(np.ptp(np.percentile(levels, [1, 99]))) if levels.size else 0.0
        if not ink >= INK:
            said.append(
                f"{NOTICE} is not legible: {ink:.0f} gray levels between letters and ground"
            )
    return said


def _drawn_part(name: str, now: Any, before: Any) -> list[str]:
    """How one part's pixels differ; only what was in the window is compared."""
    if not before.size:
        return []
    if not now.size:
        return [f"{name} is not in the window"]
    shade = float(np.abs(now.mean(axis=(0, 1)) - before.mean(axis=(0, 1))).max())
    said = [] if shade <= SHADE else [f"{name} has another colour, by {shade:.0f} levels"]
    if name.startswith(DRAWN):
        shrunk = [
            np.asarray(
                Image.fromarray(part).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
            )
            for part in (now, before)
        ]
        alike = structural_similarity(*shrunk, data_range=255.0)
        if not alike >= ALIKE:
            said.append(f"{name} is drawn otherwise: {alike:.3f} alike, {ALIKE} at least")
    return said


def _pixels(screen: Any, box: Box) -> Any:
    """What is in the window of a part, (height, width, 3)."""
    rows = slice(max(0, round(box.top)), max(0, round(box.bottom)))
    columns = slice(max(0, round(box.left)), max(0, round(box.right)))
    return np.asarray(screen)[rows, columns]


def _edges(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom
