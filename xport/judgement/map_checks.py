"""Judging what explanations say against another release: direction of maps, explained regions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xport.comparison.change import Changes, MapChange
from xport.comparison.regions import Regions
from xport.judgement.change_parts import absent, change_check
from xport.judgement.verdict import Check, Status
from xport.plan.baseline import ChangeLimits
from xport.plan.plan import Plan, PlannedModel

COSINE = "direction of maps (min_map_cosine)"
REGION = "explained regions (min_region_iou)"
Least = Callable[[MapChange], tuple[float, str] | None]


def map_checks(
    limits: ChangeLimits, changes: Changes | None, plan: Plan, reason: str
) -> Iterator[Check]:
    """Every limit on maps, on every explanation: of its worst map, leg and probe.

    Args:
        changes: what was compared; None where nothing could be, for `reason`.
        plan: of the new release.
    """
    asked: tuple[tuple[float | None, str, str, Least], ...] = (
        (limits.min_map_cosine, COSINE, "cosine", _least_cosine),
        (limits.min_region_iou, REGION, "IoU", _least_iou(limits.explained_share)),
    )
    models = [model for model in plan.models if model.kind == "explanation"]
    for bound, name, what, least in asked:
        if bound is None:
            continue
        if not models:
            yield change_check(plan.models[0], name, Status.NOT_RUN, "there is no explanation here")
        for model in models:
            found = [one for one in (changes.maps if changes else ()) if one.model == model.id]
            missing = absent(changes, model, reason)
            yield _judged((model, name, what), found, least, bound, missing or "")


def _judged(
    place: tuple[PlannedModel, str, str],
    found: list[MapChange],
    least: Least,
    bound: float,
    reason: str,
) -> Check:
    """What is no number is FAILED; where a map of a leg was compared on no probe, NOT_RUN."""
    model, name, what = place
    said = [(one, least(one)) for one in found]
    known = [(value, probe, one) for one, pair in said if pair for value, probe in (pair,)]
    limit = f"({name.partition('(')[2].rstrip(')')} {bound:g})"
    if not known:
        why = reason or "no map of it was compared: both sides share no probe"
        return change_check(model, name, Status.NOT_RUN, f"{why} {limit}", None, 1 - bound)
    value, probe, one = min(known, key=lambda row: (row[0] == row[0], row[0]))
    words = f"{what} {value:.4g}" if value == value else f"{what} is no number: a map is constant"
    message = (
        f"{words} on {probe} of {len(one.cosines)} shared probes, {one.output} of {one.leg} {limit}"
    )
    status = Status.PASSED if value >= bound else Status.FAILED
    lacking = [f"{one.output} of {one.leg}" for one, pair in said if pair is None]
    if status is Status.PASSED and lacking:
        status, message = Status.NOT_RUN, f"{message}; not compared: {', '.join(lacking)}"
    return change_check(model, name, status, message, 1 - value, 1 - bound)


def _least_cosine(one: MapChange) -> tuple[float, str] | None:
    if not one.cosines:
        return None
    worst = Regions(share=1.0, iou=one.cosines)
    return worst.least, worst.worst_probe


def _least_iou(share: float) -> Least:
    """Of the share that is limited; another was not compared."""

    def least(one: MapChange) -> tuple[float, str] | None:
        regions = one.regions
        if regions is None or regions.share != share or not regions.iou:
            return None
        return regions.least, regions.worst_probe

    return least
