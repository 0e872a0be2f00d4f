"""What the loop of training needs to know of a network: its parts, one step, one validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from lightning_fabric import Fabric
from torch import nn

from reference.data.augmentation import Movements, drawn_movements, level_named, moved
from reference.training.recipes import Recipe
from reference.training.registry import Registry
from reference.training.seeds import generator


@dataclass(frozen=True)
class Share:
    """Which part of every batch this process computes: each ``world``-th image from ``rank``."""

    rank: int = 0
    world: int = 1

    @property
    def part(self) -> slice:
        """The places in the whole batch."""
        return slice(self.rank, None, self.world)


@dataclass(frozen=True)
class Step:
    """One step of training.

    Args:
        number: counted from 0 over all epochs.
        seed: of the training.
        indices: images of the whole batch, over all processes.
        share: what of it belongs to this process.
    """

    number: int
    seed: int
    indices: tuple[int, ...]
    share: Share

    def generator(self, purpose: str) -> torch.Generator:
        """Return a generator that is the same in every process and after every resumption."""
        return generator(self.seed, purpose, self.number)

    def grey(self, registry: Registry, augmentation: str) -> torch.Tensor:
        """Return this process's images, moved as the level says, (n, 1, H, W) on [0, 1].

        Movements are drawn for the whole batch, so they do not depend on how many processes
        there are.
        """
        images = registry.grey(self.indices[self.share.part])
        level = level_named(augmentation)
        if not level.moves:
            return images
        movements: Movements = drawn_movements(
            level, len(self.indices), self.generator("augmentation")
        )
        return moved(images, movements.part(self.share.part))


Numbers = dict[str, float]


@runtime_checkable
class Task(Protocol):
    """A network in training."""

    @property
    def recipe(self) -> Recipe:
        """How it is trained."""

    @property
    def train(self) -> Registry:
        """The images that it is trained on."""

    @property
    def validation(self) -> Registry:
        """Images of other patients, which decide which epoch is the best."""

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        """What is trained, by name, without wrappers."""

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """What trains it, by name."""

    def begin(self, fabric: Fabric) -> None:
        """Move to the device and wrap for several processes; called once."""

    def step(self, step: Step) -> Numbers:
        """Train on one batch; return losses."""

    def validate(self) -> Numbers:
        """Return figures on the validation images; ``score`` is among them, higher is better."""

    def weights(self) -> dict[str, torch.Tensor]:
        """Return the weights that are deployed, on the CPU, under the keys of deployment."""


def mean_over_processes(fabric: Fabric, number: float) -> float:
    """Return the mean of a number over all processes, the same in each."""
    if fabric.world_size == 1:
        return number
    # Not every device has 64 bits; a mean of equal numbers is exact in 32 too.
    mean = fabric.all_reduce(torch.tensor(number, dtype=torch.float32, device=fabric.device))
    assert isinstance(mean, torch.Tensor)
    return float(mean)


def chunks(count: int, size: int) -> list[Sequence[int]]:
    """Cut 0 to ``count`` into ranges of at most ``size``."""
    return [range(start, min(start + size, count)) for start in range(0, count, size)]
