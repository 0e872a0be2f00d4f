"""The state of a training on disk: one safetensors file, no pickle, whole or not at all.

Tensors are ``module.NAME.KEY`` and ``optimizer.NAME.INDEX.KEY``; everything else (progress, groups
of parameters, settings) is JSON in the file's header. Random numbers need no state of their own:
every step draws from generators that are seeded by the training's seed and the step's number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from pydantic import Field, ValidationError

from reference.card import Epoch
from reference.document import Document, write_whole
from reference.errors import TrainingError
from reference.training.tasks import Task

_HEADER = "training"


class Progress(Document):
    """How far a training is.

    Args:
        step: steps done, over all epochs.
        sums: of the losses of the running epoch.
        history: the finished epochs.
    """

    step: int = Field(default=0, ge=0)
    sums: dict[str, float] = Field(default_factory=dict)
    history: tuple[Epoch, ...] = ()

    @property
    def scores(self) -> tuple[float, ...]:
        """Validation scores of the finished epochs."""
        return tuple(epoch.validation["score"] for epoch in self.history)

    @property
    def best(self) -> int | None:
        """Number of the epoch with the best score, the first of equal ones."""
        if not self.history:
            return None
        return max(self.history, key=lambda epoch: epoch.validation["score"]).number

    @property
    def waited(self) -> int:
        """Finished epochs since the best one."""
        return len(self.history) - (self.best or 0)


class Settings(Document):
    """What a training that goes on must not change, with a digest of the images."""

    recipe: dict[str, Any]
    seed: int
    world: int
    train: str
    validation: str
    torch: str


class _Header(Document):
    schema_version: int = Field(default=1, ge=1, le=1)
    settings: Settings
    progress: Progress
    groups: dict[str, list[dict[str, Any]]]
    scaler: dict[str, Any]


def write_state(
    path: Path, task: Task, settings: Settings, progress: Progress, scaler: Mapping[str, Any]
) -> Path:
    """Write everything that a training needs to go on; a reader sees the old file or the new one.

    Raises:
        UnavailableError: the disk is full or the folder cannot be written.
    """
    tensors: dict[str, torch.Tensor] = {}
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, module in task.modules.items():
        for key, tensor in module.state_dict().items():
            tensors[f"module.{name}.{key}"] = tensor
    for name, optimizer in task.optimizers.items():
        held = optimizer.state_dict()
        groups[name] = held["param_groups"]
        for index, values in held["state"].items():
            for key, value in values.items():
                tensors[f"optimizer.{name}.{index}.{key}"] = value
    header = _Header(settings=settings, progress=progress, groups=groups, scaler=dict(scaler))
    plain = {
        name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in tensors.items()
    }
    return write_whole(path, safetensors.torch.save(plain, {_HEADER: header.model_dump_json()}))


def read_state(path: Path, task: Task, settings: Settings) -> tuple[Progress, dict[str, Any]]:
    """Give a task the stored state; return how far it is and the state of the loss's scaling.

    Raises:
        TrainingError: the file is damaged or of another training; the difference is named.
    """
    try:
        content = path.read_bytes()
        tensors = safetensors.torch.load(content)
        header = _Header.model_validate_json(_metadata(content)[_HEADER])
    except (OSError, safetensors.SafetensorError, ValidationError, ValueError, KeyError) as error:
        raise TrainingError(
            f"the stored training cannot be read ({type(error).__name__})",
            str(path),
            "remove the file to begin anew",
        ) from error
    _require_same(header.settings, settings, path)
    try:
        for name, module in task.modules.items():
            module.load_state_dict(_below(tensors, f"module.{name}."))
        for name, optimizer in task.optimizers.items():
            _load_optimizer(optimizer, _below(tensors, f"optimizer.{name}."), header.groups[name])
    except (RuntimeError, KeyError, ValueError) as error:
        raise TrainingError(
            "the stored training is of another network",
            str(path),
            "build the network as it was, or remove the file to begin anew",
        ) from error
    return header.progress, header.scaler


def _metadata(content: bytes) -> dict[str, str]:
    length = int.from_bytes(content[:8], "little")
    header: dict[str, dict[str, str]] = json.loads(content[8 : 8 + length])
    return header["__metadata__"]


def _below(tensors: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }


def _require_same(stored: Settings, wanted: Settings, path: Path) -> None:
    # JSON has no tuples.
    fresh = Settings.model_validate_json(wanted.model_dump_json())
    different = [
        name for name in Settings.model_fields if getattr(stored, name) != getattr(fresh, name)
    ]
    if "recipe" in different:
        keys = sorted({*stored.recipe, *fresh.recipe})
        changed = [key for key in keys if stored.recipe.get(key) != fresh.recipe.get(key)]
        different[different.index("recipe")] = f"recipe ({', '.join(changed)})"
    if different:
        raise TrainingError(
            f"the stored training differs in {', '.join(different)}, so going on would not give "
            "what an uninterrupted training gives",
            str(path),
            "go on with the same settings, or choose another folder",
        )


def _load_optimizer(
    optimizer: torch.optim.Optimizer,
    tensors: Mapping[str, torch.Tensor],
    groups: list[dict[str, Any]],
) -> None:
    state: dict[int, dict[str, torch.Tensor]] = {}
    parameters = [one for group in optimizer.param_groups for one in group["params"]]
    for name, tensor in tensors.items():
        index, _, key = name.partition(".")
        like = parameters[int(index)]
        if tensor.shape == like.shape:
            # In the same order in memory, so that the same instructions give the same bits.
            tensor = torch.empty_like(like).copy_(tensor)
        state.setdefault(int(index), {})[key] = tensor
    restored = [group | {"betas": tuple(group["betas"])} for group in groups]
    optimizer.load_state_dict({"state": state, "param_groups": restored})
