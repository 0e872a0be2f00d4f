"""Checks gained and lost, errors, sizes and times, side by side."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping

from xport.comparison.change import SizeChange
from xport.comparison.parity import Comparison, Role
from xport.difference.difference import CheckChange, ErrorChange, SpeedChange
from xport.difference.side import Side
from xport.exchange.recording import Recording
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Check
from xport.plan.plan import Plan

CheckKey = tuple[str, str, str | None, str]


def check_changes(before: Evidence, after: Evidence) -> tuple[list[CheckChange], int]:
    """Checks that are not the same on both sides, and how many are."""
    old, new = _by_key(before), _by_key(after)
    found, same = [], 0
    for key in [*old, *(key for key in new if key not in old)]:
        was, now = old.get(key), new.get(key)
        if was and now and was.status is now.status:
            same += 1
            continue
        model, leg, output, name = key
        found.append(
            CheckChange(
                model=model,
                leg=leg,
                output=output,
                name=name,
                before=was.status if was else None,
                after=now.status if now else None,
            )
        )
    return found, same


def _by_key(evidence: Evidence) -> dict[CheckKey, Check]:
    return {(c.model, c.leg, c.output, c.name): c for c in evidence.verdict.checks}


def error_changes(before: Evidence, after: Evidence) -> Iterator[ErrorChange]:
    """Every output of every leg, as far as it was held to the reference on either side."""
    old, new = _references(before), _references(after)
    for key in [*new, *(key for key in old if key not in new)]:
        was, now = old.get(key), new.get(key)
        model, output, leg = key
        yield ErrorChange(
            model=model,
            output=output,
            leg=leg,
            max_abs_before=was.pooled.max_abs if was else None,
            max_abs_after=now.pooled.max_abs if now else None,
            relative_l2_before=was.pooled.relative_l2 if was else None,
            relative_l2_after=now.pooled.relative_l2 if now else None,
        )


def _references(evidence: Evidence) -> dict[tuple[str, str, str], Comparison]:
    return {(c.model, c.output, c.leg): c for c in evidence.comparisons if c.role is Role.REFERENCE}


def size_changes(before: Side, after: Side) -> Iterator[SizeChange]:
    """Bytes and nodes of every model that both sides have."""
    for model in after.plan.models:
        old = before.model(model.id)
        if old is not None:
            yield SizeChange(
                model=model.id,
                bytes_before=old.artifacts[before.plan.shipped_artifact].bytes,
                bytes_after=model.artifacts[after.plan.shipped_artifact].bytes,
                nodes_before=before.nodes.get(model.id),
                nodes_after=after.nodes.get(model.id),
            )


def speed_changes(before: Evidence, after: Evidence) -> Iterator[SpeedChange]:
    """Every leg of what ships, in browsers."""
    old, new = _shipped(before), _shipped(after)
    for key in [*new, *(key for key in old if key not in new)]:
        was, now = old.get(key), new.get(key)
        model, leg = key
        yield SpeedChange(
            model=model,
            leg=leg,
            before=_median(was),
            after=_median(now),
            same_machine=_machine(was) == _machine(now),
        )


def _shipped(evidence: Evidence) -> Mapping[tuple[str, str], Recording]:
    plan: Plan = evidence.plan
    legs = {leg.name for leg in plan.legs if leg.backend and leg.artifact == plan.shipped_artifact}
    return {(r.model, r.leg): r for r in evidence.recordings if r.leg in legs}


def _median(recording: Recording | None) -> float | None:
    steady = [*recording.seconds.values()][1:] if recording else []
    return statistics.median(steady) if steady else None


def _machine(recording: Recording | None) -> tuple[object, ...]:
    environment = recording.environment if recording else None
    web = environment.web if environment else None
    if environment is None or web is None:
        return ()
    return (
        environment.platform,
        web.browser,
        web.version,
        web.renderer,
        web.wasm_threads,
        web.hardware_concurrency,
    )
