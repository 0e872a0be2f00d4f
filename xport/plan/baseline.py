"""What a new version of a release may change against another: limits, declared beforehand."""

from __future__ import annotations

from pydantic import Field

from xport.common.document import Document

LEAST_IMAGES = 200
LEAST_POSITIVES = 20
"""What a labelled set must hold before a limit on decisions can be kept.

With 20 positives the 95 % interval of a sensitivity of 0.9 is 0.13 wide to either side; with fewer,
no change that matters could be told from chance.
"""


class ChangeLimits(Document):
    """Limits on what may change; what is None is not limited.

    `max_flipped_share` is the largest share of a model's decisions, findings at their operating
    points or images at the gate, that may come out otherwise. `max_auc_drop` is how much less the
    AUC of any finding may be. `max_bytes_ratio` is how many times the bytes of before a model may
    ship. Limits on decisions are kept only where at least `min_images` images with `min_positives`
    positives a finding were compared: fewer show nothing.
    """

    max_flipped_share: float | None = Field(default=None, ge=0, lt=1)
    max_auc_drop: float | None = Field(default=None, ge=0, lt=1)
    max_bytes_ratio: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    min_images: int = Field(default=LEAST_IMAGES, ge=1)
    min_positives: int = Field(default=LEAST_POSITIVES, ge=1)

    @property
    def asked(self) -> bool:
        """Whether anything is limited."""
        limits = (self.max_flipped_share, self.max_auc_drop, self.max_bytes_ratio)
        return any(limit is not None for limit in limits)

    def numbers(self) -> str:
        """How much must have been compared, and that it is not what xport asks, where it is not."""
        own = (self.min_images, self.min_positives) != (LEAST_IMAGES, LEAST_POSITIVES)
        usual = f" (not the usual {LEAST_IMAGES} and {LEAST_POSITIVES})" if own else ""
        return (
            f"at least {self.min_images} labelled images with {self.min_positives} positives a "
            f"finding{usual}"
        )
