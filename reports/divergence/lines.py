"""Where a leg departs, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from reports.words import error, printable, short
from xport.divergence.document import Divergence, NodeError, Suspect
from xport.divergence.words import described, worst_line

NOTICE = "NOT FOR MEDICAL USE"
MOST_BESIDE = 3
"""How many of what differs are said."""


def divergence_lines(found: Divergence) -> list[str]:
    """The outcome, the first node with both tensors and what differs, and what to do next."""
    return [printable(one) for one in _lines(found)]


def headline(found: Divergence) -> str:
    """What was found, in one sentence."""
    target, local = found.target, found.node(found.first_local)
    place = f"{target.model}/{target.leg} {target.output}"
    if local is not None:
        return f"{place}: the first node over tolerance is {told(local)}"
    free = found.node(found.first_free)
    if free is not None:
        return f"{place}: no node is over tolerance by itself, the running model is at {told(free)}"
    return f"{place}: no node is over tolerance"


def first_told(found: Divergence) -> str | None:
    """The first node over tolerance, by itself or else in the running model, and on which leg."""
    first = found.node(found.first_local) or found.node(found.first_free)
    return f"{told(first)} of {found.target.model}/{found.target.leg}" if first else None


def told(one: NodeError) -> str:
    """A node by its place, operator and name."""
    return f"{one.op} {one.name} (node {one.depth}, {one.tested} there)"


def recorded(found: Divergence) -> str:
    """What the run says of the output: the verdict, and the distance on the probe."""
    target = found.target
    allowed = f", {short(target.bound)} allowed" if target.bound is not None else ""
    away = f"{error(target.error)} off on {target.probe}{allowed}"
    return f"the run’s verdict is {target.verdict}; recorded: {away}"


def errors_of(one: NodeError) -> str:
    """Local, inherited and running error of a node, and what is allowed."""
    local = "not measured" if one.local is None else error(one.local)
    inherited = "not measured" if one.inherited is None else error(one.inherited)
    return (
        f"local {local}, inherited {inherited}, running "
        f"{'not measured' if one.free is None else error(one.free)}, tolerance "
        f"{short(one.tolerance)}"
    )


def _lines(found: Divergence) -> Iterator[str]:
    yield headline(found)
    yield recorded(found)
    yield f"tolerance of a node: {found.rule.words}"
    if found.suspect is not None:
        yield from _suspect_lines(found.suspect, over=found.over)
    free = found.node(found.first_free)
    if free is not None and found.first_free != found.first_local:
        yield f"first over in the running model: {told(free)}: {errors_of(free)}"
    yield from found.remarks
    if found.bisected:
        yield f"memory is short: {len(found.nodes)} nodes were measured, by halving"
    if found.command is not None:
        yield f"reproduce it: {found.command}"
    yield NOTICE


def _suspect_lines(suspect: Suspect, *, over: bool) -> Iterator[str]:
    if not over:
        yield f"closest to its tolerance: {told(suspect.node)}"
    yield f"  {errors_of(suspect.node)}"
    how = "fed with the reference’s inputs" if suspect.fed else "running"
    yield f"  expected  {described(suspect.expected)}"
    yield f"  found     {described(suspect.found)} ({how})"
    yield from (f"  {one}" for one in worst_line(suspect.distance))
    for cause in suspect.causes[:MOST_BESIDE]:
        yield f"  differs: {cause.sentence()}"
    if len(suspect.causes) > MOST_BESIDE:
        yield f"  and {len(suspect.causes) - MOST_BESIDE} more, in the page"
    if over and not suspect.causes:
        yield "  no attribute or weight differs: what computes it, or its order of sums, does"
