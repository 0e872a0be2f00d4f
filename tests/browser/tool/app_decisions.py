"""Bundles that decide: operating points and a gate beside the tiny models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reference.decide.calibration import Calibration, NoOperatingPoint, OperatingPoint
from reference.decide.gate import Gate, Gated
from reference.decide.rule import RULE_DEFINITIONS, Condition, Rule
from reference.decide.scores import DEFINITIONS, ScoreName
from tests.browser.tiny_model import Classifier
from tests.browser.tool.app_bundles import LABELS, add_view, attach, make_bundle

THRESHOLDS = (0.05, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.95, 0.6, None, 0.4, 0.5, 0.5, None)
"""For what the tiny classifier says of the picture: below, just above and far above."""
WEIGHTS = "0" * 64
"""A SHA-256; the page cannot compare it, since a bundle holds no checkpoint."""
COUNTS = {"positives": 20, "negatives": 30, "unknown": 0}


def point(finding: str, threshold: float | None) -> OperatingPoint | NoOperatingPoint:
    """An operating point, or none for want of positive images."""
    if threshold is None:
        none = {**COUNTS, "positives": 0}
        return NoOperatingPoint(finding=finding, reason="no positive image", **none)
    rates = {"true_positive_rate": 0.8, "false_positive_rate": 0.1}
    return OperatingPoint(finding=finding, threshold=threshold, **rates, **COUNTS)


def calibrated_at(thresholds: tuple[float | None, ...]) -> Calibration:
    """Operating points of the tiny classifier."""
    points = tuple(map(point, LABELS, thresholds))
    return Calibration(dataset="phantoms", points=points, weights_sha256=WEIGHTS)


CALIBRATION = calibrated_at(THRESHOLDS)


def gate_at(score: ScoreName, threshold: float) -> Gate:
    """A gate that was fitted on phantoms."""
    return Gate(
        score=score,
        definition=DEFINITIONS[score],
        threshold=threshold,
        false_refusal_rate=0.05,
        in_distribution=Gated(dataset="phantoms", images=40, refused=2),
        out_of_distribution=(Gated(dataset="digits", images=10, refused=9),),
        weights_sha256=WEIGHTS,
    )


def content(document: Calibration | Gate | Rule, **changes: Any) -> bytes:
    """A document's JSON, as it is written, or with other values for some keys."""
    if not changes:
        return (document.model_dump_json(indent=2) + "\n").encode()
    return json.dumps({**document.model_dump(mode="json"), **changes}).encode()


def site_with(folder: Path, gate: Gate, classifier: Classifier | None = None) -> Path:
    """A bundle with operating points and a gate."""
    site = make_bundle(folder, classifier or Classifier())
    attach(site, "clf", "calibration", content(CALIBRATION))
    attach(site, "ae", "gate", content(gate))
    return site


def rule_of_all(least_ssim: float) -> Rule:
    """A rule of a condition of every kind, fitted on phantoms."""
    given: list[tuple[Any, ...]] = [
        ("shorter_side", None, "at least", 40, "too-small"),
        ("contrast", None, "at least", 0.05, "no-contrast"),
        ("view", "frontal", "at least", 0.5, "not-frontal"),
        ("ssim", None, "at least", least_ssim, "unlike"),
    ]
    conditions = [
        Condition(
            score=score,
            label=label,
            definition=RULE_DEFINITIONS[score],
            comparison=comparison,
            threshold=threshold,
            reason=reason,
            weights_sha256=WEIGHTS if score in ("view", "ssim") else None,
        )
        for score, label, comparison, threshold, reason in given
    ]
    known = Gated(dataset="phantoms", images=40, refused=2)
    return Rule(conditions=tuple(conditions), in_distribution=known)


def site_with_rule(folder: Path, rule: Rule, **changes: Any) -> Path:
    """A bundle with operating points, a view model and a rule; changes as of `make_bundle`."""
    site = make_bundle(folder, Classifier(), **changes)
    attach(site, "clf", "calibration", content(CALIBRATION))
    return add_view(site, content(rule))
