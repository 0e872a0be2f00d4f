"""Declared tolerances beside what correct implementations differ by: table and drawing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from markupsafe import Markup

from reports import words
from reports.release.charts import LogAxis
from reports.svg import clip, drawing, line, node, text
from xport.exchange.implementations import PROBES
from xport.judgement.again import case_of
from xport.judgement.derived import Derived, derived_of
from xport.judgement.evidence import Evidence
from xport.plan.rounding import EXPLAINED, FACTOR, FAR, STEPS

_WIDTH, _TOP, _ROW = 860.0, 10.0, 34.0
_VALUES = 730.0


@dataclass(frozen=True)
class DerivedTolerances:
    """Every declared tolerance with what implementations differ by; `missing` says what is not.

    The numbers are those of `xport.plan.rounding`, of which the words tell.
    """

    rows: tuple[Derived, ...]
    chart: Markup
    missing: tuple[str, ...]
    probes: int = PROBES
    far: int = FAR
    factor: int = FACTOR
    steps: int = STEPS
    explained: int = EXPLAINED


def derived_tolerances(evidence: Evidence) -> DerivedTolerances:
    """Of every tolerance and criterion, in the policy's order."""
    rows = derived_of(case_of(evidence))
    measured = {one.model: one for one in evidence.implementations}
    missing = []
    for model in evidence.plan.models:
        one = measured.get(model.id)
        if one is None:
            missing.append(f"{model.id}: it was not measured")
        elif one.failure:
            missing.append(f"{model.id}: {one.failure}")
    return DerivedTolerances(tuple(rows), _chart(rows) if rows else Markup(), tuple(missing))


def _chart(rows: Sequence[Derived]) -> Markup:
    """One row per tolerance: ● an implementation's difference, ▏ what is declared."""
    distances = [one.largest for row in rows for one in row.differs]
    axis = LogAxis.holding([*distances, *(row.max_abs for row in rows)])
    floor = _TOP + _ROW * len(rows)
    children = [*_frame(axis, floor, distances)]
    for index, row in enumerate(rows):
        children += _row(axis, row, _TOP + _ROW * (index + 0.5))
    meaning = "; ".join(
        f"{row.model} {row.output}, {row.place}: {words.short(row.max_abs)} is "
        f"{words.times(row.times)} {words.short(row.counted)}"
        for row in rows
    )
    meaning = f"Declared tolerances beside what correct implementations differ by: {meaning}"
    return drawing(_WIDTH, floor + 26, meaning, *children)


def _frame(axis: LogAxis, floor: float, distances: Sequence[float]) -> Iterator[Element]:
    for exponent in range(axis.low, axis.high + 1):
        x = axis.place(10.0**exponent)
        yield line(x, _TOP, x, floor, "grid")
    for exponent in axis.decades():
        yield text(axis.place(10.0**exponent), floor + 17, f"1e{exponent}", "tick", "middle")
    if 0 in distances:
        yield text(axis.place(0.0), floor + 17, "0, exact", "tick", "middle")
    if not all(map(math.isfinite, distances)):
        yield text(axis.place(math.nan), floor + 17, "no number", "tick", "middle")


def _row(axis: LogAxis, row: Derived, y: float) -> Iterator[Element]:
    start, end = axis.place(10.0**axis.low), axis.place(10.0**axis.high)
    yield text(0, y - 2, clip(row.output, 19), "tick")
    yield text(0, y + 11, clip(row.model, 19), "tick")
    yield line(start, y, end, y, "row")
    for one in row.differs:
        x = axis.place(one.largest)
        if one.explained:
            yield node("circle", cx=x, cy=y, r=3.5, class_="total")
        else:
            yield node("path", d=f"M{x - 4:.1f} {y - 4:.1f}l8 8m0-8l-8 8", class_="cross")
    x = axis.place(row.max_abs)
    yield line(x, y - 10, x, y + 10, "limit")
    yield text(_VALUES, y + 4, words.times(row.times), "bad" if row.far else "value")
