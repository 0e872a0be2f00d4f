"""A classifier learns from what is known, and refuses what it cannot learn from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from sklearn.metrics import roc_auc_score
from torch.nn import functional

from reference.errors import CheckpointError, TrainingError, UnsafeCheckpointError
from reference.networks.densenet import DenseNet, DenseNetShape, densenet121
from reference.training.classifier import (
    ClassifierTask,
    classified,
    known_cross_entropy,
    prior_logits,
)
from reference.training.recipes import Constant
from reference.training.registry import Registry, network_input
from reference.training.warm_start import load_features
from tests.reference.training.conftest import CLASSIFIER, SMALL, MakeTask, fitting

Registries = dict[str, tuple[Registry, Registry]]


def miniature(channels: int = 3, outputs: int = 14) -> DenseNet:
    return DenseNet(DenseNetShape(channels, outputs, 4, (2, 1, 1, 1), 8, 2))


def test_unknown_labels_teach_nothing() -> None:
    logits = torch.tensor([[0.3, -2.0], [1.5, 0.1]], requires_grad=True)
    truth = torch.tensor([[1.0, float("nan")], [0.0, 1.0]])
    loss = known_cross_entropy(logits, truth)
    known = torch.stack([logits[0, 0], logits[1, 0], logits[1, 1]])
    wanted = functional.binary_cross_entropy_with_logits(known, torch.tensor([1.0, 0.0, 1.0]))
    assert float(loss.detach()) == pytest.approx(float(wanted.detach()))
    loss.backward()
    assert logits.grad is not None
    assert logits.grad[0, 1] == 0
    assert (logits.grad != 0).sum() == 3


def test_a_batch_of_unknown_labels_is_no_nan() -> None:
    assert float(known_cross_entropy(torch.zeros(2, 3), torch.full((2, 3), float("nan")))) == 0


def test_outputs_are_the_networks_in_evaluation_mode(registries: Registries) -> None:
    registry, network = registries["classifier"][1], miniature().train()
    found = classified(network, registry)
    assert network.training
    with torch.no_grad():
        image = network_input(registry.grey([4]), SMALL)
        wanted = torch.sigmoid(network.eval()(image))
    np.testing.assert_allclose(found.outputs[4], wanted[0].numpy(), atol=1e-6)


def test_the_score_is_the_mean_auc_of_the_findings(make_task: MakeTask, tmp_path: Path) -> None:
    task = make_task("classifier")
    assert isinstance(task, ClassifierTask)
    history = fitting(task, tmp_path).run().progress.history
    found = classified(task.network, task.validation)
    areas = [
        roc_auc_score(truth, outputs)
        for truth, outputs in zip(found.truth.T, found.outputs.T, strict=True)
        if 0 < truth.sum() < len(truth)
    ]
    assert history[-1].validation["score"] == pytest.approx(float(np.mean(areas)))


@pytest.mark.long
def test_learns_what_it_is_shown(registries: Registries, tmp_path: Path) -> None:
    recipe = CLASSIFIER.model_copy(
        update={
            "epochs": 40,
            "learning_rate": 5e-3,
            "augmentation": "none",
            "schedule": Constant(),
        }
    )
    train = registries["classifier"][0]
    torch.manual_seed(0)
    task = ClassifierTask(miniature(), recipe, train, train)
    history = fitting(task, tmp_path).run().progress.history
    assert history[-1].training["loss"] < 0.8 * history[0].training["loss"]
    # The best epoch is what is kept; the last one of so few images may be worse.
    assert max(epoch.validation["score"] for epoch in history) > 0.7


def test_a_first_stage_may_be_coarser(registries: Registries, tmp_path: Path) -> None:
    recipe = CLASSIFIER.model_copy(update={"coarse": 2})
    seen: list[torch.Size] = []
    network = DenseNet(DenseNetShape(3, 14, 4, (2, 1), 8, 2))
    network.features[0].register_forward_pre_hook(lambda _, args: seen.append(args[0].shape))
    fitting(ClassifierTask(network, recipe, *registries["classifier"]), tmp_path).run(pause_at=1)
    assert seen == [torch.Size([8, 3, 16, 16])]
    odd = CLASSIFIER.model_copy(update={"coarse": 3})
    with pytest.raises(TrainingError, match="32 pixels cannot be shrunk by 3"):
        ClassifierTask(network, odd, *registries["classifier"])


def test_outputs_may_begin_at_the_labels_frequencies(registries: Registries) -> None:
    train = registries["classifier"][0]
    probabilities = torch.sigmoid(prior_logits(train)).numpy()
    np.testing.assert_allclose(probabilities, train.truth.mean(axis=0), atol=0.02)


@pytest.mark.parametrize(
    ("channels", "outputs"),
    [(1, 14), (3, 13)],
)
def test_rejects_images_that_do_not_fit_the_network(
    registries: Registries, channels: int, outputs: int
) -> None:
    with pytest.raises(TrainingError, match="do not fit a network"):
        ClassifierTask(miniature(channels, outputs), CLASSIFIER, *registries["classifier"])


def test_rejects_validation_images_of_another_preparation(registries: Registries) -> None:
    mixed = (registries["classifier"][0], registries["autoencoder"][1])
    with pytest.raises(TrainingError, match="other labels or preparations"):
        ClassifierTask(miniature(), CLASSIFIER, *mixed)


@pytest.mark.parametrize("wrong", [7.0, float("nan")])
def test_rejects_labels_that_are_no_findings(registries: Registries, wrong: float) -> None:
    train, validation = registries["classifier"]
    digits = replace(train, truth=np.full_like(train.truth, wrong))
    with pytest.raises(TrainingError, match="labels do not say of findings"):
        ClassifierTask(miniature(), CLASSIFIER, digits, validation)


def imagenet(path: Path, **changes: torch.Tensor) -> tuple[Path, dict[str, torch.Tensor]]:
    """Write a state dict as torchvision publishes it: dotted names, a head of 1,000 classes."""
    torch.manual_seed(9)
    state = densenet121(3, 1000).state_dict()
    dotted = {
        name.replace("norm1", "norm.1")
        .replace("norm2", "norm.2")
        .replace("conv1", "conv.1")
        .replace("conv2", "conv.2"): tensor
        for name, tensor in state.items()
        if not name.endswith("num_batches_tracked")
    }
    safetensors.torch.save_file(dotted | changes, path)
    return path, state


def test_begins_with_imagenets_features_and_its_own_head(tmp_path: Path) -> None:
    path, state = imagenet(tmp_path / "imagenet.safetensors")
    network = densenet121(3, 14)
    head = network.classifier.weight.clone()
    assert load_features(network, path) == 604
    assert torch.equal(network.classifier.weight, head)
    for name in ("features.conv0.weight", "features.denseblock3.denselayer24.conv2.weight"):
        assert torch.equal(network.state_dict()[name], state[name])


def test_one_channel_takes_the_sum_of_three(tmp_path: Path) -> None:
    path, state = imagenet(tmp_path / "imagenet.safetensors")
    network = densenet121(1, 14)
    load_features(network, path)
    grey = torch.rand(1, 1, 32, 32)
    wanted = functional.conv2d(grey.expand(-1, 3, -1, -1), state["features.conv0.weight"])
    made = functional.conv2d(grey, network.state_dict()["features.conv0.weight"])
    torch.testing.assert_close(made, wanted, atol=1e-5, rtol=1e-5)


def test_rejects_features_of_another_network(tmp_path: Path) -> None:
    path, _ = imagenet(tmp_path / "imagenet.safetensors")
    with pytest.raises(CheckpointError, match="features differ in"):
        load_features(miniature(), path)
    spoiled, _ = imagenet(
        tmp_path / "nan.safetensors",
        **{"features.norm0.weight": torch.full((64,), float("nan"))},
    )
    network = densenet121(3, 14)
    before = network.state_dict()["features.conv0.weight"].clone()
    with pytest.raises(CheckpointError, match="not finite"):
        load_features(network, spoiled)
    assert torch.equal(network.state_dict()["features.conv0.weight"], before)


def test_rejects_a_pickle_that_would_run_code(tmp_path: Path) -> None:
    torch.save(miniature(), tmp_path / "module.pt")
    with pytest.raises(UnsafeCheckpointError):
        load_features(miniature(), tmp_path / "module.pt")
