"""Every backward rule against torch.autograd in float64."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812  # torch's own convention

from tests.xport.onnx_graph.gradient.agreement import (
    TOLERANCE,
    Function,
    assert_agrees,
    graph_of,
    node,
)
from xport.arrays import Array
from xport.onnx_graph.graph import Node

RANDOM = np.random.default_rng(3)


def randn(*shape: int) -> Array:
    return np.asarray(RANDOM.standard_normal(shape))


def ties(*shape: int) -> Array:
    """Few different whole numbers, so that most windows hold their maximum several times."""
    return RANDOM.integers(0, 3, shape).astype(np.float64)


@dataclass(frozen=True)
class Case:
    """ONNX nodes from inputs to y, and what they are in torch."""

    name: str
    nodes: Sequence[Node]
    inputs: Mapping[str, Array]
    function: Function
    constants: Mapping[str, Any] = field(default_factory=dict)
    opset: int = 15


def check(case: Case) -> None:
    # onnx's reference implementation composes these from float32 constants.
    inexact = {n.op for n in case.nodes} & {"HardSwish", "Gelu"}
    assert_agrees(
        lambda inputs: graph_of(case.nodes, inputs, case.constants, case.opset),
        case.inputs,
        case.function,
        1e-7 if inexact else TOLERANCE,
    )


def unary(name: str, function: Function, x: Array | None = None, **attributes: Any) -> Case:
    opset = int(attributes.pop("opset", 15))
    x = randn(2, 3, 4, 5) if x is None else x
    label = "-".join([name, *(str(value) for value in attributes.values())])
    return Case(label, [node(name, "x", **attributes)], {"x": x}, lambda x: function(x), {}, opset)


def by_name(case: Case) -> str:
    return case.name


def parametrized(cases: Sequence[Case]) -> Callable[..., Any]:
    return pytest.mark.parametrize("case", cases, ids=by_name)


ACTIVATIONS = [
    unary("Relu", torch.relu, ties(2, 3, 4, 5) - 1),
    unary("LeakyRelu", lambda x: F.leaky_relu(x, 0.125), ties(2, 3, 4, 5) - 1, alpha=0.125),
    unary("LeakyRelu", lambda x: F.leaky_relu(x, -0.5), alpha=-0.5),
    unary("LeakyRelu", lambda x: F.leaky_relu(x, 1.5), alpha=1.5),
    unary("Elu", lambda x: F.elu(x, 0.75), alpha=0.75),
    unary("Elu", lambda x: F.elu(x), randn(4, 4) * 1e3, alpha=1.0),
    unary("Selu", lambda x: 1.125 * F.elu(x, 1.75), alpha=1.75, gamma=1.125),
    unary("Sigmoid", torch.sigmoid),
    unary("Tanh", torch.tanh),
    unary("Softplus", F.softplus),
    unary("HardSigmoid", lambda x: (x * 0.25 + 0.5).clamp(0, 1), randn(40) * 3, alpha=0.25),
    unary("HardSwish", F.hardswish, randn(40) * 3),
    unary("Erf", torch.erf),
    unary("Gelu", F.gelu, opset=20),
    unary("Gelu", lambda x: F.gelu(x, approximate="tanh"), opset=20, approximate="tanh"),
    unary("Exp", torch.exp),
    unary("Log", torch.log, np.abs(randn(9)) + 0.1),
    unary("Sqrt", torch.sqrt, np.abs(randn(9)) + 0.1),
    unary("Reciprocal", torch.reciprocal),
    unary("Neg", torch.neg),
    unary("Abs", torch.abs, ties(9, 9) - 1),
    unary("Identity", lambda x: x * 1),
    unary("Dropout", lambda x: x * 1),
    unary("Softmax", lambda x: F.softmax(x, dim=1), axis=1),
    unary("LogSoftmax", lambda x: F.log_softmax(x, dim=-1)),
    Case(
        "PRelu",
        [node("PRelu", "x slope")],
        {"x": ties(2, 3, 4, 4) - 1},
        lambda x: F.prelu(x, torch.tensor([0.25, -0.5, 2.0], dtype=torch.float64)),
        {"slope": np.array([0.25, -0.5, 2.0]).reshape(3, 1, 1)},
    ),
    Case(
        "Clip as in ReLU6",
        [node("Clip", "x low high")],
        {"x": RANDOM.integers(-1, 9, (6, 6)).astype(float)},
        lambda x: F.relu6(x),
        {"low": np.array(0.0), "high": np.array(6.0)},
    ),
    Case(
        "Clip without a lower bound",
        [node("Clip", "x - high")],
        {"x": randn(6, 6)},
        lambda x: x.clamp(max=0.5),
        {"high": np.array(0.5)},
    ),
    *(
        Case(
            f"Pow {p}",
            [node("Pow", "x p")],
            {"x": np.abs(randn(3, 4)) + 0.5},
            lambda x, p=p: x**p,
            {"p": np.array(float(p))},
        )
        for p in (2, 3, 0.5)
    ),
]


@parametrized(ACTIVATIONS)
def test_activation(case: Case) -> None:
    check(case)


def two(name: str, function: Function, a: Array, b: Array) -> Case:
    label = f"{name} {a.shape} {b.shape}"
    return Case(label, [node(name, "a b")], {"a": a, "b": b}, function)


ARITHMETIC = [
    two("Add", lambda a, b: a + b, randn(2, 3, 4), randn(3, 1)),
    two("Sub", lambda a, b: a - b, randn(3, 1), randn(2, 1, 4)),
    two("Mul", lambda a, b: a * b, randn(2, 3, 4, 4), randn(1, 3, 1, 1)),
    two("Div", lambda a, b: a / b, randn(2, 3, 4), np.abs(randn(4)) + 0.5),
    two("Max", lambda a, b: torch.maximum(a, b), ties(4, 5), ties(4, 1)),
    two("Min", lambda a, b: torch.minimum(a, b), ties(4, 5), ties(5)),
    two("MatMul", lambda a, b: a @ b, randn(3, 4), randn(4, 5)),
    two("MatMul", lambda a, b: a @ b, randn(2, 3, 4), randn(4, 5)),
    two("MatMul", lambda a, b: a @ b, randn(6, 1, 3, 4), randn(2, 4, 5)),
    Case(
        "x times itself",
        [node("Mul", "x x")],
        {"x": randn(3, 4)},
        lambda x: x * x,
    ),
    Case(
        "Sum",
        [node("Sum", "a b c")],
        {"a": randn(3, 4), "b": randn(4), "c": randn(1, 1)},
        lambda a, b, c: a + b + c,
    ),
    Case(
        "Where",
        [node("Where", "c a b")],
        {"a": randn(3, 4), "b": randn(1)},
        lambda a, b: torch.where(torch.tensor([True, False, True, True]), a, b),
        {"c": np.array([True, False, True, True])},
    ),
    Case(
        "Expand",
        [node("Expand", "x shape")],
        {"x": randn(3, 1)},
        lambda x: x.expand(2, 3, 4),
        {"shape": np.array([2, 3, 4])},
    ),
    Case(
        "Cast down and back",
        [node("Cast", "x", "single", to=1), node("Cast", "single", "y", to=11)],
        {"x": ties(3, 4)},
        lambda x: x.float().double() * 1,
    ),
    *(
        Case(
            f"Gemm transA={ta} transB={tb}",
            [node("Gemm", "a b c", transA=ta, transB=tb, alpha=0.5, beta=2.0)],
            {
                "a": randn(*((4, 3) if ta else (3, 4))),
                "b": randn(*((5, 4) if tb else (4, 5))),
                "c": randn(5),
            },
            lambda a, b, c, ta=ta, tb=tb: 0.5 * (a.T if ta else a) @ (b.T if tb else b) + 2 * c,
        )
        for ta in (0, 1)
        for tb in (0, 1)
    ),
]


@parametrized(ARITHMETIC)
def test_arithmetic(case: Case) -> None:
    check(case)


def moved(
    name: str, function: Function, shape: Sequence[int], constants: Any = None, **attributes: Any
) -> Case:
    constants = {} if constants is None else constants
    inputs = " ".join(["x", *constants])
    label = f"{name} {list(constants.values())} {attributes}"
    nodes = [node(name, inputs, **attributes)]
    return Case(label, nodes, {"x": randn(*shape)}, lambda x: function(x), constants)


def padded(mode: str, begins_then_ends: list[int]) -> Case:
    left, right = begins_then_ends[3], begins_then_ends[7]
    top, bottom = begins_then_ends[2], begins_then_ends[6]
    torch_mode = {"edge": "replicate"}.get(mode, mode)
    return moved(
        "Pad",
        lambda x: F.pad(x, (left, right, top, bottom), mode=torch_mode),
        (1, 2, 5, 6),
        {"pads": np.array(begins_then_ends)},
        mode=mode,
    )


def resized(coordinates: str, rounding: str) -> Case:
    return Case(
        f"Resize {coordinates} {rounding}",
        [
            node(
                "Resize",
                "x - scales",
                coordinate_transformation_mode=coordinates,
                nearest_mode=rounding,
            )
        ],
        {"x": randn(1, 2, 3, 4)},
        lambda x: F.interpolate(x, scale_factor=(2, 3), mode="nearest"),
        {"scales": np.array([1, 1, 2, 3], dtype=np.float32)},
    )


def i64(*values: int) -> Array:
    return np.array(values, dtype=np.int64)


MOVEMENT = [
    moved("Reshape", lambda x: x.reshape(2, 12), (2, 3, 4), {"shape": i64(2, -1)}),
    moved("Flatten", lambda x: x.flatten(1), (2, 3, 4), axis=1),
    moved("Squeeze", lambda x: x.squeeze(1), (2, 1, 4), {"axes": i64(1)}),
    moved("Unsqueeze", lambda x: x[:, None], (2, 4), {"axes": i64(1)}),
    moved("Transpose", lambda x: x.permute(2, 0, 1), (2, 3, 4), perm=[2, 0, 1]),
    moved("Transpose", lambda x: x.permute(2, 1, 0), (2, 3, 4)),
    moved(
        "Slice",
        lambda x: x[:, 1:-1, 2:],
        (2, 4, 5),
        {"starts": i64(1, 2), "ends": i64(-1, 2**40), "axes": i64(1, -1)},
    ),
    moved(
        "Slice",
        lambda x: x[1:8:3, ::2],
        (8, 5),
        {"starts": i64(1, 0), "ends": i64(8, 5), "axes": i64(0, 1), "steps": i64(3, 2)},
    ),
    moved("Gather", lambda x: x[:, -1], (2, 3, 4), {"index": np.array(-1)}, axis=1),
    padded("constant", [0, 0, 1, 0, 0, 0, 2, 3]),
    padded("constant", [0, 0, -1, 2, 0, 0, 1, -2]),
    padded("reflect", [0, 0, 1, 0, 0, 0, 3, 2]),
    padded("reflect", [0, 0, 4, 5, 0, 0, 4, 5]),
    padded("edge", [0, 0, 1, 3, 0, 0, 0, 2]),
    resized("asymmetric", "floor"),
    resized("half_pixel", "round_prefer_floor"),
    resized("pytorch_half_pixel", "round_prefer_ceil"),
    moved("DepthToSpace", lambda x: F.pixel_shuffle(x, 2), (2, 8, 3, 4), blocksize=2, mode="CRD"),
    moved(
        "DepthToSpace",
        lambda x: F.pixel_shuffle(x.reshape(2, 4, 2, 3, 4).transpose(1, 2).flatten(1, 2), 2),
        (2, 8, 3, 4),
        blocksize=2,
        mode="DCR",
    ),
    moved(
        "SpaceToDepth",
        lambda x: F.pixel_unshuffle(x, 2).reshape(2, 3, 4, 2, 3).transpose(1, 2).flatten(1, 2),
        (2, 3, 4, 6),
        blocksize=2,
    ),
    Case(
        "Concat of one value twice",
        [node("Concat", "a b a", axis=-1)],
        {"a": randn(2, 3), "b": randn(2, 2)},
        lambda a, b: torch.cat([a, b, a], dim=1),
    ),
    Case(
        "Split, one part of which is not used",
        [node("Split", "x sizes", "p q r", axis=1), node("Mul", "p r", "y")],
        {"x": randn(2, 6)},
        lambda x: x[:, :2] * x[:, 4:],
        {"sizes": i64(2, 2, 2)},
    ),
    Case(
        "Split, all parts used",
        [node("Split", "x", "p q", axis=0), node("Mul", "p q", "y")],
        {"x": randn(4, 3)},
        lambda x: x[:2] * x[2:],
    ),
]


@parametrized(MOVEMENT)
def test_movement(case: Case) -> None:
    check(case)


def convolved(
    spatial: tuple[int, ...],
    *,
    kernel: tuple[int, ...] = (3, 3),
    channels: int = 4,
    group: int = 1,
    **attributes: Any,
) -> Case:
    w = randn(6, channels // group, *kernel)
    rank = len(kernel)
    convolve = (F.conv1d, F.conv2d, F.conv3d)[rank - 1]
    strides = attributes.get("strides", [1] * rank)
    dilations = attributes.get("dilations", [1] * rank)
    pads = attributes.get("pads", [0] * 2 * rank)
    if "auto_pad" in attributes:  # stride 2, kernel 3, odd and even sizes
        pads = [1, 0, 1, 1] if attributes["auto_pad"] == "SAME_UPPER" else [1, 1, 1, 0]
    pairs = [pads[side * rank + axis] for axis in reversed(range(rank)) for side in (0, 1)]

    def function(x: torch.Tensor) -> torch.Tensor:
        return convolve(F.pad(x, pairs), torch.tensor(w), None, strides, 0, dilations, groups=group)

    label = f"Conv {spatial} {kernel} group={group} {attributes}"
    nodes = [node("Conv", "x w", group=group, **attributes)]
    return Case(label, nodes, {"x": randn(2, channels, *spatial)}, function, {"w": w})


CONVOLUTIONS = [
    convolved((5, 6)),
    convolved((8, 9), strides=[2, 2], pads=[1, 1, 1, 1]),
    convolved((14, 14), kernel=(7, 7), strides=[2, 2], pads=[3, 3, 3, 3]),
    convolved((9, 8), strides=[2, 3], pads=[0, 1, 2, 0]),
    convolved((9, 8), strides=[2, 3], dilations=[2, 1], pads=[2, 0, 1, 1]),
    convolved((7, 7), kernel=(1, 1), strides=[3, 3]),
    convolved((7, 8), kernel=(2, 1), strides=[3, 2]),
    convolved((6, 6), group=2, strides=[2, 2], pads=[1, 1, 1, 1]),
    convolved((6, 6), channels=6, group=6, pads=[1, 1, 1, 1]),
    convolved((7, 8), strides=[2, 2], auto_pad="SAME_UPPER"),
    convolved((7, 8), strides=[2, 2], auto_pad="SAME_LOWER"),
    convolved((9,), kernel=(4,), strides=[2], pads=[1, 2]),
    convolved((4, 5, 6), kernel=(2, 3, 3), strides=[1, 2, 2], pads=[0, 1, 1, 1, 1, 0]),
]


@parametrized(CONVOLUTIONS)
def test_convolution(case: Case) -> None:
    check(case)


def transposed(
    spatial: tuple[int, int], pads: list[int], *, group: int = 1, **attributes: Any
) -> Case:
    w = randn(4, 6 // group, 3, 3)
    strides, extra = attributes.get("strides", [1, 1]), attributes.get("output_padding", [0, 0])
    dilations = attributes.get("dilations", [1, 1])

    def function(x: torch.Tensor) -> torch.Tensor:
        whole = F.conv_transpose2d(
            x, torch.tensor(w), None, strides, 0, extra, groups=group, dilation=dilations
        )
        return F.pad(whole, (-pads[1], -pads[3], -pads[0], -pads[2]))

    nodes = [node("ConvTranspose", "x w", pads=pads, group=group, **attributes)]
    label = f"{pads} group={group} {attributes}"
    return Case(label, nodes, {"x": randn(2, 4, *spatial)}, function, {"w": w})


@parametrized(
    [
        transposed((3, 4), [0, 0, 0, 0]),
        transposed((3, 4), [1, 0, 2, 1], strides=[2, 3]),
        transposed((3, 4), [1, 1, 1, 1], strides=[2, 2], output_padding=[1, 1]),
        transposed((3, 4), [1, 1, 0, 0], strides=[3, 3], output_padding=[2, 1], group=2),
        transposed((4, 4), [0, 1, 0, 0], strides=[2, 2], dilations=[3, 2], output_padding=[1, 1]),
    ]
)
def test_transposed_convolution(case: Case) -> None:
    check(case)


def max_pooled(
    x: Array, kernel: list[int], pads: list[int] | None = None, **attributes: Any
) -> Case:
    rank = len(kernel)
    pads = pads or [0] * 2 * rank
    pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[rank - 1]
    pairs = [pads[side * rank + axis] for axis in reversed(range(rank)) for side in (0, 1)]

    def function(x: torch.Tensor) -> torch.Tensor:
        return pool(
            F.pad(x, pairs, value=-np.inf),
            kernel,
            attributes.get("strides", [1] * rank),
            0,
            attributes.get("dilations", 1),
            bool(attributes.get("ceil_mode", 0)),
        )

    label = f"{x.shape} {kernel} {pads} {attributes}"
    nodes = [node("MaxPool", "x", kernel_shape=kernel, pads=pads, **attributes)]
    return Case(label, nodes, {"x": x}, function)


MAX_POOLS = [
    max_pooled(ties(2, 3, 8, 8), [3, 3], [1, 1, 1, 1], strides=[2, 2]),
    max_pooled(ties(2, 3, 7, 9), [3, 3], [1, 1, 1, 1], strides=[2, 2]),
    max_pooled(ties(1, 2, 8, 6), [2, 2], strides=[2, 2]),
    max_pooled(ties(1, 2, 7, 6), [3, 2], [1, 0, 0, 1]),
    max_pooled(ties(1, 2, 9, 8), [3, 2], [1, 0, 0, 1], strides=[3, 2]),
    max_pooled(ties(1, 2, 9, 11), [2, 3], [0, 1, 1, 1], strides=[2, 3]),
    max_pooled(ties(1, 2, 9, 9), [2, 2], strides=[3, 3]),
    max_pooled(ties(1, 2, 8, 7), [3, 3], strides=[2, 2], ceil_mode=1),
    max_pooled(ties(1, 2, 9, 9), [2, 3], strides=[2, 2], dilations=[2, 3]),
    max_pooled(ties(2, 3, 11), [3], [1, 1], strides=[2]),
    max_pooled(ties(1, 2, 4, 5, 6), [2, 2, 2], strides=[2, 2, 2]),
    max_pooled(-ties(1, 2, 6, 6) - 5, [3, 3], [1, 1, 1, 1]),
    max_pooled(np.zeros((1, 1, 6, 6)), [3, 3], [1, 1, 1, 1], strides=[2, 2]),
]


@parametrized(MAX_POOLS)
def test_max_pool_gives_the_gradient_to_the_first_of_equal_maxima(case: Case) -> None:
    check(case)


def average_pooled(
    spatial: tuple[int, ...], kernel: list[int], pads: list[int], **attributes: Any
) -> Case:
    rank = len(kernel)
    pool = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[rank - 1]

    def function(x: torch.Tensor) -> torch.Tensor:
        return pool(
            x,
            kernel,
            attributes["strides"],
            pads,
            bool(attributes.get("ceil_mode", 0)),
            bool(attributes.get("count_include_pad", 0)),
        )

    label = f"{spatial} {kernel} {pads} {attributes}"
    nodes = [node("AveragePool", "x", kernel_shape=kernel, pads=pads * 2, **attributes)]
    return Case(label, nodes, {"x": randn(2, 3, *spatial)}, function)


AVERAGE_POOLS = [
    average_pooled((6, 8), [2, 2], [0, 0], strides=[2, 2]),
    average_pooled((7, 9), [2, 3], [0, 0], strides=[2, 3]),
    average_pooled((6, 7), [3, 3], [1, 1], strides=[1, 1]),
    average_pooled((6, 7), [3, 3], [1, 1], strides=[1, 1], count_include_pad=1),
    average_pooled((9, 8), [3, 3], [1, 1], strides=[2, 2]),
    average_pooled((9, 8), [3, 3], [1, 1], strides=[2, 2], count_include_pad=1),
    average_pooled((9, 9), [4, 4], [1, 1], strides=[2, 2]),
    average_pooled((9, 8), [2, 2], [0, 0], strides=[3, 3]),
    average_pooled((8, 8), [3, 3], [1, 1], strides=[2, 2], ceil_mode=1),
    average_pooled((8, 8), [3, 3], [1, 1], strides=[2, 2], ceil_mode=1, count_include_pad=1),
    average_pooled((8, 9), [3, 2], [1, 0], strides=[2, 1]),
    average_pooled((10,), [3], [1], strides=[2]),
    average_pooled((4, 4, 6), [2, 2, 2], [0, 0, 0], strides=[2, 2, 2]),
]


@parametrized(AVERAGE_POOLS)
def test_average_pool(case: Case) -> None:
    check(case)


REDUCTIONS = [
    unary("GlobalAveragePool", lambda x: x.mean((2, 3), keepdim=True)),
    unary("GlobalMaxPool", lambda x: F.adaptive_max_pool2d(x, 1), ties(2, 3, 4, 5)),
    unary("ReduceMean", lambda x: x.mean((2, 3)), axes=[2, -1], keepdims=0),
    unary("ReduceMean", lambda x: x.mean(), keepdims=0),
    unary("ReduceMax", lambda x: x.amax(1, keepdim=True), ties(2, 5, 3), axes=[1]),
    Case(
        "ReduceSum",
        [node("ReduceSum", "x axes", keepdims=0)],
        {"x": randn(2, 3, 4)},
        lambda x: x.sum((0, 2)),
        {"axes": i64(0, 2)},
    ),
    Case(
        "ReduceMean at opset 18",
        [node("ReduceMean", "x axes")],
        {"x": randn(2, 3, 4)},
        lambda x: x.mean(1, keepdim=True),
        {"axes": i64(1)},
        opset=18,
    ),
]


@parametrized(REDUCTIONS)
def test_reduction(case: Case) -> None:
    check(case)


EPSILON = 2.0**-10
"""Exact in float32, in which ONNX keeps attributes."""
SCALE, SHIFT, MEAN, VARIANCE = randn(3), randn(3), randn(3), np.abs(randn(3)) + 0.1


@parametrized(
    [
        Case(
            "BatchNormalization",
            [node("BatchNormalization", "x scale shift mean variance", epsilon=EPSILON)],
            {"x": randn(2, 3, 4, 5)},
            lambda x: F.batch_norm(
                x,
                *map(torch.tensor, (MEAN, VARIANCE, SCALE, SHIFT)),
                eps=EPSILON,
            ),
            {"scale": SCALE, "shift": SHIFT, "mean": MEAN, "variance": VARIANCE},
        ),
        Case(
            "InstanceNormalization",
            [node("InstanceNormalization", "x scale shift", epsilon=EPSILON)],
            {"x": randn(2, 3, 4, 5)},
            lambda x: F.instance_norm(
                x, weight=torch.tensor(SCALE), bias=torch.tensor(SHIFT), eps=EPSILON
            ),
            {"scale": SCALE, "shift": SHIFT},
        ),
        Case(
            "LayerNormalization",
            [node("LayerNormalization", "x scale shift", axis=-1, epsilon=EPSILON)],
            {"x": randn(2, 4, 3)},
            lambda x: F.layer_norm(x, (3,), torch.tensor(SCALE), torch.tensor(SHIFT), eps=EPSILON),
            {"scale": SCALE, "shift": SHIFT},
            opset=17,
        ),
    ]
)
def test_normalization(case: Case) -> None:
    check(case)


def test_every_rule_is_tested() -> None:
    from xport.onnx_graph.gradient.rules import RULES

    groups = (ACTIVATIONS, ARITHMETIC, MOVEMENT, CONVOLUTIONS, MAX_POOLS, AVERAGE_POOLS, REDUCTIONS)
    tested = {n.op for group in groups for case in group for n in case.nodes}
    tested |= {"ConvTranspose", "BatchNormalization", "InstanceNormalization", "LayerNormalization"}
    assert tested == set(RULES)
