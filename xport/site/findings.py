"""Operating points on local labels, beside the release's."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reference.decide.calibration import Calibration, NoOperatingPoint, fit_calibration
from reference.decide.predictions import Known, Predictions
from xport.site.document import FindingReport, Point


def finding_reports(
    predictions: Predictions, release: Calibration | None, least: int
) -> Iterator[FindingReport]:
    """Yield every finding: the release's point and the best local one, measured on these images.

    Args:
        predictions: of accepted images with their local labels.
        release: the release's operating points.
        least: how many images must have a finding, and how many must not, before a point is
            suggested.
    """
    fitted = fit_calibration(predictions).points
    known = release.thresholds if release else (None,) * len(fitted)
    for found, point, threshold in zip(predictions.all_known(), fitted, known, strict=True):
        why = _too_few(found, least)
        if why is None and isinstance(point, NoOperatingPoint):
            why = point.reason
        suggested = None
        if why is None and not isinstance(point, NoOperatingPoint):
            suggested = _point(found, point.threshold)
        yield FindingReport(
            finding=found.finding,
            **found.counts(),
            release=None if threshold is None else _point(found, threshold),
            suggested=suggested,
            unsuggested=why,
        )


def _too_few(known: Known, least: int) -> str | None:
    for count, words in ((known.positives, "have it"), (known.negatives, "have it not")):
        if count < least:
            return f"{count} accepted images {words} by their labels, {least} are wanted"
    return None


def _point(known: Known, threshold: float) -> Point:
    called = known.outputs >= threshold

    def rate(label: int) -> float | None:
        among = called[known.labels == label]
        return float(np.mean(among)) if among.size else None

    return Point(threshold=threshold, true_positive_rate=rate(1), false_positive_rate=rate(0))
