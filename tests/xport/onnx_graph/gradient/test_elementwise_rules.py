"""Backward rules of activations, arithmetic, reductions and normalizations, in float64."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812  # torch's own convention

from tests.xport.onnx_graph.gradient.agreement import Function, node
from tests.xport.onnx_graph.gradient.cases import (
    RANDOM,
    Case,
    check,
    i64,
    parametrized,
    randn,
    ties,
    unary,
)
from xport.common.arrays import Array

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


NORMALIZATIONS = [
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


@parametrized(NORMALIZATIONS)
def test_normalization(case: Case) -> None:
    check(case)
