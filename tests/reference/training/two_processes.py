"""Trainings in this process and its partner; run by torchrun, see test_distributed.

    two_processes.py CLASSIFIER_REGISTRIES AUTOENCODER_REGISTRIES OUT

Both registries have the folders train and validation; OUT gets NAME-RANK.safetensors for each of
classifier (one step), epoch (the same, over the end of an epoch), straight (ALI, three steps) and
twice (the same, stopped after two).
"""

from __future__ import annotations

import sys
from pathlib import Path

import safetensors.torch
import torch

from reference.networks.ali import ALI
from reference.networks.densenet import DenseNet, DenseNetShape
from reference.training.autoencoders import AliTask
from reference.training.classifier import ClassifierTask
from reference.training.fitting import Fitting, fabric_for
from reference.training.registry import open_registry
from reference.training.tasks import Task
from tests.reference.training.conftest import ALI_RECIPE, CLASSIFIER

SEED = 5


def classifier_task(root: Path) -> ClassifierTask:
    """Return a task with the weights that all processes begin with."""
    torch.manual_seed(3)
    network = DenseNet(DenseNetShape(3, 14, 4, (2, 1, 1, 1), 8, 2))
    return ClassifierTask(
        network, CLASSIFIER, open_registry(root / "train"), open_registry(root / "validation")
    )


def ali_task(root: Path) -> AliTask:
    """Likewise."""
    torch.manual_seed(3)
    return AliTask(
        ALI(4, 2, stochastic=True),
        ALI_RECIPE,
        open_registry(root / "train"),
        open_registry(root / "validation"),
    )


def main() -> None:
    """Train and write this process's weights."""
    classifier, autoencoder, out = map(Path, sys.argv[1:])
    fabric = fabric_for("32-true", "cpu")
    fabric.launch()

    def train(name: str, task: Task, steps: int) -> None:
        Fitting(task, fabric, out / name, SEED, lambda line: None).run(pause_at=steps)
        (module,) = task.modules.values()
        state = {key: tensor.detach().contiguous() for key, tensor in module.state_dict().items()}
        safetensors.torch.save_file(state, out / f"{name}-{fabric.global_rank}.safetensors")

    train("classifier", classifier_task(classifier), 1)
    train("epoch", classifier_task(classifier), 8)
    train("straight", ali_task(autoencoder), 3)
    train("twice", ali_task(autoencoder), 2)
    train("twice", ali_task(autoencoder), 3)
    fabric.barrier()


if __name__ == "__main__":
    main()
