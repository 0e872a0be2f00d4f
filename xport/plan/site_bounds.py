"""`[site]`: what a hospital may set of a release, and within which bounds.

Twin: `app/host/site.ts`.
"""

from __future__ import annotations

import math
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from reference.decide.owned import Sha256
from xport.common.document import Document


def _ordered(bounds: tuple[float, float]) -> tuple[float, float]:
    low, high = bounds
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError(f"[{low:g}, {high:g}] are no bounds: two numbers, the lower one first")
    return bounds


def _within_0_to_1(bounds: tuple[float, float]) -> tuple[float, float]:
    if not 0 < bounds[0] <= bounds[1] < 1:
        raise ValueError("operating points lie between 0 and 1, neither of them included")
    return bounds


Bounds = Annotated[tuple[float, float], AfterValidator(_ordered)]


class SiteBounds(Document):
    """`[site]`: which thresholds a site configuration may set, within bounds, both included.

    Args:
        gate_thresholds: by the name of the score.
        operating_points: of every finding that has one; absent: none may be set.
        keys: fingerprints of the keys that may sign (the SHA-256 of the public key in DER); none:
            any key may, and the page shows which one it claims.
    """

    gate_thresholds: dict[str, Bounds] = Field(default_factory=dict)
    operating_points: Annotated[Bounds, AfterValidator(_within_0_to_1)] | None = None
    keys: tuple[Sha256, ...] = ()

    @model_validator(mode="after")
    def _something_may_be_set(self) -> Self:
        if not self.gate_thresholds and self.operating_points is None:
            raise ValueError("nothing may be set: give gate_thresholds or operating_points")
        return self
