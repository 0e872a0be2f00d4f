"""What a new version of a release may change against another: limits, declared beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from xport.common.document import Document
from xport.plan.chosen import LEAST_ROUNDS, ROUNDS
from xport.plan.explained import RegionLimit
from xport.plan.labelled_sets import LEAST_IMAGES, LEAST_POSITIVES

LIMITS = (
    *("max_flipped_share", "max_auc_drop", "max_bytes_ratio", "max_calibrated_change"),
    *("max_slowdown", "max_gate_flipped_share", "min_map_cosine", "min_region_iou"),
)


class ChangeLimits(RegionLimit):
    """Limits on what may change; what is None is not limited.

    `max_flipped_share` is the largest share of a model's decisions, findings at their operating
    points or images at the gate, that may come out otherwise, `max_gate_flipped_share` of those at
    the gate alone. `max_auc_drop` is how much less the
    AUC of any finding may be. `max_calibrated_change` is how far a calibrated probability may move,
    on any image and finding. `min_map_cosine` is the least cosine of an explanation's map with that
    of before, and `min_region_iou` the least intersection over union of what both explain, on every
    probe that both recorded. `max_bytes_ratio` is how many times the bytes of before a model may
    ship. `max_slowdown` is how many times the time of before a model's steady forward run may take,
    on every browser leg that ships, both run in turn in one browser session, `min_rounds` times or
    more: broken where the ratio of medians is larger and its 95 % interval excludes no change, kept
    where the whole interval is within. Limits on decisions are kept only where at least
    `min_images` images with `min_positives` positives a finding were compared: fewer show nothing.
    """

    later: ClassVar[tuple[str, ...]] = (
        *("max_calibrated_change", "max_gate_flipped_share", "min_map_cosine"),
        *("max_slowdown", "min_rounds"),
    )

    max_flipped_share: float | None = Field(default=None, ge=0, lt=1)
    max_auc_drop: float | None = Field(default=None, ge=0, lt=1)
    max_calibrated_change: float | None = Field(default=None, ge=0, lt=1)
    max_gate_flipped_share: float | None = Field(default=None, ge=0, lt=1)
    min_map_cosine: float | None = Field(default=None, gt=0, le=1)
    max_bytes_ratio: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    max_slowdown: float | None = Field(default=None, ge=1, allow_inf_nan=False)
    min_rounds: int = Field(default=ROUNDS, ge=LEAST_ROUNDS, le=1000)
    min_images: int = Field(default=LEAST_IMAGES, ge=1)
    min_positives: int = Field(default=LEAST_POSITIVES, ge=1)

    @property
    def asked(self) -> bool:
        """Whether anything is limited."""
        return any(getattr(self, name) is not None for name in LIMITS)

    @property
    def of_maps(self) -> bool:
        """Whether maps of explanations are limited."""
        return self.min_map_cosine is not None or self.min_region_iou is not None

    @property
    def own_numbers(self) -> bool:
        """Whether other numbers of images are asked for than usual."""
        return (self.min_images, self.min_positives) != (LEAST_IMAGES, LEAST_POSITIVES)

    def numbers(self) -> str:
        """How much must have been compared, and that it is not what xport asks, where it is not."""
        usual = f" (not the usual {LEAST_IMAGES} and {LEAST_POSITIVES})" if self.own_numbers else ""
        return (
            f"at least {self.min_images} labelled images with {self.min_positives} positives a "
            f"finding{usual}"
        )


class LabelledFiles(Document):
    """What the classifiers of before and of after said of one labelled set.

    `xport paper table1` writes such a file for the weights that it is given. Each names the weights
    of its side.
    """

    before: Path
    after: Path


class Baseline(ChangeLimits):
    """`[policy.baseline]`: the release that a new version is held to, and what may change.

    `release` is a run's folder or a bundle; paths are relative to the file's folder. With
    `evidence_sha256` it must be the one whose evidence has this digest. Where the two cannot be
    compared, every limit is NOT_RUN.
    """

    release: Path
    evidence_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    labelled: LabelledFiles | None = None
    rationale: Annotated[str, Field(min_length=12)]

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not self.asked:
            raise ValueError(f"release: nothing is limited; give one of {', '.join(LIMITS)}")
        if self.max_auc_drop is not None and self.labelled is None:
            raise ValueError("max_auc_drop: an AUC needs labelled images; give labelled")
        return self

    def paths_from(self, folder: Path) -> Self:
        """The same, with its paths seen from a folder."""
        labelled = self.labelled and LabelledFiles(
            before=folder / self.labelled.before, after=folder / self.labelled.after
        )
        return self.model_copy(update={"release": folder / self.release, "labelled": labelled})
