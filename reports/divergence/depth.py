"""Error against depth as a drawing: what each node is off running, fed, and may be off."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from markupsafe import Markup

from reports import words
from reports.svg import drawing, line, node, text
from xport.divergence.document import Divergence, NodeError

_WIDTH, _HEIGHT = 860.0, 330.0
_LEFT, _RIGHT = 78.0, 846.0
_TOP, _BOTTOM, _ZERO = 34.0, 270.0, 290.0
_LEAST_DECADES = 3


@dataclass(frozen=True)
class _Axes:
    """Depth to the right, whole decades of error upwards; zeros below, what is no number above."""

    first: int
    last: int
    low: int
    high: int

    @classmethod
    def holding(cls, nodes: Sequence[NodeError]) -> _Axes:
        values = [v for one in nodes for v in (one.free, one.local, one.tolerance)]
        known = [math.log10(v) for v in values if v is not None and math.isfinite(v) and v > 0]
        low, high = math.floor(min(known, default=-8) - 0.1), math.ceil(max(known, default=0) + 0.1)
        return cls(nodes[0].depth, nodes[-1].depth, min(low, high - _LEAST_DECADES), high)

    def x(self, depth: int) -> float:
        """Where a depth is drawn."""
        span = max(1, self.last - self.first)
        return _LEFT + 12 + (depth - self.first) / span * (_RIGHT - _LEFT - 24)

    def y(self, value: float) -> float:
        """Where an error is drawn."""
        if not math.isfinite(value):
            return _TOP - 14
        if value <= 0:
            return _ZERO
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return _BOTTOM - share * (_BOTTOM - _TOP)

    def decades(self) -> range:
        """The exponents that are labelled."""
        return range(self.low, self.high + 1, max(1, math.ceil((self.high - self.low) / 8)))


def depth_chart(found: Divergence) -> Markup:
    """One column a node: ● running, ◆ fed with the reference's inputs, ‑ ‑ what is allowed."""
    nodes = found.nodes
    if not nodes:
        return Markup()
    axes = _Axes.holding(nodes)
    errors = [v for one in nodes for v in (one.free, one.local) if v is not None]
    children = [*_frame(axes, errors), *_allowed(axes, nodes)]
    for one in nodes:
        children.extend(_column(axes, one, one.value == found.first_local))
    return drawing(_WIDTH, _HEIGHT, _meaning(found), *children)


def _frame(axes: _Axes, errors: Sequence[float]) -> Iterator[Element]:
    for exponent in range(axes.low, axes.high + 1):
        y = axes.y(10.0**exponent)
        yield line(_LEFT, y, _RIGHT, y, "grid")
    for exponent in axes.decades():
        label = "1" if exponent == 0 else f"1e{exponent}"
        yield text(_LEFT - 8, axes.y(10.0**exponent) + 4, label, "tick", "end")
    yield line(_LEFT, _ZERO, _RIGHT, _ZERO, "grid")
    yield text(_LEFT - 8, _ZERO + 4, "0, exact", "tick", "end")
    if not all(math.isfinite(value) for value in errors):
        yield text(_LEFT - 8, _TOP - 10, "no number", "tick", "end")
    yield text((_LEFT + _RIGHT) / 2, _HEIGHT - 6, "node, in order of computation", "tick", "middle")
    for depth in sorted({axes.first, axes.last}):
        yield text(axes.x(depth), _HEIGHT - 22, str(depth), "tick", "middle")


def _allowed(axes: _Axes, nodes: Sequence[NodeError]) -> Iterator[Element]:
    points = [(axes.x(one.depth), axes.y(one.tolerance)) for one in nodes]
    path = "".join(f"{'L' if place else 'M'}{x:.1f} {y:.1f}" for place, (x, y) in enumerate(points))
    yield node("path", d=path, class_="limit")


def _column(axes: _Axes, one: NodeError, first: bool) -> Iterator[Element]:
    x = axes.x(one.depth)
    if first:
        yield line(x, _TOP - 20, x, _ZERO, "beyond")
        late = x > (_LEFT + _RIGHT) / 2
        anchor, shift = ("end", -6) if late else ("start", 6)
        yield text(x + shift, _TOP - 20, f"{one.depth}: {one.op}", "culprit", anchor)
    if one.local is not None:
        yield from _mark(x, axes.y(one.local), one.local, "adds", one.local_over)
    if one.free is not None:
        yield from _mark(x, axes.y(one.free), one.free, "total", one.free_over)


def _mark(x: float, y: float, value: float, kind: str, over: bool) -> Iterator[Element]:
    if not math.isfinite(value):
        yield node("path", d=f"M{x - 4:.1f} {y - 4:.1f}l8 8m0-8l-8 8", class_="cross")
    elif kind == "total":
        yield node("circle", cx=x, cy=y, r=3.5, class_="total over" if over else "total")
    else:
        yield node("path", d=f"M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6-6z", class_="adds")


def _meaning(found: Divergence) -> str:
    first = found.node(found.first_local)
    named = f"the first over by itself is node {first.depth}, {first.name}" if first else (
        "none is over by itself"
    )  # fmt: skip
    worst = max((one.free for one in found.nodes if one.free is not None), default=None)
    return (
        f"Error against depth of {found.target.model} on {found.target.leg} at {len(found.nodes)} "
        f"nodes on a logarithmic scale; {named}; the largest running error is {words.error(worst)}"
    )
