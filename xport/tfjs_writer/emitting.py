"""Appending TensorFlow operators: single ones, and the moves that every handler needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.graph import Node
from xport.tfjs_writer.tensor import Axes, Stored, Tensor, fault, plain_axes
from xport.tfjs_writer.tf_graph import PLACEHOLDER, TfGraph, TfType

FEW_CHANNELS = 4
"""Up to here, a product with the identity replaces a Transpose of a picture."""


@dataclass(eq=False)
class Emitting:
    """A TensorFlow graph under construction; names come from the ONNX node that is lowered."""

    target: TfGraph = field(default_factory=TfGraph)
    node: Node | None = None

    def compute(
        self,
        op: str,
        inputs: Sequence[Stored],
        shape: Sequence[int],
        dtype: str | None = None,
        **attributes: Any,
    ) -> Stored:
        """Append an operator with one output, of the first input's dtype unless given."""
        kind = TfType(tuple(int(size) for size in shape), dtype or inputs[0].dtype)
        hint = self.node.outputs[0] if self.node else op
        node = self.target.add(op, [t.ref for t in inputs], [kind], f"{hint}/{op}", attributes)
        return Stored(node.name, kind.shape, kind.dtype)

    def emit(
        self,
        op: str,
        inputs: Sequence[Stored],
        shape: Sequence[int],
        dtype: str | None = None,
        axes: Axes | None = None,
        **attributes: Any,
    ) -> Tensor:
        """`compute` what stands for a value; `axes` by default those of all inputs of its rank.

        Raises:
            ConversionError: these inputs do not lie in one order.
        """
        found = self.compute(op, inputs, shape, dtype, **attributes)
        if axes is None:
            orders = {t.axes for t in inputs if isinstance(t, Tensor) and t.rank == found.rank}
            if len(orders) > 1:
                raise fault(f"{self.node}: {op} mixes the orders of axes {sorted(orders)}")
            axes = orders.pop() if orders else plain_axes(found.rank)
        return found.ordered(axes)

    def const(self, value: Array, hint: str = "") -> Stored:
        """A constant, stored as it is given."""
        if not hint and self.node is not None:
            hint = f"{self.node.outputs[0]}/const"
        node = self.target.constant(value, hint)
        return Stored(node.name, node.type.shape, node.type.dtype)

    def scalar(self, value: float) -> Stored:
        """A float32 number."""
        return self.const(np.asarray(value, dtype=np.float32))

    def ints(self, values: Sequence[int]) -> Stored:
        """A list of integers, as operators take shapes and axes."""
        return self.const(np.asarray(values, dtype=np.int64))

    def reshape(self, tensor: Stored, shape: Sequence[int], axes: Axes | None = None) -> Tensor:
        """The same elements in another shape; `axes` are ONNX's order unless given.

        Raises:
            ConversionError: they are not given, and what is reshaped lies in another order.
        """
        goal = tuple(int(size) for size in shape)
        if axes is None:
            if isinstance(tensor, Tensor) and tensor != tensor.as_stored:
                raise fault(f"{self.node}: reshapes what lies in the order {tensor.axes}")
            axes = plain_axes(len(goal))
        if goal == tensor.shape:
            return tensor.ordered(axes)
        return self.emit("Reshape", [tensor, self.ints(goal)], goal, axes=axes)

    def permute(self, tensor: Tensor, axes: Axes) -> Tensor:
        """The tensor stored in another order of axes, by the cheapest means."""
        order = [tensor.axes.index(axis) for axis in axes]
        shape = [tensor.shape[i] for i in order]
        moving = [i for i in order if tensor.shape[i] > 1]
        if moving == sorted(moving):
            return self.reshape(tensor, shape, axes)
        pictures: dict[Axes, int] = {(0, 2, 3, 1): 1, (0, 3, 1, 2): 3}
        moved = pictures.get(tuple(order), -1) if tensor.dtype == "float32" else -1
        border = self.node is None or self.target.node_of(tensor.ref).op == PLACEHOLDER
        few = moved > 0 and tensor.shape[0] == 1 and tensor.shape[moved] <= FEW_CHANNELS
        if few and border:
            return self._multiplied(tensor, axes, shape, moved)
        return self.emit("Transpose", [tensor, self.ints(order)], shape, axes=axes)

    def _multiplied(self, tensor: Tensor, axes: Axes, shape: Sequence[int], moved: int) -> Tensor:
        """Move a short stored axis of a picture by a product with the identity.

        That is exact for finite numbers; NaN or infinity in one channel spreads to the others, so
        it is done at the model's inputs and outputs only, where they are errors anyway.
        Any way of copying channels one by one is a loop in JavaScript on wasm, and a Transpose of
        a picture takes longer than this product.
        """
        channels = tensor.shape[moved]
        pixels = math.prod(shape) // channels
        identity = self.const(np.eye(channels, dtype=np.float32))
        forward = moved == 3
        operands: list[Stored]
        if forward:
            operands = [identity, self.reshape(tensor.as_stored, (pixels, channels))]
            goal = (channels, pixels)
        else:
            operands = [self.reshape(tensor.as_stored, (channels, pixels)), identity]
            goal = (pixels, channels)
        product = self.emit("MatMul", operands, goal, transpose_a=not forward, transpose_b=forward)
        return self.reshape(product, shape, axes)

    def split(self, tensor: Tensor, axis: int, sizes: Sequence[int]) -> list[Tensor]:
        """Parts of a tensor along a stored axis."""
        if len(sizes) == 1:
            return [tensor]
        shapes = [(*tensor.shape[:axis], size, *tensor.shape[axis + 1 :]) for size in sizes]
        inputs = [tensor, self.ints(sizes), self.ints_scalar(axis)]
        hint = self.node.outputs[0] if self.node else "SplitV"
        node = self.target.add(
            "SplitV", [t.ref for t in inputs], [TfType(shape, tensor.dtype) for shape in shapes],
            f"{hint}/SplitV", {"num_split": len(sizes)},
        )  # fmt: skip
        return [
            Tensor(f"{node.name}:{i}" if i else node.name, shape, tensor.dtype, tensor.axes)
            for i, shape in enumerate(shapes)
        ]

    def concat(self, tensors: Sequence[Tensor], axis: int) -> Tensor:
        """Tensors of one layout put together along a stored axis."""
        if len(tensors) == 1:
            return tensors[0]
        shape = list(tensors[0].shape)
        shape[axis] = sum(tensor.shape[axis] for tensor in tensors)
        inputs = [*tensors, self.ints_scalar(axis)]
        return self.emit("ConcatV2", inputs, shape, N=len(tensors))

    def ints_scalar(self, value: int) -> Stored:
        """One integer, as operators take an axis."""
        return self.const(np.asarray(value, dtype=np.int32))
