"""Operands of TensorFlow's broadcasting: tensors that lie in one order of axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from xport.tfjs_writer.lowering import Lowering
from xport.tfjs_writer.tensor import Axes, Stored, Tensor, plain_axes

WHERE_RANK = 4


@dataclass(frozen=True)
class Operands:
    """Tensors ready for broadcasting from the last axis on.

    Each is stored in the order `axes`, which has the rank of the result, but for leading axes of
    size 1 that it may lack. So none of them says by its own shape which axes it has.
    """

    tensors: tuple[Stored, ...]
    axes: Axes

    @property
    def shape(self) -> tuple[int, ...]:
        """What they broadcast to, which may lack leading axes too."""
        return np.broadcast_shapes(*(t.shape for t in self.tensors))

    def of(self, *tensors: Stored) -> Operands:
        """Other tensors in the same order."""
        return replace(self, tensors=tensors)

    def whole(self, low: Lowering, tensor: Stored) -> Tensor:
        """One of them, or what was computed of them, with every axis."""
        missing = len(self.axes) - tensor.rank
        return low.reshape(tensor, (1,) * missing + tensor.shape, self.axes)

    def combined(self, low: Lowering, op: str, dtype: str | None = None) -> Tensor:
        """One operator on all of them."""
        return self.whole(low, low.compute(op, self.tensors, self.shape, dtype))


def aligned(low: Lowering, names: Sequence[str], rank: int) -> Operands:
    """Values in one order: that of the largest computed value of full rank."""
    computed = [n for n in names if low.constant(n) is None and len(low.shape(n)) == rank]

    def weight(name: str) -> tuple[int, bool]:
        return math.prod(low.shape(name)), low.any(name).axes != plain_axes(rank)

    leader = max(computed, key=weight, default=None)  # of equals, one that a convolution made
    axes = low.any(leader).axes if leader is not None else plain_axes(rank)
    return Operands(tuple(operand(low, name, axes) for name in names), axes)


def operand(low: Lowering, name: str, axes: Axes) -> Stored:
    """A value of at most as many axes, in their order; a constant without leading ones of size 1.

    Later passes know a constant along the last axis, a vector, as a bias.
    """
    shape, value, rank = low.shape(name), low.constant(name), len(axes)
    if value is not None:
        moved = value.reshape((1,) * (rank - value.ndim) + value.shape).transpose(axes)
        while moved.ndim > 1 and moved.shape[0] == 1:
            moved = moved[0]
        return low.const(moved, name)
    if len(shape) == rank:
        return low.as_axes(name, axes)
    full = low.reshape(low.plain(name), (1,) * (rank - len(shape)) + shape)
    return low.permute(full, axes)


def select(low: Lowering, three: Operands) -> Tensor:
    """The second or the third, as the first says, element by element.

    Beyond rank 4, which WebGL's kernel ends at, as a flat list.
    """
    shape, dtype = three.shape, three.tensors[1].dtype
    if len(shape) <= WHERE_RANK:
        return three.combined(low, "SelectV2", dtype)
    size = math.prod(shape)
    alike = [t if t.shape in (shape, ()) else broadcast(low, t, shape) for t in three.tensors]
    flat = [low.reshape(t.as_stored, (size,) if t.rank else ()) for t in alike]
    return three.whole(low, low.reshape(low.emit("SelectV2", flat, (size,), dtype), shape))


def broadcast(low: Lowering, x: Stored, shape: Sequence[int]) -> Stored:
    """The tensor repeated to a shape; fewer axes than it has are put in front."""
    x = low.reshape(x.as_stored, (1,) * (len(shape) - x.rank) + x.shape)
    return low.compute("BroadcastTo", [x, low.ints(shape)], shape) if x.shape != shape else x
