"""Labels and outputs are checked once, and what is wrong is named."""

from __future__ import annotations

import numpy as np
import pytest

from reference.decide.predictions import Predictions
from reference.errors import CalibrationError

NAN = float("nan")


def _made(truth: list[list[float]], outputs: list[list[float]]) -> Predictions:
    return Predictions("test", ("Mass", "Hernia"), np.array(truth), np.array(outputs))


def test_unknown_labels_are_left_out_of_their_finding_alone() -> None:
    made = _made([[1, NAN], [0, 1], [NAN, 0]], [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])
    mass, hernia = made.all_known()
    assert mass.outputs.tolist() == [0.1, 0.3]
    assert hernia.outputs.tolist() == [0.4, 0.6]
    assert mass.counts() == {"positives": 1, "negatives": 1, "unknown": 1}


@pytest.mark.parametrize("wrong", [NAN, -0.1, 1.1, float("inf")])
def test_rejects_outputs_that_are_no_probabilities(wrong: float) -> None:
    with pytest.raises(CalibrationError, match="first that of Hernia in image 1"):
        _made([[1, 0], [0, 1]], [[0.5, 0.5], [0.5, wrong]])


@pytest.mark.parametrize("wrong", [2.0, -1.0, 0.5, float("inf")])
def test_rejects_labels_that_are_none(wrong: float) -> None:
    with pytest.raises(CalibrationError, match=r"1 of 4 labels .* Mass in image 1"):
        _made([[1, 0], [wrong, 1]], [[0.5, 0.5], [0.5, 0.5]])


def test_rejects_shapes_that_do_not_fit_and_no_images() -> None:
    for truth, outputs in (
        (np.zeros((3, 2)), np.zeros((2, 2))),
        (np.zeros((3, 1)), np.zeros((3, 1))),
        (np.zeros((0, 2)), np.zeros((0, 2))),
    ):
        with pytest.raises(CalibrationError, match="do not fit"):
            Predictions("test", ("Mass", "Hernia"), truth, outputs)
    with pytest.raises(CalibrationError, match="named twice"):
        Predictions("test", ("Mass", "Mass"), np.zeros((3, 2)), np.zeros((3, 2)))
