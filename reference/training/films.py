"""Training the classifier on real films: moved, their tones varied, labels smoothed, averaged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from lightning_fabric import Fabric
from torch import nn

from reference.decide.auc import auc
from reference.errors import TrainingError
from reference.networks.densenet import DenseNet
from reference.training.averaging import averaged_copy, take_in
from reference.training.classifier import ClassifierTask, classified, known_cross_entropy
from reference.training.recipes import FilmsRecipe
from reference.training.tasks import Numbers, Step

SMOOTHED = 40.0
"""Positives at which a finding's AUC counts half as much as it could in the validation score."""


@dataclass
class FilmsTask(ClassifierTask):
    """A DenseNet and the films that it goes on with; what is validated and shipped is an average.

    Args:
        recipe: how; a ``FilmsRecipe``.
    """

    _average: DenseNet = field(init=False)

    def __post_init__(self) -> None:
        """Refuse images that do not fit the network or each other."""
        super().__post_init__()
        if not isinstance(self.recipe, FilmsRecipe):
            raise TrainingError("films need a recipe of their own", self.recipe.name)

    @property
    def films_recipe(self) -> FilmsRecipe:
        """The recipe, which has more than a classifier's."""
        assert isinstance(self.recipe, FilmsRecipe)
        return self.recipe

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        """The network and its average."""
        return {"network": self.network, "average": self._average}

    def begin(self, fabric: Fabric) -> None:
        """Move to the device and begin the average with the weights as they are."""
        super().begin(fabric)
        average = averaged_copy(self.network)
        assert isinstance(average, DenseNet)
        self._average = average

    def step(self, step: Step) -> Numbers:
        """Train on one batch and take the result into the average."""
        recipe = self.films_recipe
        grey = with_other_tones(
            step.grey(self.train, recipe.augmentation), recipe.tones, step.generator("tones")
        )
        truth = self.train.known(step.indices[step.share.part]).to(self._device)
        truth = truth * (1 - 2 * recipe.smoothing) + recipe.smoothing
        self._wrapped.train()
        self._optimizer.zero_grad(set_to_none=True)
        loss = known_cross_entropy(self._wrapped(self._input(grey, self.train)), truth)
        self._fabric.backward(loss)
        self._optimizer.step()
        take_in(self._average, self.network, recipe.averaging, step.number)
        return {"loss": float(loss.detach())}

    def validate(self) -> Numbers:
        """Return figures of the average; a finding's AUC weighs by its positives.

        The validation films are few, and a finding that two of them show says next to nothing.
        """
        found = classified(self._average, self.validation, self.recipe.coarse)
        areas, weights = [], []
        for known in found.all_known():
            area = auc(known)
            if area is not None:
                areas.append(area)
                weights.append(known.positives / (known.positives + SMOOTHED))
        if not areas:
            raise TrainingError(
                "no finding is both present and absent in the validation images",
                found.dataset,
                "use more images",
            )
        truth = torch.from_numpy(self.validation.truth)
        logits = torch.logit(torch.from_numpy(found.outputs).float(), 1e-7)
        score = sum(a * w for a, w in zip(areas, weights, strict=True)) / sum(weights)
        return {
            "score": float(score),
            "weighted AUC": float(score),
            "mean AUC": sum(areas) / len(areas),
            "loss": float(known_cross_entropy(logits, truth)),
        }

    def weights(self) -> dict[str, torch.Tensor]:
        """Return the average's weights."""
        return {
            name: tensor.detach().cpu().contiguous().clone()
            for name, tensor in self._average.state_dict().items()
        }


def with_other_tones(grey: torch.Tensor, most: float, generator: torch.Generator) -> torch.Tensor:
    """Return images through other tone curves: exponent, contrast and brightness, one draw each.

    Args:
        grey: (N, 1, H, W) on [0, 1].
        most: of the change; 0 changes nothing.
        generator: decides it, on the CPU.
    """
    sides = 2 * torch.rand(3, len(grey), 1, 1, 1, generator=generator) - 1
    curved = grey.clamp(1e-4, 1) ** torch.exp(1.3 * most * sides[0])
    return ((curved - 0.5) * (1 + most * sides[1]) + 0.5 + 0.4 * most * sides[2]).clamp(0, 1)
