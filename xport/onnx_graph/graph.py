"""An ONNX graph with fixed shapes, as plain nodes and numpy constants."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from xport.common.arrays import Array
from xport.errors import ConversionError

UNKNOWN = "replace it in the model, or export with fixed shapes"
"""What to do about a node whose output's shape cannot be told."""


@dataclass(frozen=True)
class TensorType:
    """Shape (all dimensions fixed) and numpy dtype of one value."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))


@dataclass(eq=False)
class Node:
    """One operator: what it reads and writes by value name ("" for an absent optional input).

    `asked` are the attributes that somebody has asked for.
    """

    op: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    domain: str = ""
    asked: set[str] = field(default_factory=set, repr=False)

    def __str__(self) -> str:
        return f"operator {self.op} of node {self.name or next(filter(None, self.outputs), '')!r}"

    def get(self, attribute: str, default: Any = None) -> Any:
        """An attribute's value as Python has it: int, float, str, list or array."""
        self.asked.add(attribute)
        return self.attributes.get(attribute, default)


def refuse(node: Node, reason: str, remedy: str = "") -> ConversionError:
    """The error for a node that cannot be translated exactly: operator, node and reason."""
    return ConversionError(f"{node}: {reason}", "", remedy or "replace it in the model")


@dataclass(eq=False)
class Graph:
    """Nodes in topological order, constants by value name, and the types of all values.

    `inputs` and `outputs` are value names, in the model's order. `types` holds every value that
    shape inference could follow; passes that add values add their types.
    """

    inputs: list[str]
    outputs: list[str]
    nodes: list[Node]
    constants: dict[str, Array]
    types: dict[str, TensorType]
    opset: int

    def __post_init__(self) -> None:
        self._taken = {name for node in self.nodes for name in (*node.inputs, *node.outputs)}
        self._taken |= {*self.inputs, *self.constants}

    def fresh(self, hint: str) -> str:
        """A value name that nothing in the graph has yet, beginning with `hint`."""
        name, number = hint, 0
        while name in self._taken:
            number += 1
            name = f"{hint}_{number}"
        self._taken.add(name)
        return name

    def constant(self, hint: str, value: Array) -> str:
        """Add a constant; its name."""
        name = self.fresh(hint)
        self.constants[name] = np.asarray(value)
        return name

    def type_of(self, name: str) -> TensorType:
        """Shape and dtype of a value.

        Raises:
            ConversionError: shape inference did not reach it.
        """
        if name in self.constants:
            return TensorType(self.constants[name].shape, self.constants[name].dtype)
        if name not in self.types:
            maker = self.producers().get(name)
            if maker is not None:
                raise refuse(maker, f"the shape of its output {name!r} cannot be told", UNKNOWN)
            raise ConversionError(
                f"the shape of value {name!r} is not known", "", "export with fixed shapes"
            )
        return self.types[name]

    def producers(self) -> dict[str, Node]:
        """The node that writes each value."""
        return {output: node for node in self.nodes for output in node.outputs if output}

    def consumers(self) -> dict[str, list[Node]]:
        """The nodes that read each value, once per reading."""
        found: dict[str, list[Node]] = defaultdict(list)
        for node in self.nodes:
            for name in node.inputs:
                if name:
                    found[name].append(node)
        return found

    def sole_consumer(self, name: str, consumers: Mapping[str, Sequence[Node]]) -> Node | None:
        """The one node that reads a value, or None when there are others or it is an output."""
        readers = consumers.get(name, ())
        return readers[0] if len(readers) == 1 and name not in self.outputs else None

    def redirect(self, old: str, new: str) -> None:
        """Let every reader of `old` read `new`; an output of the graph keeps its name."""
        for node in self.nodes:
            node.inputs = [new if name == old else name for name in node.inputs]

    def replace(self, removed: Iterable[Node], added: Sequence[Node]) -> None:
        """Put `added` where the last of the `removed` nodes was."""
        gone = {id(node) for node in removed}
        last = max(i for i, node in enumerate(self.nodes) if id(node) in gone)
        before = [node for node in self.nodes[:last] if id(node) not in gone]
        self.nodes = [*before, *added, *self.nodes[last + 1 :]]
        self._taken |= {name for node in added for name in node.outputs}

    def prune(self) -> None:
        """Drop nodes that no output needs, and constants and types that no node reads."""
        needed, kept = set(self.outputs), []
        for node in reversed(self.nodes):
            if needed.intersection(node.outputs):
                kept.append(node)
                needed.update(name for name in node.inputs if name)
        self.nodes = kept[::-1]
        self.constants = {n: value for n, value in self.constants.items() if n in needed}
        known = needed | {name for node in kept for name in node.outputs} | {*self.inputs}
        self.types = {name: kind for name, kind in self.types.items() if name in known}

    def census(self) -> dict[str, int]:
        """How many nodes of each operator there are."""
        return dict(sorted(Counter(node.op for node in self.nodes).items()))
