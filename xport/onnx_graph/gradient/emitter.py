"""Appends operators to a graph, each with the type of its result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.graph import Graph, Node, TensorType

Shape = tuple[int, ...]


class Emitter:
    """Writes nodes at the end of a graph; every method returns the name of its result.

    Results have the dtype of their first input. Nothing is emitted where nothing would happen: a
    reshape to the same shape, a factor of one.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.hint = "gradient"
        """What the names of new values begin with: the value whose gradient is being written."""
        self._known: dict[tuple[str, Shape, bytes], str] = {}

    def emit(self, op: str, inputs: Sequence[str], shape: Shape, **attributes: Any) -> str:
        """One node with one output of the given shape."""
        name = self.graph.fresh(f"{self.hint}_{op}")
        self.graph.nodes.append(Node(op, list(inputs), [name], attributes, name=name))
        self.graph.types[name] = TensorType(tuple(shape), self.graph.type_of(inputs[0]).dtype)
        return name

    def shape(self, name: str) -> Shape:
        """Shape of a value."""
        return self.graph.type_of(name).shape

    def rank(self, name: str) -> int:
        """Number of a value's axes."""
        return len(self.shape(name))

    def constant(self, value: Array) -> str:
        """A constant; equal ones are stored once."""
        value = np.asarray(value)
        key = (value.dtype.str, value.shape, value.tobytes())
        if key not in self._known:
            self._known[key] = self.graph.constant("gradient_constant", value)
        return self._known[key]

    def numbers(self, value: Array | float, like: str) -> str:
        """A constant of the dtype that `like` has."""
        return self.constant(np.asarray(value, dtype=self.graph.type_of(like).dtype))

    def _integers(self, values: Sequence[int]) -> str:
        return self.constant(np.asarray(values, dtype=np.int64))

    def binary(self, op: str, a: str, b: str) -> str:
        """Add, Sub, Mul, Div, Max, Min or Pow, with broadcasting."""
        return self.emit(op, [a, b], np.broadcast_shapes(self.shape(a), self.shape(b)))

    def add(self, a: str, b: str) -> str:
        """`a` + b."""
        return self.binary("Add", a, b)

    def sub(self, a: str, b: str) -> str:
        """`a` − b."""
        return self.binary("Sub", a, b)

    def mul(self, a: str, b: str) -> str:
        """`a` · b."""
        return self.binary("Mul", a, b)

    def div(self, a: str, b: str) -> str:
        """`a` / b."""
        return self.binary("Div", a, b)

    def scaled(self, x: str, factor: float) -> str:
        """`x` times a number."""
        return x if factor == 1 else self.mul(x, self.numbers(factor, x))

    def one_minus(self, x: str) -> str:
        """1 − x."""
        return self.sub(self.numbers(1, x), x)

    def unary(self, op: str, x: str, **attributes: Any) -> str:
        """An operator from one value to one of the same shape: Sign, Neg, Exp, Relu, ..."""
        return self.emit(op, [x], self.shape(x), **attributes)

    def positive(self, x: str, otherwise: float = 0.0) -> str:
        """1 where x > 0, else a number from 0 to 1; exact, for tiny and infinite x too.

        By Ceil and Clip, which TF.js has vectorised on wasm: 0.4 ns per element, where Sign takes
        5 ns, and comparisons 3 ns and a cast.
        """
        bounds = [self.numbers(otherwise, x), self.numbers(1, x)]
        return self.emit("Clip", [self.unary("Ceil", x), *bounds], self.shape(x))

    def reshape(self, x: str, shape: Shape) -> str:
        """The same elements in another shape."""
        if self.shape(x) == tuple(shape):
            return x
        return self.emit("Reshape", [x, self._integers(shape)], shape)

    def transpose(self, x: str, perm: Sequence[int]) -> str:
        """Axis i of the result is axis perm[i] of x."""
        if list(perm) == list(range(len(perm))):
            return x
        shape = tuple(self.shape(x)[axis] for axis in perm)
        return self.emit("Transpose", [x], shape, perm=list(perm))

    def concat(self, parts: Sequence[str], axis: int) -> str:
        """Parts one after another along an axis."""
        if len(parts) == 1:
            return parts[0]
        shape = list(self.shape(parts[0]))
        shape[axis] = sum(self.shape(part)[axis] for part in parts)
        return self.emit("Concat", parts, tuple(shape), axis=axis)

    def slice(
        self,
        x: str,
        starts: Sequence[int],
        lengths: Sequence[int],
        steps: Sequence[int] | None = None,
    ) -> str:
        """`lengths[i]` elements of axis i from `starts[i]`, every `steps[i]`-th of them."""
        steps = steps or [1] * len(starts)
        shape = self.shape(x)
        axes = [
            axis
            for axis, size in enumerate(shape)
            if (starts[axis], lengths[axis], steps[axis]) != (0, size, 1)
        ]
        if not axes:
            return x
        ends = [starts[a] + (lengths[a] - 1) * steps[a] + (1 if steps[a] > 0 else -1) for a in axes]
        # Going backwards, the end before element 0 is written as a number below -size.
        ends = [-shape[a] - 1 if end < 0 else end for a, end in zip(axes, ends, strict=True)]
        inputs = [
            x,
            self._integers([starts[a] for a in axes]),
            self._integers(ends),
            self._integers(axes),
            self._integers([steps[a] for a in axes]),
        ]
        if all(steps[a] == 1 for a in axes):
            inputs.pop()
        return self.emit("Slice", inputs, tuple(lengths))

    def crop_or_pad(
        self, x: str, before: Sequence[int], after: Sequence[int], fill: float = 0.0
    ) -> str:
        """Add elements with the value `fill` before and after every axis; remove negative ones."""
        shape = self.shape(x)
        cropped = self.slice(
            x,
            [max(-b, 0) for b in before],
            [n + min(b, 0) + min(a, 0) for n, b, a in zip(shape, before, after, strict=True)],
        )
        pads = [max(n, 0) for n in (*before, *after)]
        if not any(pads):
            return cropped
        padded = tuple(n + b + a for n, b, a in zip(shape, before, after, strict=True))
        inputs = [cropped, self._integers(pads)]
        if fill:
            inputs.append(self.numbers(fill, x))
        return self.emit("Pad", inputs, padded, mode="constant")

    def reduce(self, op: str, x: str, axes: Sequence[int], *, keepdims: bool = True) -> str:
        """ReduceSum, ReduceMean or ReduceMax over axes."""
        if not axes:
            return x
        axes = sorted(axes)
        kept = [1 if axis in axes else n for axis, n in enumerate(self.shape(x))]
        shape = kept if keepdims else [n for i, n in enumerate(self.shape(x)) if i not in axes]
        if op == "ReduceSum" or self.graph.opset >= 18:
            inputs = [x, self._integers(axes)]
            return self.emit(op, inputs, tuple(shape), keepdims=int(keepdims))
        return self.emit(op, [x], tuple(shape), axes=list(axes), keepdims=int(keepdims))

    def summed_to(self, x: str, shape: Shape) -> str:
        """The adjoint of broadcasting from `shape`: sums over what was broadcast."""
        missing = self.rank(x) - len(shape)
        axes = [
            axis
            for axis, n in enumerate(self.shape(x))
            if axis < missing or (shape[axis - missing] == 1 and n != 1)
        ]
        return self.reshape(self.reduce("ReduceSum", x, axes), shape)

    def repeated(self, x: str, factors: Sequence[int]) -> str:
        """Every element repeated along each axis: nearest-neighbour enlargement."""
        if all(factor == 1 for factor in factors):
            return x
        shape = tuple(n * factor for n, factor in zip(self.shape(x), factors, strict=True))
        scales = self.constant(np.asarray(factors, dtype=np.float32))
        return self.emit(
            "Resize",
            [x, "", scales],
            shape,
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )
