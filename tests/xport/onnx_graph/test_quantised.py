"""Quantised graphs in float32 say what ONNX Runtime says of them in integers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.browser.writer.writer_cases import run
from xport.common.arrays import Array
from xport.errors import ConversionError
from xport.onnx_graph.files import graph_from_model, model_from_graph
from xport.onnx_graph.passes import simplify
from xport.tfjs_writer.lower import lower

RNG = np.random.default_rng(8)
BYTES = ("uint8", "int8")
node = helper.make_node


def _integers(kind: str, *shape: int) -> Array:
    limits = np.iinfo(kind)
    return RNG.integers(limits.min, limits.max, shape, endpoint=True).astype(kind)


WEIGHTS: dict[str, Array] = {
    "s": np.float32(0.037), "t": np.float32(0.011), "u": np.float32(0.4),
    "z_uint8": np.uint8(131), "z_int8": np.int8(-3),
    "w_uint8": _integers("uint8", 6, 5), "w_int8": _integers("int8", 6, 5),
    "rows": np.abs(RNG.normal(size=6)).astype(np.float32) + 0.01,
    "rows_z": _integers("int8", 6),
    "k": _integers("int8", 4, 6, 3, 3), "k_uint8": _integers("uint8", 4, 6, 3, 3),
    "ks": np.abs(RNG.normal(size=4)).astype(np.float32) / 100 + 0.001, "kz": np.zeros(4, np.int8),
    "bias": RNG.integers(-500, 500, 4).astype(np.int32),
    "float_bias": RNG.normal(size=5).astype(np.float32),
}  # fmt: skip


def model(nodes: Sequence[onnx.NodeProto], shape: Sequence[int], **more: Array) -> onnx.ModelProto:
    """`y` of `x`."""
    weights = {**WEIGHTS, **more}
    used = {name for one in nodes for name in one.input}
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(v), n) for n, v in weights.items() if n in used],
    )  # fmt: skip
    imports = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=10)


def quantised(kind: str) -> list[onnx.NodeProto]:
    return [node("QuantizeLinear", ["x", "s", f"z_{kind}"], ["q"])]


def round_trip(kind: str) -> onnx.ModelProto:
    back = node("DequantizeLinear", ["q", "s", f"z_{kind}"], ["y"])
    return model([*quantised(kind), back], [2, 6])


def linear(kind: str) -> onnx.ModelProto:
    """QDQ around a product, weights by row."""
    return model([
        *quantised(kind), node("DequantizeLinear", ["q", "s", f"z_{kind}"], ["a"]),
        node("DequantizeLinear", ["w_int8", "rows", "rows_z"], ["b"], axis=0),
        node("MatMul", ["a", "b"], ["c"]), node("QuantizeLinear", ["c", "u", f"z_{kind}"], ["d"]),
        node("DequantizeLinear", ["d", "u", f"z_{kind}"], ["y"]),
    ], [2, 6])  # fmt: skip


def moved(kind: str) -> onnx.ModelProto:
    """Quantised values that are moved and joined before they are dequantised."""
    return model([
        *quantised(kind), node("Transpose", ["q"], ["r"], perm=[0, 2, 3, 1]),
        node("Concat", ["r", "r"], ["v"], axis=3),
        node("DequantizeLinear", ["v", "s", f"z_{kind}"], ["y"]),
    ], [1, 3, 4, 2])  # fmt: skip


def dynamic(kind: str) -> onnx.ModelProto:
    return model([
        node("DynamicQuantizeLinear", ["x"], ["q", "qs", "qz"]),
        node("MatMulInteger", ["q", f"w_{kind}", "qz", f"z_{kind}"], ["m"]),
        node("Cast", ["m"], ["f"], to=TensorProto.FLOAT), node("Mul", ["qs", "t"], ["both"]),
        node("Mul", ["f", "both"], ["y"]),
    ], [3, 6])  # fmt: skip


def convolution(kind: str) -> onnx.ModelProto:
    weights = {"uint8": "k_uint8", "int8": "k"}[kind]
    return model([
        node("DynamicQuantizeLinear", ["x"], ["q", "qs", "qz"]),
        node("ConvInteger", ["q", weights, "qz", f"z_{kind}"], ["m"], pads=[1, 0, 2, 1]),
        node("Cast", ["m"], ["f"], to=TensorProto.FLOAT), node("Mul", ["f", "qs"], ["y"]),
    ], [1, 6, 5, 5])  # fmt: skip


def linear_convolution(kind: str) -> onnx.ModelProto:
    names = ["q", "s", f"z_{kind}", "k", "ks", "kz", "u", f"z_{kind}", "bias"]
    return model([
        *quantised(kind), node("QLinearConv", names, ["c"], strides=[2, 1], pads=[1, 1, 1, 1]),
        node("DequantizeLinear", ["c", "u", f"z_{kind}"], ["y"]),
    ], [1, 6, 5, 5])  # fmt: skip


def linear_product(kind: str) -> onnx.ModelProto:
    names = ["q", "s", f"z_{kind}", f"w_{kind}", "t", f"z_{kind}", "u", f"z_{kind}"]
    return model([
        *quantised(kind), node("QLinearMatMul", names, ["c"]),
        node("DequantizeLinear", ["c", "u", f"z_{kind}"], ["y"]),
    ], [4, 6])  # fmt: skip


@pytest.mark.parametrize("kind", BYTES)
@pytest.mark.parametrize(
    "build", [round_trip, linear, moved, dynamic, convolution, linear_convolution, linear_product]
)
def test_float32_says_what_integers_say(build: Any, kind: str) -> None:
    made = build(kind)
    inputs = noise(made)
    after = simplify(graph_from_model(made))
    assert {value.dtype.name for value in after.constants.values()} <= {"float32", "int64", "bool"}
    found, expected = run(model_from_graph(after), inputs)["y"], run(made, inputs)["y"]
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, 1e-5, 1e-5 * float(np.abs(expected).max()))
    lower(after)


def noise(made: onnx.ModelProto) -> dict[str, Array]:
    shape = [dim.dim_value for dim in made.graph.input[0].type.tensor_type.shape.dim]
    return {"x": (3 * RNG.normal(size=shape)).astype(np.float32)}


@pytest.mark.parametrize(
    ("bits", "length", "points"),
    [(4, 32, ""), (4, 40, ""), (4, 32, "packed"), (4, 40, "packed"), (4, 40, "float"), (8, 32, ""),
     (8, 40, "packed")],
)  # fmt: skip
def test_weights_of_4_and_8_bits_in_blocks(bits: int, length: int, points: str) -> None:
    blocks, rows, block = -(-length // 16), 5, 16
    packed = -(-blocks * bits // 8)
    zero = {
        "packed": _integers("uint8", rows * packed),
        "float": RNG.uniform(0, 15, rows * blocks).astype(np.float32),
    }
    given = {"wz": zero[points]} if points else {}
    names = ["x", "wb", "ws", *given]
    made = model(
        [node("MatMulNBits", names, ["y"], domain="com.microsoft", name="bits", bits=bits,
              K=length, N=rows, block_size=block)],
        [2, length], wb=_integers("uint8", rows, blocks, block * bits // 8),
        ws=RNG.normal(size=rows * blocks).astype(np.float32), **given,
    )  # fmt: skip
    inputs = noise(made)
    after = simplify(graph_from_model(made))
    assert after.census() == {"MatMul": 1}
    np.testing.assert_allclose(
        run(model_from_graph(after), inputs)["y"], run(made, inputs)["y"], 1e-4, 1e-3
    )


@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
def test_memory_that_is_quantised_as_it_comes(direction: str) -> None:
    both, hidden = 1 + (direction == "bidirectional"), 3
    arrays = {
        "lw": _integers("int8", both, 6, 4 * hidden),
        "lr": _integers("int8", both, hidden, 4 * hidden),
        "lb": RNG.normal(size=(both, 8 * hidden)).astype(np.float32),
        "lws": np.full(both, 0.01, np.float32), "lz": np.zeros(both, np.int8),
        "lrs": np.full(both, 0.02, np.float32),
    }  # fmt: skip
    names = ["x", "lw", "lr", "lb", "", "", "", "", "lws", "lz", "lrs", "lz"]
    memory = node("DynamicQuantizeLSTM", names, ["y"], domain="com.microsoft", hidden_size=hidden,
                  direction=direction)  # fmt: skip
    made = model([memory], [4, 1, 6], **arrays)
    made.graph.output[0].type.tensor_type.shape.dim.add().dim_value = 4
    for size in (both, 1, hidden):
        made.graph.output[0].type.tensor_type.shape.dim.add().dim_value = size
    inputs = noise(made)
    after = simplify(graph_from_model(made))
    found, expected = run(model_from_graph(after), inputs)["y"], run(made, inputs)["y"]
    np.testing.assert_allclose(found, expected, 0, 2e-3)


def test_integers_that_are_computed_with_otherwise_are_refused() -> None:
    made = model([*quantised("uint8"), node("Cast", ["q"], ["y"], to=TensorProto.FLOAT)], [2, 6])
    lower(simplify(graph_from_model(made)))
    ends = model(quantised("uint8"), [2, 6])
    ends.graph.node[0].output[0] = "y"
    ends.graph.output[0].type.tensor_type.elem_type = TensorProto.UINT8
    resized = [*quantised("uint8"), node("Resize", ["q", "", "sizes"], ["y"], name="larger")]
    grown = model(resized, [1, 1, 2, 2], sizes=np.array([1, 1, 4, 4], np.float32))
    for words, bad in {
        "operator QuantizeLinear of node 'y': yields quantised integers; let the model end": ends,
        "operator Resize of node 'larger': computes with quantised integers": grown,
    }.items():
        with pytest.raises(ConversionError, match=words):
            simplify(graph_from_model(bad))
