"""A part of an axis that is stretched, as Resize's tf_crop_and_resize has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.lowering import Lowering
from xport.tfjs_writer.tensor import Tensor

CROPPED = "tf_crop_and_resize"


class Lengths(Protocol):
    """An axis's length before and after."""

    @property
    def before(self) -> int:
        """Before."""

    @property
    def after(self) -> int:
        """After."""


@dataclass(frozen=True)
class Window:
    """The part of an axis that is stretched, from 0 to 1; beyond the axis there is nothing."""

    start: float
    end: float

    def coordinates(self, stretch: Lengths) -> Array:
        """Where each output element lies in the input (float64)."""
        last = stretch.before - 1
        if stretch.after == 1:
            return np.array([0.5 * (self.start + self.end) * last])
        steps = np.arange(stretch.after) / (stretch.after - 1)
        return (self.start + steps * (self.end - self.start)) * last


def windows_of(low: Lowering, node: Node, how: str) -> dict[int, Window]:
    """The window of each axis where the mode has one."""
    rank = len(low.shape(node.inputs[0]))
    if how != CROPPED:
        return {}
    axes = [axis % rank for axis in node.get("axes") or range(rank)]
    roi = low.fixed(node, 1, "roi")
    if roi is None or roi.size != 2 * len(axes):
        raise refuse(node, "has no roi of its axes")
    starts, ends = roi.astype(np.float64).reshape(2, -1)
    found = dict.fromkeys(range(rank), Window(0.0, 1.0))
    return found | {axis: Window(starts[i], ends[i]) for i, axis in enumerate(axes)}


def outside_filled(
    low: Lowering,
    node: Node,
    out: Tensor,
    stretches: Mapping[int, Lengths],
    at: Mapping[int, Array],
) -> Tensor:
    """The extrapolation value wherever an element lies beyond an axis."""
    inside = np.ones([1] * out.rank, bool)
    for axis, stretch in stretches.items():
        within = (at[axis] >= 0) & (at[axis] <= stretch.before - 1)
        shape = [-1 if i == axis else 1 for i in range(out.rank)]
        inside = inside & within.reshape(shape)
    if inside.all():
        return out
    whole = np.broadcast_to(inside.transpose(out.axes), out.shape)
    value = np.full(out.shape, node.get("extrapolation_value", 0.0), np.float32)
    chosen = [low.const(whole), out, low.const(value)]
    return low.emit("SelectV2", chosen, out.shape, "float32", axes=out.axes)
