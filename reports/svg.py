"""Drawings as SVG elements: escaped by construction, small, and the same bytes every time."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from markupsafe import Markup

from reports.words import printable


def node(tag: str, *children: Element | str, **attributes: str | float) -> Element:
    """An element; `class_` is `class`, other underscores become hyphens, floats are rounded."""
    element = Element(tag)
    for name, value in attributes.items():
        element.set(name.rstrip("_").replace("_", "-"), _value(value))
    for child in children:
        if isinstance(child, str):
            element.text = (element.text or "") + printable(child)
        else:
            element.append(child)
    return element


def text(x: float, y: float, words: str, class_: str = "", anchor: str = "start") -> Element:
    """Words at a point; `anchor` is start, middle or end."""
    return node("text", words, x=x, y=y, text_anchor=anchor, class_=class_ or "label")


def clip(words: str, room: int) -> str:
    """`words` in at most `room` characters."""
    return words if len(words) <= room else words[: room - 1] + "…"


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Element:
    """A straight line."""
    return node("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def drawing(width: float, height: float, meaning: str, *children: Element) -> Markup:
    """A whole drawing with `meaning` as its text for those who cannot see it."""
    root = node(
        "svg", *children, viewBox=f"0 0 {_value(width)} {_value(height)}", role="img",
        aria_label=meaning,
    )  # fmt: skip
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return printable(value)
    return f"{value:.2f}".rstrip("0").rstrip(".")
