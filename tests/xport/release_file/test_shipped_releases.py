"""The release files here say what is shipped: trained defaults, and the paper's system."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from reference.decide.labels import LABELS
from reference.defaults import PHANTOMS, RELEASE, default_folder
from reference.preprocess import AUTOENCODER, AUTOENCODER_STRETCH, CHESTXNET
from reference.training.card import Card
from tests.conftest import ROOT
from xport.release_file.decisions import read_decisions, read_rule, require_own
from xport.release_file.file import ReleaseFile, read_release
from xport.release_file.tables import UNTRAINED

FULL_WIDTH = ROOT / "releases" / "full-width.toml"


def bounds_of(release: ReleaseFile) -> dict[tuple[str, str], float]:
    return {(t.model, t.output): t.max_abs for t in release.policy.tolerances}


def test_the_full_width_release_is_the_papers_system() -> None:
    release = read_release(FULL_WIDTH)
    assert bounds_of(release) == {
        ("classifier", "probabilities"): 1e-5,
        ("classifier", "logits"): 1e-4,
        ("autoencoder", "reconstruction"): 5e-5,
        ("autoencoder", "latent"): 5e-5,
        ("explanation", "probabilities"): 1e-5,
        ("explanation", "logits"): 1e-4,
    }
    assert release.models["classifier"].arguments == {"in_channels": 3, "num_classes": 14}
    assert release.models["autoencoder"].arguments == {"latent": 512}
    assert {model.weights for model in release.models.values()} == {UNTRAINED}


@pytest.mark.parametrize("path", [RELEASE, PHANTOMS, FULL_WIDTH])
def test_releases_of_a_classifier_hold_it_to_the_papers_bar(path: Path) -> None:
    release = read_release(path)
    bounds = bounds_of(release)
    for model in ("classifier", "explanation"):
        assert bounds[model, "probabilities"] == 1e-5
        assert bounds[model, "logits"] == 1e-4
    alike = {
        (a.model, a.output): (a.min_cosine, a.max_ratio_to_float64_gap)
        for a in release.policy.relative_tolerances
    }
    # A trained network's few ReLUs at their kinks come singly, so there the multiple is larger.
    bound = (0.9999, 10.0) if release.models["classifier"].checkpoint else (0.999, 3.0)
    maps = ("gradient", "saliency", "cam")
    assert alike == {("explanation", output): bound for output in maps}
    assert release.models["classifier"].labels == LABELS
    assert release.policy.acceptance_criteria[0].max_abs == 1e-5


SHIPPED = [
    ("reference/defaults/phantoms.toml", "classifier", "classifier"),
    ("reference/defaults/phantoms.toml", "autoencoder", "l2"),
    ("releases/ali.toml", "autoencoder", "ali"),
]


@pytest.mark.parametrize(("file", "model", "default"), SHIPPED)
def test_releases_ship_the_default_checkpoints_as_their_cards_describe_them(
    file: str, model: str, default: str
) -> None:
    entry, folder = read_release(ROOT / file).models[model], default_folder(default)
    card = Card.read(folder / "card.json")
    assert entry.checkpoint is not None
    assert entry.checkpoint.resolve() == folder / card.weights.file
    assert (entry.factory, entry.arguments) == (card.weights.factory, dict(card.weights.arguments))
    assert entry.preprocess == (CHESTXNET if entry.kind == "classifier" else AUTOENCODER)
    assert "untrained" not in entry.weights


@pytest.mark.parametrize(("file", "model", "default"), SHIPPED)
def test_releases_decide_by_the_documents_of_the_checkpoint_that_they_ship(
    file: str, model: str, default: str
) -> None:
    entry, folder = read_release(ROOT / file).models[model], default_folder(default)
    card, decisions = Card.read(folder / "card.json"), read_decisions(entry, model)
    assert decisions.calibration == card.calibration
    assert decisions.gate == card.gate
    if entry.kind == "classifier":
        assert len(decisions.operating_points or ()) == len(entry.labels or ()) == 14
    else:
        assert decisions.gate is not None


@pytest.mark.parametrize("path", [RELEASE, PHANTOMS, ROOT / "releases" / "ali.toml"])
def test_trained_networks_are_tried_on_what_they_were_trained_for_and_on_what_they_refuse(
    path: Path,
) -> None:
    probes = read_release(path).probes
    assert probes.phantoms >= 2
    assert len(probes.photographs) >= 2


def test_the_default_release_is_of_films_and_its_rule_of_their_networks() -> None:
    release = read_release(RELEASE)
    assert (release.name, release.title) == ("demo", "Chest X-ray assistant")
    rules = read_rule(release)
    assert set(rules) == {"view", "autoencoder"}
    for name, rule in rules.items():
        entry = release.models[name]
        assert entry.checkpoint is not None
        weights = hashlib.sha256(entry.checkpoint.read_bytes()).hexdigest()
        require_own(replace(read_decisions(entry, name), rule=rule), entry, weights, name)
        assert Card.read(entry.checkpoint.with_name("card.json")).weights.sha256 == weights
    assert release.models["autoencoder"].preprocess == AUTOENCODER_STRETCH


def test_a_release_elsewhere_may_name_a_default_by_its_full_path(tmp_path: Path) -> None:
    defaults = default_folder("l2").parent
    text = PHANTOMS.read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('"l2/', f'"{defaults}/l2/'), encoding="utf-8")
    entry = read_release(path).models["autoencoder"]
    assert entry.checkpoint == defaults / "l2" / "model.safetensors"
    assert read_decisions(entry, "models.autoencoder").gate is not None
