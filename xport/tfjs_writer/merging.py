"""Tensors of many axes as tensors of few, for kernels that end at rank 4 on WebGL."""

from __future__ import annotations

from collections.abc import Sequence

from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.lowering import Lowering
from xport.tfjs_writer.tensor import Tensor

KERNEL_RANK = 4
"""WebGL's Reverse, StridedSlice, Pad and Cumsum fail beyond it."""


def merged(low: Lowering, x: Tensor, touched: Sequence[int]) -> tuple[Tensor, list[int]]:
    """The tensor with neighbouring axes that an operator leaves alone made one.

    Returns the tensor and where each of its axes came from: the `touched` stored axis, or -1.
    Up to rank 4 nothing is merged.

    Raises:
        ConversionError: more than 4 axes are left.
    """
    if x.rank <= KERNEL_RANK:
        return x, [i if i in touched else -1 for i in range(x.rank)]
    shape: list[int] = []
    sources: list[int] = []
    for axis, size in enumerate(x.shape):
        if axis not in touched and sources and sources[-1] == -1:
            shape[-1] *= size
        else:
            shape.append(size)
            sources.append(axis if axis in touched else -1)
    if len(shape) > KERNEL_RANK:
        node = low.node or Node("operator", [], [""])
        raise refuse(node, f"changes {len(touched)} of {x.rank} axes, too many for WebGL")
    return low.reshape(x.as_stored, shape), sources


def reverse(low: Lowering, x: Tensor, stored: Sequence[int]) -> Tensor:
    """The tensor with some stored axes back to front."""
    few, sources = merged(low, x, stored)
    axes = low.ints([i for i, source in enumerate(sources) if source >= 0])
    return low.reshape(
        low.emit("ReverseV2", [few, axes], few.shape, axes=few.axes), x.shape, x.axes
    )
