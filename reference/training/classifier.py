"""Training a DenseNet: binary cross-entropy of every known label, judged by the mean AUC."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric
from torch import nn
from torch.nn import functional

from reference.decide.auc import auc
from reference.decide.predictions import Predictions
from reference.errors import TrainingError
from reference.networks.densenet import DenseNet
from reference.training.recipes import ClassifierRecipe
from reference.training.registry import Registry, network_input
from reference.training.tasks import Numbers, Step, chunks

_AT_ONCE = 32


@dataclass
class ClassifierTask:
    """A DenseNet and the images that it is trained and validated on.

    Args:
        network: as initialised; changed in place.
        recipe: how.
        train: training images.
        validation: images of other patients.
    """

    network: DenseNet
    recipe: ClassifierRecipe
    train: Registry
    validation: Registry
    _optimizer: torch.optim.Optimizer = field(init=False)
    _wrapped: nn.Module = field(init=False)
    _device: torch.device = field(init=False, default=torch.device("cpu"))

    def __post_init__(self) -> None:
        """Refuse images that do not fit the network or each other."""
        shape = self.network.shape
        about = self.train.about
        same = ("labels", "preprocess")
        if any(getattr(about, name) != getattr(self.validation.about, name) for name in same):
            raise TrainingError(
                "training and validation images have other labels or preparations",
                self.validation.about.dataset,
                "prepare both alike",
            )
        if (len(about.labels), about.preprocess.channels) != (
            shape.num_classes,
            shape.in_channels,
        ):
            raise TrainingError(
                f"images of {about.preprocess.channels} channels with {len(about.labels)} labels "
                f"do not fit a network of {shape.in_channels} and {shape.num_classes}",
                about.dataset,
                "build the network for these images",
            )
        if about.preprocess.size % self.recipe.coarse:
            raise TrainingError(
                f"{about.preprocess.size} pixels cannot be shrunk by {self.recipe.coarse}",
                about.dataset,
                "choose another factor `coarse`",
            )
        _require_trainable(self.train)

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        """The network."""
        return {"network": self.network}

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Adam."""
        return {"adam": self._optimizer}

    def begin(self, fabric: Fabric) -> None:
        """Move to the device and wrap for several processes."""
        # Convolutions are faster so, on a CPU and on a GPU.
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        made = torch.optim.Adam(
            self.network.parameters(),
            lr=self.recipe.learning_rate,
            betas=self.recipe.betas,
            weight_decay=self.recipe.weight_decay,
        )
        self._wrapped, self._optimizer = fabric.setup(self.network, made)
        self._fabric, self._device = fabric, fabric.device

    def step(self, step: Step) -> Numbers:
        """Train on one batch."""
        self._wrapped.train()
        image = self._input(step.grey(self.train, self.recipe.augmentation), self.train)
        truth = self.train.known(step.indices[step.share.part]).to(self._device)
        self._optimizer.zero_grad(set_to_none=True)
        loss = known_cross_entropy(self._wrapped(image), truth)
        self._fabric.backward(loss)
        self._optimizer.step()
        return {"loss": float(loss.detach())}

    def validate(self) -> Numbers:
        """Return cross-entropy and mean AUC; findings without positive or negative are left out."""
        found = classified(self.network, self.validation, self.recipe.coarse)
        truth = torch.from_numpy(self.validation.truth)
        loss = known_cross_entropy(
            torch.logit(torch.from_numpy(found.outputs).float(), 1e-7), truth
        )
        areas = [area for known in found.all_known() if (area := auc(known)) is not None]
        if not areas:
            raise TrainingError(
                "no finding is both present and absent in the validation images",
                found.dataset,
                "use more images",
            )
        mean = float(np.mean(areas))
        return {"score": mean, "mean AUC": mean, "loss": float(loss)}

    def weights(self) -> dict[str, torch.Tensor]:
        """Return the network's weights."""
        return {
            name: tensor.detach().cpu().contiguous().clone()
            for name, tensor in self.network.state_dict().items()
        }

    def _input(self, grey: torch.Tensor, registry: Registry) -> torch.Tensor:
        small = functional.avg_pool2d(grey.to(self._device), self.recipe.coarse)
        image = network_input(small, registry.about.preprocess)
        return image.contiguous(memory_format=torch.channels_last)


def known_cross_entropy(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Return the mean binary cross-entropy of the labels that are not NaN; 0 if all are.

    Args:
        logits: (N, labels).
        truth: (N, labels); 1, 0 or NaN.
    """
    known = ~torch.isnan(truth)
    losses = functional.binary_cross_entropy_with_logits(
        logits.float(), torch.where(known, truth, 0.0), reduction="none"
    )
    return (losses * known).sum() / known.sum().clamp(min=1)


@torch.no_grad()
def classified(network: nn.Module, registry: Registry, coarse: int = 1) -> Predictions:
    """Return what a network says about all images of a registry; its mode is left as it was.

    Args:
        network: answers logits, (N, labels).
        registry: the images.
        coarse: shrinks them, as in ``ClassifierRecipe``.
    """
    device = next(network.parameters()).device
    was_training, outputs = network.training, list[npt.NDArray[np.float64]]()
    network.eval()
    for indices in chunks(len(registry), _AT_ONCE):
        small = functional.avg_pool2d(registry.grey(indices).to(device), coarse)
        image = network_input(small, registry.about.preprocess)
        logits = network(image.contiguous(memory_format=torch.channels_last))
        outputs.append(torch.sigmoid(logits.double()).cpu().numpy())
    network.train(was_training)
    about = registry.about
    return Predictions(
        about.dataset, about.labels, registry.truth.astype(np.float64), np.concatenate(outputs)
    )


def _require_trainable(registry: Registry) -> None:
    """Refuse labels that are neither 0, 1 nor unknown, and sets without any known one."""
    truth = registry.truth
    fine = np.isnan(truth) | (truth == 0) | (truth == 1)
    if not fine.all() or not registry.about.labels or bool(np.isnan(truth).all()):
        raise TrainingError(
            "the labels do not say of findings whether they are present",
            registry.about.dataset,
            "a classifier needs labels 1, 0 or NaN, and not all unknown",
        )


def prior_logits(registry: Registry) -> torch.Tensor:
    """Return the logit of each label's frequency, (labels,), kept within plus or minus 6."""
    truth = registry.truth
    known = (~np.isnan(truth)).sum(axis=0)
    share = (np.nansum(truth, axis=0) + 0.5) / (known + 1.0)
    logits = [max(-6.0, min(6.0, math.log(p / (1 - p)))) for p in share.tolist()]
    return torch.tensor(logits)
