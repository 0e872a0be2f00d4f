"""ALI trains with appendix C's tricks; the other autoencoder on the squared error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from reference.decide.scores import l2
from reference.errors import TrainingError
from reference.networks.ali import ALI, autoencoder
from reference.training.autoencoders import (
    AliTask,
    Duel,
    L2Task,
    adversarial_loss,
    reconstructed,
)
from reference.training.registry import Registry, network_input
from tests.reference.training.conftest import ALI_RECIPE, L2, MakeTask, fitting, same_bits

Registries = dict[str, tuple[Registry, Registry]]


def test_the_loss_is_both_cross_entropies_also_for_targets_outside_0_to_1() -> None:
    inferred, generated = torch.tensor([0.4, -1.0]), torch.tensor([2.0, 0.0])
    true, false = torch.tensor([1.1, 0.7]), torch.tensor([-0.1, 0.3])

    def entropy(logit: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        p = torch.sigmoid(logit)
        return -(target * torch.log(p) + (1 - target) * torch.log(1 - p)).mean()

    wanted = entropy(inferred, true) + entropy(generated, false)
    assert float(adversarial_loss(inferred, generated, true, false)) == pytest.approx(float(wanted))


def test_the_discriminators_step_leaves_encoder_and_decoder_alone(make_task: MakeTask) -> None:
    ali = ALI(4, 2)
    duel = Duel(ali)
    x, z = torch.rand(2, 1, 64, 64), torch.randn(2, 4, 1, 1)
    inferred, generated = duel(x, z, True)
    (inferred.sum() + generated.sum()).backward()
    assert all(p.grad is None for p in [*ali.encoder.parameters(), *ali.decoder.parameters()])
    assert all(p.grad is not None for p in ali.discriminator.parameters())
    inferred, generated = duel(x, z, False)
    (inferred.sum() + generated.sum()).backward()
    assert all(p.grad is not None for p in ali.parameters())


def trained(ali: ALI, registries: Registries, folder: Path, max_loss: float) -> dict[str, float]:
    recipe = ALI_RECIPE.model_copy(update={"max_loss": max_loss, "stochastic": False})
    outcome = fitting(AliTask(ali, recipe, *registries["autoencoder"]), folder).run(pause_at=2)
    return outcome.progress.sums


def parts(ali: ALI) -> dict[str, dict[str, torch.Tensor]]:
    return {
        name: {key: tensor.detach().clone() for key, tensor in module.named_parameters()}
        for name, module in ali.named_children()
    }


def test_encoder_and_decoder_rest_while_they_are_too_good(
    registries: Registries, tmp_path: Path
) -> None:
    ali = ALI(4, 2)
    before = parts(ali)
    sums = trained(ali, registries, tmp_path, max_loss=1e-3)
    after = parts(ali)
    assert sums["skipped"] == 2
    assert same_bits(before["encoder"], after["encoder"])
    assert same_bits(before["decoder"], after["decoder"])
    assert not same_bits(before["discriminator"], after["discriminator"])


def test_otherwise_all_three_learn(registries: Registries, tmp_path: Path) -> None:
    ali = ALI(4, 2)
    before = parts(ali)
    assert trained(ali, registries, tmp_path, max_loss=100.0)["skipped"] == 0
    after = parts(ali)
    assert all(not same_bits(before[name], after[name]) for name in before)


def test_a_stochastic_encoder_learns_its_sigma_and_exports_its_mean(
    make_task: MakeTask, tmp_path: Path
) -> None:
    task = make_task("ali")
    assert isinstance(task, AliTask)
    head = task.network.encoder.log_sigma
    assert head is not None
    before = head.weight.detach().clone()
    fitting(task, tmp_path).run(pause_at=2)
    assert not torch.equal(head.weight, before)
    twice = [task.network.autoencoder().eval()(torch.zeros(1, 1, 64, 64))[1] for _ in range(2)]
    assert torch.equal(*twice)


def test_the_deployed_weights_are_encoder_and_decoder(make_task: MakeTask) -> None:
    for name in ("l2", "ali"):
        weights = make_task(name).weights()
        assert {key.split(".")[0] for key in weights} == {"encoder", "decoder"}


@pytest.mark.long
def test_learns_to_reconstruct(registries: Registries, tmp_path: Path) -> None:
    recipe = L2.model_copy(update={"epochs": 6, "learning_rate": 5e-3})
    torch.manual_seed(0)
    task = L2Task(autoencoder(16, 4), recipe, *registries["autoencoder"])
    history = fitting(task, tmp_path).run().progress.history
    assert history[-1].training["loss"] < 0.5 * history[0].training["loss"]
    registry = registries["autoencoder"][1]
    made, codes = reconstructed(task.network, registry)
    given = network_input(registry.grey(range(len(registry))), registry.about.preprocess)[
        :, 0
    ].numpy()
    errors = [l2(x, y) for x, y in zip(given, made, strict=True)]
    assert history[-1].validation["mean L2"] == pytest.approx(float(np.mean(errors)), rel=1e-4)
    assert history[-1].validation["score"] == -history[-1].validation["mean L2"]
    assert codes.shape == (len(registry), 16)


def test_the_squared_error_is_of_images_on_minus_1_to_1(
    registries: Registries, tmp_path: Path
) -> None:
    train = registries["autoencoder"][0]
    recipe = L2.model_copy(update={"batch": len(train), "epochs": 1})
    network = autoencoder(4, 2)
    copy = autoencoder(4, 2)
    copy.load_state_dict(network.state_dict())
    history = fitting(L2Task(network, recipe, train, train), tmp_path).run().progress.history
    image = 2 * train.grey(range(len(train))) - 1
    reconstruction, _ = copy.train()(image)
    wanted = float(functional.mse_loss(reconstruction.detach(), image))
    assert history[0].training["loss"] == pytest.approx(wanted, rel=1e-4)


def test_rejects_images_of_another_preparation(registries: Registries) -> None:
    with pytest.raises(TrainingError, match="do not fit an autoencoder"):
        L2Task(autoencoder(4, 2), L2, *registries["classifier"])
    mixed = (registries["autoencoder"][0], registries["classifier"][1])
    with pytest.raises(TrainingError, match="prepared differently"):
        AliTask(ALI(4, 2), ALI_RECIPE, *mixed)
