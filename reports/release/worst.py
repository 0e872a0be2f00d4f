"""The worst check of a verdict: what was measured, on which probe, what was allowed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from reports.release.reading import MAX_ABS, RELATIVE_L2, Measure, Reading, severity
from xport.comparison.parity import Comparison, Role
from xport.judgement.judge import baseline_of
from xport.judgement.preprocessing_checks import PREPROCESSING
from xport.judgement.reference_checks import is_own_distance
from xport.judgement.slowdown_checks import CHANGE
from xport.judgement.verdict import Check

ANGLE = Measure("1 - cosine", lambda metrics: 1 - metrics.cosine)
_MEASURES = {"within relative L2": RELATIVE_L2, "within angle": ANGLE}


@dataclass(frozen=True)
class Measured:
    """A check with what it measured in terms of `measure`, and the probe that is worst by it.

    `share` is the part of the bound that is used, 1 being all of it, NaN where NaN was measured;
    None where nothing was measured or nothing but 0 is allowed.
    """

    check: Check
    measure: str
    probe: str | None

    @property
    def share(self) -> float | None:
        """How much of what is allowed was used."""
        return share_of(self.check)

    @property
    def place(self) -> str:
        """Model, leg and output in one word each."""
        return place_of(self.check)


def place_of(check: Check) -> str:
    """Where a check was made: `classifier/tfjs/webgl probabilities`."""
    return " ".join(filter(None, (f"{check.model}/{check.leg}", check.output)))


def share_of(check: Check) -> float | None:
    """The part of its bound that a check used; None where there is no such part."""
    if check.measured is None or check.bound is None:
        return None
    if check.bound == 0:
        return None if check.measured == 0 else math.copysign(math.inf, check.measured)
    return check.measured / check.bound


def measured(reading: Reading, check: Check) -> Measured:
    """A check with its measure and its worst probe."""
    measure = next((m for name, m in _MEASURES.items() if check.name.startswith(name)), MAX_ABS)
    found = _comparison(reading, check)
    probe = None
    if found is not None and found.probes:
        probes = found.probes
        probe = max(probes, key=lambda name: severity(measure.of(probes[name])))
    return Measured(check, measure.name if found is not None else "", probe)


def worst_check(reading: Reading) -> Measured | None:
    """The check that decides a verdict that did not pass, else the one that used most.

    Of what decides, the first culprit's check that is furthest over its bound; where what failed is
    waived, that is the one that used most.
    """
    verdict = reading.verdict
    if verdict.status.all_passed:
        return most_used(reading)
    bad = [c for c in verdict.checks if c.status is verdict.status and not c.beside]
    blamed = [c for c in bad if f"{c.model}/{c.leg}" in verdict.culprits[:1]] or bad
    found = max(blamed, key=_excess, default=None)
    return measured(reading, found) if found else None


def most_used(reading: Reading) -> Measured | None:
    """The distance that takes the largest share of what is allowed; NaN takes more than all.

    Not among them are PyTorch's own rounding, limits against another release, and what is advisory.
    """
    ranked = by_share(reading)
    return measured(reading, ranked[0]) if ranked else None


def by_share(reading: Reading) -> list[Check]:
    """Every distance with a bound, the one that takes the largest share first."""
    found = [check for check in reading.verdict.checks if _is_distance(check)]
    return sorted(found, key=_excess, reverse=True)


def _is_distance(check: Check) -> bool:
    if check.advisory or check.leg == CHANGE or is_own_distance(check):
        return False
    return share_of(check) is not None


def _excess(check: Check) -> tuple[bool, tuple[bool, float]]:
    """Shares that a person reads as one are equal: then the first baseline counts."""
    share = share_of(check)
    return share is not None, severity(float(f"{share or 0.0:.2e}"))


def _comparison(reading: Reading, check: Check) -> Comparison | None:
    """What a check rests on; None of one that compares no output."""
    if check.output is None:
        return None
    if check.leg.startswith(PREPROCESSING):
        return next(_prepared(reading, check), None)
    model = next((one for one in reading.plan.models if one.id == check.model), None)
    leg = next((one for one in reading.plan.legs if one.name == check.leg), None)
    if model is None or leg is None:
        return None
    against = check.against or model.reference
    for role in Role:
        found = reading.comparison(model.id, leg.name, check.output, role)
        if found is not None and baseline_of(model, leg, role) == against:
            return found
    return None


def _prepared(reading: Reading, check: Check) -> Iterator[Comparison]:
    for effect in reading.evidence.preprocessing:
        pipeline = f"{PREPROCESSING}{effect.prepared.pipeline.name}"
        if (effect.prepared.model, pipeline) == (check.model, check.leg):
            yield from (one for one in effect.in_browser if one.output == check.output)
