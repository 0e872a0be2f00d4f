"""ONNX is held to PyTorch's layers: which value is whose, and what of a node is not the layer's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from tests.xport.divergence import faulty
from tests.xport.divergence.test_faults import target
from xport.conversion.stages.onnx_from_torch import OnnxFromTorch
from xport.divergence.document import Divergence
from xport.divergence.examine import Examination
from xport.divergence.legs import open_onnx
from xport.divergence.onnx_model import OnnxModel
from xport.divergence.torch_reference import torch_reference
from xport.formats import torch_module

pytestmark = pytest.mark.torch


def build() -> torch.nn.Module:
    """Layers in a list, one in place, one that the exporter folds, one that is left out."""
    torch.manual_seed(3)
    nn = torch.nn
    body = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1, stride=2), nn.BatchNorm2d(4), nn.ReLU(inplace=True),
        nn.Dropout(), nn.Sequential(nn.Conv2d(4, 6, 3, padding=1), nn.LeakyReLU(0.2)),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(6), nn.Linear(6, 4), nn.Softmax(1),
    )  # fmt: skip
    body[1].running_mean.uniform_(-1, 1)
    return body.eval()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the module and the ONNX file that was exported from it."""
    folder = tmp_path_factory.mktemp("exported")
    recipe = torch_module.Recipe(
        factory=f"{__name__}:build", arguments={}, signature=faulty.SIGNATURE
    )
    torch_module.save(build(), recipe, folder)
    OnnxFromTorch(opset=17).write(build(), recipe, folder / "model.onnx")
    return folder


def examined(exported: Path, fault: faulty.Fault | None, folder: Path) -> Divergence:
    model = onnx.load(str(exported / "model.onnx"))
    if fault:
        fault(model)
    onnx.save(model, str(folder / "model.onnx"))
    tested = OnnxModel(folder / "model.onnx")
    reference = torch_reference(exported, tested, faulty.image())
    opened = open_onnx(tested, reference)
    return Examination(target("onnx"), opened, faulty.image(), faulty.RULE).run()


def test_every_layer_has_its_value_folded_and_dropped_ones_too(
    exported: Path, tmp_path: Path
) -> None:
    found = examined(exported, None, tmp_path)
    assert not found.over
    assert [node.op for node in found.nodes] == [
        "Conv", "Relu", "Conv", "LeakyRelu", "GlobalAveragePool", "Flatten",
        "LayerNormalization", "Gemm", "Softmax",
    ]  # fmt: skip
    assert max(node.free or 0 for node in found.nodes) < 1e-5


@pytest.mark.parametrize(
    ("op", "attribute", "value", "named"),
    [
        ("LeakyRelu", "alpha", 0.02, "alpha"),
        ("LayerNormalization", "epsilon", 0.5, "epsilon"),
        ("Softmax", "axis", 0, "axis"),
        ("Conv", "pads", [0, 0, 2, 2], "pads"),
        ("Conv", "strides", [1, 1], "strides"),
    ],
)
def test_an_attribute_that_is_not_the_layers_is_named(
    exported: Path, tmp_path: Path, op: str, attribute: str, value: object, named: str
) -> None:
    def fault(model: onnx.ModelProto) -> None:
        node = next(node for node in model.graph.node if node.op_type == op)
        faulty.attribute(node.name, attribute, value)(model)

    found = examined(exported, fault, tmp_path)
    first = found.node(found.first_local)
    assert first is not None
    assert first.op == op
    assert found.suspect is not None
    assert [(c.kind, c.name) for c in found.suspect.causes] == [("attribute", named)]


def test_a_weight_that_is_not_the_layers_is_named(exported: Path, tmp_path: Path) -> None:
    def fault(model: onnx.ModelProto) -> None:
        gemm = next(node for node in model.graph.node if node.op_type == "Gemm")
        faulty.weight(gemm.input[1], faulty.flipped)(model)

    found = examined(exported, fault, tmp_path)
    assert found.suspect is not None
    (cause,) = found.suspect.causes
    assert cause.kind == "weight"
    assert "weight" in cause.name
    assert "1 of 24 elements differ" in cause.found


def test_where_names_are_lost_layers_are_found_by_kind_and_order(
    exported: Path, tmp_path: Path
) -> None:
    def nameless(model: onnx.ModelProto) -> None:
        for place, node in enumerate(model.graph.node):
            node.name = f"node_{place}"

    found = examined(exported, nameless, tmp_path)
    assert not found.over
    assert len(found.nodes) >= 8


def test_what_pytorch_said_is_said_as_it_was_before_a_layer_wrote_over_it(
    exported: Path,
) -> None:
    model = OnnxModel(exported / "model.onnx")
    reference = torch_reference(exported, model, faulty.image())
    convolved = next(node.output[0] for node in model.nodes if node.op_type == "Conv")
    assert float(np.min(reference.found[convolved])) < 0


def test_a_layer_whose_value_is_taken_for_anothers_is_left_out(
    exported: Path, tmp_path: Path
) -> None:
    def nested(model: onnx.ModelProto) -> None:
        nodes = {node.op_type: node for node in model.graph.node}
        pool, relu = nodes["GlobalAveragePool"], nodes["LeakyRelu"]
        scope = pool.name.rpartition("/")[0]
        doubled = onnx.helper.make_node(
            "Add", [relu.output[0]] * 2, ["doubled"], name=f"{scope}/Add"
        )
        halved = onnx.helper.make_node(
            "Sub", ["doubled", relu.output[0]], ["whole"], name="elsewhere"
        )
        pool.name, pool.input[0] = "renamed", "whole"
        place = list(model.graph.node).index(pool)
        rest = [*model.graph.node[:place], doubled, halved, *model.graph.node[place:]]
        kept = [onnx.NodeProto.FromString(node.SerializeToString()) for node in rest]
        del model.graph.node[:]
        model.graph.node.extend(kept)

    found = examined(exported, nested, tmp_path)
    assert not found.over
    assert "doubled" not in [node.value for node in found.nodes]
    assert any("left out" in remark for remark in found.remarks)


def test_a_node_that_is_called_after_a_value_is_of_no_layer(exported: Path, tmp_path: Path) -> None:
    def with_a_gradient(model: onnx.ModelProto) -> None:
        gemm = next(node for node in model.graph.node if node.op_type == "Gemm")
        name = f"{gemm.output[0]}_backward_Neg"
        model.graph.node.append(onnx.helper.make_node("Neg", gemm.output, [name], name=name))

    found = examined(exported, with_a_gradient, tmp_path)
    assert not found.over
    assert "Gemm" in [node.op for node in found.nodes]
