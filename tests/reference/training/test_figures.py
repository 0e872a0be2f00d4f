"""Figures on cards are measured with the weights that ship, and say what they are."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from reference.data import Dataset
from reference.errors import CalibrationError
from reference.networks.ali import autoencoder
from reference.preprocess import AUTOENCODER
from reference.training.defaults import COARSE_STAGE, FINE_STAGE, HOSPITAL, SHAPE, Remaking
from reference.training.figures import (
    SCORES,
    Scores,
    dataset_scores,
    fitted_gate,
    registry_scores,
    rounded,
    score_figures,
)
from reference.training.registry import Registry


def test_rounded_weights_are_float16_and_counters_stay() -> None:
    weights = {"a": torch.tensor([0.1, 1e-5]), "steps": torch.tensor(70_000)}
    made = rounded(weights)
    assert made["a"].dtype == torch.float16
    assert torch.equal(made["a"].float(), weights["a"].half().float())
    assert made["steps"].dtype == torch.int64
    assert int(made["steps"]) == 70_000


@pytest.mark.parametrize("wrong", [1e6, float("nan")])
def test_rejects_weights_that_float16_cannot_hold(wrong: float) -> None:
    with pytest.raises(OverflowError, match="a holds numbers"):
        rounded({"a": torch.tensor([wrong])})


def test_scores_of_prepared_images_are_those_of_their_files(
    parts: tuple[Dataset, Dataset], registries: dict[str, tuple[Registry, Registry]]
) -> None:
    network = autoencoder(4, 2)
    prepared = registry_scores(network, registries["autoencoder"][1])
    read = dataset_scores(network, parts[1], AUTOENCODER)
    for score in SCORES:
        assert len(prepared[score]) == len(parts[1])
        np.testing.assert_allclose(prepared[score], read[score], atol=1e-4, rtol=1e-3)


def scores(value: float) -> Scores:
    return {score: [value + 0.001 * index for index in range(20)] for score in SCORES}


def test_an_auc_of_1_means_that_the_others_look_stranger() -> None:
    figures = score_figures("m", ("in", scores(0.1)), {"out": scores(0.5)})
    told = {one.score: one.others[0].auc for one in figures}
    assert told == {"l1": 1.0, "l2": 1.0, "latent": 1.0, "ssim": 0.0}


def test_the_gate_refuses_at_most_the_declared_share() -> None:
    gate = fitted_gate("l1", 0.1, ("in", scores(0.1)), {"out": scores(0.5)}, "a" * 64)
    assert gate.weights_sha256 == "a" * 64
    assert gate.in_distribution.refused == 2
    assert gate.out_of_distribution[0].refused == 20
    with pytest.raises(CalibrationError):
        fitted_gate("l1", 0.01, ("in", scores(0.1)), {"out": scores(0.5)}, "a" * 64)


def test_the_defaults_recipes_fit_their_images() -> None:
    assert HOSPITAL.size == 224
    assert HOSPITAL.size % COARSE_STAGE.coarse == 0
    assert FINE_STAGE.coarse == 1
    assert (SHAPE.block_config, SHAPE.num_classes) == ((6, 12, 24, 16), 14)


def test_rejects_making_defaults_in_several_processes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from reference.training.__main__ import main

    def never(*arguments: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Remaking, "train", never)
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert main(["defaults", "--work", "nowhere", "--out", "nowhere"]) == 2
    assert "made by one process" in capsys.readouterr().err
