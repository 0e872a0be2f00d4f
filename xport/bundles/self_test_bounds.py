"""How near to PyTorch an output must stay on a person's device: as near as the verdict asked."""

from __future__ import annotations

from collections.abc import Mapping

from xport.bundles.self_test import OutputRelativeTolerance, OutputTolerance
from xport.comparison.parity import Comparison, Role
from xport.judgement.limits import allowed_gap
from xport.plan.policy import Policy

FEWEST = 2
"""Cases of a model at least: from one nobody sees that an output is constant."""


def bounds_of(
    policy: Policy,
    comparisons: Mapping[tuple[str, str, str, Role], Comparison],
    model: str,
    output: str,
) -> OutputTolerance | OutputRelativeTolerance | None:
    """The bound of one output; None where the policy declares none or its measure is not known."""
    tolerance = policy.tolerance(model, output)
    if tolerance is not None:
        return OutputTolerance(
            output=output, max_abs=tolerance.max_abs, because=tolerance.rationale
        )
    relative = policy.relative_tolerance(model, output)
    gap = allowed_gap(relative, comparisons) if relative else None
    if relative is None or gap is None:
        return None
    return OutputRelativeTolerance(
        output=output,
        min_cosine=relative.min_cosine,
        max_relative_l2=gap,
        because=relative.rationale,
    )
