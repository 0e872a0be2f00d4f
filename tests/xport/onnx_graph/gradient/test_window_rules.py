"""Backward rules of convolutions and pools against torch.autograd, in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812  # torch's own convention

from tests.xport.onnx_graph.gradient.agreement import node
from tests.xport.onnx_graph.gradient.cases import (
    Case,
    check,
    parametrized,
    randn,
    ties,
)
from xport.common.arrays import Array


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


TRANSPOSED = [
    transposed((3, 4), [0, 0, 0, 0]),
    transposed((3, 4), [1, 0, 2, 1], strides=[2, 3]),
    transposed((3, 4), [1, 1, 1, 1], strides=[2, 2], output_padding=[1, 1]),
    transposed((3, 4), [1, 1, 0, 0], strides=[3, 3], output_padding=[2, 1], group=2),
    transposed((4, 4), [0, 1, 0, 0], strides=[2, 2], dilations=[3, 2], output_padding=[1, 1]),
]


@parametrized(TRANSPOSED)
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
