"""Every fault that is put into a network is named: its node, and the attribute or weight."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.xport.divergence import faulty
from xport.common.arrays import Array
from xport.divergence.document import Divergence, Rule, Target
from xport.divergence.examine import Examination
from xport.divergence.legs import open_pair
from xport.divergence.onnx_model import OnnxModel
from xport.errors import InputError
from xport.workflow.debugging import reproduce

FAULTS = {
    "flipped weight": (
        faulty.weight("conv2.weight", faulty.flipped), "conv2", "weight", "conv2.weight"
    ),
    "wrong epsilon": (faulty.attribute("norm", "epsilon", 0.1), "norm", "attribute", "epsilon"),
    "wrong stride": (faulty.attribute("conv2", "strides", [2, 2]), "conv2", "attribute", "strides"),
    "wrong pads": (faulty.attribute("conv1", "pads", [0, 0, 2, 2]), "conv1", "attribute", "pads"),
    "swapped axis": (
        faulty.attribute("probabilities", "axis", 0), "probabilities", "attribute", "axis"
    ),
    "NaN": (faulty.weight("fc.bias", faulty.no_number), "fc", "weight", "fc.bias"),
}  # fmt: skip


def target(leg: str = "onnx-optimised") -> Target:
    return Target(
        release="tiny", model="tiny", leg=leg, output="probabilities", probe="noise",
        reference="the network itself", verdict="FAILED", error=0.2, bound=1e-4,
    )  # fmt: skip


def examined(
    folder: Path, fault: faulty.Fault | None, rule: Rule = faulty.RULE, budget: int = 2**20
) -> Divergence:
    """The network with a fault, held to the network itself."""
    tested = OnnxModel(faulty.in_folder(folder / "tested", fault))
    source = OnnxModel(faulty.in_folder(folder / "source"))
    opened = open_pair(tested, source, faulty.image())
    examination = Examination(target(), opened, faulty.image(), rule)
    return examination.run(folder / "minimal", budget)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault: str, tmp_path: Path) -> None:
    spoil, node, kind, name = FAULTS[fault]
    found = examined(tmp_path, spoil)
    assert found.first_local == node
    assert found.suspect is not None
    assert found.suspect.fed
    assert [(cause.kind, cause.name) for cause in found.suspect.causes] == [(kind, name)]


@pytest.mark.parametrize("fault", FAULTS)
def test_what_lies_behind_the_fault_inherits_its_error(fault: str, tmp_path: Path) -> None:
    found = examined(tmp_path, FAULTS[fault][0])
    by_value = {node.value: node for node in found.nodes}
    behind = list(by_value)[list(by_value).index(FAULTS[fault][1]) + 1 :]
    assert not any(by_value[value].local_over for value in behind)
    assert all(by_value[value].free_over for value in behind)


@pytest.mark.parametrize("fault", FAULTS)
def test_where_memory_is_short_halving_finds_the_same_node(fault: str, tmp_path: Path) -> None:
    spoil, node, _, _ = FAULTS[fault]
    found = examined(tmp_path, spoil, budget=1)
    assert found.bisected
    assert found.first_local == node
    assert len(found.nodes) <= 5


@pytest.mark.parametrize("budget", [2_000, 3_000])
def test_a_few_passes_measure_every_node(budget: int, tmp_path: Path) -> None:
    found = examined(tmp_path, FAULTS["wrong epsilon"][0], budget=budget)
    assert not found.bisected
    assert len(found.nodes) == 8
    assert found.first_local == "norm"
    once = examined(tmp_path, FAULTS["wrong epsilon"][0])
    assert found.nodes == once.nodes


def test_tensors_that_are_off_say_by_how_much_and_where(tmp_path: Path) -> None:
    found = examined(tmp_path, faulty.weight("fc.bias", faulty.no_number))
    suspect = found.suspect
    assert suspect is not None
    assert (suspect.expected.nan, suspect.found.nan) == (0, 1)
    assert suspect.found.shape == (1, 4)
    assert suspect.distance.where == (0, 0)
    assert np.isinf(suspect.distance.max_abs)
    assert suspect.reads == ("flat",)


def test_a_network_without_a_fault_has_no_node_over_tolerance(tmp_path: Path) -> None:
    found = examined(tmp_path, None)
    assert not found.over
    assert found.suspect is not None, "the node closest to its tolerance is shown"
    assert found.reproducer is None
    assert not (tmp_path / "minimal").exists()


def test_a_model_in_which_nothing_can_be_paired_is_refused(tmp_path: Path) -> None:
    def renamed(model: onnx.ModelProto) -> None:
        for node in model.graph.node:
            node.input[0] = f"{node.input[0]}_" if node.input[0] != "image" else "image"
            node.output[0] = f"{node.output[0]}_"
        model.graph.output[0].name = "probabilities_"

    with pytest.raises(InputError, match="could be paired"):
        examined(tmp_path, renamed)


def test_an_error_that_only_adds_up_is_of_no_node(tmp_path: Path) -> None:
    names = ("norm.scale", "norm.bias", "conv2.weight")

    def slightly(array: Array) -> None:
        array *= 1 + 3e-4

    def everywhere(model: onnx.ModelProto) -> None:
        for name in names:
            faulty.weight(name, slightly)(model)

    found = examined(tmp_path, everywhere, Rule(share=4.5e-4, words="loose"))
    assert (found.first_local, found.first_free) == (None, "conv2")
    assert found.suspect is not None
    assert not found.suspect.fed
    assert any("by itself" in remark for remark in found.remarks)
    assert reproduce(tmp_path / "minimal").over, "the model up to there is what reproduces it"


def test_a_node_that_cannot_be_computed_is_named_with_the_runtimes_words(tmp_path: Path) -> None:
    found = examined(tmp_path, faulty.attribute("fc", "transB", 0))
    assert found.first_local == "fc"
    assert found.suspect is not None
    assert [(c.kind, c.name) for c in found.suspect.causes] == [("attribute", "transB")]
    assert found.remarks[0].startswith("the node cannot be computed at all: ")
    assert found.node("conv2").free == 0  # type: ignore[union-attr]
    assert reproduce(tmp_path / "minimal").over


@pytest.mark.parametrize("how", ["default", "all", "evaluator"])
def test_the_same_network_run_in_another_way_is_within_tolerance(how: str, tmp_path: Path) -> None:
    path = faulty.in_folder(tmp_path)
    opened = open_pair(OnnxModel(path, how), OnnxModel(path), faulty.image())  # type: ignore[arg-type]
    assert not Examination(target(), opened, faulty.image(), faulty.RULE).run().over
