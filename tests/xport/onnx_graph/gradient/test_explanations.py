"""Whole classifiers with their explanations against torch.autograd."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from reference.networks.densenet import classifier
from reference.networks.explain import Explained
from tests.xport.onnx_graph.gradient import networks
from tests.xport.onnx_graph.gradient.agreement import (
    TOLERANCE,
    assert_close,
    assert_types_hold,
    execute,
    execute_float32,
)
from xport.common.arrays import Array
from xport.errors import ConversionError
from xport.onnx_graph.files import model_from_graph
from xport.onnx_graph.gradient import ExplanationNames, explanation_graph
from xport.onnx_graph.graph import Graph, Node
from xport.onnx_graph.passes import simplify

OUTPUTS = ["logits", "probabilities", "gradient", "saliency", "cam"]


def explained(graph: Graph, *, cam: bool = True) -> Graph:
    return explanation_graph(
        graph, logits="logits", probabilities="probabilities", image="image", cam=cam
    )


def image_with_flat_parts(size: int, dtype: torch.dtype, seed: int = 2) -> torch.Tensor:
    """Noise inside a frame of one value, in which every max pool meets equal numbers."""
    image = torch.full((1, 3, size, size), 0.5, dtype=dtype)
    inside = torch.randn(3, size - 12, size - 12, generator=torch.Generator().manual_seed(seed))
    image[0, :, 6:-6, 6:-6] = inside.to(dtype)
    return image


def one_hot(index: int, classes: int, dtype: torch.dtype) -> torch.Tensor:
    chosen = torch.zeros(1, classes, dtype=dtype)
    chosen[0, index] = 1
    return chosen


@pytest.mark.parametrize("simplified", [False, True], ids=["as exported", "simplified"])
@pytest.mark.parametrize(
    "make",
    [networks.densenet, networks.flat_densenet, networks.resnet, networks.mobilenet, networks.vgg],
)
def test_agrees_with_autograd_in_float64(make: Callable[[], nn.Module], simplified: bool) -> None:
    torch.manual_seed(1)
    image, chosen = image_with_flat_parts(32, torch.float64), one_hot(3, 5, torch.float64)
    module = make().double().eval()
    module(image)  # gives lazy layers their sizes
    networks.with_lively_statistics(module)
    has_map = make is not networks.vgg
    expected = Explained(module, cam=has_map)(image, chosen)
    graph = networks.exported(module, image)
    graph = explained(simplify(graph) if simplified else graph, cam=has_map)
    assert graph.outputs == OUTPUTS[: len(expected)]
    model = model_from_graph(graph)
    assert_types_hold(graph, model)
    found = execute(model, {"image": image.numpy(), "one_hot": chosen.numpy()})
    for one, other in zip(found, expected, strict=True):
        # Folding rounds the weights anew; the rest of a classifier's rounding is the same.
        assert_close(one, other.numpy(), 10 * TOLERANCE if simplified else TOLERANCE)


@pytest.fixture(scope="module")
def densenet121() -> nn.Module:
    torch.manual_seed(0)
    return networks.with_lively_statistics(classifier(3, 14))


@pytest.fixture(scope="module")
def densenet121_graph(densenet121: nn.Module) -> Graph:
    return simplify(networks.exported(densenet121, torch.zeros(1, 3, 224, 224)))


@pytest.mark.slow
def test_densenet121_is_as_near_to_torch_as_float32_is_to_float64(
    densenet121: nn.Module, densenet121_graph: Graph
) -> None:
    chosen = one_hot(6, 14, torch.float32)
    images = [image_with_flat_parts(224, torch.float32, seed) for seed in range(2, 7)]
    singles = [Explained(densenet121)(image, chosen) for image in images]
    densenet121.double()
    doubles = [Explained(densenet121)(image.double(), chosen.double()) for image in images]
    densenet121.float()
    model = model_from_graph(explained(densenet121_graph))
    found = execute_float32(model, {"image": images[0].numpy(), "one_hot": chosen.numpy()})
    for index, (name, one) in enumerate(zip(OUTPUTS, found, strict=True)):
        expected = [single[index].numpy().astype(np.float64) for single in singles]
        # A ReLU whose input is all but zero lets a gradient through in one precision and not in
        # the other: that gap is torch's own, and ours may be of its size. Which image has such a
        # ReLU depends on the processor, so several are asked.
        exact = [double[index].numpy() for double in doubles]
        gap = max(map(distance, expected, exact))
        assert distance(one.astype(np.float64), expected[0]) <= 3 * max(gap, 1e-6), name
        assert cosine(one.astype(np.float64), expected[0]) >= 0.999, name


def test_densenet121_stores_its_weights_once(densenet121_graph: Graph) -> None:
    graph = explained(densenet121_graph)

    def weights(one: Graph) -> int:
        return sum(value.nbytes for value in one.constants.values())

    assert weights(graph) <= weights(densenet121_graph) + 2048


def test_densenet121_shares_one_forward_pass_and_avoids_slow_operators(
    densenet121_graph: Graph,
) -> None:
    graph, forward = explained(densenet121_graph), densenet121_graph.census()
    census = graph.census()
    assert census["Conv"] == forward["Conv"] == census["ConvTranspose"]
    assert census["MaxPool"] == forward["MaxPool"]
    assert census["Concat"] == forward["Concat"] + 1  # the max pool's phases
    comparisons = {"Equal", "Greater", "Less", "Where", "Not", "Transpose", "Expand", "Scatter"}
    assert not comparisons & set(census)
    assert sum(census.values()) - sum(forward.values()) < 14 * 58  # fourteen for a dense layer


def test_a_dense_block_costs_one_cut_per_layer_however_it_is_written() -> None:
    module = networks.flat_densenet().eval()
    graph = networks.exported(module, torch.zeros(1, 3, 16, 16))
    before = graph.census()
    census = explained(graph).census()
    layers = before["Conv"]
    assert census["Slice"] - before.get("Slice", 0) <= 2 * layers
    assert census["Add"] - before.get("Add", 0) <= layers


def test_the_classifier_is_left_as_it_was() -> None:
    graph = networks.exported(networks.flat_densenet().eval(), torch.zeros(1, 3, 16, 16))
    nodes = [(n.op, list(n.inputs), list(n.outputs)) for n in graph.nodes]
    inputs, outputs, constants = list(graph.inputs), list(graph.outputs), set(graph.constants)
    explained(graph)
    assert [(n.op, n.inputs, n.outputs) for n in graph.nodes] == nodes
    assert (graph.inputs, graph.outputs, set(graph.constants)) == (inputs, outputs, constants)


def linear_classifier() -> Graph:
    """Pool and Gemm alone, on an image (1, 2, 3, 3)."""
    graph = networks.exported(
        networks._Classifier(nn.Identity(), 2).eval(), torch.zeros(1, 2, 3, 3)
    )
    assert graph.census() == {"Flatten": 1, "Gemm": 1, "GlobalAveragePool": 1, "Sigmoid": 1}
    return graph


def test_values_that_have_an_added_name_make_room_for_it() -> None:
    graph = linear_classifier()
    inner = graph.nodes[0].outputs[0]
    graph.redirect(inner, "gradient")
    graph.nodes[0].outputs = ["gradient"]
    found = explained(graph)
    assert found.outputs == OUTPUTS
    assert found.type_of("gradient").shape == (1, 2, 3, 3)
    execute_float32(
        model_from_graph(found),
        {"image": np.zeros((1, 2, 3, 3), np.float32), "one_hot": np.eye(5, dtype=np.float32)[:1]},
    )


def test_rejects_names_that_inputs_and_outputs_have() -> None:
    with pytest.raises(ConversionError, match="'image' is taken"):
        explanation_graph(
            linear_classifier(),
            logits="logits",
            probabilities=None,
            image="image",
            names=ExplanationNames(one_hot="image"),
        )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"logits": "scores"}, "no output 'scores'; outputs are logits, probabilities"),
        ({"image": "picture"}, "no input 'picture'; inputs are image"),
        ({"probabilities": "p"}, "no output 'p'"),
    ],
)
def test_rejects_unknown_names(changed: dict[str, str], message: str) -> None:
    names = {"logits": "logits", "probabilities": "probabilities", "image": "image"}
    with pytest.raises(ConversionError, match=message):
        explanation_graph(linear_classifier(), **(names | changed))


def test_explains_a_classifier_without_probabilities() -> None:
    found = explanation_graph(
        linear_classifier(), logits="logits", probabilities=None, image="image"
    )
    assert found.outputs == ["logits", "gradient", "saliency", "cam"]


def test_rejects_a_class_activation_map_of_a_network_that_has_none() -> None:
    module = networks.vgg().eval()
    image = torch.zeros(1, 3, 32, 32)
    module(image)
    graph = networks.exported(module, image)
    with pytest.raises(ConversionError, match="class activation map does not exist"):
        explained(graph)


def test_rejects_an_average_that_is_not_global() -> None:
    graph = linear_classifier()
    pool = next(n for n in graph.nodes if n.op == "GlobalAveragePool")
    pool.op, pool.attributes = "ReduceMean", {"axes": [3], "keepdims": 1}
    weight = next(n for n in graph.nodes if n.op == "Gemm").inputs[1]
    graph.constants[weight] = np.ones((5, 6), np.float32)
    with pytest.raises(ConversionError, match="does not read a global average pool"):
        explained(graph)


@pytest.mark.parametrize(
    ("tail", "shape"),
    [
        ([Node("ReduceMean", ["image"], ["p"], {"axes": [-1, -2], "keepdims": 0})], (2, 5)),
        ([Node("AveragePool", ["image"], ["q"], {"kernel_shape": [3, 3]}),
          Node("Flatten", ["q"], ["p"])], (2, 5)),
    ],
)  # fmt: skip
def test_finds_the_map_behind_every_way_to_write_the_pool(
    tail: list[Node], shape: tuple[int, int]
) -> None:
    weights = np.arange(10, dtype=np.float32).reshape(shape)
    graph = linear_classifier()
    graph.constants = {"w": weights, "b": np.ones(5, np.float32)}
    graph.nodes = [
        *tail,
        Node("MatMul", ["p", "w"], ["product"]),
        Node("Add", ["b", "product"], ["logits"]),
    ]
    graph.outputs = ["logits"]
    graph.types = {name: graph.types[name] for name in ("image", "logits")}
    found = explanation_graph(graph, logits="logits", probabilities=None, image="image")
    image = np.random.default_rng(0).standard_normal((1, 2, 3, 3)).astype(np.float32)
    outputs = dict(
        zip(
            found.outputs,
            execute_float32(
                model_from_graph(found),
                {"image": image, "one_hot": np.eye(5, dtype=np.float32)[2:3]},
            ),
            strict=True,
        )
    )
    expected = np.einsum("k,nkhw->nhw", weights[:, 2], image)[:, None]
    assert_close(outputs["cam"], expected, 1e-6)
    assert_close(
        outputs["gradient"], np.broadcast_to(weights[:, 2, None, None] / 9, image.shape), 1e-6
    )


def distance(a: Array, b: Array) -> float:
    """Relative L2 distance of a from b."""
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def cosine(a: Array, b: Array) -> float:
    """Cosine of the angle between two tensors."""
    return float(a.ravel() @ b.ravel() / (np.linalg.norm(a) * np.linalg.norm(b)))
