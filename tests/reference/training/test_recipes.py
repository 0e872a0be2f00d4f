"""The named recipes are those of the paper and of its authors."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from reference.training.recipes import (
    ALI,
    ALI_AS_PRINTED,
    AUTHORS,
    L2,
    PAPER,
    PRESETS,
    Cosine,
    Plateau,
    Recipe,
    Steps,
)


def test_the_papers_classifier() -> None:
    assert (PAPER.learning_rate, PAPER.betas, PAPER.weight_decay) == (1e-3, (0.9, 0.999), 0)
    assert isinstance(PAPER.schedule, Plateau)
    assert PAPER.schedule.by == 0.1
    assert PAPER.start == "random"


def test_the_authors_classifier() -> None:
    assert (AUTHORS.learning_rate, AUTHORS.weight_decay, AUTHORS.batch) == (1e-4, 1e-5, 16)
    assert AUTHORS.schedule == Steps(by=0.1, epochs=10)
    assert AUTHORS.start == "imagenet"


def test_ali_as_in_appendix_c() -> None:
    assert ALI.learning_rate in (1e-5, 1e-6)
    assert ALI.latent in (64, 128, 256, 512)
    assert (ALI.betas, ALI.batch, ALI.max_steps) == ((0.5, 0.999), 100, 21_210)
    assert (ALI.true_targets, ALI.false_targets) == ((0.7, 1.1), (-0.1, 0.3))
    assert ALI.max_loss == 4.0
    assert ALI_AS_PRINTED.betas == (0.5, 1e-3)


def test_the_l2_autoencoder() -> None:
    assert (L2.learning_rate, L2.latent, L2.width) == (1e-4, ALI.latent, ALI.width)


def test_recipes_survive_json() -> None:
    for name, recipe in PRESETS.items():
        assert recipe.name == name
        assert type(recipe).model_validate_json(recipe.model_dump_json()) == recipe


def test_a_plateau_lowers_the_rate_and_waits_again() -> None:
    plateau = Plateau(by=0.1, patience=2)
    scores = [0.6, 0.7, 0.7, 0.69, 0.71, 0.7, 0.7, 0.7, 0.7]
    factors = [plateau.factor(0, scores[:count]) for count in range(len(scores) + 1)]
    assert factors == pytest.approx([1, 1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.001])


def test_steps_lower_the_rate_every_ten_epochs() -> None:
    steps = Steps(by=0.1, epochs=10)
    assert [steps.factor(time, []) for time in (0, 9.99, 10, 25)] == pytest.approx(
        [1, 1, 0.1, 0.01]
    )


def test_a_cosine_rises_and_falls_to_zero() -> None:
    cosine = Cosine(epochs=4, rise=1)
    assert 0 < cosine.factor(0, []) < 0.02
    assert cosine.factor(1, []) == pytest.approx(1)
    assert cosine.factor(2.5, []) == pytest.approx(0.5)
    assert cosine.factor(4, []) == pytest.approx(0, abs=1e-9)
    assert cosine.factor(5, []) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    "wrong", [{"learning_rate": 0}, {"batch": 0}, {"epochs": 0}, {"precision": "8"}, {"rate": 1}]
)
def test_rejects_a_recipe_that_cannot_be_followed(wrong: dict[str, object]) -> None:
    fine = {"name": "mine", "learning_rate": 1e-3, "batch": 4, "epochs": 1}
    Recipe.model_validate(fine)
    with pytest.raises(ValidationError):
        Recipe.model_validate(fine | wrong)
