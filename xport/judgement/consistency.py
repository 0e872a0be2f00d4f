"""Numbers of evidence held together: a sum to its parts, a leg to the others of one baseline."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from xport.comparison.parity import Comparison, Metrics, worst
from xport.judgement.verdict import OutputFacts

CLOSE = 1e-6
"""Relative: both sides are float64 sums of the same numbers, in two orders."""


def number_findings(
    facts: Sequence[OutputFacts], comparisons: Sequence[Comparison]
) -> Iterator[str]:
    """Where measured numbers contradict each other."""
    yield from _twice("facts", [(f.model, f.leg, f.output) for f in facts])
    yield from _twice("comparison", [(c.model, c.leg, c.output, c.role) for c in comparisons])
    counted = {(f.model, f.leg, f.output): (f.nan, f.inf) for f in facts}
    for comparison in comparisons:
        place = f"{comparison.model}/{comparison.leg} {comparison.output}, {comparison.role}"
        for what in _contradictions(comparison):
            yield f"{place}: {what}"
        of = counted.get((comparison.model, comparison.leg, comparison.output))
        if of is not None and of != (comparison.pooled.nan, comparison.pooled.inf):
            yield f"{place}: the facts count other NaN and infinite values"
    yield from _norm_findings(comparisons)


def _twice(what: str, keys: Sequence[tuple[str, ...]]) -> Iterator[str]:
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"{'/'.join(key)}: {what} stands there twice"


def _contradictions(comparison: Comparison) -> Iterator[str]:
    pooled, probes = comparison.pooled, comparison.probes
    if not probes:
        yield "no probe is compared"
        return
    if not _close(pooled.max_abs, _largest([m.max_abs for m in probes.values()])):
        yield "the largest difference is not that of its probes"
    if pooled.elements != sum(m.elements for m in probes.values()):
        yield "it counts other elements than its probes"
    if (pooled.nan, pooled.inf) != (_sum(probes, "nan"), _sum(probes, "inf")):
        yield "it counts other NaN and infinite values than its probes"
    squares = sum(m.rms**2 * m.elements for m in probes.values())
    if not _close(pooled.rms**2 * pooled.elements, squares):
        yield "its root mean square is not that of its probes"
    if not _close(_norm(pooled) ** 2, sum(_norm(m) ** 2 for m in probes.values())):
        yield "its relative L2 is not that of its probes"
    regions = comparison.regions
    if regions is not None and (
        {*regions.iou} != {*probes}
        or any(not 0 <= one <= 1 for one in regions.iou.values() if one == one)
    ):
        yield "its explained regions are not of its probes, or no share of a union"
    if _finite(probes):
        yield from _listed_contradictions(comparison)


def _listed_contradictions(comparison: Comparison) -> Iterator[str]:
    """The worst probe, and the differences that are listed or drawn, against the numbers."""
    pooled, probes, histogram = comparison.pooled, comparison.probes, comparison.histogram
    if comparison.worst_probe != worst(probes):
        yield "its worst probe is another"
    for name, metrics in probes.items() if comparison.differences is not None else ():
        listed = (comparison.differences or {}).get(name, (math.nan,))
        if not math.isclose(max(map(abs, listed)), metrics.max_abs, rel_tol=CLOSE):
            yield f"the largest difference on {name} is not the one that is listed"
    if comparison.differences is not None or histogram is None:
        return
    if sum(histogram.counts) != pooled.elements:
        yield "its histogram is not of its elements"
    if pooled.max_abs > 0 and not _close(histogram.edges[-1], pooled.max_abs):
        yield "its histogram does not reach its largest difference"


def _norm_findings(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """Every leg that is compared with one baseline's output divides by the same norm."""
    first: dict[tuple[str, str, str, tuple[str, ...]], float] = {}
    for one in comparisons:
        norm = _norm(one.pooled)
        if not math.isfinite(norm) or norm == 0:
            continue
        key = (one.model, one.baseline, one.output, tuple(sorted(one.probes)))
        known = first.setdefault(key, norm)
        if not _close(known, norm):
            yield (
                f"{one.model}/{one.leg} {one.output}, {one.role}: its relative L2 is by another "
                f"norm of {one.baseline} than other legs'"
            )


def largest_findings(
    facts: Sequence[OutputFacts], comparisons: Sequence[Comparison]
) -> Iterator[str]:
    """The largest value of an output against its spread, and its norm where others divide by it."""
    norms = norms_of(comparisons)
    for one in facts:
        place = f"{one.model}/{one.leg} {one.output}"
        if one.largest is None:
            yield f"{place}: its largest value is not told"
            continue
        norm = norms.get((one.model, one.leg, one.output), math.nan)
        if one.largest > norm * (1 + CLOSE) or one.spread > 2 * one.largest * (1 + CLOSE):
            yield f"{place}: its largest value is not that of its numbers"


def norms_of(comparisons: Sequence[Comparison]) -> dict[tuple[str, str, str], float]:
    """The Euclidean norm of outputs that others were compared with, over all probes."""
    found: dict[tuple[str, str, str], float] = {}
    for one in comparisons:
        norm = _norm(one.pooled)
        if math.isfinite(norm):
            key = (one.model, one.baseline, one.output)
            found[key] = max(norm, found.get(key, 0.0))
    return found


def _norm(metrics: Metrics) -> float:
    """The baseline's Euclidean norm, by which a relative L2 was divided; NaN where none shows."""
    if not metrics.relative_l2 > 0 or not math.isfinite(metrics.relative_l2):
        return math.nan
    return metrics.rms * math.sqrt(metrics.elements) / metrics.relative_l2


def _close(one: float, other: float) -> bool:
    """Whether two numbers are the same but for rounding; where one is not finite nothing shows."""
    if not (math.isfinite(one) and math.isfinite(other)):
        return True
    return math.isclose(one, other, rel_tol=CLOSE, abs_tol=1e-300)


def _largest(values: Sequence[float]) -> float:
    return max(values, key=lambda value: (math.isnan(value), value))


def _sum(probes: dict[str, Metrics], name: str) -> int:
    return sum(getattr(metrics, name) for metrics in probes.values())


def _finite(probes: dict[str, Metrics]) -> bool:
    return all(math.isfinite(metrics.max_abs) for metrics in probes.values())
