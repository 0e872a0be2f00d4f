"""Every probe is run twice, and what differs the second time is kept with its size."""

from __future__ import annotations

import itertools
from typing import Self

import numpy as np
import pytest

from tests.conftest import MiniRun
from xport.common import digests
from xport.common.arrays import Array, Tensors
from xport.exchange.recording import Environment, Recording
from xport.plan.plan import EVALUATOR_LEG, PREPARED
from xport.recording.recorder import largest_difference, record
from xport.workflow.run_folder import RunFolder


class Wavering:
    """A runner in this process whose every third run is off by a given step."""

    load_seconds, peak_mib = 0.0, 0.0

    def __init__(self, leg: str, step: float) -> None:
        self.leg, self.step, self.runs = leg, step, itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is open."""

    def environment(self) -> Environment:
        return Environment(runner="wavering", platform="here", tools={})

    def run(self, inputs: Tensors) -> tuple[dict[str, Array], float]:
        off = self.step if next(self.runs) % 3 == 0 else 0.0
        return {"logits": np.float32([1.0, 2.0 + off])}, 0.01


def recorded(mini_run: MiniRun, leg_name: str, step: float) -> tuple[Recording, int]:
    """What is recorded of the classifier on a wavering runner, and how often that ran."""
    run = RunFolder(mini_run.folder)
    plan = run.plan()
    leg = next(leg for leg in plan.legs if leg.name == "onnx")
    runner = Wavering(leg_name, step)
    recording, _ = record(runner, plan, plan.model("classifier"), leg, run.probes)
    return recording, next(runner.runs) - 1


def test_what_differs_the_second_time_is_kept(mini_run: MiniRun) -> None:
    recording, runs = recorded(mini_run, "onnx", step=0.25)
    probes = list(recording.output_digests)
    assert runs == 2 * len(probes)
    # Runs 3 and 4 are of the second probe, 5 and 6 of the third: one of each pair is off.
    assert list(recording.differences) == [
        name for i, name in enumerate(probes) if {2 * i + 1, 2 * i + 2} & {*range(3, 99, 3)}
    ]
    assert all(found == {"logits": 0.25} for found in recording.differences.values())
    differing = {n for n in probes if recording.again_digests[n] != recording.output_digests[n]}
    assert differing == {*recording.differences}


def test_what_is_the_same_leaves_nothing(mini_run: MiniRun) -> None:
    recording, _ = recorded(mini_run, "onnx", step=0.0)
    assert recording.differences == {}
    assert recording.again_digests == recording.output_digests


def test_the_evaluator_runs_once(mini_run: MiniRun) -> None:
    recording, runs = recorded(mini_run, EVALUATOR_LEG, step=0.0)
    assert runs == 1
    assert recording.again_digests == {}


def test_prepared_images_run_once(mini_run: MiniRun) -> None:
    model = mini_run.evidence.plan.model("classifier")
    prepared = [p.model_copy(update={"source": PREPARED}) for p in model.probes]
    assert model.repeated_on("onnx") == model.probes
    assert model.model_copy(update={"probes": tuple(prepared)}).repeated_on("onnx") == ()


@pytest.mark.parametrize(
    ("one", "other", "largest"),
    [
        ([1.0, np.nan], [1.5, np.nan], 0.5),
        ([1.0], [np.nan], np.inf),
        ([np.inf], [np.inf], 0.0),
        ([np.inf], [-np.inf], np.inf),
        ([0.0], [-0.0], 0.0),
        ([1.0], [1.0, 1.0], np.inf),
        ([], [], 0.0),
    ],
)
def test_the_largest_difference(one: list[float], other: list[float], largest: float) -> None:
    assert largest_difference(np.float32(one), np.float32(other)) == largest


def test_a_sign_of_zero_is_another_bit() -> None:
    assert digests.of_array(np.float32([0.0])) != digests.of_array(np.float32([-0.0]))
