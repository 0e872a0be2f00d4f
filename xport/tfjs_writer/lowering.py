"""Lowering: every ONNX operator to TensorFlow's, in whatever layout its tensors are stored.

TF.js convolves channels-last. Instead of transposing around every convolution, each tensor carries
the order of its axes: what a convolution yields stays channels-last, and operators that do not
care follow. A Transpose is emitted only where an operator needs another order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from xport.common.arrays import Array
from xport.errors import ConversionError
from xport.onnx_graph.graph import Graph, Node, refuse
from xport.onnx_graph.shapes import NOT_FOLDED
from xport.tfjs_writer.emitting import Emitting
from xport.tfjs_writer.narrow import wrapped
from xport.tfjs_writer.requirements import require_all_asked_for, require_axis, require_tensor
from xport.tfjs_writer.tensor import Axes, Tensor, fault, last_axes, plain_axes
from xport.tfjs_writer.tf_graph import CONST, DTYPES, NARROW, PLACEHOLDER, WIDE, TfGraph, TfType

MAX_RANK = 6
DRAWN = "make them an input, or draw them once, into a buffer"
Handler = Callable[["Lowering", Node], None]


@dataclass(eq=False, kw_only=True)
class Lowering(Emitting):
    """One conversion under way: the ONNX graph, the TensorFlow graph, and which tensor is which."""

    source: Graph
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
                if node.op in NOT_FOLDED:
                    raise refuse(node, "draws random numbers", DRAWN)
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
            self._remember(name, self.const(value, name).as_stored)
        return next(reversed(self._tensors[name].values()))

    def as_axes(self, name: str, axes: Axes) -> Tensor:
        """A value stored in the given order of axes."""
        found = self.any(name)
        variants = self._tensors[name]
        if axes not in variants:
            value = self.constant(name)
            if value is not None:
                variants[axes] = self.const(value.transpose(axes), name).ordered(axes)
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
        if known is not None and self.node is not None and known.dtype.name in (*NARROW, *WIDE):
            tensor = wrapped(self, self.node, tensor, known.dtype.name)
        restored = tuple(np.asarray(tensor.shape, dtype=int)[list(np.argsort(tensor.axes))])
        if known is not None and (restored != known.shape or not _fits(tensor.dtype, known.dtype)):
            raise fault(
                f"{self.node}: lowered to {tensor.dtype}{list(restored)}, "
                f"ONNX says {known.dtype.name}{list(known.shape)}"
            )
        self._remember(name, tensor)

    def _remember(self, name: str, tensor: Tensor) -> None:
        self._tensors.setdefault(name, {})[tensor.axes] = tensor


def lowers(*operators: str) -> Callable[[Handler], Handler]:
    """Register a function as what lowers these ONNX operators."""

    def register(handler: Handler) -> Handler:
        for operator in operators:
            Lowering.handlers[operator] = handler
        return handler

    return register


def _fits(stored: str, dtype: np.dtype[Any]) -> bool:
    return stored == ("int32" if dtype.name in (*WIDE, *NARROW) else dtype.name)
