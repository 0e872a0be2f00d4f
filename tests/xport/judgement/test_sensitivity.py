"""The smallest error of weights that tolerances detect: found by trying, and held to the trials."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.reports.release.sample_evidence import make_evidence
from xport.exchange.sensitivity import OutputChange
from xport.judgement.again import case_of
from xport.judgement.evidence import Evidence
from xport.judgement.sensitivity import APART, LEAST, sensitivity_findings
from xport.recording.runners.weight_errors import GROUPS, Layers, SpoilableModel
from xport.workflow.sensitivity import _trials


def net(folder: Path, *, dead: bool = False, layers: int = 12) -> Path:
    """A chain of small matrices with biases; the last may be multiplied by nothing."""
    rng = np.random.default_rng(3)
    nodes, weights, last = [], [], "image"
    for n in range(layers):
        weights += [
            numpy_helper.from_array(rng.standard_normal((4, 4)).astype(np.float32), f"{n}.weight"),
            numpy_helper.from_array(rng.standard_normal(4).astype(np.float32), f"{n}.bias"),
        ]
        nodes.append(helper.make_node("Gemm", [last, f"{n}.weight", f"{n}.bias"], [f"h{n}"]))
        last = f"h{n}"
    if dead:
        weights.append(numpy_helper.from_array(np.zeros((4, 4), np.float32), "nothing"))
        nodes.append(helper.make_node("MatMul", [last, "nothing"], ["out"]))
    else:
        nodes.append(helper.make_node("Identity", [last], ["out"]))
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 4])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 4])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    folder.mkdir(exist_ok=True)
    onnx.save(model, folder / "model.onnx")
    return folder


IMAGE = {"image": np.ones((1, 4), np.float32)}


def test_groups_are_tenths_of_the_depth_and_hold_every_weight_once(tmp_path: Path) -> None:
    model = SpoilableModel(net(tmp_path / "net"))
    assert len(model.groups) == GROUPS
    names = [name for group in model.groups for name in group.weights]
    assert names == [f"{n}.{kind}" for n in range(12) for kind in ("weight", "bias")]
    assert sum(group.parameters for group in model.groups) == 12 * 20


def test_an_error_is_of_one_group_and_of_the_size_that_was_asked(tmp_path: Path) -> None:
    model = SpoilableModel(net(tmp_path / "net", layers=1))
    spoilt = model.run(IMAGE, model.groups[0], 0.5)["out"]
    clean = model.run(IMAGE)["out"]
    weight = numpy_helper.to_array(onnx.load(tmp_path / "net/model.onnx").graph.initializer[0])
    assert not np.array_equal(spoilt, clean)
    values = model._spoilt("0.weight", 0.5)
    assert np.allclose(np.abs(values / weight - 1), 0.5)
    assert {*np.sign(values / weight - 1).ravel()} == {-1.0, 1.0}
    assert np.array_equal(model.run(IMAGE)["out"], clean)


def test_weights_in_constant_nodes_count_and_settings_do_not(tmp_path: Path) -> None:
    kernel = numpy_helper.from_array(np.ones((1, 1, 2, 2), np.float32))
    scales = numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "scales")
    nodes = [
        helper.make_node("Constant", [], ["kernel"], value=kernel),
        helper.make_node("Conv", ["image", "kernel"], ["h"]),
        helper.make_node("Resize", ["h", "", "scales"], ["out"], mode="nearest"),
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 4, 4])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 1, 6, 6])],
        [scales],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, tmp_path / "model.onnx")
    assert [group.weights for group in SpoilableModel(tmp_path).groups] == [("kernel",)]


@pytest.mark.parametrize("slope", [1e-9, 1e-4, 0.3, 2.0, 1e3, 1e6, 1e9])
@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("guess", [1e-7, 1e-3, 1.0])
def test_the_search_ends_at_an_error_whose_half_passes(
    slope: float, power: float, guess: float
) -> None:
    class Bench:
        def change(self, _: Layers, error: float) -> dict[str, OutputChange]:
            size = slope * error**power
            return {"out": OutputChange(max_abs=size, relative_l2=size, angle=size)}

        def share(self, change: dict[str, OutputChange]) -> float:
            return change["out"].max_abs

    bench: Any = Bench()
    trials, _ = _trials(bench, Layers(("w",), 1), guess)
    assert len(trials) <= 13
    failing = [trial.error for trial in trials if trial.outputs["out"].max_abs > 1]
    passing = [trial.error for trial in trials if trial.outputs["out"].max_abs <= 1]
    if slope <= 1:
        assert not failing
        assert max(passing) == 1
    elif slope * LEAST**power > 1:
        assert min(failing) == LEAST
    else:
        assert max(passing) < min(failing) <= APART * max(passing)


def test_what_is_not_a_number_is_detected(tmp_path: Path) -> None:
    bench: Any = SimpleNamespace(
        change=lambda _, error: {"out": OutputChange(max_abs=math.nan, relative_l2=0, angle=0)},
        share=lambda change: math.inf,
    )
    trials, smallest = _trials(bench, Layers(("w",), 1), 1e-3)
    assert smallest == LEAST == min(trial.error for trial in trials)


def findings(evidence: Evidence) -> list[str]:
    return list(
        sensitivity_findings(case_of(evidence), evidence.sensitivity, evidence.detectable_errors)
    )


def test_evidence_is_held_to_its_trials() -> None:
    evidence = make_evidence()
    assert findings(evidence) == []
    first, *others = evidence.sensitivity
    error, *rest = evidence.detectable_errors

    def said(**updates: Any) -> str:
        return "; ".join(findings(evidence.model_copy(update=updates)))

    def of_first(**updates: Any) -> str:
        return said(sensitivity=(first.model_copy(update=updates), *others))

    assert "is not there, or twice" in said(sensitivity=tuple(others))
    assert "is not there, or twice" in said(sensitivity=(first, first, *others))
    assert "for another plan" in of_first(plan_digest="0" * 64)
    assert "with another artifact" in of_first(artifact_digest="0" * 64)
    assert "are not the plan's" in of_first(probes=("another",))
    assert "no group of layers was tried" in of_first(groups=())
    assert "without an error" in of_first(unspoilt={})
    assert "although the measurement failed" in of_first(failure="no")
    finer = error.model_copy(update={"smallest": 1e-6})
    assert "not what the trials give" in said(detectable_errors=(finer, *rest))
    group = first.groups[0]
    short = group.model_copy(update={"trials": group.trials[-3:]})
    assert "100 % was not tried" in of_first(groups=(short,))
    coarse = group.model_copy(update={"trials": group.trials[::6]})
    assert "no error was tried that passes and is half" in of_first(groups=(coarse,))
