"""A small set of phantoms on a registry, and networks that train on it in seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from reference.data import Dataset, cut_by_patient, nih
from reference.networks.ali import ALI, autoencoder
from reference.networks.densenet import DenseNet, DenseNetShape
from reference.phantoms import Cohort, write_nih
from reference.preprocess import AUTOENCODER, Preprocess
from reference.training.autoencoders import AliTask, L2Task
from reference.training.classifier import ClassifierTask
from reference.training.fitting import Fitting, fabric_for
from reference.training.recipes import AliRecipe, AutoencoderRecipe, ClassifierRecipe, Cosine
from reference.training.registry import Registry, register
from reference.training.tasks import Task

SMALL = Preprocess(size=32, channels=3)
"""Like the paper's input, 32 pixels wide."""

CLASSIFIER = ClassifierRecipe(
    name="small",
    learning_rate=1e-3,
    weight_decay=1e-5,
    schedule=Cosine(epochs=3, rise=0.5),
    batch=8,
    epochs=3,
    augmentation="15",
)
L2 = AutoencoderRecipe(name="small", learning_rate=1e-3, batch=8, epochs=3, latent=4, width=2)
ALI_RECIPE = AliRecipe(
    name="small",
    learning_rate=1e-3,
    betas=(0.5, 0.999),
    batch=8,
    epochs=3,
    latent=4,
    width=2,
    stochastic=True,
    augmentation="hflip",
)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 patients of hospital A in the NIH layout, 64 pixels."""
    root = tmp_path_factory.mktemp("phantoms") / "nih"
    write_nih(root, Cohort(seed=11, patients=40, size=64))
    return root


@pytest.fixture(scope="session")
def parts(folder: Path) -> tuple[Dataset, Dataset]:
    """Training and validation images."""
    return cut_by_patient(nih(folder, "train_val"), seed=1)


@pytest.fixture(scope="session")
def registries(
    parts: tuple[Dataset, Dataset], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Registry, Registry]]:
    """Both parts, prepared for a classifier and for autoencoders."""
    root = tmp_path_factory.mktemp("registries")
    made = {}
    for name, definition in (("classifier", SMALL), ("autoencoder", AUTOENCODER)):
        train, validation = (
            register(part, definition, root / name / side)
            for part, side in zip(parts, ("train", "validation"), strict=True)
        )
        made[name] = (train, validation)
    return made


MakeTask = Callable[[str], Task]


@pytest.fixture
def make_task(registries: dict[str, tuple[Registry, Registry]]) -> MakeTask:
    """Build a task by name, with the same weights each time."""

    def make(name: str) -> Task:
        with torch.random.fork_rng():
            torch.manual_seed(3)
            if name == "classifier":
                network = DenseNet(DenseNetShape(3, 14, 4, (2, 1, 1, 1), 8, 2))
                return ClassifierTask(network, CLASSIFIER, *registries["classifier"])
            if name == "l2":
                return L2Task(autoencoder(4, 2), L2, *registries["autoencoder"])
            return AliTask(ALI(4, 2, stochastic=True), ALI_RECIPE, *registries["autoencoder"])

    return make


def fitting(task: Task, folder: Path, **settings: object) -> Fitting:
    """Return a training on the CPU that says nothing."""
    given: dict[str, object] = {"seed": 5, "tell": lambda line: None} | settings
    return Fitting(task, fabric_for("32-true", "cpu"), folder, **given)  # type: ignore[arg-type]


def same_bits(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    """Whether two sets of tensors are equal in names, kinds and every bit."""
    return one.keys() == other.keys() and all(
        one[name].dtype == other[name].dtype
        and np.array_equal(
            one[name].contiguous().numpy().view(np.uint8)
            if one[name].ndim
            else one[name].reshape(1).numpy().view(np.uint8),
            other[name].contiguous().numpy().view(np.uint8)
            if other[name].ndim
            else other[name].reshape(1).numpy().view(np.uint8),
        )
        for name in one
    )
