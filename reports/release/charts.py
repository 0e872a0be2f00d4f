"""The ledger of legs as a drawing: what each adds, what it comes to, on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from markupsafe import Markup

from reports import words
from reports.release.reading import Standing
from reports.svg import clip, drawing, line, node, text

_WIDTH = 860.0
_LEFT, _RIGHT = 188.0, 640.0
_ZERO, _BEYOND, _VALUES = 132.0, 692.0, 730.0
_TOP, _ROW = 34.0, 30.0


@dataclass(frozen=True)
class LogAxis:
    """Whole decades from `low` to `high`, with a place of its own for 0 and for no number."""

    low: int
    high: int

    @classmethod
    def holding(cls, values: Sequence[float]) -> LogAxis:
        """The axis that shows every positive finite value, over three decades at least."""
        exponents = [math.log10(v) for v in values if math.isfinite(v) and v > 0]
        low = math.floor(min(exponents, default=-8.0) - 0.1)
        high = math.ceil(max(exponents, default=0.0) + 0.1)
        return cls(min(low, high - 3), high)

    def place(self, value: float) -> float:
        """Where `value` is drawn: exact zeros left of the axis, NaN and infinity right of it."""
        if not math.isfinite(value):
            return _BEYOND
        if value <= 0:
            return _ZERO
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return _LEFT + share * (_RIGHT - _LEFT)

    def decades(self) -> list[int]:
        """The exponents to label: every one, or every second or more where they are many."""
        step = max(1, math.ceil((self.high - self.low) / 8))
        return list(range(self.low, self.high + 1, step))


def ledger_chart(standings: Sequence[Standing]) -> Markup:
    """One row per leg: ◆ what it adds, ● its total from the reference, ▏ from float64."""
    bound = next((s.bound for s in standings if s.bound is not None), None)
    rounding = next((s.from_float64 for s in standings if s.leg.name == s.model.reference), None)
    values = [v for s in standings for v in (s.total, s.adds, s.from_float64) if v is not None]
    axis = LogAxis.holding([*values, *([bound] if bound is not None else [])])
    height = _TOP + _ROW * len(standings) + 26
    floor = height - 26
    children = [
        *_frame(axis, floor, values),
        *_lines(axis, floor, bound, rounding),
    ]
    for index, standing in enumerate(standings):
        children.extend(_row(axis, standing, _TOP + _ROW * (index + 0.5)))
    return drawing(_WIDTH, height, _meaning(standings, bound), *children)


def _frame(axis: LogAxis, floor: float, values: Sequence[float]) -> Iterator[Element]:
    for exponent in range(axis.low, axis.high + 1):
        x = axis.place(10.0**exponent)
        yield line(x, _TOP, x, floor, "grid")
    for exponent in axis.decades():
        label = "1" if exponent == 0 else f"1e{exponent}"
        yield text(axis.place(10.0**exponent), floor + 17, label, "tick", "middle")
    if any(value == 0 for value in values):
        yield line(_ZERO, _TOP, _ZERO, floor, "grid")
        yield text(_ZERO, floor + 17, "0, exact", "tick", "middle")
    if not all(math.isfinite(value) for value in values):
        yield line(_BEYOND, _TOP, _BEYOND, floor, "beyond")
        yield text(_BEYOND, floor + 17, "no number", "tick", "middle")


def _lines(
    axis: LogAxis, floor: float, bound: float | None, rounding: float | None
) -> Iterator[Element]:
    if bound is not None:
        x = axis.place(bound)
        yield node(
            "rect", x=x, y=_TOP, width=_RIGHT - x, height=floor - _TOP, class_="overlimit"
        )  # fmt: skip
        yield line(x, _TOP - 6, x, floor, "limit")
        yield text(x, _TOP - 12, f"tolerance {words.short(bound)}", "limitword", "middle")
    if rounding is not None and math.isfinite(rounding) and rounding > 0:
        x = axis.place(rounding)
        yield line(x, _TOP, x, floor, "rounding")


def _row(axis: LogAxis, standing: Standing, y: float) -> Iterator[Element]:
    name = clip(standing.leg.name, 19 if standing.total else 16)
    yield text(0, y + 4, name, "leg culprit" if standing.at_fault else "leg")
    yield line(_LEFT, y, _RIGHT, y, "row")
    if standing.from_float64 is not None:
        yield from _mark(axis, standing.from_float64, y, "float64")
    if standing.adds is not None:
        yield from _mark(axis, standing.adds, y, "adds")
    if standing.total is not None:
        yield from _mark(axis, standing.total, y, "total", standing.over)
    if standing.total is None and standing.judged:
        yield node("rect", x=_LEFT, y=y - 9, width=_RIGHT - _LEFT, height=18, class_="hole")
        yield text((_LEFT + _RIGHT) / 2, y + 4, "missing: nothing to draw", "bad", "middle")
    yield text(_VALUES, y + 4, *_value(standing))


def _mark(
    axis: LogAxis, value: float, y: float, kind: str, over: bool = False
) -> Iterator[Element]:
    x = axis.place(value)
    if not math.isfinite(value):
        yield node("path", d=f"M{x - 5:.1f} {y - 5:.1f}l10 10m0-10l-10 10", class_="cross")
    elif kind == "total":
        yield node("circle", cx=x, cy=y, r=4.5, class_="total over" if over else "total")
    elif kind == "adds":
        yield node("path", d=f"M{x:.1f} {y - 7.5:.1f}l7.5 7.5l-7.5 7.5l-7.5-7.5z", class_="adds")
    else:
        yield line(x, y - 9, x, y + 9, "float64")


def _value(standing: Standing) -> tuple[str, str]:
    """What stands at the end of a row, and its class."""
    if not standing.judged:
        return standing.baseline_words, "tick"
    if standing.total is None:
        return words.MISSING, "bad"
    share = f" · {words.percent(standing.used)}" if standing.used is not None else ""
    if not math.isfinite(standing.total):
        share = ""
    return words.error(standing.total) + share, "bad" if standing.over else "value"


def _meaning(standings: Sequence[Standing], bound: float | None) -> str:
    first = standings[0]
    parts = [f"Error of {first.model.id}, output {first.output}, by leg on a logarithmic scale"]
    parts.append("no tolerance" if bound is None else f"tolerance {words.short(bound)}")
    for s in standings:
        if s.judged:
            parts.append(
                f"{s.leg.name}: adds {words.error(s.adds)}, total {words.error(s.total)}, "
                f"from float64 {words.error(s.from_float64)}"
            )
        elif s.from_float64 is not None:
            parts.append(f"{s.leg.name}: from float64 {words.error(s.from_float64)}")
    return "; ".join(parts)


def meter(standing: Standing) -> Markup:
    """A small bar: the share of the tolerance used, full and red where it is over or NaN."""
    used = standing.used
    share = 1.0 if standing.over else min(1.0, used or 0.0)
    children = [
        node("rect", x=0, y=0, width=96, height=7, rx=2, class_="meter"),
        node(
            "rect", x=0, y=0, width=96 * share, height=7, rx=2,
            class_="meter-over" if standing.over else "meter-used",
        ),
    ]  # fmt: skip
    return drawing(96, 7, f"{words.percent(used)} of the tolerance", *children)
