"""Lowering: every ONNX operator to TensorFlow's, in whatever layout its tensors are stored.

TF.js convolves channels-last. Instead of transposing around every convolution, each tensor carries
the order of its axes: what a convolution yields stays channels-last, and operators that do not
care follow. A Transpose is emitted only where an operator needs another order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from xport.arrays import Array
from xport.errors import ConversionError
from xport.onnx_graph.graph import Graph, Node, refuse
from xport.tfjs_writer.requirements import require_all_asked_for, require_axis, require_tensor
from xport.tfjs_writer.tf_graph import CONST, DTYPES, PLACEHOLDER, TfGraph, TfType

MAX_RANK = 6
FEW_CHANNELS = 4
"""Up to here, a product with the identity replaces a Transpose of a picture."""

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


Handler = Callable[["Lowering", Node], None]


@dataclass(eq=False)
class Lowering:
    """One conversion under way: the ONNX graph, the TensorFlow graph, and which tensor is which."""

    source: Graph
    target: TfGraph = field(default_factory=TfGraph)
    node: Node | None = None
    _tensors: dict[str, dict[Axes, Tensor]] = field(default_factory=dict)
    handlers: ClassVar[dict[str, Handler]] = {}

    def run(self) -> TfGraph:
        """Lower every node.

        Raises:
            ConversionError: an operator, attribute or shape has no exact counterpart; operator,
                node and reason are named.
        """
        if not self.source.inputs:
            raise ConversionError("the model has no inputs", "", "give it what it computes from")
        for name in self.source.inputs:
            self._placeholder(name)
        for node in self.source.nodes:
            handler = self.handlers.get(node.op) if not node.domain else None
            if handler is None:
                raise refuse(node, "is not supported by the direct writer")
            self.node, node.asked = node, set()
            self._handle(handler, node)
            require_all_asked_for(node)
        self.node = None
        for name in self.source.outputs:
            self._output(name)
        self.target.prune()
        return self.target

    def _handle(self, handler: Handler, node: Node) -> None:
        """Lower one node; what a handler stumbles over is a node that is not valid ONNX."""
        require_axis(node, [self.source.types.get(name) for name in node.inputs])
        try:
            handler(self, node)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise refuse(node, f"is not valid ONNX: {error}", "export the model anew") from error

    def _placeholder(self, name: str) -> None:
        kind = self.source.type_of(name)
        if kind.dtype.name not in DTYPES:
            raise ConversionError(f"input {name!r} is {kind.dtype.name}, TF.js has no such type")
        require_tensor(f"input {name!r}", kind.shape)
        stored = TfType(kind.shape, kind.dtype.name)
        node = self.target.add(PLACEHOLDER, [], [stored], name)
        self.target.inputs.append(node.name)
        axes = plain_axes(len(kind.shape))
        self._remember(name, Tensor(node.name, kind.shape, kind.dtype.name, axes))

    def _output(self, name: str) -> None:
        """Give the tensor of an output the output's own name."""
        tensor = self.plain(name)
        require_tensor(f"output {name!r}", tensor.shape)
        node = self.target.node_of(tensor.ref)
        taken = node.op in (CONST, PLACEHOLDER) or tensor.ref in self.target.outputs.values()
        wanted = self.target.name(name)
        if taken or ":" in tensor.ref or len(node.types) > 1 or wanted != name:
            if node.name != wanted:
                node = self.target.add(
                    "Identity", [tensor.ref], [TfType(tensor.shape, tensor.dtype)], name
                )
        elif node.name != name:
            self._rename(node.name, name)
        self.target.outputs[name] = node.name

    def _rename(self, old: str, new: str) -> None:
        nodes = self.target.nodes
        nodes[old].name = new
        self.target.replace_tensor(old, new)
        self.target.nodes = {node.name: node for node in nodes.values()}
        for variants in self._tensors.values():
            for axes, tensor in variants.items():
                if tensor.ref == old:
                    variants[axes] = Tensor(new, tensor.shape, tensor.dtype, axes)

    # What handlers read

    def constant(self, name: str) -> Array | None:
        """The value of a constant, in ONNX's layout, or None when it is computed."""
        return self.source.constants.get(name) if name else None

    def fixed(self, node: Node, index: int, what: str) -> Array | None:
        """An optional input that must be a constant.

        Raises:
            ConversionError: it is given, but only known at run time.
        """
        name = node.inputs[index] if index < len(node.inputs) else ""
        value = self.constant(name)
        if name and value is None:
            raise refuse(node, f"its {what} must be a constant")
        return value

    def shape(self, name: str) -> tuple[int, ...]:
        """A value's shape, in ONNX's order."""
        return self.source.type_of(name).shape

    def any(self, name: str) -> Tensor:
        """A value in the layout it was last stored in."""
        if name not in self._tensors:
            value = self.constant(name)
            if value is None:
                raise ConversionError(f"value {name!r} is read before it is written")
            self._remember(name, self.const(value, name))
        return next(reversed(self._tensors[name].values()))

    def as_axes(self, name: str, axes: Axes) -> Tensor:
        """A value stored in the given order of axes."""
        found = self.any(name)
        variants = self._tensors[name]
        if axes not in variants:
            value = self.constant(name)
            if value is not None:
                moved = self.const(value.transpose(axes), name)
                variants[axes] = Tensor(moved.ref, moved.shape, moved.dtype, axes)
            else:
                newest = variants.pop(found.axes)
                variants[axes] = self.permute(found, axes)
                variants[found.axes] = newest
        return variants[axes]

    def plain(self, name: str) -> Tensor:
        """A value in ONNX's own order."""
        return self.as_axes(name, plain_axes(len(self.shape(name))))

    def channels_last(self, name: str) -> Tensor:
        """A value with its axis 1 stored last."""
        return self.as_axes(name, last_axes(len(self.shape(name))))

    # What handlers write

    def write(self, name: str, tensor: Tensor) -> None:
        """Say which tensor stands for a value.

        Raises:
            ConversionError: shape or dtype is not what ONNX's inference says.
        """
        if tensor.rank > MAX_RANK and self.node is not None:
            raise refuse(self.node, f"has {tensor.rank} axes; TF.js's WebGL ends at {MAX_RANK}")
        known = self.source.types.get(name)
        restored = tuple(np.asarray(tensor.shape, dtype=int)[list(np.argsort(tensor.axes))])
        if known is not None and (restored != known.shape or not _fits(tensor.dtype, known.dtype)):
            raise ConversionError(
                f"{self.node}: lowered to {tensor.dtype}{list(restored)}, "
                f"ONNX says {known.dtype.name}{list(known.shape)}",
                "",
                "this is a fault of the direct writer; report the model",
            )
        self._remember(name, tensor)

    def _remember(self, name: str, tensor: Tensor) -> None:
        self._tensors.setdefault(name, {})[tensor.axes] = tensor

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


def lowers(*operators: str) -> Callable[[Handler], Handler]:
    """Register a function as what lowers these ONNX operators."""

    def register(handler: Handler) -> Handler:
        for operator in operators:
            Lowering.handlers[operator] = handler
        return handler

    return register


def _fits(stored: str, dtype: np.dtype[Any]) -> bool:
    return stored == ("int32" if dtype == np.int64 else dtype.name)
