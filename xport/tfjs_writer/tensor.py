"""TensorFlow tensors that stand for ONNX values, each with the order of its axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xport.errors import ConversionError

Axes = tuple[int, ...]


def plain_axes(rank: int) -> Axes:
    """ONNX's own order."""
    return tuple(range(rank))


def last_axes(rank: int) -> Axes:
    """Channels last: batch, spatial axes, channels."""
    return (0, *range(2, rank), 1) if rank > 2 else plain_axes(rank)


def fault(what: str) -> ConversionError:
    """The error for what no model can cause: a handler contradicts itself."""
    remedy = "this is a fault of the direct writer; report the model"
    return ConversionError(what, "", remedy)


@dataclass(frozen=True)
class Stored:
    """A TensorFlow tensor; of itself it says nothing of an ONNX value's axes."""

    ref: str
    shape: tuple[int, ...]
    dtype: str

    @property
    def rank(self) -> int:
        """Number of axes."""
        return len(self.shape)

    def ordered(self, axes: Axes) -> Tensor:
        """The same tensor, said to stand for a value whose axes lie in this order."""
        return Tensor(self.ref, self.shape, self.dtype, axes)

    @property
    def as_stored(self) -> Tensor:
        """The same tensor as a value of its own, whose axes are the stored ones."""
        return self.ordered(plain_axes(self.rank))


@dataclass(frozen=True)
class Tensor(Stored):
    """A TensorFlow tensor that stands for an ONNX value.

    `shape` is as stored; stored axis i is the value's axis `axes[i]`.

    Raises:
        ConversionError: `axes` are not the axes of such a shape.
    """

    axes: Axes

    def __post_init__(self) -> None:
        if sorted(self.axes) != list(range(len(self.shape))):
            raise fault(f"tensor {self.ref!r} of shape {self.shape} has axes {self.axes}")

    def stored(self, axis: int) -> int:
        """Where the value's `axis` (negative from the end) is stored."""
        return self.axes.index(axis % self.rank)

    def by_value_axis(self, values: Sequence[Any]) -> list[Any]:
        """One value per axis of the ONNX value, in stored order."""
        return [values[axis] for axis in self.axes]
