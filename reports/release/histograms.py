"""Histograms of signed differences, browser minus PyTorch (the paper's Figure E.5)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from reports import words
from reports.svg import clip, drawing, line, node, text
from xport.comparison.parity import Comparison

BINS = 21


@dataclass(frozen=True)
class Figure:
    """The histograms of one output on one leg, all on the axis -`reach` to `reach`.

    One panel per label, or a single one of all elements; `notes` say what the panels cannot.
    """

    panels: tuple[Markup, ...]
    notes: tuple[str, ...]
    labelled: bool


@dataclass(frozen=True)
class Panel:
    """One histogram; `lost` counts the values that are NaN or infinite and have no bin.

    `worst` is the largest |difference|, NaN where one of them is.
    """

    title: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    lost: int
    worst: float


@dataclass(frozen=True)
class _Look:
    """Size of a panel in pixels, and whether its counts are on a logarithmic scale."""

    width: float
    height: float
    logarithmic: bool


_SMALL = _Look(176, 112, logarithmic=False)
_LARGE = _Look(420, 190, logarithmic=True)


def figure(
    comparison: Comparison,
    labels: Sequence[str] | None,
    bound: float | None,
    reach: float | None = None,
) -> Figure:
    """The histograms of a comparison: per label where it has labelled differences.

    Args:
        bound: the tolerance to draw, if one was declared for these differences.
        reach: half the axis of labelled panels; by default, what they need.
    """
    if comparison.differences is not None:
        panels = label_panels(comparison, labels or (), reach)
        look = _SMALL if len(panels) > 1 else _LARGE
    elif comparison.histogram is not None:
        panels, look = [_pooled(comparison)], _LARGE
    else:
        return Figure((), ("no differences were kept for this output",), labelled=False)
    reach = max(panel.edges[-1] for panel in panels)
    tallest = max(max(panel.counts, default=0) for panel in panels)
    return Figure(
        panels=tuple(_draw(panel, look, tallest, bound) for panel in panels),
        notes=tuple(_notes(panels, reach, bound)),
        labelled=len(panels) > 1,
    )


def reach_of(comparison: Comparison) -> float:
    """Half the axis that labelled differences need."""
    rows = [np.asarray(row, dtype=np.float64) for row in (comparison.differences or {}).values()]
    return _reach(np.concatenate(rows) if rows else np.zeros(0))


def label_panels(
    comparison: Comparison, labels: Sequence[str], reach: float | None = None
) -> list[Panel]:
    """One panel per label on a common axis; one of all values where labels do not fit."""
    rows = [np.asarray(row, dtype=np.float64) for row in (comparison.differences or {}).values()]
    values = np.concatenate(rows) if rows else np.zeros(0)
    fits = len(labels) > 1 and all(row.size % len(labels) == 0 for row in rows)
    titles = list(labels) if fits else [comparison.output]
    columns = values.reshape(-1, len(titles))
    edges = np.linspace(-1, 1, BINS + 1) * (reach or _reach(values))
    panels = []
    for index, title in enumerate(titles):
        column = columns[:, index]
        finite = column[np.isfinite(column)]
        panels.append(
            Panel(
                title=title or f"(label {index + 1} has no name)",
                edges=tuple(map(float, edges)),
                counts=tuple(map(int, np.histogram(finite, edges)[0])),
                lost=int(column.size - finite.size),
                worst=float(np.abs(column).max(initial=0.0)),
            )
        )
    return panels


def _pooled(comparison: Comparison) -> Panel:
    assert comparison.histogram is not None
    histogram, pooled = comparison.histogram, comparison.pooled
    return Panel(
        title=comparison.output,
        edges=histogram.edges,
        counts=histogram.counts,
        lost=pooled.elements - sum(histogram.counts),
        worst=pooled.max_abs,
    )


def _reach(values: npt.NDArray[np.float64]) -> float:
    """The smallest of 1, 2, 5 x 10^n that holds every finite value."""
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max(initial=0.0))
    if largest == 0:
        return 1e-12
    power = 10.0 ** math.floor(math.log10(largest))
    return next((step * power for step in (1, 2, 5, 10) if step * power >= largest), largest)


def _notes(panels: Sequence[Panel], reach: float, bound: float | None) -> Iterator[str]:
    lost = sum(panel.lost for panel in panels)
    if lost:
        yield f"{lost:,} values are NaN or infinite, in no bar: see ✕ at the right edge"
    elif all(panel.worst == 0 for panel in panels):
        yield "every difference is exactly 0"
    if bound is None:
        yield "no tolerance is declared"
    elif bound > reach:
        yield f"tolerance ±{words.short(bound)}, {words.times(bound / reach)} wider than this axis"


def _draw(panel: Panel, look: _Look, tallest: int, bound: float | None) -> Markup:
    reach, floor, top = panel.edges[-1], look.height - 20, 34.0
    edge = 14.0 if panel.lost else 0.0
    middle, half = (look.width - edge) / 2, (look.width - edge) / 2 - 6

    def place(value: float) -> float:
        return middle + value / reach * half

    children = [
        text(0, 12, clip(panel.title, int(look.width / 7)), "panel"),
        text(0, 26, f"max |Δ| {words.error(panel.worst)}", "bad" if panel.lost else "tick"),
        line(place(-reach), floor, place(reach), floor, "axis"),
        line(place(0), top, place(0), floor + 4, "grid"),
        text(place(-reach), floor + 15, f"{words.MINUS}{words.short(reach)}", "tick"),
        text(place(0), floor + 15, "0", "tick", "middle"),
        text(place(reach), floor + 15, words.short(reach), "tick", "end"),
    ]
    for low, high, count in zip(panel.edges, panel.edges[1:], panel.counts, strict=False):
        if count:
            tall = _share(count, tallest, look.logarithmic) * (floor - top)
            children.append(
                node(
                    "rect", x=place(low) + 0.4, y=floor - tall,
                    width=place(high) - place(low) - 0.8, height=tall, class_="bar",
                )
            )  # fmt: skip
    if bound is not None and bound <= reach:
        children += [line(place(x), top, place(x), floor, "limit") for x in (-bound, bound)]
    if look.logarithmic:
        total = sum(panel.counts) + panel.lost
        peak = f"tallest bar {max(panel.counts):,} of {total:,}"
        children.append(text(look.width, 12, peak, "tick", "end"))
    children += _lost(panel, look, floor)
    return drawing(look.width, look.height, _meaning(panel), *children)


def _lost(panel: Panel, look: _Look, floor: float) -> Iterator[Element]:
    if panel.lost:
        x, y = look.width - 11, floor - 12
        yield node("path", d=f"M{x:.1f} {y:.1f}l9 9m0-9l-9 9", class_="cross")
        yield text(look.width, y - 5, f"{panel.lost:,}", "bad", "end")


def _share(count: int, tallest: int, logarithmic: bool) -> float:
    if logarithmic:
        return math.log1p(count) / math.log1p(tallest)
    return count / tallest


def _meaning(panel: Panel) -> str:
    lost = f", {panel.lost} of them NaN or infinite" if panel.lost else ""
    return (
        f"{panel.title}: histogram of {sum(panel.counts) + panel.lost:,} differences{lost}, "
        f"largest {words.error(panel.worst)}"
    )
