"""From a folder of films to what ships: trained, decided, measured, described, and gone on with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from reference.card import Card
from reference.decide.predictions import Predictions
from reference.networks.view import VIEWS, ViewNet, view_classifier
from reference.training.__main__ import main
from reference.training.films_figures import mean_interval, side_by_side
from reference.training.fitting import STATE
from reference.training.real import COARSE_FILMS, FINE_FILMS, VIEW_AGAIN, VIEW_RECIPE, RealTraining
from reference.training.real_publishing import RealPublishing
from reference.training.strangers import COUNTS, drawn_strangers
from reference.training.view_changes import FILM, Chance, changed, framed, plain, shown
from reference.training.view_figures import (
    CHANGES,
    Gate,
    Thresholds,
    ViewTable,
    fitted_thresholds,
)
from reference.training.views import ViewTask
from tests.reference.films_folder import write_films
from tests.reference.training.conftest import fitting, same_bits

RECIPES = (
    VIEW_RECIPE.model_copy(update={"epochs": 1, "batch": 8, "drawn": 4}),
    VIEW_AGAIN.model_copy(update={"epochs": 1, "batch": 8, "drawn": 4}),
    COARSE_FILMS.model_copy(update={"epochs": 1, "batch": 3}),
    FINE_FILMS.model_copy(update={"epochs": 1, "batch": 3}),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> RealTraining:
    """Few phantoms under names of the list, and one or two epochs of training."""
    root = write_films(tmp_path_factory.mktemp("films"))
    work = tmp_path_factory.mktemp("work")
    return RealTraining(root, work, lambda line: None, RECIPES, share=0.003)


@pytest.fixture(scope="module")
def view(made: RealTraining, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the gate's network."""
    out = tmp_path_factory.mktemp("out")
    RealPublishing(made, out, of_each=2).view(made.view())
    return out / "view"


def test_the_gate_ships_with_threshold_table_and_card(view: Path) -> None:
    card, thresholds = Card.read(view / "card.json"), Thresholds.read(view / "thresholds.json")
    assert card.weights.sha256 == thresholds.weights_sha256
    assert card.labels == thresholds.labels == VIEWS
    assert card.weights.parameters <= 250_000
    table = ViewTable.read(view / "table.json")
    assert {row.name for row in table.rows} >= {
        "nih",
        "other/bones",
        "drawn, page",
        "nih, inverted",
    }
    text = (view / "card.md").read_text()
    assert "NOT FOR MEDICAL USE" in text
    assert "NIH Clinical Center" in text
    assert "CC BY 3.0" in text
    assert all(row.name in text for row in table.rows)


def test_a_missed_goal_is_said_on_the_card(view: Path) -> None:
    missed = [row.name for row in ViewTable.read(view / "table.json").rows if not row.met]
    notes = " ".join(Card.read(view / "card.json").notes)
    assert missed  # two epochs on phantoms learn little
    assert all(f"Missed: {name} " in notes for name in missed)


def test_the_table_is_made_again_by_its_command(
    made: RealTraining, view: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gate-table", "--real", str(made.root), "--weights", str(view)]) == 0
    assert "| nih | accepted | 98 % |" in capsys.readouterr().out


def test_without_the_folder_it_says_what_to_fetch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["real", "--from", str(tmp_path), "--work", str(tmp_path / "work")]) == 2
    assert "Kermany et al., CC BY 4.0" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()


def test_the_classifier_stands_beside_others_on_the_same_films(
    made: RealTraining, tmp_path: Path
) -> None:
    card = RealPublishing(made, tmp_path).classifier(made.classifier())
    text = (tmp_path / "classifier-films" / "card.md").read_text()
    assert "| this network | phantoms alone | a published replication |" in text
    assert card.calibration is not None
    assert card.calibration.weights_sha256 == card.weights.sha256


def task(made: RealTraining) -> ViewTask:
    """The gate's training with the same first weights each time."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        network = ViewNet((4, 6))
    train, held = made.larger("train"), made.larger("calibration")
    often = torch.ones(len(train))
    return ViewTask(network, RECIPES[0], train, held, made.strangers(), often)


def test_going_on_is_the_same_as_not_stopping(made: RealTraining, tmp_path: Path) -> None:
    fitting(task(made), tmp_path / "straight").run(pause_at=4)
    fitting(task(made), tmp_path / "twice").run(pause_at=2)
    fitting(task(made), tmp_path / "twice").run(pause_at=4)
    straight, twice = (
        safetensors.torch.load_file(tmp_path / name / STATE) for name in ("straight", "twice")
    )
    assert same_bits(straight, twice)
    assert any(key.startswith("module.average.") for key in straight)


def test_drawn_pictures_are_the_same_each_time(made: RealTraining) -> None:
    one, other = (drawn_strangers(made.root, 5, 0.001) for _ in range(2))
    kinds = {item.name.partition("/")[0] for item in one.items}
    assert kinds >= COUNTS.keys()
    for item in one.items[: len(COUNTS)]:
        levels = one.load(item)
        assert levels.min() >= 0
        assert levels.max() <= 1
        assert np.array_equal(levels, other.load(item))


def test_changes_in_training_and_in_the_table_mean_the_same() -> None:
    levels = np.linspace(0, 1, 64 * 64).reshape(64, 64)
    given = torch.from_numpy(levels).float()[None]
    seen = set[str]()
    for seed in range(120):
        image, view = changed(given, Chance(torch.Generator().manual_seed(seed)))
        assert image.shape == given.shape
        if VIEWS[view] in CHANGES:
            seen.add(VIEWS[view])
            wanted = np.ascontiguousarray(CHANGES[VIEWS[view]](levels))
            mirrored = wanted[::-1] if "90" in VIEWS[view] else wanted[:, ::-1]
            assert any(np.allclose(image[0], one, atol=1e-6) for one in (wanted, mirrored))
    assert seen == set(CHANGES)


def test_a_film_stays_on_its_range_however_it_is_shown() -> None:
    chance = Chance(torch.Generator().manual_seed(1))
    images = torch.rand(6, 1, 128, 128, generator=chance.generator)
    for image in (shown(framed(images, FILM, chance), chance), plain(images)):
        assert image.shape == (6, 1, 96, 96)
        assert 0 <= float(image.min()) <= float(image.max()) <= 1


def test_the_threshold_refuses_no_more_than_allowed() -> None:
    scores = np.zeros((100, 8), np.float32)
    scores[:, 0] = np.linspace(0.01, 1.0, 100)
    found = fitted_thresholds({"nih": scores}, {"nih": 0.03}, "0" * 64, 0.9)
    assert found.calibration["nih"].count == 97
    assert fitted_thresholds({"nih": scores}, {"nih": 0.8}, "0" * 64, 0.5).at_least == 0.5


def test_who_is_refused_is_called_by_the_likeliest_other_view() -> None:
    answers = np.zeros((3, 8), np.float32)
    answers[:, 0] = [0.9, 0.45, 0.2]
    answers[1, VIEWS.index("inverted")] = 0.4
    answers[2, VIEWS.index("lateral")] = 0.7
    row = Gate(view_classifier(), 0.5, "0" * 64).row("nih, inverted", answers, "refused", 0.99)
    assert (row.reached.count, row.called) == (2, {"lateral": 1, "inverted": 1})
    assert row.named is not None
    assert row.named.count == 1


def test_auc_beside_each_other_has_intervals() -> None:
    random = np.random.default_rng(0)
    truth = (random.random((80, 2)) < 0.4).astype(float)
    good = Predictions(
        "films", ("A", "B"), truth, np.clip(truth * 0.4 + 0.5 * random.random((80, 2)), 0, 1)
    )
    patients = [str(k // 2) for k in range(80)]
    area, low, high = mean_interval(good, patients)
    assert 0.5 < low < area < high <= 1
    text = side_by_side({"this": good}, patients)
    assert f"**{area:.3f} ({low:.3f} to {high:.3f})**" in text
