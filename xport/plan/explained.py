"""How far the explained region of a map may move: its least intersection over union, declared."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field, model_validator

from xport.common.document import GrownDocument
from xport.plan.chosen import EXPLAINED_SHARE


class RegionLimit(GrownDocument):
    """The least intersection over union of the regions that two maps of one probe explain.

    A region is the `explained_share` of a map's pixels with the largest values, as
    `xport.comparison.regions` has it. What is None is not limited.
    """

    later: ClassVar[tuple[str, ...]] = ("min_region_iou", "explained_share")

    min_region_iou: float | None = Field(default=None, gt=0, le=1)
    explained_share: float = Field(default=EXPLAINED_SHARE, gt=0, lt=1)

    @property
    def region_share(self) -> float | None:
        """The share of the pixels where regions are limited; else None."""
        return None if self.min_region_iou is None else self.explained_share

    @model_validator(mode="after")
    def _a_share_is_of_a_limit(self) -> Self:
        if self.min_region_iou is None and self.explained_share != EXPLAINED_SHARE:
            raise ValueError("explained_share: nothing is limited by it; give min_region_iou")
        return self
