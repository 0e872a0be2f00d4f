"""What came of a hospital's images, as a document: counts, distributions and suggestions.

It holds no picture, and no file's name unless that was asked for.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from xport.bundles.manifest import NOTICE
from xport.common.document import Document
from xport.site.distribution import Distribution

Share = Annotated[float, Field(ge=0, le=1)]


class Suggested(Document):
    """A threshold, and how many of the same images it lets pass: an optimistic number."""

    threshold: float
    accepted: int
    images: int


class GateSet(Document):
    """A set of images that the release's gate was measured on."""

    dataset: str
    images: int
    accepted: int


class ConditionReport(Document):
    """One score: the release's threshold, the local images, and what would suit them.

    `accepted` counts images that pass this condition. `suggested` lets the wanted share pass this
    condition alone; `unsuggested` says why there is none.
    """

    name: str
    definition: str
    comparison: Literal["at least", "at most"]
    threshold: float
    accepted: int
    local: Distribution | None
    suggested: Suggested | None
    unsuggested: str | None


class Point(Document):
    """An operating point, with the rates that the local labels show at it."""

    threshold: float
    true_positive_rate: Share | None
    false_positive_rate: Share | None


class FindingReport(Document):
    """One finding on local labels; `unsuggested` says why no operating point is suggested."""

    finding: str
    positives: int
    negatives: int
    unknown: int
    release: Point | None
    suggested: Point | None
    unsuggested: str | None


class ImageRow(Document):
    """One file by its name, where names were asked for."""

    name: str
    accepted: bool
    reason: str | None
    scores: dict[str, float]


class Where(Document):
    """What computed the numbers: the page's engine in a browser."""

    browser: str
    backend: str
    renderer: str | None
    tfjs: str


class SiteReport(Document):
    """What a bundle makes of a hospital's images.

    Args:
        manifest_sha256: of the bundle.
        accept: the share of images that suggested thresholds let pass.
        least_positives: how many images must have a finding, and how many not, for a suggestion.
        sets: what all conditions together accept of the sets that the release was measured on;
            first the one that ought to pass.
        reasons: how many images are refused for each, by reason.
        rows_without_image: rows of labels for which there was no image.
        rows: every image by name; None where names were not asked for.
    """

    schema_version: Literal[1] = 1
    release: str
    title: str
    version: str | None
    manifest_sha256: str
    xport: str
    made: str
    where: Where
    images: int
    accepted: int
    refused: int
    reasons: dict[str, int]
    sets: tuple[GateSet, ...]
    accept: float
    conditions: tuple[ConditionReport, ...]
    labelled: int
    rows_without_image: int
    least_positives: int
    findings: tuple[FindingReport, ...]
    rows: tuple[ImageRow, ...] | None = None
    notice: str = NOTICE

    def lines(self) -> list[str]:
        """The outcome for a person."""
        name = f"{self.title} ({self.release} {self.version or ''}".rstrip() + ")"
        share = f" ({self.accepted / self.images:.1%})" if self.images else ""
        lines = [f"{self.accepted} of {self.images} images accepted{share} by {name}"]
        lines += [f"refused   {count}: {reason}" for reason, count in self.reasons.items()]
        for one in self.conditions:
            said = f"{one.name:<9} {one.comparison} {one.threshold:.6g}, the release's"
            if one.suggested is None:
                lines.append(f"{said}; none suggested: {one.unsuggested}")
            else:
                lines.append(
                    f"{said}; {one.suggested.threshold:.6g} would accept {one.suggested.accepted} "
                    f"of {one.suggested.images}"
                )
        for finding in self.findings:
            found = finding.suggested
            said = f"point {found.threshold:.6g}" if found else f"none: {finding.unsuggested}"
            lines.append(
                f"{finding.finding}: {said} ({finding.positives} with, {finding.negatives} without)"
            )
        return [*lines, self.notice]
