"""The default checkpoints: recipes and sizes, and the command's way from seeds to weights.

NOT FOR MEDICAL USE: trained on phantoms alone. ``python -m reference.training defaults`` makes
them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import torch

from reference import progress
from reference.card import Stage
from reference.data import Dataset, cut_by_patient, nih, padchest
from reference.decide.labels import LABELS
from reference.defaults import CLASSIFIERS, Name
from reference.networks.ali import ALI, autoencoder
from reference.networks.checkpoints import load_checkpoint
from reference.networks.densenet import DenseNet, DenseNetShape
from reference.phantoms import Cohort, write_nih, write_padchest
from reference.preprocess import AUTOENCODER, CHESTXNET, Preprocess
from reference.training.autoencoders import AliTask, L2Task
from reference.training.card import stage
from reference.training.classifier import ClassifierTask, prior_logits
from reference.training.fitting import Fitting, Outcome, fabric_for
from reference.training.recipes import AliRecipe, AutoencoderRecipe, ClassifierRecipe, Cosine
from reference.training.registry import Registry, register
from reference.training.seeds import derived_seed
from reference.training.tasks import Task

Tell = Callable[[str], None]
Part = Literal["train", "validation", "test", "external"]

SEED = 2019
HOSPITAL = Cohort(seed=2019, patients=5000, size=224)
"""Training, validation and test images: hospital A."""

EXTERNAL = Cohort(seed=2020, patients=600, size=224)
"""Images of hospital B, which no training sees."""

SHAPE = DenseNetShape(
    in_channels=3,
    num_classes=len(LABELS),
    growth=16,
    block_config=(6, 12, 24, 16),
    init_features=32,
)
"""DenseNet-121 at half its width: 1.77 million parameters, a quarter of the arithmetic."""

LATENT, WIDTH = 128, 16

COARSE_STAGE = ClassifierRecipe(
    name="phantoms, 112 pixels",
    learning_rate=2e-3,
    weight_decay=1e-5,
    schedule=Cosine(epochs=6, rise=0.3),
    batch=32,
    epochs=4,
    augmentation="hflip",
    coarse=2,
)
"""Most of the training, on images of half the side: a quarter of the arithmetic.

It ends before its rate is down, where the next stage takes over.
"""

FINE_STAGE = ClassifierRecipe(
    name="phantoms, 224 pixels",
    learning_rate=1e-3,
    weight_decay=1e-5,
    schedule=Cosine(epochs=1, rise=0.1),
    batch=32,
    epochs=1,
    augmentation="hflip",
)
"""The end, at the size that is deployed."""

L2_RECIPE = AutoencoderRecipe(
    name="phantoms, L2",
    learning_rate=2e-3,
    schedule=Cosine(epochs=16, rise=0.3),
    batch=50,
    epochs=16,
    latent=LATENT,
    width=WIDTH,
)

ALI_RECIPE = AliRecipe(
    name="phantoms, ALI",
    learning_rate=3e-4,
    betas=(0.5, 0.999),
    batch=32,
    epochs=8,
    latent=LATENT,
    width=WIDTH,
)
"""Appendix C's tricks; the learning rate is higher than the paper's, for so few images."""


@dataclass(frozen=True)
class Trained:
    """What a network went through, and the file with its weights."""

    stages: tuple[Stage, ...]
    weights: Path


@dataclass
class _Drawn:
    """A line now and then about the phantoms that are drawn."""

    say: Tell
    done: int = 0
    total: int = 0

    @contextmanager
    def step(self, title: str, total: int) -> Iterator[progress.Step]:
        self.done, self.total = 0, total
        yield self

    def advance(self, note: str = "") -> None:
        self.done += 1
        if self.done % 250 == 0 or self.done in (1, self.total):
            self.say(f"phantoms: {self.done:,} of {self.total:,} images drawn")


@dataclass(frozen=True)
class Remaking:
    """One remaking of the defaults.

    Args:
        work: for phantoms, prepared images and states; goes on where it was interrupted.
        tell: is told of progress.
    """

    work: Path
    tell: Tell = print

    def dataset(self, part: Part) -> Dataset:
        """Return a part of the phantoms, which are drawn and written if they are not there."""
        if part == "external":
            root = self.work / "padchest"
            with progress.shown(_Drawn(self.tell)):
                write_padchest(root, EXTERNAL)
            return replace(padchest(root), name="Phantoms of hospital B")
        root = self.work / "nih"
        with progress.shown(_Drawn(self.tell)):
            write_nih(root, HOSPITAL)
        if part == "test":
            found = nih(root, "test")
        else:
            train, validation = cut_by_patient(nih(root, "train_val"), seed=SEED)
            found = train if part == "train" else validation
        # Nobody shall take them for the published collection, whose layout they have.
        return replace(found, name=f"Phantoms of hospital A, {part}")

    def registry(self, part: Part, preprocess: Preprocess) -> Registry:
        """Return the prepared images of a part."""
        folder = self.work / f"{part}-{preprocess.size}"
        return register(self.dataset(part), preprocess, folder, self.tell)

    def train(self, name: Name) -> Trained:
        """Train the default of this name, or finish what was interrupted."""
        if name in CLASSIFIERS:
            return self._classifier(name)
        registries = (self.registry("train", AUTOENCODER), self.registry("validation", AUTOENCODER))
        torch.manual_seed(derived_seed(SEED, name))
        task: Task
        if name == "l2":
            task = L2Task(autoencoder(LATENT, WIDTH), L2_RECIPE, *registries)
        else:
            task = AliTask(ALI(LATENT, WIDTH), ALI_RECIPE, *registries)
        outcome = self._fit(name, task)
        return Trained((stage(task.recipe, outcome),), outcome.best)

    def _classifier(self, name: Name) -> Trained:
        """All begin with the same weights and see the same images, each with its augmentation."""
        coarse_recipe, fine_recipe = (
            recipe.model_copy(update={"augmentation": CLASSIFIERS[name]})
            for recipe in (COARSE_STAGE, FINE_STAGE)
        )
        registries = (self.registry("train", CHESTXNET), self.registry("validation", CHESTXNET))
        torch.manual_seed(derived_seed(SEED, "classifier"))
        network = DenseNet(SHAPE)
        with torch.no_grad():
            network.classifier.bias.copy_(prior_logits(registries[0]))
        coarse = self._fit(f"{name}-112px", ClassifierTask(network, coarse_recipe, *registries))
        load_checkpoint(network, coarse.best)
        fine = self._fit(f"{name}-224px", ClassifierTask(network, fine_recipe, *registries))
        return Trained((stage(coarse_recipe, coarse), stage(fine_recipe, fine)), fine.best)

    def _fit(self, name: str, task: Task) -> Outcome:
        fabric = fabric_for(task.recipe.precision)
        self.tell(f"training: {task.recipe.name}, {len(task.train):,} images")
        return Fitting(task, fabric, self.work / name, SEED, self.tell).run()
