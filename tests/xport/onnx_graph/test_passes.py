"""Each pass does what it says and keeps what the graph computes, by ONNX Runtime."""

from __future__ import annotations

import numpy as np
import pytest

from tests.xport.onnx_graph.texts import PICTURE, graph, kept
from xport.onnx_graph.batchnorm import (
    batchnorm_as_affine,
    fold_batchnorm_into_next,
    fold_batchnorm_into_previous,
)
from xport.onnx_graph.identities import drop_identities
from xport.onnx_graph.padding import merge_pads, pool_before_pointwise
from xport.onnx_graph.passes import SIMPLIFICATIONS
from xport.onnx_graph.pools import flatten_pools
from xport.onnx_graph.shapes import fold_constants

NORM = "float[4] G, float[4] H, float[4] M, float[4] R"
"""BatchNormalization's constants; VARIANCE keeps R positive."""
VARIANCE = "v = Exp(R)"
BATCH_NORM = "BatchNormalization(c, G, H, M, v)"


@pytest.mark.parametrize(
    ("weight", "conv"),
    [
        ("float[4,4,3,3] W", "Conv(x, W)"),
        ("float[4,4,3,3] W, float[4] B", "Conv<pads = [1,1,1,1]>(x, W, B)"),
        ("float[4,1,3,3] W", "Conv<group = 4>(x, W)"),
        ("float[4,4,2,2] W, float[4] B", "ConvTranspose<strides = [2,2]>(x, W, B)"),
        ("float[4,2,2,2] W", "ConvTranspose<group = 2>(x, W)"),
    ],
)
def test_batchnorm_goes_into_the_convolution_before_it(weight: str, conv: str) -> None:
    body = f"{VARIANCE} c = {conv} y = {BATCH_NORM}"
    after = kept(f"{PICTURE}, {weight}, {NORM}", body, fold_batchnorm_into_previous)
    assert list(after.census()) == [conv.split("<")[0].split("(")[0]]


@pytest.mark.parametrize(
    ("inputs", "reader"),
    [
        (f"{PICTURE}, float[3,4,3,3] W", "Conv(n, W)"),
        (f"{PICTURE}, float[6,2,1,1] W, float[6] B", "Conv<group = 2>(n, W, B)"),
        ("float[3,4] x, float[4,5] W", "Gemm(n, W)"),
        ("float[3,4] x, float[5,4] W, float[5] B", "Gemm<transB = 1>(n, W, B)"),
        ("float[3,4] x, float[5,4] W, float[1] B", "Gemm<transB = 1>(n, W, B)"),
        ("float[3,4] x, float[4,5] W, float[1,5] B", "Gemm(n, W, B)"),
        ("float[3,4] x, float[4,5] W, float[3,1] B", "Gemm(n, W, B)"),
        ("float[3,4] x, float[5,4] W, float[3,5] B", "Gemm<transB = 1>(n, W, B)"),
        ("float[5,4] x, float[4,5] W, float[5,1] B", "Gemm(n, W, B)"),
        ("float[3,4] x, float[4,5] W, float[1,1] B", "Gemm(n, W, B)"),
        ("float[3,4] x, float[4,5] W, float B", "Gemm(n, W, B)"),
    ],
)
def test_batchnorm_goes_into_what_alone_reads_it(inputs: str, reader: str) -> None:
    body = f"{VARIANCE} c = Relu(x) n = {BATCH_NORM} y = {reader}"
    after = kept(f"{inputs}, {NORM}", body, fold_batchnorm_into_next)
    assert "BatchNormalization" not in after.census()


@pytest.mark.parametrize(
    ("inputs", "body"),
    [
        # zeros are padded in behind the shift
        (f"{PICTURE}, float[3,4,3,3] W", "y = Conv<pads = [1,1,1,1]>(n, W)"),
        ("float[2,4,6,6] x, float[3,4,3,3] W", 'y = Conv<auto_pad = "SAME_UPPER">(n, W)'),
        (f"{PICTURE}, float[3,4,3,3] W", "d = Conv(n, W) e = GlobalMaxPool(n) y = Add(e, n)"),
        ("float[4,3] x0, float[3,4] x, float[3,5] W", "y = Gemm<transA = 1>(n, W)"),
        ("float[3,4] x, float[4,5] W, float[5] B", "y = Gemm<beta = 0.5>(n, W, B)"),
        ("float[3,4] x, float[4,5] W, float[3,1] B", "y = Gemm<beta = 2.0>(n, W, B)"),
        ("float[3,4] x, float[4,5] W, float[1,5] B", "y = Gemm<alpha = 0.5>(n, W, B)"),
        ("float[3,4] x, float[4,5] B, float[2,3] W", "y = Gemm(W, n)"),
        ("float[3,4] x, float[3,5] W, float[5,4] V", "y = Gemm(W, V, n)"),
    ],
)
def test_batchnorm_stays_where_it_is_no_plain_scale_of_its_reader(inputs: str, body: str) -> None:
    inputs = inputs.replace("float[4,3] x0, ", "")
    full = f"{VARIANCE} c = Relu(x) n = {BATCH_NORM} {body}"
    after = kept(f"{inputs}, {NORM}", full, fold_batchnorm_into_next)
    assert after.census()["BatchNormalization"] == 1


def test_two_convolutions_that_share_weights_keep_their_own() -> None:
    body = (
        f"{VARIANCE} c = Conv(x, W, B) n = {BATCH_NORM} d = Conv(x, W, B) e = Conv(n, W, B) "
        "f = Conv(d, W, B) y = Add(e, f)"
    )
    inputs = f"{PICTURE}, float[4,4,2,2] W, float[4] B, {NORM}"
    for one in (fold_batchnorm_into_previous, fold_batchnorm_into_next):
        after = kept(inputs, body, one)
        assert "BatchNormalization" not in after.census()


def test_a_convolution_that_something_else_reads_keeps_its_weights() -> None:
    body = f"{VARIANCE} c = Conv(x, W) n = {BATCH_NORM} y = Add(c, n)"
    after = kept(f"{PICTURE}, float[4,4,1,1] W, {NORM}", body, fold_batchnorm_into_previous)
    assert after.census() == {"Add": 1, "BatchNormalization": 1, "Conv": 1}


@pytest.mark.parametrize("shape", ["3,4", "2,4,5", "2,4,3,5", "2,4,3,2,2"])
def test_batchnorm_alone_is_one_multiply_add_at_every_rank(shape: str) -> None:
    body = f"{VARIANCE} c = Relu(x) y = {BATCH_NORM}"
    after = kept(f"float[{shape}] x, {NORM}", body, batchnorm_as_affine)
    assert after.census() == {"Add": 1, "Mul": 1, "Relu": 1}


def test_batchnorm_with_computed_statistics_stays() -> None:
    body = "c = Relu(x) v = Exp(r) y = BatchNormalization(c, G, H, M, v)"
    inputs = f"{PICTURE}, float[4] G, float[4] H, float[4] M, float[4] r"
    passes = (fold_batchnorm_into_previous, fold_batchnorm_into_next, batchnorm_as_affine)
    assert kept(inputs, body, *passes).census()["BatchNormalization"] == 1


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("i = Identity(x) y = Relu(i)", ["Relu"]),
        ("r = Relu(x) y = Identity(r)", ["Relu"]),
        ("y = Identity(x)", ["Identity"]),  # an input cannot be called y
        ("i = Dropout(x) y = Relu(i)", ["Relu"]),
        ("c = Cast<to = 1>(x) y = Relu(c)", ["Relu"]),
        ("c = Cast<to = 6>(x) d = Cast<to = 1>(c) y = Relu(d)", ["Cast", "Relu"]),
        ("t = Transpose<perm = [0,1,2,3]>(x) y = Relu(t)", ["Relu"]),
        ("t = Transpose<perm = [1,0,2,3]>(x) y = Relu(t)", ["Relu", "Transpose"]),
        ("t = Slice(x, FIRST, AT) y = Relu(t)", ["Relu"]),
        ("t = Slice(x, LAST, FAR, FIRST, LAST) y = Relu(t)", ["Relu", "Slice"]),
        ("t = Concat<axis = 1>(x) u = Sum(t) y = Relu(u)", ["Relu"]),
        ("r = Relu(x) i = Identity(r) y = Add(r, i)", ["Add", "Relu"]),
        ("i = Identity(K) y = Add(x, i)", ["Add"]),
    ],
)
def test_only_what_changes_nothing_is_dropped(body: str, left: list[str]) -> None:
    body = body.replace("AT", "TWO")
    after = kept(f"{PICTURE}, float[6] K".replace("[2,", "[2,"), body, drop_identities)
    assert list(after.census()) == left


def test_two_outputs_of_one_value_stay_two() -> None:
    found = graph(PICTURE, "r = Relu(x) y = Identity(r)")
    found.outputs = ["r", "y"]
    drop_identities(found)
    assert {"r", "y"} <= {name for node in found.nodes for name in node.outputs}


@pytest.mark.parametrize(
    ("pads", "conv", "merged"),
    [
        ("0,0,1,2,0,0,1,0", "Conv<pads = [1,0,0,1]>(p, W)", True),
        ("0,0,1,1,0,0,1,1", "Conv<strides = [2,1]>(p, W)", True),
        ("0,1,1,1,0,1,1,1", "Conv(p, V)", False),  # channels are padded too
        ("0,0,-1,1,0,0,1,1", "Conv(p, W)", False),
        ("0,0,1,1,0,0,1,1", 'Conv<auto_pad = "SAME_UPPER">(p, W)', False),
    ],
)
def test_zeros_around_a_picture_go_into_its_convolution(pads: str, conv: str, merged: bool) -> None:
    inputs = f"{PICTURE}, float[3,4,2,2] W, float[3,6,2,2] V"
    body = f"q = Constant<value = int64[8] {{{pads}}}>() p = Pad(x, q) y = {conv}"
    assert ("Pad" not in kept(inputs, body, merge_pads).census()) is merged


@pytest.mark.parametrize("value", ["SIX", "ZERO"])
def test_only_zeros_are_merged(value: str) -> None:
    body = (
        f"q = Constant<value = int64[8] {{0,0,1,1,0,0,1,1}}>() p = Pad(x, q, {value}) "
        "y = Conv(p, W)"
    )
    after = kept(f"{PICTURE}, float[3,4,2,2] W", body, merge_pads)
    assert ("Pad" in after.census()) is (value == "SIX")


@pytest.mark.parametrize(
    ("conv", "pool", "moved"),
    [
        ("", "kernel_shape = [2,2], strides = [2,2]", True),
        ("", "kernel_shape = [2,2], strides = [2,2], pads = [1,1,1,1]", False),
        ("", "kernel_shape = [3,3], strides = [2,2], ceil_mode = 1", False),
        ("<strides = [2,2]>", "kernel_shape = [2,2]", False),
        ("<pads = [1,1,1,1]>", "kernel_shape = [2,2]", False),
    ],
)
def test_a_mean_comes_before_a_pointwise_convolution(conv: str, pool: str, moved: bool) -> None:
    body = f"c = Conv{conv}(x, W, B) y = AveragePool<{pool}>(c)"
    inputs = f"{PICTURE}, float[3,4,1,1] W, float[3] B"
    after = kept(inputs, body, pool_before_pointwise)
    assert (after.nodes[0].op == "AveragePool") is moved


def test_constants_are_folded_with_what_depends_on_shapes() -> None:
    body = (
        "s = Shape(x) n = Slice(s, FIRST, ONE) m = Concat<axis = 0>(n, LAST) f = Reshape(x, m) "
        "k = Mul(K, K) z = Shape<start = 1>(x) r = ReduceProd(z) q = Cast<to = 1>(r) "
        "a = Mul(f, q) y = Add(a, k)"
    )
    after = kept(f"{PICTURE}, float[1] K", body)
    assert after.census() == {"Add": 1, "Mul": 1, "Reshape": 1}


@pytest.mark.parametrize(
    "made",
    [
        "c = Constant<value_floats = [3.0,1.0,2.0,5.0,0.5,1.5]>() "
        "a = Constant<value_ints = [0]>() d = CumSum<reverse = 1>(c, a)",
        "c = Constant<value_ints = [2]>() a = Constant<value_ints = [6]>() "
        "v = Constant<value_floats = [0.25,2.0]>() d = OneHot(c, a, v)",
    ],
)
def test_a_number_may_come_as_a_list_of_one(made: str) -> None:
    assert [*kept(PICTURE, f"{made} y = Add(x, d)", fold_constants).census()] == ["Add"]


def test_a_constant_with_an_absent_output_is_folded() -> None:
    found = graph(f"{PICTURE}, float[6] K", "a, y0 = Split<axis = 0, num_outputs = 2>(K) "
                  "b = Sum(y0, y0) c = Concat<axis = 0>(b, b) y = Add(x, c)")  # fmt: skip
    assert found.census() == {"Add": 1}
    assert sum(value.size for value in found.constants.values()) == 6


def test_an_absent_optional_input_stays_absent() -> None:
    after = kept(PICTURE, "y = Clip(x, , SIX)", fold_constants)
    assert after.nodes[0].inputs[1] == ""


def test_single_numbers_stay_single_numbers() -> None:
    found = graph(PICTURE, "y = Mul(x, SIX)")
    fold_constants(found)
    assert [value.shape for value in found.constants.values()] == [()]


def test_random_numbers_are_not_folded() -> None:
    found = graph(PICTURE, "r = RandomNormal<shape = [6]>() y = Add(x, r)")
    assert "RandomNormal" in found.census()


def test_the_passes_can_be_listed() -> None:
    first = ["fold_constants", "part_volumes", "drop_identities"]
    assert [one.name for one in SIMPLIFICATIONS][:3] == first
    for one in SIMPLIFICATIONS:
        assert one.does.endswith(".")
        assert len(one.does) < 120


def test_a_graph_and_its_file_say_the_same() -> None:
    after = kept(f"{PICTURE}, float[4,4,3,3] W", "c = Conv<pads = [1,1,1,1]>(x, W) y = Relu(c)")
    assert np.array_equal(after.nodes[0].get("pads"), [1, 1, 1, 1])


@pytest.mark.parametrize(
    ("size", "pool"),
    [
        ("2,3,4,5,6", "AveragePool<kernel_shape = [3,1,1]>(x)"),
        ("2,3,4,5,6", "AveragePool<kernel_shape = [3,1,1], pads = [1,0,0,1,0,0]>(x)"),
        ("1,2,3,3,3", "AveragePool<kernel_shape = [2,1,1], strides = [2,1,1]>(x)"),
        ("2,3,4,5,6", "MaxPool<kernel_shape = [1,2,3]>(x)"),
        ("3,3,3,3,3", "MaxPool<kernel_shape = [1,2,2], pads = [0,1,1,0,1,1]>(x)"),
        ("1,2,3,4,5", "AveragePool<kernel_shape = [1,3,2], strides = [1,2,2], ceil_mode = 1>(x)"),
        ("1,2,3,4,5", "AveragePool<kernel_shape = [1,1,1]>(x)"),
    ],
)
def test_a_pool_that_leaves_an_axis_alone_is_one_over_two(size: str, pool: str) -> None:
    after = kept(f"float[{size}] x", f"y = {pool}", flatten_pools)
    assert after.census() == {pool.split("<")[0]: 1, "Reshape": 2}
    assert all(len(after.type_of(n.inputs[0]).shape) == 4 for n in after.nodes if "Pool" in n.op)


@pytest.mark.parametrize("kernel", ["[2,2,2]", "[2,1,2]", "[2,2,1]"])
def test_a_pool_over_three_axes_is_two_in_a_row(kernel: str) -> None:
    after = kept("float[1,2,3,4,5] x", f"y = MaxPool<kernel_shape = {kernel}>(x)", flatten_pools)
    assert after.census() == {"MaxPool": 2, "Reshape": 4}
