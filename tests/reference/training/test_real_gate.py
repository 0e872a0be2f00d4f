"""The gate's autoencoder and its rule: fixed on calibration films, measured after, described."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch

from reference.card import Card
from reference.data.films import films, strangers
from reference.decide.intervals import wilson
from reference.decide.rule import Rule, Ruling
from reference.errors import CheckpointError
from reference.networks.ali import autoencoder
from reference.networks.view import VIEWS, view_classifier
from reference.preprocess import AUTOENCODER_STRETCH
from reference.training.__main__ import main
from reference.training.figures import rounded
from reference.training.fitting import write_weights
from reference.training.given_back import GivenBack, given_back
from reference.training.real import L2_FILMS_RECIPE, RealTraining
from reference.training.real_gate import GatePublishing
from reference.training.rule_figures import RuleTable, rule_row, rulings
from reference.training.rule_fitting import Networks, all_scores, fitted_rule
from reference.training.view_figures import HeldOut, Thresholds
from tests.reference.films_folder import write_films

RECIPE = L2_FILMS_RECIPE.model_copy(update={"epochs": 1, "batch": 12})
RULE = Path("gate-films") / "rule.json"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Few phantoms under names of the list."""
    return write_films(tmp_path_factory.mktemp("films"))


@pytest.fixture(scope="module")
def out(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A view network that learnt nothing, an autoencoder of two steps, and the rule of both."""
    out, work = tmp_path_factory.mktemp("out"), tmp_path_factory.mktemp("work")
    with torch.random.fork_rng():
        torch.manual_seed(1)
        state = rounded(view_classifier().state_dict())
    given = thresholds(write_weights(out / "view" / "model.safetensors", state))
    given.write(out / "view" / "thresholds.json")
    made = RealTraining(root, work, lambda line: None, reconstruction=RECIPE)
    publishing = GatePublishing(made, out, of_each=2)
    publishing.autoencoder(made.autoencoder())
    publishing.rule()
    return out


def thresholds(file: Path) -> Thresholds:
    """Of a view network whatever it says; nearly every image passes."""
    return Thresholds(
        weights_sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        labels=VIEWS,
        label=VIEWS[0],
        at_least=1e-6,
        rule="none",
        calibration={"nih": wilson(1, 1)},
    )


def networks(out: Path) -> Networks:
    """Both networks that were written."""
    return Networks.load(*(out / name / "model.safetensors" for name in ("view", "l2-films")))


def test_the_rule_names_both_networks_and_what_it_was_measured_on(out: Path) -> None:
    rule, table = Rule.read(out / RULE), RuleTable.read(out / "gate-films" / "table.json")
    networks(out).require_of(rule)
    assert rule.conditions == table.conditions
    assert [one.score for one in rule.conditions] == [
        *("shorter_side", "mean_level", "mean_level", "contrast", "view", "ssim", "l2", "latent")
    ]
    inside, outside = table.gated()
    assert (rule.in_distribution, rule.out_of_distribution) == (inside, outside)
    assert inside.images == 4 * 5 + 3 + 1
    assert {one.dataset for one in outside} >= {"other/bones", "other/ct", "other/emoji"}


def test_a_limit_leaves_out_one_film_of_the_calibration_part_at_most(root: Path, out: Path) -> None:
    own = networks(out)
    scores = all_scores(own, films(root, ("calibration",)))
    fitted = fitted_rule(thresholds(out / "view" / "model.safetensors"), own, "films", scores)
    assert fitted.conditions == Rule.read(out / RULE).conditions
    for condition in fitted.conditions:
        if condition.score not in ("shorter_side", "view"):
            assert sum(not condition.holds(one[condition.key]) for one in scores) <= 1


def test_an_image_is_decided_as_by_all_scores_at_once(root: Path, out: Path) -> None:
    own, rule, held = networks(out), Rule.read(out / RULE), films(root, ("measured",))
    at_once = [rule.decide(one) for one in all_scores(own, held)]
    assert rulings(rule, own, held) == at_once
    turned = rulings(rule, own, strangers(root, "other/ct"), np.rot90)
    assert len(turned) == 1


def test_a_rule_of_other_weights_is_refused(root: Path, out: Path, tmp_path: Path) -> None:
    other = write_weights(tmp_path / "model.safetensors", autoencoder(128, 16).state_dict())
    line = ["gate-table", "--real", str(root), "--rule", str(out / RULE)]
    with pytest.raises(CheckpointError, match="ssim is of the weights"):
        Networks.load(out / "view" / other.name, other).require_of(Rule.read(out / RULE))
    assert main([*line, "--weights", str(out / "view"), "--autoencoder", str(tmp_path)]) == 2


def test_cards_say_sources_limits_and_what_could_be_given_back(out: Path) -> None:
    card = Card.read(out / "l2-films" / "card.json")
    found = GivenBack.read(out / "l2-films" / "given-back.json")
    text = (out / "l2-films" / "card.md").read_text()
    assert card.provenance.preprocess == AUTOENCODER_STRETCH
    assert (found.trained, found.held) == (6, 5)
    assert all(sentence in text for sentence in (*found.sentences(), "NOT FOR MEDICAL USE"))
    gate = (out / "gate-films" / "card.md").read_text()
    assert "NIH Clinical Center" in gate
    assert "fixed on the calibration part alone (16 films" in gate
    assert "Missed: other/bones" in gate or "| other/bones | refused | 99 % | 100.0 %" in gate


def test_a_network_that_keeps_its_films_is_found_out() -> None:
    random = np.random.default_rng(4)
    coarse = random.uniform(-1, 1, (18, 8, 8)).astype(np.float32)
    blocks = np.kron(coarse, np.ones((1, 8, 8), np.float32))  # what a blur leaves to be known
    trained, held = blocks[:9], blocks[9:]
    found = given_back(Parrot(trained).eval(), trained, held, codes=40)  # type: ignore[arg-type]
    whole, blurred, _ = found.inputs
    assert (whole.trained, blurred.trained) == (1.0, 1.0)
    assert (whole.held, blurred.held) == (0.0, 0.0)
    assert found.codes_nearer == 1.0
    assert found.codes_least == pytest.approx(0.0, abs=1e-6)


class Parrot(torch.nn.Module):
    """Gives back the nearest of the films that it keeps; a code is how near it is to each."""

    def __init__(self, films: np.ndarray) -> None:
        super().__init__()
        self.films = torch.from_numpy(films)

    def decoder(self, codes: torch.Tensor) -> torch.Tensor:
        """Return the film of the largest number of a code."""
        return self.films[codes[:, :, 0, 0].argmax(1)][:, None]

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return films kept, and codes."""
        codes = -(images - self.films[None]).square().sum((2, 3))
        return self.decoder(codes[:, :, None, None]), codes


def test_a_row_counts_what_refuses_and_what_is_told(root: Path, out: Path) -> None:
    rule = Rule.read(out / RULE)
    held = HeldOut("nih, inverted", films(root, ("measured",)), "refused", 0.99)
    said = [Ruling(), Ruling(4, "inverted"), Ruling(4, "lateral"), Ruling(2, "too-bright")]
    row = rule_row(rule, held, said)
    assert row.failed == {"mean_level at most": 1, "view at least": 2}
    assert row.called == {"inverted": 1, "lateral": 1, "too-bright": 1}
    assert (row.reached.count, row.named and row.named.count, row.met) == (3, 1, False)
