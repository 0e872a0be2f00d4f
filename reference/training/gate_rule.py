"""The rule of a release's gate, from the documents beside the weights that give its scores."""

from __future__ import annotations

from pathlib import Path

from reference.decide.gate import Gate, Gated
from reference.decide.rule import RULE_DEFINITIONS, Condition, Reason, Rule, RuleScore, rule_of
from reference.errors import CalibrationError
from reference.training.view_figures import Thresholds

FORMULAS: tuple[tuple[RuleScore, str, float, Reason], ...] = (
    ("shorter_side", "at least", 64.0, "too-small"),
    ("contrast", "at least", 0.02, "no-contrast"),
    ("mean_level", "at least", 0.02, "too-dark"),
    ("mean_level", "at most", 0.98, "too-bright"),
)
"""What no radiograph is, well outside of what any of the calibration films is."""


def gate_rule(view: Path, autoencoder: Path | None = None) -> Rule:
    """Return the rule that looks at the file, at the view and at a reconstruction, in this order.

    Args:
        view: folder of the gate's network, with ``thresholds.json``.
        autoencoder: folder of an autoencoder with ``gate.json``, whose condition is the last. The
            set that the rule is measured on is then that of the view alone.

    Raises:
        DocumentError: a document cannot be read.
        CalibrationError: the gate names no weights.
    """
    found = Thresholds.read(view / "thresholds.json")
    conditions = [
        _condition(score, threshold, reason, comparison=comparison)
        for score, comparison, threshold, reason in FORMULAS
    ]
    conditions.append(
        _condition(
            "view",
            found.at_least,
            "not-frontal",
            label=found.label,
            weights_sha256=found.weights_sha256,
        )
    )
    if autoencoder is not None:
        conditions += rule_of(_owned(autoencoder / "gate.json")).conditions
    shares = found.calibration
    known = Gated(
        dataset="the calibration films" if len(shares) > 1 else next(iter(shares)),
        images=sum(share.of for share in shares.values()),
        refused=sum(share.of - share.count for share in shares.values()),
    )
    return Rule(conditions=tuple(conditions), in_distribution=known)


def _owned(path: Path) -> Gate:
    gate = Gate.read(path)
    if gate.weights_sha256 is None:
        remedy = "run `python -m reference.training name-weights` on it first"
        raise CalibrationError("names no weights", str(path), remedy)
    return gate


def _condition(score: RuleScore, threshold: float, reason: Reason, **given: object) -> Condition:
    fields = {"comparison": "at least", **given}
    return Condition.model_validate(
        {
            "score": score,
            "definition": RULE_DEFINITIONS[score],
            "threshold": threshold,
            "reason": reason,
            **fields,
        }
    )
