"""The gate: a threshold at a declared false-refusal rate, stored with what it belongs to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reference.decide.gate import Gate, fit_gate
from reference.decide.scores import ScoreName
from reference.errors import CalibrationError, DocumentError

NAN = float("nan")
HUNDRED = [float(value) for value in np.random.default_rng(0).permutation(100)]


def _fitted(score: ScoreName = "l2", rate: float = 0.05) -> Gate:
    return fit_gate(score, rate, ("phantoms", HUNDRED), {"digits": [95.0, 200.0, -5.0, 94.0]})


def test_refuses_the_declared_share_of_good_images() -> None:
    gate = _fitted()
    assert gate.threshold == 94
    assert gate.in_distribution.refused == 5
    assert gate.in_distribution.share == 0.05


def test_higher_similarity_is_likelier() -> None:
    gate = _fitted("ssim")
    assert gate.threshold == 5
    assert gate.in_distribution.refused == 5
    assert gate.accepts(5)
    assert not gate.accepts(4.999)


def test_says_how_many_of_the_other_sets_it_refuses() -> None:
    assert [(one.dataset, one.refused, one.images) for one in _fitted().out_of_distribution] == [
        ("digits", 2, 4)
    ]


@pytest.mark.parametrize("rate", [0.07, 0.29, 0.57, 0.01])
def test_rate_means_what_its_decimals_say(rate: float) -> None:
    assert _fitted(rate=rate).in_distribution.refused == round(rate * 100)


def test_equal_scores_never_refuse_more_than_declared() -> None:
    gate = fit_gate("l1", 0.3, ("flat", [1.0] * 5 + [2.0] * 5), {})
    assert gate.threshold == 2
    assert gate.in_distribution.refused == 0


def test_score_of_nan_is_refused_in_both_directions() -> None:
    assert not _fitted("l2").accepts(NAN)
    assert not _fitted("ssim").accepts(NAN)


def test_flips_are_the_images_with_other_verdicts() -> None:
    gate = _fitted()
    assert gate.flips([90, 94, 95, NAN], [91, 94.001, 93, NAN]) == (1, 2)
    assert gate.flips([94.0], [NAN]) == (0,)
    for scores, others in (([], []), ([1.0], [1.0, 2.0])):
        with pytest.raises(CalibrationError, match="cannot be compared"):
            gate.flips(scores, others)


def test_too_few_scores_cannot_show_the_rate() -> None:
    with pytest.raises(CalibrationError, match="19 scores cannot show") as caught:
        fit_gate("l2", 0.05, ("few", HUNDRED[:19]), {})
    assert caught.value.remedy == "give 20 or more"
    assert fit_gate("l2", 0.05, ("enough", HUNDRED[:20]), {}).in_distribution.refused == 1


@pytest.mark.parametrize("rate", [0, 1, -0.1, NAN])
def test_rejects_a_rate_that_is_none(rate: float) -> None:
    with pytest.raises(CalibrationError, match="not between 0 and 1"):
        _fitted(rate=rate)


def test_rejects_scores_that_are_no_numbers_by_set_and_place() -> None:
    with pytest.raises(CalibrationError, match="good: score 1 is nan"):
        fit_gate("l2", 0.5, ("good", [1.0, NAN, 2.0]), {})
    with pytest.raises(CalibrationError, match="bad: score 0 is inf"):
        fit_gate("l2", 0.5, ("good", [1.0, 2.0]), {"bad": [float("inf")]})
    with pytest.raises(CalibrationError, match="empty: there are no scores"):
        fit_gate("l2", 0.5, ("good", [1.0, 2.0]), {"empty": []})


def test_threshold_of_another_definition_is_refused(tmp_path: Path) -> None:
    path = _fitted("ssim").write(tmp_path / "gate.json")
    assert Gate.read(path) == _fitted("ssim")
    path.write_text(path.read_text().replace("uniform 7x7", "gaussian 11x11"))
    with pytest.raises(DocumentError, match="another definition"):
        Gate.read(path)
