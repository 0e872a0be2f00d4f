"""ROC curves, separation, cutoffs and robustness: the paper's figures as numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from reference.decide.auc import auc
from reference.decide.calibration import fit_calibration
from reference.decide.predictions import Predictions
from reference.decide.scores import ScoreName
from reference.errors import CalibrationError
from reference.evaluation import (
    CutoffCurve,
    Robustness,
    RocCurves,
    Separation,
    cutoff_curve,
    robustness,
    roc_curves,
    separation,
)
from reference.evaluation.roc import MAX_POINTS
from tests.reference.evaluation import made

NAN = float("nan")


# ROC


def test_roc_runs_from_corner_to_corner_with_the_star_on_it() -> None:
    predictions = made.of([1, 0, 1, 0], [0.8, 0.6, 0.4, 0.2])
    curve = roc_curves(predictions, fit_calibration(predictions)).curves[0]
    points = list(zip(curve.false_positive_rates, curve.true_positive_rates, strict=True))
    assert points == [(0, 0), (0, 0.5), (0.5, 0.5), (0.5, 1), (1, 1)]
    assert curve.auc == 0.75
    assert curve.star is not None
    assert (curve.star.false_positive_rate, curve.star.true_positive_rate) == (0, 0.5)


def test_star_is_the_threshold_of_validation_measured_on_these_images() -> None:
    chosen = fit_calibration(made.of([1, 0], [0.7, 0.3]))
    curve = roc_curves(made.of([1, 1, 0, 0], [0.9, 0.6, 0.75, 0.2]), chosen).curves[0]
    assert curve.star is not None
    assert curve.star.threshold == 0.7
    assert (curve.star.true_positive_rate, curve.star.false_positive_rate) == (0.5, 0.5)


def test_findings_without_curve_or_operating_point_are_told_apart() -> None:
    names = ("Mass", "Hernia", "Edema")
    outputs = np.array([[0.9, 0.5, 0.2], [0.1, 0.4, 0.7]])
    validation = Predictions("v", names, np.array([[1, 1, 1], [0, 0, 0.0]]), outputs)
    test = Predictions("t", names, np.array([[1, 0, 1], [0, 0, 0.0]]), outputs)
    curves = roc_curves(test, fit_calibration(validation))
    assert curves.without_curve == ("Hernia",)
    assert [(curve.finding, curve.star is None) for curve in curves.curves] == [
        ("Mass", False),
        ("Edema", True),
    ]


def test_long_curves_are_thinned_but_keep_ends_and_auc(tmp_path: Path) -> None:
    predictions = made.predictions(4000, ("Mass",))
    curves = roc_curves(predictions, fit_calibration(predictions))
    curve = curves.curves[0]
    assert len(curve.false_positive_rates) == MAX_POINTS
    assert curve.true_positive_rates[0] == 0
    assert curve.true_positive_rates[-1] == 1
    assert curve.auc == auc(predictions.known(0))
    area = np.trapezoid if hasattr(np, "trapezoid") else np.trapz
    drawn = area(curve.true_positive_rates, curve.false_positive_rates)
    assert drawn == pytest.approx(curve.auc, abs=2e-3)
    assert RocCurves.read(curves.write(tmp_path / "roc.json")) == curves


def test_calibration_of_other_findings_is_refused() -> None:
    predictions = made.of([1, 0], [0.8, 0.2])
    with pytest.raises(CalibrationError, match="of other findings"):
        roc_curves(predictions, fit_calibration(made.of([1, 0], [0.8, 0.2], "Hernia")))


# Separation


@pytest.mark.parametrize(("score", "sign"), [("l1", 1), ("l2", 1), ("latent", 1), ("ssim", -1)])
def test_sets_that_are_apart_in_the_right_direction_have_auc_1(score: ScoreName, sign: int) -> None:
    inside = [0.1, 0.2, 0.3]
    strange = [value + sign for value in inside]
    familiar = [value - sign for value in inside]
    found = separation("ALI", score, ("chest", inside), {"a": strange, "b": familiar, "c": inside})
    assert [one.auc for one in found.out_of_distribution] == [1, 0, 0.5]


def test_histograms_share_their_bins_and_hold_every_image(tmp_path: Path) -> None:
    inside, outside = np.random.default_rng(0).normal([[0.2], [0.5]], 0.1, (2, 300))
    found = separation("ALI", "l2", ("chest", inside.tolist()), {"digits": outside.tolist()})
    expected = np.histogram(outside, np.array(found.edges))[0]
    assert found.out_of_distribution[0].scores.counts == tuple(expected)
    assert sum(found.in_distribution.counts) == found.in_distribution.images == 300
    assert found.in_distribution.median == np.median(inside)
    assert Separation.read(found.write(tmp_path / "separation.json")) == found


def test_latent_distances_are_binned_by_orders_of_magnitude_and_none_is_lost() -> None:
    inside = np.random.default_rng(0).lognormal(3, 2, 500).tolist()
    outside = [value * 1000 for value in inside]
    found = separation("ALI", "latent", ("chest", inside), {"digits": outside})
    assert found.logarithmic
    ratios = np.diff(np.log(found.edges))
    assert ratios == pytest.approx(ratios[0])
    assert (found.edges[0], found.edges[-1]) == (min(inside), max(outside))
    assert not separation("ALI", "l2", ("chest", inside), {"digits": outside}).logarithmic
    zero = separation("ALI", "latent", ("chest", [0.0, 1.0]), {"digits": [2.0]})
    assert not zero.logarithmic


@pytest.mark.parametrize("value", [0.0, 1.0, -1e6, 1e-300])
def test_scores_that_are_all_equal_fill_one_bin(value: float) -> None:
    scores: tuple[ScoreName, ...] = ("l2", "latent")
    for score in scores:
        apart = separation("ALI", score, ("chest", [value] * 4), {"digits": [value] * 3})
        assert sorted(apart.in_distribution.counts)[-2:] == [0, 4]


def test_separation_refuses_scores_that_are_no_numbers_and_nothing_to_tell_apart() -> None:
    with pytest.raises(CalibrationError, match="digits: score 1 is nan"):
        separation("ALI", "l2", ("chest", [1.0]), {"digits": [1.0, NAN]})
    with pytest.raises(CalibrationError, match="nothing to tell apart"):
        separation("ALI", "l2", ("chest", [1.0]), {})


# Cutoff


@pytest.mark.parametrize(("score", "sign"), [("ssim", 1.0), ("l2", -1.0)])
def test_cutoff_starts_with_every_image_and_keeps_the_likeliest(
    score: ScoreName, sign: float, tmp_path: Path
) -> None:
    predictions = made.of([1, 0, 1, 0], [0.1, 0.9, 0.8, 0.2], "Pneumonia")
    scores = [sign * value for value in (1, 2, 3, 4)]
    curve = cutoff_curve(predictions, "ALI", score, scores, steps=4)
    assert [point.images for point in curve.points] == [4, 3, 2, 1]
    assert [point.retained for point in curve.points] == [1, 0.75, 0.5, 0.25]
    assert [point.auc for point in curve.points] == [0.25, 0.5, 1, None]
    assert [point.cutoff for point in curve.points] == scores
    assert curve.without_auc == 1
    assert CutoffCurve.read(curve.write(tmp_path / "cutoff.json")) == curve


def test_equal_scores_are_one_cutoff() -> None:
    predictions = made.of([1, 0, 1, 0], [0.1, 0.9, 0.8, 0.2])
    curve = cutoff_curve(predictions, "ALI", "l2", [1.0, 1.0, 2.0, 2.0])
    assert [(point.cutoff, point.images) for point in curve.points] == [(2, 4), (1, 2)]


def test_cutoff_refuses_unknown_labels_and_scores_that_do_not_fit() -> None:
    with pytest.raises(CalibrationError, match="1 labels are unknown"):
        cutoff_curve(made.of([1, NAN], [0.5, 0.5]), "ALI", "l2", [1.0, 2.0])
    with pytest.raises(CalibrationError, match="make no curve"):
        cutoff_curve(made.of([1, 0], [0.5, 0.5]), "ALI", "l2", [1.0])
    with pytest.raises(CalibrationError, match="score 0 is nan"):
        cutoff_curve(made.of([1, 0], [0.5, 0.5]), "ALI", "l2", [NAN, 1.0])


# Robustness

TRAIN, TEST = ("none", "45"), ("none", "hflip", "90")


def _cells() -> dict[tuple[str, str], Predictions]:
    return {
        (train, test): made.predictions(80, ("Mass", "Hernia"), seed=i, gain=0.1 * i)
        for i, (train, test) in enumerate((a, b) for a in TRAIN for b in TEST)
    }


def test_matrix_has_training_levels_as_rows_and_testing_levels_as_columns(tmp_path: Path) -> None:
    cells = _cells()
    found = robustness(TRAIN, TEST, cells)
    assert [matrix.finding for matrix in found.matrices] == ["Mass", "Hernia"]
    for row, train in enumerate(TRAIN):
        for column, test in enumerate(TEST):
            expected = auc(cells[train, test].known(1))
            assert found.matrices[1].auc[row][column] == expected
    assert Robustness.read(found.write(tmp_path / "robustness.json")) == found


def test_robustness_refuses_missing_cells_and_other_images() -> None:
    cells = _cells()
    del cells["45", "hflip"]
    with pytest.raises(CalibrationError, match="not in both: 45 / hflip"):
        robustness(TRAIN, TEST, cells)
    cells["45", "hflip"] = made.predictions(81, ("Mass", "Hernia"))
    with pytest.raises(CalibrationError, match=r"45 / hflip: these are not the images"):
        robustness(TRAIN, TEST, cells)
    with pytest.raises(CalibrationError, match="do not fill"):
        robustness((), (), {})


def test_matrix_that_is_not_rectangular_is_no_document() -> None:
    found = robustness(TRAIN, TEST, _cells())
    with pytest.raises(ValidationError, match="one number per level"):
        Robustness(**(found.model_dump() | {"test_levels": ("none",)}))
