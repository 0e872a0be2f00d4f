"""The rule: every condition must hold, and the first that does not says why an image is refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from reference.decide.gate import Gated, fit_gate
from reference.decide.rule import (
    FRONTAL,
    REASON_BY_VIEW,
    RULE_DEFINITIONS,
    VIEW_LABELS,
    Condition,
    Rule,
    RuleScore,
    Ruling,
    input_scores,
    rule_of,
    shorter_side,
    view_key,
    view_scores,
)

NAN = math.nan
OWN = "a" * 64


def condition(score: RuleScore, limit: float, why: str, **changes: Any) -> Condition:
    """A condition; the score is to be at least the limit."""
    of_weights = score not in ("shorter_side", "mean_level", "contrast")
    given = {
        "score": score,
        "label": FRONTAL if score == "view" else None,
        "definition": RULE_DEFINITIONS[score],
        "comparison": "at least",
        "threshold": limit,
        "reason": why,
        "weights_sha256": OWN if of_weights else None,
    }
    return Condition.model_validate(given | changes)


def rule(*conditions: Condition) -> Rule:
    known = Gated(dataset="films", images=200, refused=3)
    return Rule(conditions=conditions, in_distribution=known)


RULE = rule(
    condition("shorter_side", 128, "too-small"),
    condition("mean_level", 0.1, "too-dark"),
    condition("mean_level", 0.9, "too-bright", comparison="at most"),
    condition("view", 0.7, "not-frontal"),
    condition("ssim", 0.4, "unlike"),
)
GOOD = {
    "shorter_side": 128.0,
    "mean_level": 0.5,
    "ssim": 0.4,
    **dict.fromkeys(map(view_key, VIEW_LABELS), 0.01),
    view_key(FRONTAL): 0.7,
}


@pytest.mark.parametrize(
    ("changed", "failed", "reason"),
    [
        ({}, None, None),
        ({"shorter_side": 127.0}, 0, "too-small"),
        ({"mean_level": 0.0999}, 1, "too-dark"),
        ({"mean_level": 0.9}, None, None),
        ({"mean_level": 0.9001}, 2, "too-bright"),
        ({view_key(FRONTAL): 0.6999}, 3, "lateral"),
        ({"ssim": 0.3999}, 4, "unlike"),
        ({"ssim": 0.1, "mean_level": 0.95}, 2, "too-bright"),
        ({"ssim": NAN}, 4, "unlike"),
        ({"shorter_side": NAN}, 0, "too-small"),
        ({"mean_level": NAN}, 1, "too-dark"),
        ({view_key(FRONTAL): NAN}, 3, "lateral"),
        ({view_key(FRONTAL): 0.2, view_key("inverted"): NAN}, 3, "not-frontal"),
    ],
)
def test_the_first_condition_that_does_not_hold_says_why(
    changed: dict[str, float], failed: int | None, reason: str | None
) -> None:
    assert RULE.decide(GOOD | changed) == Ruling(failed, reason)  # type: ignore[arg-type]


@pytest.mark.parametrize(("label", "reason"), REASON_BY_VIEW.items())
def test_what_is_not_frontal_is_called_what_it_looks_like_most(label: str, reason: str) -> None:
    scores = GOOD | {view_key(FRONTAL): 0.2, view_key(label): 0.6}
    assert RULE.decide(scores).reason == reason


def test_of_equally_probable_views_the_first_counts() -> None:
    alike = dict.fromkeys(map(view_key, REASON_BY_VIEW), 0.1)
    assert RULE.decide(GOOD | alike | {view_key(FRONTAL): 0.3}).reason == "lateral"


def test_a_condition_on_another_view_has_its_own_reason() -> None:
    upright = rule(condition("view", 0.5, "inverted", label="inverted", comparison="at most"))
    assert upright.decide({view_key("inverted"): 0.51}).reason == "inverted"
    assert upright.decide({view_key("inverted"): 0.5}).accepted


def test_a_score_that_is_absent_never_holds() -> None:
    assert RULE.decide({}) == Ruling(0, "too-small")
    assert not RULE.decide({key: GOOD[key] for key in GOOD if key != "ssim"}).accepted


def test_a_single_gate_is_a_rule_of_one_condition() -> None:
    for score, inside in (("l2", 0.1), ("ssim", 0.9)):
        gate = fit_gate(score, 0.5, ("a", [0.4, 0.5]), {}, OWN)  # type: ignore[arg-type]
        one = rule_of(gate)
        for value in (inside, gate.threshold, 1 - inside, NAN):
            assert one.decide({score: value}).accepted == gate.accepts(value)
        assert one.decide({score: NAN}).reason == "unlike"
        assert one.needs == ("autoencoder",)


def test_formulas_of_the_picture() -> None:
    image = np.array([[-1, 1], [-1, 1]], np.float32)
    assert input_scores(image, -1, 1) == {"mean_level": 0.5, "contrast": 0.5}
    assert input_scores(np.full((3, 3), 0.25), 0, 1) == {"mean_level": 0.25, "contrast": 0.0}
    assert math.isnan(input_scores(np.array([[NAN, 1]]), 0, 1)["contrast"])
    assert shorter_side(200, 130) == 130
    said = view_scores((FRONTAL, "other"), np.array([0.25, 0.75], np.float32))
    assert said == {"view: frontal": 0.25, "view: other": 0.75}


def test_the_rule_says_which_models_it_needs() -> None:
    assert RULE.needs == ("autoencoder", "view")
    assert rule(condition("contrast", 0.1, "no-contrast")).needs == ("view",)
    assert rule(condition("shorter_side", 1, "too-small")).needs == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"definition": "gaussian 11x11"}, "of another definition"),
        ({"label": None}, "the score view has one"),
        ({"label": "upright"}, "none of a view model's"),
        ({"weights_sha256": None}, "names its weights"),
        ({"threshold": NAN}, "finite"),
        ({"reason": "ugly"}, "reason"),
        ({"comparison": ">"}, "comparison"),
    ],
)
def test_another_condition_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        condition("view", 0.5, "not-frontal", **changes)


def test_a_rule_has_conditions_and_one_model_of_a_kind() -> None:
    with pytest.raises(ValidationError, match="conditions"):
        rule()
    other = condition("ssim", 0.1, "unlike", weights_sha256="b" * 64)
    with pytest.raises(ValidationError, match="two autoencoder models"):
        rule(condition("l1", 0.1, "unlike"), other)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    RULE.write(tmp_path / "rule.json")
    assert Rule.read(tmp_path / "rule.json") == RULE
