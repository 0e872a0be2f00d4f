"""From what was seen of all images to the document."""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from reference.decide.predictions import Predictions
from reference.decide.rule import Rule
from xport.bundles.manifest import Manifest
from xport.common.version import __version__
from xport.site.bundled import Bundled, Condition
from xport.site.distribution import distribution_of, threshold_for
from xport.site.document import (
    ConditionReport,
    FindingReport,
    GateSet,
    ImageRow,
    SiteReport,
    Suggested,
    Where,
)
from xport.site.findings import finding_reports
from xport.site.labels import Labels
from xport.site.seen import Seen

DATASET = "images of this site"


@dataclass(frozen=True)
class Asked:
    """What is wanted of a calibration.

    Args:
        accept: the share of images that suggested thresholds let pass, between 0 and 1.
        least_positives: as in ``SiteReport``.
        labels: local labels.
        names: whether the report names files.
    """

    accept: float = 0.95
    least_positives: int = 20
    labels: Labels | None = None
    names: bool = False


def site_report(
    bundle: tuple[Manifest, str], release: Bundled, seen: Sequence[Seen], where: Where, asked: Asked
) -> SiteReport:
    """Return the document.

    Args:
        bundle: its manifest, and the manifest's SHA-256.
        release: what runs of it.
        seen: every image, one at least.
        where: what computed.
        asked: what is wanted.
    """
    manifest, digest = bundle
    names = [one.name for one in seen]
    accepted = [one for one in seen if one.reason is None]
    reasons = Counter(one.reason for one in seen if one.reason is not None)
    labelled, findings = _findings(release, accepted, asked)
    return SiteReport(
        release=manifest.release,
        title=manifest.title,
        version=manifest.version,
        manifest_sha256=digest,
        xport=__version__,
        made=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        where=where,
        images=len(seen),
        accepted=len(accepted),
        refused=len(seen) - len(accepted),
        reasons=dict(reasons.most_common()),
        sets=tuple(_sets(release.rule)),
        accept=asked.accept,
        conditions=tuple(_condition(one, seen, asked.accept) for one in release.conditions),
        labelled=labelled,
        rows_without_image=asked.labels.without_image(names) if asked.labels else 0,
        least_positives=asked.least_positives,
        findings=findings,
        rows=tuple(_rows(seen)) if asked.names else None,
    )


def _condition(condition: Condition, seen: Sequence[Seen], accept: float) -> ConditionReport:
    scores = [one.scores[condition.key] for one in seen if condition.key in one.scores]
    threshold = threshold_for(condition, scores, accept)
    suggested = None
    if threshold is not None:
        passed = sum(replace(condition, threshold=threshold).holds(score) for score in scores)
        suggested = Suggested(threshold=threshold, accepted=passed, images=len(scores))
    return ConditionReport(
        name=condition.name,
        definition=condition.definition,
        comparison=condition.comparison,
        threshold=condition.threshold,
        accepted=sum(map(condition.holds, scores)),
        local=distribution_of(scores),
        suggested=suggested,
        unsuggested=None if suggested else _too_few(len(scores), accept),
    )


def _sets(rule: Rule | None) -> Iterator[GateSet]:
    for one in (rule.in_distribution, *rule.out_of_distribution) if rule else ():
        yield GateSet(dataset=one.dataset, images=one.images, accepted=one.images - one.refused)


def _too_few(scored: int, accept: float) -> str:
    least = math.ceil(1 / (1 - Fraction(str(accept))))
    return (
        f"{scored} images have this score, {least} or more can show that {accept:.3%} are accepted"
    )


def _findings(
    release: Bundled, accepted: Sequence[Seen], asked: Asked
) -> tuple[int, tuple[FindingReport, ...]]:
    """How many accepted images have labels, and what they show."""
    labels = release.classifier.entry.labels or ()
    if asked.labels is None or not accepted:
        return 0, ()
    truth = asked.labels.of([one.name for one in accepted], len(labels))
    outputs = np.stack([one.probabilities for one in accepted if one.probabilities is not None])
    predictions = Predictions(DATASET, labels, truth, outputs)
    known = int((~np.isnan(truth)).any(axis=1).sum())
    return known, tuple(finding_reports(predictions, release.calibration, asked.least_positives))


def _rows(seen: Sequence[Seen]) -> Iterator[ImageRow]:
    for one in seen:
        yield ImageRow(
            name=one.name, accepted=one.reason is None, reason=one.reason, scores=dict(one.scores)
        )
