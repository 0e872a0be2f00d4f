"""What has no exact gradient is refused by operator, node and reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from tests.xport.onnx_graph.gradient.agreement import graph_of, node
from xport.errors import ConversionError
from xport.onnx_graph.gradient import gradient_graph
from xport.onnx_graph.graph import Graph, Node

IMAGE = np.zeros((1, 2, 4, 4))
X = {"x": IMAGE}
SCALES = {"scales": np.array([1, 1, 1.5, 1.5], dtype=np.float32)}
DOUBLED = {"scales": np.array([1, 1, 2, 2], dtype=np.float32)}
PER_CHANNEL = {name: np.ones(2) for name in ("scale", "shift", "mean", "variance")}


def gradient_of(graph: Graph) -> Graph:
    return gradient_graph(graph, of="y", wrt={name: f"g_{name}" for name in graph.inputs})


@pytest.mark.parametrize(
    ("refused", "constants", "reason"),
    [
        (node("Sin", "x"), {}, "operator Sin of node 'Sin_to_y': no gradient is known"),
        (
            Node("Relu", ["x"], ["y"], {}, "odd", "com.example"),
            {},
            "operator Relu of node 'odd': no gradient is known",
        ),
        (
            node("Dropout", "x ratio training"),
            {"ratio": np.array(0.5), "training": np.array(True)},
            "it is in training mode",
        ),
        (
            node("BatchNormalization", "x scale shift mean variance", "y m v", training_mode=1),
            PER_CHANNEL,
            "training mode",
        ),
        (
            node("Resize", "x - scales", mode="linear"),
            DOUBLED,
            "operator Resize of node 'Resize_to_y': has no gradient here: mode 'linear'",
        ),
        (node("Resize", "x - scales"), SCALES, "no whole"),
        (
            node("Resize", "x - scales", nearest_mode="ceil"),
            DOUBLED,
            "rounding half_pixel with ceil",
        ),
        (node("Pad", "x pads", mode="wrap"), {"pads": np.array([0] * 7 + [1])}, "mode 'wrap'"),
        (
            node("Slice", "x starts ends axes steps"),
            {
                "starts": np.array([3]),
                "ends": np.array([-9]),
                "axes": np.array([2]),
                "steps": np.array([-1]),
            },
            "goes backwards",
        ),
        (node("Gather", "x indices", axis=1), {"indices": np.array([0, 1])}, "several indices"),
        (node("MaxPool", "x", kernel_shape=[2, 2], storage_order=1), {}, "storage_order"),
        (
            node("AveragePool", "x", kernel_shape=[2, 2], dilations=[2, 2]),
            {},
            "it has dilations",
        ),
        (node("MatMul", "x v"), {"v": np.ones(4)}, "no gradient is known for vectors"),
        (node("Pow", "x p"), {"p": np.array([1.0, 2, 3, 4])}, "an exponent per element"),
        (node("Max", "x a b"), {"a": np.ones(4), "b": np.ones(4)}, "more than two inputs"),
        (node("Cast", "x", to=7), {}, "holds int64, and has no gradient"),
        (
            node("ConvTranspose", "x w", output_shape=[5, 5]),
            {"w": np.ones((2, 2, 2, 2))},
            "output_shape",
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, Node) else "",
)
def test_rejects(refused: Node, constants: Mapping[str, Any], reason: str) -> None:
    opset = 19 if refused.op in ("AveragePool", "Pad", "Resize") else 15
    with pytest.raises(ConversionError, match=reason):
        gradient_of(graph_of([refused], X, constants, opset))


def test_rejects_a_kernel_that_depends_on_the_image() -> None:
    with pytest.raises(ConversionError, match="Conv_to_y': the kernel depends on"):
        gradient_of(graph_of([node("Conv", "x x")], {"x": np.zeros((2, 2, 3, 3))}, {}, 15))


def test_rejects_batch_statistics_that_are_computed() -> None:
    nodes = [
        node("Add", "one one", "two"),
        node("BatchNormalization", "x scale shift mean v"),
    ]
    graph = graph_of(nodes, X, PER_CHANNEL, 15)
    graph.inputs.append("v")
    graph.types["v"] = graph.types["x"].__class__((2,), np.dtype(np.float64))
    graph.constants["one"] = np.ones(1)
    with pytest.raises(ConversionError, match="the variance is computed by the graph"):
        gradient_graph(graph, of="y", wrt={"x": "g"})


def test_rejects_a_value_without_a_way_to_the_input() -> None:
    nodes = [node("Shape", "x", "s"), node("Cast", "s", "y", to=11)]
    graph = graph_of([*nodes, node("Relu", "x", "z")], X, {}, 15)
    with pytest.raises(ConversionError, match="'y' does not depend on 'x'"):
        gradient_of(graph)


def test_rejects_unknown_values() -> None:
    graph = graph_of([node("Relu", "x")], X, {}, 15)
    with pytest.raises(ConversionError, match="there is no value 'z'"):
        gradient_graph(graph, of="z", wrt={"x": "g"})


def test_takes_gradients_of_values_inside() -> None:
    nodes = [node("Relu", "x", "r"), node("Mul", "r r")]
    graph = gradient_graph(graph_of(nodes, X, {}, 15), of="y", wrt={"r": "g"})
    assert graph.outputs == ["y", "g"]
    assert "Clip" not in graph.census()


def test_the_gradient_of_a_value_by_itself_is_the_cotangent() -> None:
    graph = gradient_graph(graph_of([node("Relu", "x")], X, {}, 15), of="y", wrt={"y": "g"})
    assert graph.census() == {"Identity": 1, "Relu": 1}
