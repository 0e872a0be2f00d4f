"""Appending TensorFlow operators: single ones, and the moves that every handler needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from xport.arrays import Array
from xport.onnx_graph.graph import Node
from xport.tfjs_writer.tensor import Axes, Tensor, plain_axes
from xport.tfjs_writer.tf_graph import PLACEHOLDER, TfGraph, TfType

FEW_CHANNELS = 4
"""Up to here, a product with the identity replaces a Transpose of a picture."""


@dataclass(eq=False)
class Emitting:
    """A TensorFlow graph under construction; names come from the ONNX node that is lowered."""

    target: TfGraph = field(default_factory=TfGraph)
    node: Node | None = None

    def emit(
        self,
        op: str,
        inputs: Sequence[Tensor],
        shape: Sequence[int],
        dtype: str | None = None,
        axes: Axes | None = None,
        **attributes: Any,
    ) -> Tensor:
        """Append an operator with one output; `axes` by default those of an input of its rank."""
        kind = TfType(tuple(int(size) for size in shape), dtype or inputs[0].dtype)
        hint = self.node.outputs[0] if self.node else op
        node = self.target.add(op, [t.ref for t in inputs], [kind], f"{hint}/{op}", attributes)
        if axes is None:
            same = [t.axes for t in inputs if t.rank == len(kind.shape)]
            axes = same[0] if same else plain_axes(len(kind.shape))
        return Tensor(node.name, kind.shape, kind.dtype, axes)

    def emit_many(
        self, op: str, inputs: Sequence[Tensor], shapes: Sequence[Sequence[int]], **attributes: Any
    ) -> list[Tensor]:
        """Append an operator with several outputs of the first input's dtype and axes."""
        first = inputs[0]
        kinds = [TfType(tuple(int(size) for size in shape), first.dtype) for shape in shapes]
        hint = self.node.outputs[0] if self.node else op
        node = self.target.add(op, [t.ref for t in inputs], kinds, f"{hint}/{op}", attributes)
        return [
            Tensor(f"{node.name}:{i}" if i else node.name, kind.shape, kind.dtype, first.axes)
            for i, kind in enumerate(kinds)
        ]

    def const(self, value: Array, hint: str = "") -> Tensor:
        """A constant, stored as it is given."""
        if not hint and self.node is not None:
            hint = f"{self.node.outputs[0]}/const"
        node = self.target.constant(value, hint)
        return Tensor(node.name, node.type.shape, node.type.dtype, plain_axes(len(node.type.shape)))

    def scalar(self, value: float) -> Tensor:
        """A float32 number."""
        return self.const(np.asarray(value, dtype=np.float32))

    def ints(self, values: Sequence[int]) -> Tensor:
        """A list of integers, as operators take shapes and axes."""
        return self.const(np.asarray(values, dtype=np.int64))

    def reshape(self, tensor: Tensor, shape: Sequence[int], axes: Axes | None = None) -> Tensor:
        """The same elements in another shape; `axes` are ONNX's order unless given."""
        goal = tuple(int(size) for size in shape)
        axes = plain_axes(len(goal)) if axes is None else axes
        if goal == tensor.shape:
            return Tensor(tensor.ref, goal, tensor.dtype, axes)
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
        if forward:
            operands = [identity, self.reshape(tensor, (pixels, channels))]
            goal = (channels, pixels)
        else:
            operands = [self.reshape(tensor, (channels, pixels)), identity]
            goal = (pixels, channels)
        product = self.emit("MatMul", operands, goal, transpose_a=not forward, transpose_b=forward)
        return self.reshape(product, shape, axes)

    def split(self, tensor: Tensor, axis: int, sizes: Sequence[int]) -> list[Tensor]:
        """Parts of a tensor along a stored axis."""
        if len(sizes) == 1:
            return [tensor]
        shapes = [(*tensor.shape[:axis], size, *tensor.shape[axis + 1 :]) for size in sizes]
        inputs = [tensor, self.ints(sizes), self.ints_scalar(axis)]
        return self.emit_many("SplitV", inputs, shapes, num_split=len(sizes))

    def concat(self, tensors: Sequence[Tensor], axis: int) -> Tensor:
        """Tensors of one layout put together along a stored axis."""
        if len(tensors) == 1:
            return tensors[0]
        shape = list(tensors[0].shape)
        shape[axis] = sum(tensor.shape[axis] for tensor in tensors)
        inputs = [*tensors, self.ints_scalar(axis)]
        return self.emit("ConcatV2", inputs, shape, axes=tensors[0].axes, N=len(tensors))

    def ints_scalar(self, value: int) -> Tensor:
        """One integer, as operators take an axis."""
        return self.const(np.asarray(value, dtype=np.int32))
