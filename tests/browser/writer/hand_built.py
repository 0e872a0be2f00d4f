"""A network made with onnx's helper."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WEIGHTS = {
    "kernel": (4, 3, 3, 3),
    "scale": (4,),
    "shift": (4,),
    "mean": (4,),
    "up": (8, 2, 4, 4),
    "matrix": (5, 512),
    "bias": (5,),
}


def network(opset: int) -> onnx.ModelProto:
    """Both of the paper's networks in one small graph: a picture, means and scores of an image."""
    node = helper.make_node
    nodes = [
        node("Conv", ["image", "kernel"], ["conv"], pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
        node("BatchNormalization", ["conv", "scale", "shift", "mean", "variance"], ["normal"]),
        node("Relu", ["normal"], ["relu"]),
        node("MaxPool", ["relu"], ["most"], kernel_shape=[2, 2], strides=[2, 2]),
        node("AveragePool", ["normal"], ["average"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Concat", ["most", "average"], ["both"], axis=1),
        node(
            "ConvTranspose",
            ["both", "up"],
            ["larger"],
            kernel_shape=[4, 4],
            strides=[2, 2],
            pads=[1, 1, 1, 1],
        ),
        node("Tanh", ["larger"], ["picture"]),
        node("GlobalAveragePool", ["both"], ["pooled"]),
        node("Flatten", ["pooled"], ["means"]),
        node("Flatten", ["both"], ["flat"]),
        node("Gemm", ["flat", "matrix", "bias"], ["sums"], transB=1),
        node("Sigmoid", ["sums"], ["scores"]),
    ]
    random = np.random.default_rng(11)
    weights = {name: random.normal(size=shape) for name, shape in WEIGHTS.items()}
    weights["matrix"] *= 0.05  # the sigmoid must not hide what the sums are
    weights["variance"] = random.uniform(0.5, 2, 4)
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "network",
        [value("image", TensorProto.FLOAT, [1, 3, 16, 16])],
        [
            value("picture", TensorProto.FLOAT, [1, 2, 16, 16]),
            value("means", TensorProto.FLOAT, [1, 8]),
            value("scores", TensorProto.FLOAT, [1, 5]),
        ],
        [numpy_helper.from_array(w.astype(np.float32), name) for name, w in weights.items()],
    )
    imports = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


def image() -> dict[str, np.ndarray]:
    """An input of it."""
    return {"image": np.random.default_rng(2).normal(size=(1, 3, 16, 16)).astype(np.float32)}
