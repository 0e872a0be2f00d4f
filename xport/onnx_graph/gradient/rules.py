"""The registry of backward rules: one function per ONNX operator.

In their docstrings x is the first input, y the first output and g its gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xport.common.arrays import Array
from xport.onnx_graph.gradient.emitter import Emitter, Shape
from xport.onnx_graph.graph import Node, refuse


@dataclass(frozen=True)
class Step:
    """One operator being differentiated.

    Args:
        node: the forward operator.
        gradients: the gradient of each of its outputs; None for one that does not count.
        needed: for each of its inputs, whether its gradient is asked for.
        ops: writes the backward operators.
    """

    node: Node
    gradients: tuple[str | None, ...]
    needed: tuple[bool, ...]
    ops: Emitter

    @property
    def gradient(self) -> str:
        """The gradient of the first output.

        Raises:
            ConversionError: another output counts as well.
        """
        first, *others = self.gradients
        if first is None or any(others):
            raise refuse(self.node, "a gradient is known for its first output alone")
        return first

    @property
    def x(self) -> str:
        """The first input."""
        return self.node.inputs[0]

    @property
    def y(self) -> str:
        """The first output."""
        return self.node.outputs[0]

    @property
    def shape(self) -> Shape:
        """The first input's shape."""
        return self.ops.shape(self.x)

    def input(self, index: int) -> str:
        """An input's name, "" where it is absent."""
        return self.node.inputs[index] if index < len(self.node.inputs) else ""

    def constant(self, index: int, meaning: str) -> Array | None:
        """An optional input that must be known at conversion time.

        Raises:
            ConversionError: it is computed by the graph.
        """
        name = self.input(index)
        if not name:
            return None
        if name not in self.ops.graph.constants:
            raise refuse(
                self.node, f"{meaning} is computed by the graph", "export it as a constant"
            )
        return self.ops.graph.constants[name]

    def only_first(self, meaning: str) -> None:
        """Check that no gradient is asked for but the first input's.

        Raises:
            ConversionError: another input depends on the image.
        """
        if any(self.needed[1:]):
            raise refuse(self.node, f"{meaning} depends on what the gradient is taken of")

    def refuse_unless(self, exact: bool, reason: str) -> None:
        """Refuse what the rule does not do exactly.

        Raises:
            ConversionError: `exact` is false.
        """
        if not exact:
            raise refuse(self.node, f"has no gradient here: {reason}")


Rule = Callable[[Step], Sequence[str | None]]
"""Writes the gradients of a node's inputs, in their order; the rest may be left out."""

RULES: dict[str, Rule] = {}

NO_GRADIENT = frozenset(
    {
        "ArgMax", "ArgMin", "Ceil", "Equal", "Floor", "Greater", "GreaterOrEqual", "IsInf", "IsNaN",
        "Less", "LessOrEqual", "NonZero", "Not", "Round", "Shape", "Sign", "Size",
    }
)  # fmt: skip
"""Operators whose outputs are constant almost everywhere: nothing flows back through them."""


def rule(*operators: str) -> Callable[[Rule], Rule]:
    """Register a function as the backward rule of operators."""

    def register(function: Rule) -> Rule:
        for operator in operators:
            assert operator not in RULES, operator
            RULES[operator] = function
        return function

    return register
