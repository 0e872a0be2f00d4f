"""What a policy asks of one output, as numbers that a comparison must not exceed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xport.comparison.parity import Comparison, Role
from xport.judgement.verdict import Case
from xport.plan.plan import REFERENCE_LEG
from xport.plan.policy import RelativeTolerance

OWN_SHARE = 0.8
"""What PyTorch float32 may take of a tolerance by its own distance from float64.

Where rounding alone takes more than four fifths, the rest cannot tell a conversion's error from it.
Measured on the networks here: 35 % of a tolerance in the default release, 48 % in the untrained
miniature.
"""

REGION = "1 - IoU of explained regions"
"""What is measured of regions; it is no distance between numbers."""

OWN_REASON = (
    f"float32 rounding may take {OWN_SHARE:.0%} of a tolerance: where PyTorch alone takes more, "
    "the rest cannot tell a conversion's error from it"
)
OWN_ANGLE_REASON = (
    "what every leg is held to holds for PyTorch too: its float32 and float64 point in one "
    "direction, and are no further apart than that angle allows two maps of one length"
)

OWN_REGION_REASON = (
    "what every leg is held to holds for PyTorch too: its float32 and float64 explain one region, "
    "or rounding alone decides which"
)


@dataclass(frozen=True)
class Limit:
    """`measure` of a comparison must be at most `bound`; None where the bound is not known.

    `of_probe` says the same of one probe, by its name. `lacking` is why a bound is not known.
    """

    name: str
    what: str
    measure: Callable[[Comparison], float]
    of_probe: Callable[[Comparison, str], float]
    bound: float | None
    rationale: str
    lacking: str = "the reference's own distance from float64, its measure, is not known"

    def met_by(self, comparison: Comparison) -> bool:
        """Whether it is; NaN is not."""
        return self.bound is not None and self.measure(comparison) <= self.bound

    def worst_probe(self, comparison: Comparison) -> str:
        """The probe that is furthest; NaN is further than any number."""
        found = {name: self.of_probe(comparison, name) for name in comparison.probes}
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
                _max_abs_of,
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
            _gap_of_probe,
            gap,
            relative.rationale,
        ),
        Limit("within angle", "1 - cosine", _largest_angle, _angle, angle, relative.rationale),
        *_region_limits(case, relative, "within explained region", relative.rationale),
    ]


def own_limits_of(case: Case, model: str, output: str) -> list[Limit]:
    """How far PyTorch float32 may be from its own float64; none if no tolerance is declared."""
    tolerance = case.plan.policy.tolerance(model, output)
    if tolerance is not None:
        bound = OWN_SHARE * tolerance.max_abs
        return [Limit("own", "max |Δ|", _max_abs, _max_abs_of, bound, OWN_REASON)]
    relative = case.plan.policy.relative_tolerance(model, output)
    if relative is None:
        return []
    chord, angle = _chord(relative), 1 - relative.min_cosine
    return [
        Limit("own", "relative L2", _relative_l2, _gap_of_probe, chord, OWN_ANGLE_REASON),
        Limit("own", "1 - cosine", _largest_angle, _angle, angle, OWN_ANGLE_REASON),
        *_region_limits(case, relative, "own", OWN_REGION_REASON),
    ]


def _region_limits(
    case: Case, relative: RelativeTolerance, name: str, rationale: str
) -> list[Limit]:
    """What maps explain; its bound is not known where another share of pixels was compared."""
    if relative.min_region_iou is None:
        return []
    share, key = relative.explained_share, (relative.model, relative.output)
    compared = [c.regions for c in case.comparisons.values() if (c.model, c.output) == key]
    known = all(one is not None and one.share == share for one in compared)
    bound = 1 - relative.min_region_iou if known else None
    lacking = f"the regions of {share:g} of the pixels were not compared"
    return [Limit(name, REGION, _largest_move, _move, bound, rationale, lacking)]


def allowed_gap(
    relative: RelativeTolerance, comparisons: Mapping[tuple[str, str, str, Role], Comparison]
) -> float | None:
    """The largest relative L2 over all probes; None if PyTorch's own gap is not known.

    A multiple of that gap, but never more than the allowed angle explains of maps of one length: a
    gap that is too wide must not let a map through whose values are all too large.
    """
    own = comparisons.get((relative.model, REFERENCE_LEG, relative.output, Role.FLOAT64))
    if own is None:
        return None
    return min(relative.max_ratio_to_float64_gap * own.pooled.relative_l2, _chord(relative))


def _chord(relative: RelativeTolerance) -> float:
    """The relative L2 distance of two maps of one length at the largest allowed angle."""
    return math.sqrt(2 * (1 - relative.min_cosine))


def _gap_of_probe(comparison: Comparison, probe: str) -> float:
    return comparison.probes[probe].relative_l2


def _max_abs_of(comparison: Comparison, probe: str) -> float:
    return comparison.probes[probe].max_abs


def _max_abs(comparison: Comparison) -> float:
    return comparison.pooled.max_abs


def _relative_l2(comparison: Comparison) -> float:
    return comparison.pooled.relative_l2


def _largest_angle(comparison: Comparison) -> float:
    """1 - cosine of the worst probe; NaN if any is."""
    angles = [_angle(comparison, probe) for probe in comparison.probes]
    return max(angles, key=lambda angle: (angle != angle, angle))


def _angle(comparison: Comparison, probe: str) -> float:
    return 1 - comparison.probes[probe].cosine


def _largest_move(comparison: Comparison) -> float:
    """1 - intersection over union of the worst probe; NaN if any is, or nothing was compared."""
    return math.nan if comparison.regions is None else 1 - comparison.regions.least


def _move(comparison: Comparison, probe: str) -> float:
    return math.nan if comparison.regions is None else 1 - comparison.regions.iou[probe]
