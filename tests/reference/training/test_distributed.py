"""Two processes (gloo, on the CPU) train one network, as documented.

Each computes every second image of the same batches, moved as one process would move them, and
normalises its own part; gradients are averaged.
"""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path

import pytest
import safetensors.torch
import torch

from reference.data import Dataset
from reference.data.augmentation import drawn_movements, level_named, moved
from reference.preprocess import AUTOENCODER
from reference.training.classifier import ClassifierTask, known_cross_entropy
from reference.training.registry import network_input, register
from reference.training.seeds import generator
from tests.reference.training.conftest import SMALL, same_bits
from tests.reference.training.two_processes import SEED, classifier_task

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def folder_of_two(parts: tuple[Dataset, Dataset], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes wrote; the registries of the classifier lie beside it."""
    root = tmp_path_factory.mktemp("two")
    for name, definition in (("small", SMALL), ("autoencoder", AUTOENCODER)):
        for part, side in zip(parts, ("train", "validation"), strict=True):
            register(part, definition, root / name / side)
    (root / "out").mkdir()
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node=2", "-m", "tests.reference.training.two_processes"]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [*command, *(str(root / name) for name in ("small", "autoencoder", "out"))],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return root


def written(root: Path, name: str) -> list[dict[str, torch.Tensor]]:
    """Return the weights in both processes."""
    return [
        safetensors.torch.load_file(root / "out" / f"{name}-{rank}.safetensors") for rank in (0, 1)
    ]


def step_by_hand(task: ClassifierTask) -> None:
    """Do the first step of both processes in this one."""
    recipe, registry, network = task.recipe, task.train, task.network
    order = torch.randperm(len(registry), generator=generator(SEED, "order", 0))
    indices = order[: recipe.batch].tolist()
    level = level_named(recipe.augmentation)
    assert level.moves
    draws = drawn_movements(level, len(indices), generator(SEED, "augmentation", 0))
    images = network_input(moved(registry.grey(indices), draws), registry.about.preprocess)
    truth = registry.known(indices)
    replicas = [copy.deepcopy(network.train()) for _ in range(2)]
    for rank, replica in enumerate(replicas):
        mine = slice(rank, None, 2)
        known_cross_entropy(replica(images[mine]), truth[mine]).backward()
    sides = zip(*(replica.parameters() for replica in replicas), strict=True)
    for parameter, (one, other) in zip(network.parameters(), sides, strict=True):
        assert one.grad is not None
        assert other.grad is not None
        parameter.grad = (one.grad + other.grad) / 2
    rate = recipe.learning_rate * recipe.schedule.factor(0.0, ())
    torch.optim.Adam(
        network.parameters(), lr=rate, betas=recipe.betas, weight_decay=recipe.weight_decay
    ).step()


@pytest.mark.long
def test_two_processes_average_the_gradients_of_their_parts(folder_of_two: Path) -> None:
    one, other = written(folder_of_two, "classifier")
    before, after = (classifier_task(folder_of_two / "small") for _ in range(2))
    step_by_hand(after)
    near, far, moved_numbers = 0.0, 0.0, 0
    for (name, start), end in zip(
        before.network.named_parameters(), after.network.parameters(), strict=True
    ):
        assert torch.equal(one[name], other[name])
        near += float((one[name] - end).detach().abs().sum())
        far += float((one[name] - start).detach().abs().sum())
        moved_numbers += int((one[name] != start).sum())
    assert moved_numbers > 1000
    # Adam's first step is nearly its rate times a sign, and rounding decides a few signs.
    assert near < 0.01 * far


def test_two_processes_take_the_same_decisions_at_the_end_of_an_epoch(folder_of_two: Path) -> None:
    one, other = written(folder_of_two, "epoch")
    weights = [name for name in one if "running" not in name]
    assert all(torch.equal(one[name], other[name]) for name in weights)
    assert any(not torch.equal(one[name], other[name]) for name in one if "running_mean" in name)
    best = safetensors.torch.load_file(folder_of_two / "out" / "epoch" / "best.safetensors")
    assert best.keys() == one.keys()


def test_two_processes_go_on_as_if_they_had_not_stopped(folder_of_two: Path) -> None:
    straight, twice = written(folder_of_two, "straight"), written(folder_of_two, "twice")
    assert same_bits(straight[0], twice[0])
    weights = [name for name in straight[0] if "running" not in name]
    assert all(torch.equal(straight[0][name], straight[1][name]) for name in weights)
    states = [folder_of_two / "out" / name / "state.safetensors" for name in ("straight", "twice")]
    assert states[0].read_bytes() == states[1].read_bytes()
