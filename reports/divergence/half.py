"""What half precision does to a model, in lines for a terminal and as a page."""

from __future__ import annotations

from collections.abc import Iterator

from reports.divergence.lines import NOTICE
from reports.page import environment
from reports.words import error, percent, printable, short
from xport.divergence.half_document import HalfLayer, HalfOutput, HalfPrecision, HalfSpread

MOST = 5
"""Layers that are said on a terminal."""


def html_half(found: HalfPrecision) -> str:
    """The document as one self-contained page: the outputs first, then every layer."""
    return environment().get_template("half.html").render(found=found, headline=headline(found))


def half_lines(found: HalfPrecision) -> list[str]:
    """The outputs, the layers that lose most, and what must be known."""
    return [printable(one) for one in _lines(found)]


def headline(found: HalfPrecision) -> str:
    """What was found, in one sentence."""
    over = [one.output for one in found.outputs if one.over]
    if over:
        return f"{found.model}: beyond tolerance at half precision: {', '.join(over)}"
    if all(one.bound is None for one in found.outputs):
        return f"{found.model}: the policy has no tolerance to hold half precision to"
    return f"{found.model}: at half precision every output stays within its tolerance"


def _lines(found: HalfPrecision) -> Iterator[str]:
    yield headline(found)
    yield f"probe {found.probe}; {len(found.layers)} layers"
    for one in found.outputs:
        yield f"  {_output(one)}"
    yield from _worst(found)
    yield from found.remarks
    yield NOTICE


def _output(one: HalfOutput) -> str:
    allowed = f", {short(one.bound)} allowed" if one.bound is not None else ""
    how = {True: "with forced float16 textures", False: "in the run"}
    said = [f"{error(run.away)} measured {how[run.forced]} ({run.leg})" for run in one.measured]
    measured = ", ".join(said) or "nothing measured"
    spread = f" ({_spread(one.spread)})" if one.spread else ""
    return f"{one.output}: {error(one.forecast)} forecast{spread}, {measured}{allowed}"


def _spread(spread: HalfSpread) -> str:
    return (
        f"of {spread.probes} probes {error(spread.worst)} at worst, on {spread.worst_probe}, "
        f"{error(spread.median)} the median"
    )


def _worst(found: HalfPrecision) -> Iterator[str]:
    def lost(one: HalfLayer) -> tuple[float, float]:
        return one.overflow, one.vanish

    worst = [one for one in sorted(found.layers, key=lost, reverse=True) if any(lost(one))]
    if not worst:
        yield "no layer has a value that float16 cannot hold"
    for one in worst[:MOST]:
        yield (
            f"  {one.op} {one.name} (node {one.depth}): {percent(one.overflow)} overflow, "
            f"{percent(one.vanish)} vanish, largest {short(one.largest)}"
        )
    if len(worst) > MOST:
        yield f"  and {len(worst) - MOST} more layers that lose values, in the page"
