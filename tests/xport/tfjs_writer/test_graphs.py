"""Layouts, names and fusions of lowered graphs; what they compute, the browser's tests say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.xport.onnx_graph.texts import case, graph
from xport.onnx_graph.files import graph_from_model
from xport.onnx_graph.passes import simplify
from xport.tfjs_writer.lower import lower
from xport.tfjs_writer.model_json import model_json
from xport.tfjs_writer.passes import OPTIMISATIONS, optimise
from xport.tfjs_writer.tf_graph import CONST, TfGraph

PICTURE = "float[1,8,6,5] x"
CONV = "float[8,8,1,1] W, float[8] B, float[8,1,1] P, float[8,1,3,3] D"


def lowered(inputs: str, body: str, *outputs: str) -> TfGraph:
    """The optimised TensorFlow graph."""
    found = graph_from_model(case(inputs, body).model)
    found.outputs += outputs
    return optimise(lower(simplify(found)))


def operators(found: TfGraph) -> dict[str, int]:
    """The census without constants, placeholders and reshapes."""
    return {
        op: n for op, n in found.census().items() if op not in (CONST, "Placeholder", "Reshape")
    }


@pytest.mark.parametrize(
    ("between", "transposes"),
    [
        ("d = Relu(c)", 0),
        ("d = Add(c, P)", 0),
        ("d = Concat<axis = 1>(c, c) e = Slice(d, FIRST, ONE, ONE) d2 = Add(e, c)", 0),
        ("p = Constant<value = int64[8] {0,0,1,1,0,0,1,1}>() d = Pad(c, p)", 0),
        ("t = Transpose<perm = [0,2,3,1]>(c) d = Transpose<perm = [0,3,1,2]>(t)", 0),
        ("u = Unsqueeze(c, FIRST) d = Squeeze(u, FIRST)", 0),
        ("r = Reshape(c, ROWS) d = Reshape(r, PLANES)", 0),
        ("r = Reshape(c, MIXED) d = Reshape(r, PLANES)", 1),
    ],
)
def test_nothing_behind_a_convolution_is_transposed_without_need(
    between: str, transposes: int
) -> None:
    rows = {"ROWS": "1,8,30", "PLANES": "1,8,6,5", "MIXED": "1,4,60"}
    for name, shape in rows.items():
        if name in between:
            count = shape.count(",") + 1
            between = between.replace(name, name.lower())
            between = f"{name.lower()} = Constant<value = int64[{count}] {{{shape}}}>() {between}"
    body = f"c = Conv(x, W) {between} y = GlobalMaxPool({'d2' if 'd2' in between else 'd'})"
    assert operators(lowered(f"{PICTURE}, {CONV}", body)).get("Transpose", 0) == (
        1 + transposes  # the input, which ONNX stores channels-first
    )


def test_few_channels_are_moved_by_a_product() -> None:
    found = operators(lowered("float[1,3,6,5] x, float[3,3,2,2] W", "y = Conv(x, W)"))
    assert found == {"MatMul": 2, "Conv2D": 1}


@pytest.mark.parametrize(
    ("activation", "fused"),
    [
        ("Relu(c)", "Relu"), ("Sigmoid(c)", "Sigmoid"), ("Elu(c)", "Elu"),
        ("Clip(c, ZERO, SIX)", "Relu6"), ("LeakyRelu(c)", "LeakyRelu"), ("PRelu(c, P)", "Prelu"),
        ("Tanh(c)", ""), ("Neg(c)", ""),
    ],
)  # fmt: skip
def test_what_tfjs_fuses_is_fused(activation: str, fused: str) -> None:
    pooled = f"z = {activation} y = GlobalMaxPool(z)"
    found = lowered(f"{PICTURE}, {CONV}", f"c = Conv(x, W, B) {pooled}")
    (conv,) = (node for node in found.nodes.values() if node.op == "_FusedConv2D")
    assert conv.attributes["fused_ops"] == ["BiasAdd", *([fused] if fused else [])]


def test_a_depthwise_convolution_keeps_leaky_relu_apart() -> None:
    body = "c = Conv<group = 8>(x, D, B) z = LeakyRelu(c) y = GlobalMaxPool(z)"
    found = operators(lowered(f"{PICTURE}, {CONV}", body))
    assert found["LeakyRelu"] == 1
    assert found["FusedDepthwiseConv2dNative"] == 1


def test_what_two_read_is_not_fused() -> None:
    body = "c = Conv(x, W, B) r = Relu(c) s = Add(r, c) y = GlobalMaxPool(s)"
    found = lowered(f"{PICTURE}, {CONV}", body)
    (conv,) = (node for node in found.nodes.values() if node.op == "_FusedConv2D")
    assert conv.attributes["fused_ops"] == ["BiasAdd"]


def test_an_output_is_not_fused_away() -> None:
    body = "c = Conv(x, W, B) r = Relu(c) y = GlobalMaxPool(r)"
    found = lowered(f"{PICTURE}, {CONV}", body, "c")
    assert {"c", "y"} == found.outputs.keys()
    assert operators(found)["Relu"] == 1


def test_a_linear_layer_on_many_rows_is_one_operator() -> None:
    body = "m = MatMul(x, W) a = Add(m, B) y = Relu(a)"
    found = operators(lowered("float[2,5,4] x, float[4,3] W, float[3] B", body))
    assert found == {"_FusedMatMul": 1}


def test_a_row_per_token_is_no_bias() -> None:
    body = "m = MatMul(x, W) a = Add(m, B) y = Relu(a)"
    found = operators(lowered("float[2,3,4] x, float[4,3] W, float[3,3] B", body))
    assert found == {"AddV2": 1, "MatMul": 1, "Relu": 1}


def test_attention_transposes_each_factor_once() -> None:
    body = (
        "h = Reshape(x, HEADS) t = Transpose<perm = [2,0,3,1,4]>(h) "
        "q0, k0, v0 = Split<axis = 0, num_outputs = 3>(t) q = Squeeze(q0, FIRST) "
        "k = Squeeze(k0, FIRST) v = Squeeze(v0, FIRST) kt = Transpose<perm = [0,1,3,2]>(k) "
        "s = MatMul(q, kt) p = Softmax(s) y = MatMul(p, v)"
    )
    assert operators(lowered("float[1,5,24] x", body))["Transpose"] == 3


@pytest.mark.parametrize(
    ("body", "extra"),
    [
        ("y = Identity(x)", ()),
        ("s = Neg(x) y = Identity(K)", ()),
        ("y = Neg(x) z = Identity(y)", ("z",)),
        ("y = Neg(x)", ("x",)),
        ("y, z = Split<axis = 1, num_outputs = 2>(x)", ("z",)),
    ],
)
def test_every_output_has_its_own_name(body: str, extra: tuple[str, ...]) -> None:
    found = lowered("float[2,4] x, float[3] K", body, *extra)
    assert list(found.outputs) == ["y", *extra]
    assert len(set(found.outputs.values())) == len(found.outputs)
    document = model_json(found, [], [])
    assert list(document["signature"]["outputs"]) == ["y", *extra]
    assert {node["name"] for node in document["modelTopology"]["node"]} >= {*found.outputs.values()}


def test_names_that_tfjs_would_split_are_replaced() -> None:
    found = graph("float[2,4] x", "n = Neg(x) y = Relu(n)")
    for node in found.nodes:
        node.inputs = [name.replace("n", "layer:0^n") for name in node.inputs]
        node.outputs = [name.replace("n", "layer:0^n") for name in node.outputs]
    found.types["layer:0^n"] = found.types["x"]
    assert all(re.fullmatch(r"[A-Za-z0-9_./-]+", name) for name in lower(found).nodes)


def test_the_document_is_plain_json() -> None:
    def numbers(value: Any) -> Any:
        raise AssertionError(value)

    found = lowered(f"{PICTURE}, {CONV}", "c = Conv(x, W, B) y = LeakyRelu<alpha = 0.1>(c)")
    text = json.dumps(model_json(found, [], []), allow_nan=False, default=numbers)
    assert '"convertedBy"' in text


def test_equal_constants_are_stored_once() -> None:
    found = lowered("float[2,3] x", "a = Add(x, SIX) b = Mul(a, SIX) y = Sub(b, SIX)")
    assert found.census()[CONST] == 1


def test_the_passes_can_be_listed() -> None:
    for one in OPTIMISATIONS:
        assert one.name
        assert one.does.endswith(".")
        assert len(one.does) < 120
