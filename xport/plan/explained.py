"""How far the explained region of a map may move: its least intersection over union, declared."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from xport.common.document import Document
from xport.plan.chosen import EXPLAINED_SHARE


class RegionLimit(Document):
    """The least intersection over union of the regions that two maps of one probe explain.

    A region is the `explained_share` of a map's pixels with the largest values, as
    `xport.comparison.regions` has it. What is None is not limited.
    """

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

    @model_serializer(mode="wrap")
    def _without_what_is_not_asked_for(
        self, handler: SerializerFunctionWrapHandler
    ) -> dict[str, Any]:
        """What is not declared is left out: written, and so digested, as before it could be."""
        written: dict[str, Any] = handler(self)
        if self.min_region_iou is None:
            written.pop("min_region_iou", None)
            written.pop("explained_share", None)
        return written
