"""The default checkpoints load, are exact in float16, and reach what their cards say."""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn

from reference.card import Card
from reference.data import packaged_digits, packaged_photographs
from reference.data.augmentation import TRAIN_LEVELS
from reference.decide.auc import auc
from reference.decide.calibration import Calibration, OperatingPoint
from reference.decide.gate import Gate
from reference.decide.labels import LABELS
from reference.decide.predictions import Predictions
from reference.decide.scores import l1, ssim
from reference.defaults import CLASSIFIERS, NAMES, default_folder
from reference.networks.ali import Autoencoder
from reference.networks.checkpoints import load_checkpoint
from reference.networks.densenet import DenseNet
from reference.phantoms import HOSPITAL_A, HOSPITAL_B, Hospital, Patient, phantom
from reference.preprocess import AUTOENCODER, CHESTXNET
from reference.training.card import markdown
from reference.training.publishing import CARD, MODEL

FRESH = 10_000_000
"""Seeds from here on are of patients that no set has."""


def card_of(name: str) -> Card:
    return Card.read(default_folder(name) / CARD)


def network_of(name: str) -> nn.Module:
    weights = card_of(name).weights
    module, _, factory = weights.factory.partition(":")
    network: nn.Module = getattr(importlib.import_module(module), factory)(**weights.arguments)
    load_checkpoint(network, default_folder(name) / weights.file)
    return network.eval()


def test_all_together_are_small() -> None:
    folder = default_folder("classifier").parent
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 40e6


@pytest.mark.parametrize("name", NAMES)
def test_a_card_describes_its_weights(name: str) -> None:
    folder, card = default_folder(name), card_of(name)
    content = (folder / MODEL).read_bytes()
    assert card.weights.file == MODEL
    assert card.weights.sha256 == hashlib.sha256(content).hexdigest()
    assert card.weights.bytes == len(content)
    assert card.weights.parameters == sum(p.numel() for p in network_of(name).parameters())
    assert card.notice == "NOT FOR MEDICAL USE"
    assert (folder / "card.md").read_text(encoding="utf-8") == markdown(card)


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_exact_in_float16(name: str) -> None:
    loaded = safetensors.torch.load_file(default_folder(name) / MODEL)
    network = network_of(name).state_dict()
    assert loaded.keys() == network.keys()
    for key, tensor in network.items():
        if tensor.is_floating_point():
            assert loaded[key].dtype == torch.float16
            assert torch.equal(tensor, tensor.half().float())
            assert torch.isfinite(tensor).all()


def test_the_classifier_reaches_what_was_asked() -> None:
    test, external = card_of("classifier").tables
    assert test.mean_auc is not None
    assert external.mean_auc is not None
    assert not test.without_auc
    assert not external.without_auc
    assert test.mean_auc >= 0.85
    assert external.mean_auc >= 0.75


def test_the_other_classifiers_differ_in_their_augmentation_alone() -> None:
    def trained(name: str) -> tuple[object, ...]:
        card = card_of(name)
        recipes = [dict(one.recipe) for one in card.provenance.stages]
        assert {recipe.pop("augmentation") for recipe in recipes} == {CLASSIFIERS[name]}
        steps = [one.steps for one in card.provenance.stages]
        return recipes, steps, card.provenance.seed, card.provenance.images, card.weights.arguments

    assert tuple(CLASSIFIERS.values()) == ("hflip", "none", "15", "45", "180")
    assert set(CLASSIFIERS.values()) == set(TRAIN_LEVELS)
    first, *others = map(trained, CLASSIFIERS)
    assert all(other == first for other in others)
    assert len({card_of(name).weights.sha256 for name in CLASSIFIERS}) == len(CLASSIFIERS)


@pytest.mark.parametrize(("hospital", "table"), [(HOSPITAL_A, 0), (HOSPITAL_B, 1)])
@pytest.mark.long
def test_fresh_phantoms_are_classified_as_well_as_the_card_says(
    hospital: Hospital, table: int
) -> None:
    network = network_of("classifier")
    assert isinstance(network, DenseNet)
    drawn = [phantom(Patient(FRESH + i), 0, hospital, size=224) for i in range(100)]
    with torch.no_grad():
        images = np.concatenate([CHESTXNET.apply(one.image) for one in drawn])
        outputs = torch.sigmoid(network.logits(torch.from_numpy(images)).double()).numpy()
    truth = np.array([one.labels for one in drawn], dtype=np.float64)
    found = Predictions("fresh", LABELS, truth, outputs).all_known()
    areas = [area for known in found if (area := auc(known)) is not None]
    assert len(areas) >= 12
    wanted = card_of("classifier").tables[table].mean_auc
    assert wanted is not None
    # The mean of 14 areas of some 10 positive images each.
    assert float(np.mean(areas)) == pytest.approx(wanted, abs=0.05)


def test_operating_points_are_the_cards() -> None:
    stored = Calibration.read(default_folder("classifier") / "calibration.json")
    assert stored == card_of("classifier").calibration
    assert tuple(point.finding for point in stored.points) == LABELS
    assert all(isinstance(point, OperatingPoint) for point in stored.points)


def test_an_autoencoder_tells_natural_images_and_digits_from_phantoms() -> None:
    scores = {one.score: one for one in card_of("l2").scores}
    for name in (packaged_photographs().name, packaged_digits().name):
        areas = {
            score: next(o.auc for o in scores[score].others if o.dataset == name)
            for score in ("l1", "ssim")
        }
        assert max(areas.values()) >= 0.95, areas


@pytest.mark.parametrize("name", ["l2", "ali"])
def test_fresh_phantoms_score_as_the_card_says(name: str) -> None:
    network = network_of(name)
    assert isinstance(network, Autoencoder)
    images = np.concatenate(
        [AUTOENCODER.apply(phantom(Patient(FRESH + i), size=224).image) for i in range(40)]
    )
    with torch.no_grad():
        made, _ = network(torch.from_numpy(images))
    pairs = list(zip(images[:, 0], made[:, 0].numpy(), strict=True))
    scores = {one.score: one.median for one in card_of(name).scores}
    assert np.median([l1(x, y) for x, y in pairs]) == pytest.approx(scores["l1"], rel=0.2)
    assert np.median([ssim(x, y) for x, y in pairs]) == pytest.approx(scores["ssim"], abs=0.06)


@pytest.mark.parametrize("name", ["l2", "ali"])
def test_the_gate_is_the_cards_and_refuses_as_it_says(name: str) -> None:
    gate = Gate.read(default_folder(name) / "gate.json")
    assert gate == card_of(name).gate
    assert gate.score == "ssim"
    network = network_of(name)
    refused = 0
    photographs = packaged_photographs()
    with torch.no_grad():
        for item in photographs.items:
            image = AUTOENCODER.apply(photographs.load(item))
            made, _ = network(torch.from_numpy(image))
            refused += not gate.accepts(ssim(image[0, 0], made[0, 0].numpy()))
    told = {one.dataset: one.refused for one in gate.out_of_distribution}
    assert abs(refused - told[photographs.name]) <= 1


def test_rejects_an_unknown_default() -> None:
    with pytest.raises(KeyError):
        default_folder("best")


def test_defaults_are_told_of_in_the_readme() -> None:
    told = (default_folder("classifier").parent / "README.md").read_text(encoding="utf-8")
    for name in NAMES:
        assert f"{name}/card.md" in told
    assert "NOT FOR MEDICAL USE" in told
    assert Path(default_folder("classifier").parent.parent).name == "reference"
