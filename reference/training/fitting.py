"""The loop of training: epochs, validation, early stopping, and states from which it goes on.

Lightning Fabric moves to the device, wraps for several processes and scales the loss at 16 bits.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import safetensors.torch
import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.ddp import DDPStrategy

from reference.card import Ending, Epoch
from reference.data.augmentation import level_named
from reference.document import write_whole
from reference.errors import TrainingError
from reference.training.recipes import Precision
from reference.training.seeds import derived_seed, generator
from reference.training.tasks import Numbers, Share, Step, Task, mean_over_processes
from reference.training.trainer_state import Progress, Settings, read_state, write_state

Tell = Callable[[str], None]

STATE, BEST = "state.safetensors", "best.safetensors"
SAVE_EVERY = 200


def fabric_for(precision: Precision, accelerator: str = "auto") -> Fabric:
    """Return what runs the training: one process, or this one of those that torchrun started.

    Args:
        precision: of the arithmetic.
        accelerator: "cpu", "cuda", or "auto" for the best one there is.

    Raises:
        TrainingError: "cuda" or "16-mixed" without a GPU.
    """
    world = int(os.environ.get("WORLD_SIZE", "1"))
    local = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    if accelerator == "cuda" and not torch.cuda.is_available():
        raise TrainingError("this torch finds no GPU", "accelerator", 'use "cpu" or "auto"')
    if precision == "16-mixed" and (accelerator == "cpu" or not torch.cuda.is_available()):
        raise TrainingError("16-mixed needs a GPU", "precision", 'use "bf16-mixed" or "32-true"')
    # ALI's discriminator step leaves the generator out, which DDP has to be told.
    strategy = DDPStrategy(find_unused_parameters=True) if world > 1 else "auto"
    return Fabric(
        accelerator=accelerator,
        devices=local,
        num_nodes=max(world // local, 1),
        strategy=strategy,
        precision=precision,
    )


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Args:
        ending: why.
        progress: what it did.
        best: file with the weights of the best epoch.
    """

    ending: Ending
    progress: Progress
    best: Path


@dataclass
class Fitting:
    """One training in one folder; ``run`` begins or goes on.

    Args:
        task: what is trained.
        fabric: on what; from ``fabric_for``.
        folder: for ``state.safetensors`` and ``best.safetensors``.
        seed: decides orders, movements, dropout and targets.
        tell: is told of each epoch and of every ``save_every``-th step.
        save_every: steps between two states inside an epoch.
    """

    task: Task
    fabric: Fabric
    folder: Path
    seed: int
    tell: Tell = print
    save_every: int = SAVE_EVERY
    _began: bool = field(default=False, init=False)
    _progress: Progress = field(default_factory=Progress, init=False)

    def run(self, pause_at: int | None = None) -> Outcome:
        """Train to the end, or until ``pause_at`` steps are done in all, which stores the state.

        The global random state is as before afterwards.

        Raises:
            TrainingError: there is no such level of augmentation, the batch does not fit the images
                or the processes, the stored state is of another training, or a loss is no longer
                finite.
            UnavailableError: the state cannot be written.
        """
        devices = [self.fabric.device] if self.fabric.device.type == "cuda" else []
        with torch.random.fork_rng(devices):
            self._begin()
            ending = self._ending(pause_at)
            while ending is None:
                self._one_step()
                ending = self._ending(pause_at)
            if ending == "paused":
                self._save()
        return Outcome(ending, self._progress, self.folder / BEST)

    @property
    def steps_per_epoch(self) -> int:
        """Whole batches in an epoch; the images left over are others in the next."""
        return len(self.task.train) // self.task.recipe.batch

    def _begin(self) -> None:
        if self._began:
            return
        recipe, world = self.task.recipe, self.fabric.world_size
        level_named(recipe.augmentation)
        if recipe.batch > len(self.task.train):
            raise TrainingError(
                f"a batch of {recipe.batch} is more than the {len(self.task.train)} images",
                self.task.train.about.dataset,
                "use more images or a smaller batch",
            )
        if recipe.batch % world:
            raise TrainingError(
                f"a batch of {recipe.batch} cannot be shared by {world} processes",
                "batch",
                "use a number of processes that divides it",
            )
        self.task.begin(self.fabric)
        state = self.folder / STATE
        if state.is_file():
            self._progress, scaler = read_state(state, self.task, self._settings())
            self.fabric.strategy.precision.load_state_dict(scaler)
            self.tell(f"going on after step {self._progress.step:,}")
        self.fabric.barrier()
        self._began = True

    def _settings(self) -> Settings:
        return Settings(
            recipe=self.task.recipe.model_dump(mode="json"),
            seed=self.seed,
            world=self.fabric.world_size,
            train=self.task.train.about.levels,
            validation=self.task.validation.about.levels,
            torch=torch.__version__,
        )

    def _ending(self, pause_at: int | None) -> Ending | None:
        recipe, progress = self.task.recipe, self._progress
        if len(progress.history) >= recipe.epochs:
            return "all epochs"
        if recipe.max_steps is not None and progress.step >= recipe.max_steps:
            return "all steps"
        finished = progress.step % self.steps_per_epoch == 0
        if finished and recipe.stop_after and progress.waited >= recipe.stop_after:
            return "no better score"
        if pause_at is not None and progress.step >= pause_at:
            return "paused"
        return None

    def _one_step(self) -> None:
        number = self._progress.step
        epoch, place = divmod(number, self.steps_per_epoch)
        batch = self.task.recipe.batch
        order = torch.randperm(len(self.task.train), generator=generator(self.seed, "order", epoch))
        indices = tuple(order[place * batch : (place + 1) * batch].tolist())
        share = Share(self.fabric.global_rank, self.fabric.world_size)
        # Dropout and sampled codes draw from the global state.
        torch.manual_seed(derived_seed(self.seed, "step", number, share.rank))
        rate = self._set_rate(number)
        losses = self.task.step(Step(number, self.seed, indices, share))
        self._count(self._over_processes(losses))
        last = place + 1 == self.steps_per_epoch
        if last or self._progress.step == self.task.recipe.max_steps:
            self._finish_epoch(rate, place + 1)
        elif self._progress.step % self.save_every == 0:
            self._save()
            means = _means(self._progress.sums, place + 1)
            self.tell(f"epoch {epoch + 1}, step {place + 1:,}/{self.steps_per_epoch:,}: {means}")

    def _set_rate(self, number: int) -> float:
        recipe = self.task.recipe
        time = number / self.steps_per_epoch
        rate = recipe.learning_rate * recipe.schedule.factor(time, self._progress.scores)
        for optimizer in self.task.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = rate
        return rate

    def _over_processes(self, losses: Numbers) -> Numbers:
        if self.fabric.world_size == 1:
            return losses
        return {name: mean_over_processes(self.fabric, losses[name]) for name in sorted(losses)}

    def _count(self, losses: Numbers) -> None:
        wrong = [name for name, value in losses.items() if not math.isfinite(value)]
        if wrong:
            raise TrainingError(
                f"{wrong[0]} is {losses[wrong[0]]} in step {self._progress.step + 1:,}",
                self.task.recipe.name,
                "lower the learning rate; the last stored state is still good",
            )
        sums = {name: self._progress.sums.get(name, 0.0) + losses[name] for name in losses}
        self._progress = self._progress.model_copy(
            update={"step": self._progress.step + 1, "sums": sums}
        )

    def _finish_epoch(self, rate: float, steps: int) -> None:
        # BatchNorm's statistics are each process's own, so only the first one's count.
        first = self.fabric.is_global_zero
        validation: Numbers = self.fabric.broadcast(self.task.validate() if first else {})
        progress = self._progress
        if not all(map(math.isfinite, validation.values())):
            raise TrainingError(
                "a validation figure is not finite", self.task.recipe.name, "lower the rate"
            )
        epoch = Epoch(
            number=len(progress.history) + 1,
            steps=steps,
            learning_rate=rate,
            training={name: total / steps for name, total in progress.sums.items()},
            validation=validation,
        )
        self._progress = progress.model_copy(
            update={"sums": {}, "history": (*progress.history, epoch)}
        )
        if self._progress.best == epoch.number:
            self._on_first(lambda: write_weights(self.folder / BEST, self.task.weights()))
        self._save()
        self.tell(
            f"epoch {epoch.number}: training {_means(progress.sums, steps)}; "
            f"validation {_means(validation, 1)}"
        )

    def _save(self) -> None:
        scaler = self.fabric.strategy.precision.state_dict()
        self._on_first(
            lambda: write_state(
                self.folder / STATE, self.task, self._settings(), self._progress, scaler
            )
        )

    def _on_first(self, write: Callable[[], object]) -> None:
        """Write in the first process; the others wait for it."""
        if self.fabric.is_global_zero:
            write()
        self.fabric.barrier()


def write_weights(path: Path, weights: dict[str, torch.Tensor]) -> Path:
    """Write tensors as safetensors, whole or not at all."""
    return write_whole(path, safetensors.torch.save(weights))


def _means(sums: Numbers, count: int) -> str:
    return ", ".join(f"{name} {total / count:.4f}" for name, total in sums.items())
