"""Equation 1 and operating points: what is fitted, and what is named instead of guessed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from reference.decide.calibration import (
    Calibration,
    NoOperatingPoint,
    OperatingPoint,
    calibrated,
    fit_calibration,
)
from reference.decide.predictions import Predictions
from reference.errors import CalibrationError, DocumentError

NAN = float("nan")


def _fit(truth: list[float], outputs: list[float]) -> OperatingPoint | NoOperatingPoint:
    columns = (np.array(values, dtype=float)[:, None] for values in (truth, outputs))
    return fit_calibration(Predictions("validation", ("Mass",), *columns)).points[0]


def test_equation_1_takes_the_operating_point_to_one_half_and_keeps_the_ends() -> None:
    values = calibrated(np.array([0, 0.1, 0.2, 0.6, 1.0]), 0.2)
    np.testing.assert_allclose(values, [0, 0.25, 0.5, 0.75, 1], rtol=1e-15)


@settings(max_examples=200, deadline=None)
@given(
    outputs=st.lists(st.floats(0, 1, width=32), min_size=2, max_size=20),
    threshold=st.floats(1e-12, 1 - 1e-12),
)
def test_equation_1_is_monotone_and_stays_within_0_and_1(
    outputs: list[float], threshold: float
) -> None:
    values = calibrated(np.sort(np.array(outputs)), threshold)
    assert (np.diff(values) >= 0).all()
    assert ((values >= 0) & (values <= 1)).all()


def test_equation_1_keeps_nan_and_refuses_logits() -> None:
    assert np.isnan(calibrated(np.array([NAN]), 0.3)).all()
    with pytest.raises(CalibrationError, match="not logits"):
        calibrated(np.array([0.2, -3.0]), 0.3)
    for threshold in (0, 1, NAN, -1, 2):
        with pytest.raises(CalibrationError, match="not between 0 and 1"):
            calibrated(np.array([0.2]), threshold)


@pytest.mark.parametrize("seed", range(6))
def test_operating_point_is_the_one_of_scikit_learns_curve(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth = random.integers(0, 2, 300)
    outputs = np.clip(np.round(random.normal(0.4 + 0.2 * truth, 0.2), 2), 0.01, 0.99)
    false, true, thresholds = roc_curve(truth, outputs, drop_intermediate=False)
    best = int(np.argmax(true - false))
    point = _fit(truth.tolist(), outputs.tolist())
    assert isinstance(point, OperatingPoint)
    assert point.threshold == thresholds[best]
    assert point.true_positive_rate == true[best]
    assert point.false_positive_rate == false[best]


def test_highest_of_equally_good_thresholds_is_taken() -> None:
    point = _fit([1, 0, 1, 0], [0.8, 0.6, 0.4, 0.2])
    assert isinstance(point, OperatingPoint)
    assert point.threshold == 0.8


def test_unknown_labels_are_counted_and_change_nothing() -> None:
    known = _fit([1, 0, 1, 0], [0.9, 0.2, 0.7, 0.3])
    with_unknown = _fit([1, NAN, 0, 1, 0], [0.9, 0.99, 0.2, 0.7, 0.3])
    assert with_unknown == known.model_copy(update={"unknown": 1})


@pytest.mark.parametrize(
    ("truth", "outputs", "reason"),
    [
        ([0, 0, NAN], [0.1, 0.2, 0.3], "no positive image"),
        ([1, 1], [0.1, 0.2], "no negative image"),
        ([NAN, NAN], [0.1, 0.2], "no positive image"),
        ([1, 0], [0.2, 0.8], "no threshold is better than chance"),
        ([1, 0], [0.5, 0.5], "no threshold is better than chance"),
        ([1, 0], [1.0, 0.5], "the best threshold is 0 or 1"),
    ],
)
def test_finding_without_operating_point_is_named_with_its_reason(
    truth: list[float], outputs: list[float], reason: str
) -> None:
    point = _fit(truth, outputs)
    assert isinstance(point, NoOperatingPoint)
    assert point.reason == reason
    assert point.positives + point.negatives + point.unknown == len(truth)


def _two() -> Calibration:
    truth = np.array([[1, 0], [0, 0], [1, 0]], dtype=float)
    outputs = np.array([[0.4, 0.1], [0.1, 0.1], [0.6, 0.2]], dtype=np.float32)
    return fit_calibration(Predictions("validation", ("Mass", "Hernia"), truth, outputs))


def test_outputs_of_a_finding_without_operating_point_are_nan() -> None:
    values = _two().apply(np.array([0.4, 0.1], dtype=np.float32))
    assert values[0] == 0.5
    assert np.isnan(values[1])
    assert _two().sentence() == (
        "1 of 2 findings calibrated on validation; Hernia: no positive image"
    )


def test_document_is_read_as_it_was_written(tmp_path: Path) -> None:
    calibration = _two()
    assert Calibration.read(calibration.write(tmp_path / "calibration.json")) == calibration


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"schema_version": 1', '"schema_version": 3', "schema_version"),
        ("the highest of equal ones", "the lowest of equal ones", "another definition"),
        ('"Hernia"', '"Mass"', "calibrated twice"),
        ('"threshold": 0.4', '"threshold": 1.4', "threshold"),
        ('"dataset"', '"data"', "dataset"),
    ],
)
def test_rejects_a_document_that_is_not_ours(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    path = _two().write(tmp_path / "calibration.json")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(DocumentError, match=reason) as caught:
        Calibration.read(path)
    assert caught.value.where == str(path)


def test_rejects_outputs_of_another_number_of_findings() -> None:
    with pytest.raises(CalibrationError, match="2 findings are calibrated"):
        _two().apply(np.zeros(3))
