"""Training the gate's network: each film upright and changed, and pictures of other kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import nn
from torch.nn import functional

from reference.networks.view import ViewNet
from reference.training.averaging import averaged_copy, take_in
from reference.training.recipes import ViewRecipe
from reference.training.registry import Registry
from reference.training.seeds import generator
from reference.training.tasks import Numbers, Step, chunks
from reference.training.view_changes import (
    FILM,
    FRONTAL,
    STRANGER,
    Chance,
    changed,
    framed,
    plain,
    shown,
)

_AT_ONCE = 128


@dataclass
class ViewTask:
    """The gate's network, its films and its strangers; what is validated and shipped is an average.

    Args:
        network: as initialised; changed in place.
        recipe: how; ``batch`` counts films, each of which gives two images.
        train: films, larger than the network's input.
        validation: films of other patients.
        strangers: pictures whose one label is their view.
        weights_of: how often each film is drawn beside the others, (N,).
    """

    network: ViewNet
    recipe: ViewRecipe
    train: Registry
    validation: Registry
    strangers: Registry
    weights_of: torch.Tensor
    _optimizer: torch.optim.Optimizer = field(init=False)
    _average: nn.Module = field(init=False)
    _wrapped: nn.Module = field(init=False)
    _device: torch.device = field(init=False, default=torch.device("cpu"))

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        """The network and its average."""
        return {"network": self.network, "average": self._average}

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """AdamW."""
        return {"adam": self._optimizer}

    def begin(self, fabric: Fabric) -> None:
        """Move to the device and wrap for several processes."""
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        made = torch.optim.AdamW(
            self.network.parameters(),
            lr=self.recipe.learning_rate,
            betas=self.recipe.betas,
            weight_decay=self.recipe.weight_decay,
        )
        self._wrapped, self._optimizer = fabric.setup(self.network, made)
        self._fabric, self._device = fabric, fabric.device
        self._average = averaged_copy(self.network)

    def step(self, step: Step) -> Numbers:
        """Train on one batch and take the result into the average."""
        images, views = self._batch(step)
        share = step.share.part
        self._wrapped.train()
        self._optimizer.zero_grad(set_to_none=True)
        logits = self._wrapped(_input(images[share]).to(self._device))
        loss = functional.cross_entropy(
            logits, views[share].to(self._device), label_smoothing=self.recipe.smoothing
        )
        self._fabric.backward(loss)
        self._optimizer.step()
        take_in(self._average, self.network, self.recipe.averaging, step.number)
        return {"loss": float(loss.detach())}

    def _batch(self, step: Step) -> tuple[torch.Tensor, torch.Tensor]:
        """Draw a step's images, (n, 1, 96, 96) on [0, 1], and their views."""
        draw, count = step.generator("films"), self.recipe.batch
        chance = Chance(step.generator("changes"))
        upright = self.train.grey(
            torch.multinomial(self.weights_of, count, True, generator=draw).tolist()
        )
        flips = torch.rand(count, 1, 1, 1, generator=draw) < 0.5
        upright = torch.where(flips, upright.flip(3), upright)
        others = self.train.grey(
            torch.multinomial(self.weights_of, count, True, generator=draw).tolist()
        )
        pairs = [changed(image, chance) for image in others]
        chosen = torch.randint(len(self.strangers), (self.recipe.drawn,), generator=draw).tolist()
        views = self.strangers.known(chosen)[:, 0].long()
        strange = _varied(self.strangers.grey(chosen), views, chance)
        bent = [image for image, _ in pairs]
        near, far = framed(strange, FILM, chance), framed(strange, STRANGER, chance)
        stays = (views == FRONTAL)[:, None, None, None] | chance.happens(0.5)
        strange = torch.where(stays, near, far)
        images = torch.cat(
            [framed(upright, FILM, chance), framed(torch.stack(bent), FILM, chance), strange]
        )
        named = torch.tensor([view for _, view in pairs])
        return shown(images, chance), torch.cat([torch.full((count,), FRONTAL), named, views])

    def validate(self) -> Numbers:
        """Return figures of the average on films as they are and on each one changed."""
        chance = Chance(generator(0, "validation"))
        right, named = list[torch.Tensor](), list[torch.Tensor]()
        losses = list[float]()
        for indices in chunks(len(self.validation), _AT_ONCE):
            grey = self.validation.grey(indices)
            pairs = [changed(image, chance) for image in grey]
            truth = torch.tensor([view for _, view in pairs])
            whole, other = self._answer(grey), self._answer(torch.stack([one for one, _ in pairs]))
            frontal = torch.full((len(whole),), FRONTAL)
            right.append(whole.argmax(1) == frontal)
            named.append(other.argmax(1) == truth)
            losses.append(float(functional.cross_entropy(whole, frontal)) * len(whole))
            losses.append(float(functional.cross_entropy(other, truth)) * len(whole))
        loss = sum(losses) / (2 * len(self.validation))
        return {
            "score": -loss,
            "loss": loss,
            "frontal": float(torch.cat(right).float().mean()),
            "changed": float(torch.cat(named).float().mean()),
        }

    @torch.no_grad()
    def _answer(self, grey: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self._average(_input(plain(grey)).to(self._device))
        return logits.float().cpu()

    def weights(self) -> dict[str, torch.Tensor]:
        """Return the average's weights."""
        return {
            name: tensor.detach().cpu().contiguous().clone()
            for name, tensor in self._average.state_dict().items()
        }


def drawn_as_often(
    registry: Registry, names: tuple[str, ...], often: Mapping[str, float]
) -> torch.Tensor:
    """Return how often each film is drawn: the number of its folder, 1 where there is none.

    Args:
        registry: the films.
        names: of its images, in order.
        often: by the beginning of a name.
    """
    found = np.ones(len(registry), dtype=np.float32)
    for place, name in enumerate(names):
        found[place] = next((often[start] for start in often if name.startswith(start)), 1.0)
    return torch.from_numpy(found)


def _varied(images: torch.Tensor, views: torch.Tensor, chance: Chance) -> torch.Tensor:
    """Return strangers mirrored, and those that are "other" also turned or inverted at times."""
    made = []
    for image, view in zip(images, views.tolist(), strict=True):
        one = image.flip(2) if chance.happens(0.5) else image
        if view not in (FRONTAL, 1):
            one = torch.rot90(one, int(chance.one(0, 4)), (1, 2)) if chance.happens(0.5) else one
            one = 1 - one if chance.happens(0.15) else one
        made.append(one)
    return torch.stack(made)


def _input(images: torch.Tensor) -> torch.Tensor:
    """Return levels on [0, 1] in the network's range, as the preset ``view`` has it."""
    return (2 * images - 1).contiguous(memory_format=torch.channels_last)
