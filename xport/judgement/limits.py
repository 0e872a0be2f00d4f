"""What a policy asks of one output, as numbers that a comparison must not exceed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xport.comparison.parity import Comparison, Metrics, Role
from xport.judgement.verdict import Case
from xport.plan.plan import REFERENCE_LEG
from xport.plan.policy import RelativeTolerance


@dataclass(frozen=True)
class Limit:
    """`measure` of a comparison must be at most `bound`; None where the bound is not known.

    `of_probe` says the same of one probe.
    """

    name: str
    what: str
    measure: Callable[[Comparison], float]
    of_probe: Callable[[Metrics], float]
    bound: float | None
    rationale: str

    def met_by(self, comparison: Comparison) -> bool:
        """Whether it is; NaN is not."""
        return self.bound is not None and self.measure(comparison) <= self.bound

    def worst_probe(self, comparison: Comparison) -> str:
        """The probe that is furthest; NaN is further than any number."""
        found = {name: self.of_probe(metrics) for name, metrics in comparison.probes.items()}
        return max(found, key=lambda name: (found[name] != found[name], found[name]))


def limits_of(case: Case, model: str, output: str) -> list[Limit]:
    """The limits of an output, of its absolute or relative tolerance; none if none is declared."""
    tolerance = case.plan.policy.tolerance(model, output)
    if tolerance is not None:
        return [
            Limit(
                "within tolerance",
                "max |Δ|",
                _max_abs,
                lambda metrics: metrics.max_abs,
                tolerance.max_abs,
                tolerance.rationale,
            )
        ]
    relative = case.plan.policy.relative_tolerance(model, output)
    if relative is None:
        return []
    gap = allowed_gap(relative, case.comparisons)
    angle = 1 - relative.min_cosine
    return [
        Limit(
            "within relative L2",
            "relative L2",
            _relative_l2,
            lambda metrics: metrics.relative_l2,
            gap,
            relative.rationale,
        ),
        Limit("within angle", "1 - cosine", _largest_angle, _angle, angle, relative.rationale),
    ]


def allowed_gap(
    relative: RelativeTolerance, comparisons: Mapping[tuple[str, str, str, Role], Comparison]
) -> float | None:
    """The largest relative L2 over all probes: a multiple of PyTorch's own; None if not known."""
    own = comparisons.get((relative.model, REFERENCE_LEG, relative.output, Role.FLOAT64))
    return None if own is None else relative.max_ratio_to_float64_gap * own.pooled.relative_l2


def _max_abs(comparison: Comparison) -> float:
    return comparison.pooled.max_abs


def _relative_l2(comparison: Comparison) -> float:
    return comparison.pooled.relative_l2


def _largest_angle(comparison: Comparison) -> float:
    """1 - cosine of the worst probe; NaN if any is."""
    angles = [_angle(metrics) for metrics in comparison.probes.values()]
    return max(angles, key=lambda angle: (angle != angle, angle))


def _angle(metrics: Metrics) -> float:
    return 1 - metrics.cosine
