"""A training goes on where it stopped, bit for bit; it ends when told, and stores whole states."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
import safetensors.torch
import torch

from reference.errors import TrainingError, UnavailableError
from reference.networks.densenet import DenseNet, DenseNetShape
from reference.training import trainer_state
from reference.training.classifier import ClassifierTask
from reference.training.fitting import BEST, STATE, Fitting, fabric_for
from reference.training.recipes import Constant
from reference.training.tasks import Numbers, Step, Task
from tests.reference.training.conftest import CLASSIFIER, L2, MakeTask, fitting, same_bits

NAMES = ["classifier", "l2", "ali"]


def stored(folder: Path) -> tuple[dict[str, torch.Tensor], str]:
    """Return all tensors of a state, and its header without the tensors' places."""
    content = (folder / STATE).read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return safetensors.torch.load(content), header["__metadata__"]["training"]


@pytest.mark.parametrize("name", NAMES)
def test_going_on_is_the_same_as_not_stopping(
    name: str, make_task: MakeTask, tmp_path: Path
) -> None:
    fitting(make_task(name), tmp_path / "straight").run(pause_at=4)
    fitting(make_task(name), tmp_path / "twice").run(pause_at=2)
    halfway, _ = stored(tmp_path / "twice")
    fitting(make_task(name), tmp_path / "twice").run(pause_at=4)
    straight, header = stored(tmp_path / "straight")
    twice, other_header = stored(tmp_path / "twice")
    assert same_bits(straight, twice)
    assert header == other_header
    assert not same_bits(halfway, twice)
    kinds = {key.split(".")[0] for key in straight}
    assert kinds == {"module", "optimizer"}
    assert any(key.endswith("exp_avg_sq") for key in straight)


@pytest.mark.parametrize("name", NAMES)
def test_going_on_over_the_end_of_an_epoch_is_the_same(
    name: str, make_task: MakeTask, tmp_path: Path
) -> None:
    task = make_task(name)
    epoch = len(task.train) // task.recipe.batch
    fitting(task, tmp_path / "straight").run(pause_at=epoch + 2)
    fitting(make_task(name), tmp_path / "twice").run(pause_at=epoch)
    fitting(make_task(name), tmp_path / "twice").run(pause_at=epoch + 1)
    fitting(make_task(name), tmp_path / "twice").run(pause_at=epoch + 2)
    straight, header = stored(tmp_path / "straight")
    twice, other_header = stored(tmp_path / "twice")
    assert same_bits(straight, twice)
    assert header == other_header
    assert (tmp_path / "straight" / BEST).read_bytes() == (tmp_path / "twice" / BEST).read_bytes()


def test_another_seed_gives_other_weights(make_task: MakeTask, tmp_path: Path) -> None:
    fitting(make_task("l2"), tmp_path / "one").run(pause_at=2)
    fitting(make_task("l2"), tmp_path / "other", seed=6).run(pause_at=2)
    assert not same_bits(stored(tmp_path / "one")[0], stored(tmp_path / "other")[0])


def test_the_global_random_state_is_left_alone(make_task: MakeTask, tmp_path: Path) -> None:
    torch.manual_seed(1)
    wanted = torch.rand(1)
    torch.manual_seed(1)
    fitting(make_task("ali"), tmp_path).run(pause_at=1)
    assert torch.equal(torch.rand(1), wanted)


def test_a_whole_training_keeps_the_best_epoch(make_task: MakeTask, tmp_path: Path) -> None:
    told: list[str] = []
    outcome = fitting(make_task("l2"), tmp_path, tell=told.append).run()
    assert outcome.ending == "all epochs"
    history = outcome.progress.history
    assert [epoch.number for epoch in history] == [1, 2, 3]
    scores = [epoch.validation["score"] for epoch in history]
    assert outcome.progress.best == 1 + scores.index(max(scores))
    assert history[-1].training["loss"] < history[0].training["loss"]
    assert [line for line in told if line.startswith("epoch 3")]
    again = fitting(make_task("l2"), tmp_path).run()
    assert again.progress == outcome.progress


class Scripted:
    """A task whose validation scores are given; its training is real."""

    def __init__(self, task: Task, scores: list[float], loss: float = 0.0) -> None:
        self._task, self._scores, self._loss = task, list(scores), loss
        self.recipe = task.recipe.model_copy(
            update={"epochs": len(scores), "schedule": Constant(), "stop_after": 2}
        )
        self.train, self.validation = task.train, task.validation

    @property
    def modules(self) -> Mapping[str, torch.nn.Module]:
        return self._task.modules

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        return self._task.optimizers

    def begin(self, fabric: object) -> None:
        self._task.begin(fabric)  # type: ignore[arg-type]

    def step(self, step: Step) -> Numbers:
        losses = self._task.step(step)
        return {name: value + self._loss for name, value in losses.items()}

    def validate(self) -> Numbers:
        return {"score": self._scores.pop(0)}

    def weights(self) -> dict[str, torch.Tensor]:
        return self._task.weights()


def test_stops_early_without_a_better_score(make_task: MakeTask, tmp_path: Path) -> None:
    task = Scripted(make_task("l2"), [0.5, 0.6, 0.6, 0.55, 0.9])
    outcome = fitting(task, tmp_path).run()
    assert outcome.ending == "no better score"
    assert len(outcome.progress.history) == 4
    assert outcome.progress.best == 2


def test_ends_after_the_steps_of_the_recipe(make_task: MakeTask, tmp_path: Path) -> None:
    task = make_task("l2")
    object.__setattr__(task, "recipe", L2.model_copy(update={"max_steps": 3}))
    outcome = fitting(task, tmp_path).run()
    assert outcome.ending == "all steps"
    assert outcome.progress.step == 3
    assert (tmp_path / BEST).is_file()


def test_a_loss_that_is_not_finite_ends_it_and_spoils_nothing(
    make_task: MakeTask, tmp_path: Path
) -> None:
    fitting(Scripted(make_task("l2"), [1, 2, 3]), tmp_path).run(pause_at=2)
    before = (tmp_path / STATE).read_bytes()
    with pytest.raises(TrainingError, match="loss is nan in step 3"):
        fitting(Scripted(make_task("l2"), [1, 2, 3], loss=float("nan")), tmp_path).run()
    assert (tmp_path / STATE).read_bytes() == before


def test_rejects_a_score_that_is_not_finite(make_task: MakeTask, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="validation figure is not finite"):
        fitting(Scripted(make_task("l2"), [float("nan")]), tmp_path).run()
    assert not (tmp_path / BEST).exists()


@pytest.mark.parametrize("when", ["replace", "fsync"])
def test_an_interrupted_state_is_never_half_written(
    make_task: MakeTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    fitting(make_task("l2"), tmp_path).run(pause_at=1)
    before = (tmp_path / STATE).read_bytes()

    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*((Path, "replace") if when == "replace" else (os, "fsync")), interrupted)
        with pytest.raises(KeyboardInterrupt):
            fitting(make_task("l2"), tmp_path).run(pause_at=2)
    assert (tmp_path / STATE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [STATE]
    fitting(make_task("l2"), tmp_path).run(pause_at=2)


def test_a_full_disk_is_an_error_and_leaves_the_old_state(
    make_task: MakeTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitting(make_task("l2"), tmp_path).run(pause_at=1)
    before = (tmp_path / STATE).read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnavailableError, match="No space left"):
        fitting(make_task("l2"), tmp_path).run(pause_at=2)
    assert (tmp_path / STATE).read_bytes() == before


@pytest.mark.parametrize(
    ("change", "named"),
    [({"learning_rate": 1e-5}, "learning_rate"), ({"augmentation": "45"}, "augmentation")],
)
def test_rejects_going_on_with_another_recipe(
    make_task: MakeTask, tmp_path: Path, change: dict[str, object], named: str
) -> None:
    fitting(make_task("l2"), tmp_path).run(pause_at=1)
    task = make_task("l2")
    object.__setattr__(task, "recipe", L2.model_copy(update=change))
    with pytest.raises(TrainingError, match=rf"differs in recipe \({named}\)"):
        fitting(task, tmp_path).run()


def test_rejects_going_on_with_another_seed(make_task: MakeTask, tmp_path: Path) -> None:
    fitting(make_task("l2"), tmp_path).run(pause_at=1)
    with pytest.raises(TrainingError, match="differs in seed"):
        fitting(make_task("l2"), tmp_path, seed=6).run()


def test_rejects_going_on_with_another_network(make_task: MakeTask, tmp_path: Path) -> None:
    task = make_task("classifier")
    fitting(task, tmp_path).run(pause_at=1)
    wider = DenseNet(DenseNetShape(3, 14, 6, (2, 1, 1, 1), 8, 2))
    other = ClassifierTask(wider, CLASSIFIER, task.train, task.validation)
    with pytest.raises(TrainingError, match="of another network"):
        fitting(other, tmp_path).run()


@pytest.mark.parametrize("damage", ["short", "text", "foreign"])
def test_rejects_a_damaged_state(make_task: MakeTask, tmp_path: Path, damage: str) -> None:
    fitting(make_task("l2"), tmp_path).run(pause_at=1)
    file = tmp_path / STATE
    content = {
        "short": file.read_bytes()[:-9],
        "text": b"no state",
        "foreign": safetensors.torch.save({"a": torch.zeros(1)}, {"training": "{}"}),
    }[damage]
    file.write_bytes(content)
    with pytest.raises(TrainingError, match="stored training cannot be read"):
        fitting(make_task("l2"), tmp_path).run()


def test_rejects_a_batch_that_is_larger_than_the_set(make_task: MakeTask, tmp_path: Path) -> None:
    task = make_task("l2")
    object.__setattr__(task, "recipe", L2.model_copy(update={"batch": 1000}))
    with pytest.raises(TrainingError, match="a batch of 1000 is more than"):
        fitting(task, tmp_path).run()


def test_rejects_half_precision_without_a_gpu() -> None:
    with pytest.raises(TrainingError, match="16-mixed needs a GPU"):
        fabric_for("16-mixed", "cpu")


def test_mixed_precision_trains(make_task: MakeTask, tmp_path: Path) -> None:
    task = make_task("classifier")
    mixed = CLASSIFIER.model_copy(update={"precision": "bf16-mixed"})
    object.__setattr__(task, "recipe", mixed)
    assert isinstance(task, ClassifierTask)
    exact = make_task("classifier").weights()
    run = Fitting(task, fabric_for("bf16-mixed", "cpu"), tmp_path, 5, lambda line: None)
    run.run(pause_at=2)
    weights = task.weights()
    assert all(tensor.dtype in (torch.float32, torch.int64) for tensor in weights.values())
    assert not same_bits(weights, exact)
    assert len(stored(tmp_path)[0]) > len(weights)


def test_a_state_holds_no_pickle(make_task: MakeTask, tmp_path: Path) -> None:
    fitting(make_task("l2"), tmp_path).run(pause_at=1)
    content = (tmp_path / STATE).read_bytes()
    assert content[8:9] == b"{"
    assert (
        trainer_state.Progress.model_validate(json.loads(stored(tmp_path)[1])["progress"]).step == 1
    )
