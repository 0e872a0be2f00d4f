"""Points at which two models are held together: one value of the reference, one tensor each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from xport.common.arrays import Array, Tensors
from xport.errors import RunnerError

Reads = Mapping[str, Sequence[str]]
"""What every tensor of a graph is computed from, by name; inputs and constants read nothing."""


NOTHING: Array = np.empty(0, np.float32)
"""What stands for a tensor that cannot be computed."""


class CannotCompute(RunnerError):
    """A runtime refuses to compute what a model asks for: shapes that do not fit, say."""


@dataclass(frozen=True)
class Point:
    """One value of an ONNX graph and the tensor of the tested model that stands for it.

    `axes`: the tensor's axis i is the value's axis `axes[i]`. `name` and `op` are the ONNX node's
    that makes the value, `tested` what makes the tensor in the tested model.
    """

    value: str
    name: str
    op: str
    ref: str
    tested: str
    shape: tuple[int, ...]
    dtype: str
    axes: tuple[int, ...]

    @property
    def bytes(self) -> int:
        """What both tensors take in memory, as float32."""
        return 8 * int(np.prod(self.shape, dtype=np.int64))

    @property
    def stored_shape(self) -> tuple[int, ...]:
        """The tested tensor's shape."""
        return tuple(self.shape[axis] for axis in self.axes)

    def stored(self, value: Array) -> Array:
        """A value in the order of axes of the tested tensor."""
        return np.ascontiguousarray(value.transpose(self.axes))

    def restored(self, tensor: Array) -> Array:
        """A tested tensor in the value's own order of axes."""
        return tensor.transpose(np.argsort(self.axes))


class Reference(Protocol):
    """What values should be."""

    def values(self, names: Collection[str]) -> dict[str, Array]:
        """These values on the probe, by name."""
        ...


class Side(Protocol):
    """The tested model with its points in topological order, those of its outputs among them."""

    points: tuple[Point, ...]
    reads: Reads

    def run(self, inputs: Tensors, wanted: Sequence[Point], fed: Tensors) -> dict[str, Array]:
        """The wanted points by value, in the value's order of axes.

        Args:
            inputs: the model's, by name.
            fed: by value: whoever reads that point reads this instead; the point itself is still
                computed.

        Raises:
            CannotCompute: one of them cannot be computed.
        """
        ...


def segment(reads: Reads, cuts: Collection[str], tensor: str) -> tuple[list[str], list[str]]:
    """What computes a tensor from the cuts before it: tensors within, it included, and the cuts.

    Inputs and constants that it reads are within. A cut bounds the segment wherever it is read.
    """
    within: dict[str, None] = {tensor: None}
    before: dict[str, None] = {}
    waiting = [tensor]
    while waiting:
        for name in reads.get(waiting.pop(), ()):
            if name in cuts:
                before[name] = None
            elif name not in within:
                within[name] = None
                waiting.append(name)
    return list(within), list(before)


def ancestors(reads: Reads, tensors: Iterable[str]) -> set[str]:
    """All that these tensors are computed from, themselves included."""
    found = set(tensors)
    waiting = list(found)
    while waiting:
        for name in reads.get(waiting.pop(), ()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found
