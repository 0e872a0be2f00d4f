"""Medians as bars, with their intervals and what 95 % of the rounds stayed below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from markupsafe import Markup

from reports import words
from reports.svg import clip, drawing, line, node, text
from xport.comparison.intervals import Interval

_WIDTH, _LEFT, _RIGHT, _VALUES = 860.0, 188.0, 640.0, 656.0
_TOP, _ROW, _BAR = 12.0, 30.0, 14.0


@dataclass(frozen=True)
class Bar:
    """One bar, in seconds; `ratio` is written beside it, a `bad` one looks it."""

    name: str
    median: Interval
    percentile_95: float
    ratio: Interval | None
    bad: bool


def bars(rows: Sequence[Bar]) -> Markup:
    """One bar per row: the median with its interval and p95."""
    longest = max(max(row.percentile_95, row.median.high) for row in rows)
    height = _TOP + _ROW * len(rows) + 26
    floor = height - 26
    children = [line(_LEFT, _TOP, _LEFT, floor, "axis")]
    for quarter in range(1, 5):
        x = _LEFT + (_RIGHT - _LEFT) * quarter / 4
        children.append(line(x, _TOP, x, floor, "grid"))
        children.append(text(x, floor + 17, words.seconds(longest * quarter / 4), "tick", "middle"))
    for index, row in enumerate(rows):
        children.extend(_bar(row, longest, _TOP + _ROW * (index + 0.5)))
    meaning = "; ".join(f"{row.name}: median {words.seconds(row.median.estimate)}" for row in rows)
    return drawing(_WIDTH, height, f"Seconds per run. {meaning}", *children)


def _bar(row: Bar, longest: float, y: float) -> Iterator[Element]:
    def place(seconds: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * seconds / longest

    median = row.median
    kind = "meter-over" if row.bad else "meter-used"
    yield text(0, y + 4, clip(row.name, 26), "leg culprit" if row.bad else "leg")
    yield node(
        "rect", x=_LEFT, y=y - _BAR / 2, width=place(median.estimate) - _LEFT, height=_BAR,
        class_=kind,
    )  # fmt: skip
    yield line(place(median.low), y, place(median.high), y, "float64")
    for end in (median.low, median.high):
        yield line(place(end), y - 5, place(end), y + 5, "float64")
    p95 = place(row.percentile_95)
    yield line(p95, y - _BAR / 2, p95, y + _BAR / 2, "adds")
    ratio = f" · {row.ratio.estimate:.2f} {words.TIMES}" if row.ratio else ""
    value = words.seconds(median.estimate) + ratio
    yield text(_VALUES, y + 4, value, "bad" if row.bad else "value")
