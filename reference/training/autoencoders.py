"""Training autoencoders: on the squared error, or adversarially (paper, appendix C)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric
from torch import nn
from torch.nn import functional

from reference.errors import TrainingError
from reference.networks.ali import ALI, Autoencoder
from reference.training.recipes import AliRecipe, AutoencoderRecipe
from reference.training.registry import Registry, network_input
from reference.training.tasks import Numbers, Step, chunks, mean_over_processes

_AT_ONCE = 100
_SIZE = 64


def _check(train: Registry, validation: Registry) -> None:
    about = train.about.preprocess
    if about != validation.about.preprocess:
        raise TrainingError(
            "training and validation images are prepared differently",
            validation.about.dataset,
            "prepare both alike",
        )
    if (about.size, about.channels, about.low, about.high) != (_SIZE, 1, -1.0, 1.0):
        raise TrainingError(
            f"images of {about.size} pixels and {about.channels} channels on "
            f"[{about.low:g}, {about.high:g}] do not fit an autoencoder",
            train.about.dataset,
            "prepare them as `autoencoder`: 64 pixels, one channel, [-1, 1]",
        )


@dataclass
class L2Task:
    """An autoencoder that learns to reconstruct.

    Args:
        network: as initialised; changed in place.
        recipe: how.
        train: training images, 64 pixels on [-1, 1].
        validation: images of other patients.
    """

    network: Autoencoder
    recipe: AutoencoderRecipe
    train: Registry
    validation: Registry
    _optimizer: torch.optim.Optimizer = field(init=False)
    _wrapped: nn.Module = field(init=False)

    def __post_init__(self) -> None:
        """Refuse images of another preparation."""
        _check(self.train, self.validation)

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        """The autoencoder."""
        return {"autoencoder": self.network}

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Adam."""
        return {"adam": self._optimizer}

    def begin(self, fabric: Fabric) -> None:
        """Move to the device and wrap for several processes."""
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        made = _adam(self.network, self.recipe)
        self._wrapped, self._optimizer = fabric.setup(self.network, made)
        self._fabric = fabric

    def step(self, step: Step) -> Numbers:
        """Train on one batch."""
        self._wrapped.train()
        grey = step.grey(self.train, self.recipe.augmentation).to(self._fabric.device)
        image = network_input(grey, self.train.about.preprocess)
        reconstruction, _ = self._wrapped(image.contiguous(memory_format=torch.channels_last))
        loss = functional.mse_loss(reconstruction.float(), image)
        self._optimizer.zero_grad(set_to_none=True)
        self._fabric.backward(loss)
        self._optimizer.step()
        return {"loss": float(loss.detach())}

    def validate(self) -> Numbers:
        """Return the mean of the images' L2 (root of the mean squared error)."""
        return _reconstruction_score(self.network, self.validation)

    def weights(self) -> dict[str, torch.Tensor]:
        """Return the autoencoder's weights."""
        return _plain(self.network)


@dataclass
class AliTask:
    """Encoder and decoder against a discriminator.

    One step of the discriminator, then one of encoder and decoder, which is left out while they
    are too good. Targets are smoothed per pair.

    Args:
        network: as initialised; changed in place.
        recipe: how.
        train: training images, 64 pixels on [-1, 1].
        validation: images of other patients.
    """

    network: ALI
    recipe: AliRecipe
    train: Registry
    validation: Registry
    _optimizers: dict[str, torch.optim.Optimizer] = field(init=False)
    _wrapped: nn.Module = field(init=False)

    def __post_init__(self) -> None:
        """Refuse images of another preparation."""
        _check(self.train, self.validation)

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        """All three networks in one."""
        return {"ali": self.network}

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Adam for the discriminator, and one for encoder and decoder together."""
        return self._optimizers

    def begin(self, fabric: Fabric) -> None:
        """Move to the device and wrap for several processes."""
        parts = nn.ModuleList([self.network.encoder, self.network.decoder])
        judge = _adam(self.network.discriminator, self.recipe)
        maker = _adam(parts, self.recipe)
        self._wrapped, made_judge, made_maker = fabric.setup(Duel(self.network), judge, maker)
        self._optimizers = {"discriminator": made_judge, "generator": made_maker}
        self._fabric = fabric

    def step(self, step: Step) -> Numbers:
        """Train on one batch."""
        self._wrapped.train()
        device, recipe = self._fabric.device, self.recipe
        grey = step.grey(self.train, recipe.augmentation).to(device)
        image = network_input(grey, self.train.about.preprocess)
        draws = step.generator("ali")
        count, part = len(step.indices), step.share.part
        z = torch.randn(count, self.network.latent, 1, 1, generator=draws)[part].to(device)
        targets = [
            (low + (high - low) * torch.rand(count, generator=draws))[part].to(device)
            for low, high in (recipe.true_targets, recipe.false_targets)
        ]
        true, false = targets
        judged = self._judge_step((image, z), (true, false))
        if self._mean(judged) > recipe.max_loss:
            return {"discriminator": judged, "generator": 0.0, "skipped": 1.0}
        made = self._maker_step((image, z), (true, false))
        return {"discriminator": judged, "generator": made, "skipped": 0.0}

    def validate(self) -> Numbers:
        """Return the mean of the images' L2 (root of the mean squared error)."""
        return _reconstruction_score(self.network.autoencoder(), self.validation)

    def weights(self) -> dict[str, torch.Tensor]:
        """Return the weights of encoder and decoder, which are deployed."""
        return _plain(self.network.autoencoder())

    def _judge_step(
        self, pair: tuple[torch.Tensor, torch.Tensor], targets: tuple[torch.Tensor, torch.Tensor]
    ) -> float:
        inferred, generated = self._wrapped(*pair, True)
        loss = adversarial_loss(inferred, generated, *targets)
        self._optimizers["discriminator"].zero_grad(set_to_none=True)
        self._fabric.backward(loss)
        self._optimizers["discriminator"].step()
        return float(loss.detach())

    def _maker_step(
        self, pair: tuple[torch.Tensor, torch.Tensor], targets: tuple[torch.Tensor, torch.Tensor]
    ) -> float:
        inferred, generated = self._wrapped(*pair, False)
        true, false = targets
        loss = adversarial_loss(inferred, generated, false, true)
        self._optimizers["generator"].zero_grad(set_to_none=True)
        self._fabric.backward(loss)
        self._optimizers["generator"].step()
        return float(loss.detach())

    def _mean(self, loss: float) -> float:
        """Return the loss over all processes, so that all take the same decision."""
        return mean_over_processes(self._fabric, loss)


class Duel(nn.Module):
    """ALI's forward pass, with encoder and decoder at rest where the discriminator learns."""

    def __init__(self, ali: ALI) -> None:
        super().__init__()
        self.ali = ali

    def forward(
        self, x: torch.Tensor, z: torch.Tensor, makers_rest: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits of D(x, E(x)) and of D(G(z), z)."""
        with torch.set_grad_enabled(not makers_rest):
            code, image = self.ali.encoder(x), self.ali.decoder(z)
        inferred: torch.Tensor = self.ali.discriminator(x, code)
        generated: torch.Tensor = self.ali.discriminator(image, z)
        return inferred, generated


def adversarial_loss(
    inferred: torch.Tensor,
    generated: torch.Tensor,
    inferred_target: torch.Tensor,
    generated_target: torch.Tensor,
) -> torch.Tensor:
    """Return the mean cross-entropy of both kinds of pairs, added.

    Args:
        inferred: logits of D(x, E(x)), (N,).
        generated: logits of D(G(z), z), (N,).
        inferred_target: smoothed targets, which may lie outside [0, 1].
        generated_target: likewise.
    """
    entropy = functional.binary_cross_entropy_with_logits
    return entropy(inferred.float(), inferred_target) + entropy(generated.float(), generated_target)


@torch.no_grad()
def reconstructed(
    network: Autoencoder, registry: Registry
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return reconstructions (N, 64, 64) on [-1, 1] and codes (N, latent) of all images."""
    device = next(network.parameters()).device
    modes = {module: module.training for module in network.modules()}
    network.eval()
    images, codes = [], []
    for indices in chunks(len(registry), _AT_ONCE):
        image = network_input(registry.grey(indices).to(device), registry.about.preprocess)
        reconstruction, code = network(image)
        images.append(reconstruction[:, 0].float().cpu().numpy())
        codes.append(code.float().cpu().numpy())
    for module, training in modes.items():
        module.training = training
    return np.concatenate(images), np.concatenate(codes)


def _reconstruction_score(network: Autoencoder, registry: Registry) -> Numbers:
    made, _ = reconstructed(network, registry)
    given = 2 * registry.grey(range(len(registry)))[:, 0].numpy() - 1
    errors = np.sqrt(((made - given) ** 2).mean(axis=(1, 2)))
    mean = float(errors.mean())
    return {"score": -mean, "mean L2": mean}


def _adam(module: nn.Module, recipe: AutoencoderRecipe | AliRecipe) -> torch.optim.Optimizer:
    return torch.optim.Adam(
        module.parameters(),
        lr=recipe.learning_rate,
        betas=recipe.betas,
        weight_decay=recipe.weight_decay,
    )


def _plain(module: nn.Module) -> dict[str, torch.Tensor]:
    return {
        name: tensor.detach().cpu().contiguous().clone()
        for name, tensor in module.state_dict().items()
    }
