"""TensorFlow tensors that stand for ONNX values, each with the order of its axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Axes = tuple[int, ...]


def plain_axes(rank: int) -> Axes:
    """ONNX's own order."""
    return tuple(range(rank))


def last_axes(rank: int) -> Axes:
    """Channels last: batch, spatial axes, channels."""
    return (0, *range(2, rank), 1) if rank > 2 else plain_axes(rank)


@dataclass(frozen=True)
class Tensor:
    """A TensorFlow tensor that stands for an ONNX value.

    `shape` is as stored; stored axis i is the value's axis `axes[i]`.
    """

    ref: str
    shape: tuple[int, ...]
    dtype: str
    axes: Axes

    @property
    def rank(self) -> int:
        """Number of axes."""
        return len(self.shape)

    def stored(self, axis: int) -> int:
        """Where the value's `axis` (negative from the end) is stored."""
        return self.axes.index(axis % self.rank)

    def by_value_axis(self, values: Sequence[Any]) -> list[Any]:
        """One value per axis of the ONNX value, in stored order."""
        return [values[axis] for axis in self.axes]
