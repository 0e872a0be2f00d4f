"""Nodes for the place of one: appended one by one, each under a new name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.graph import Graph, Node


@dataclass(eq=False)
class Building:
    """What will stand in the place of `node`."""

    graph: Graph
    node: Node
    nodes: list[Node] = field(default_factory=list)

    def add(self, op: str, *inputs: str, **attributes: Any) -> str:
        """Append an operator with one output; its name."""
        return self.several(op, inputs, 1, **attributes)[0]

    def several(self, op: str, inputs: Sequence[str], count: int, **attributes: Any) -> list[str]:
        """Append an operator with some outputs; their names."""
        hint = f"{next(filter(None, self.node.outputs))}/{op}"
        names = [self.graph.fresh(hint) for _ in range(count)]
        self.nodes.append(Node(op, list(inputs), names, attributes, names[0]))
        return names

    def constant(self, value: Array | float | np.generic, dtype: Any = None) -> str:
        """A constant's name."""
        hint = f"{next(filter(None, self.node.outputs))}/const"
        return self.graph.constant(hint, np.asarray(value, dtype))

    def ints(self, *values: int) -> str:
        """Integers, as operators take shapes, axes and sizes."""
        return self.constant(np.asarray(values, np.int64))

    def split(self, name: str, sizes: Sequence[int], axis: int) -> list[str]:
        """Parts along an axis."""
        if len(sizes) == 1:
            return [name]
        return self.several("Split", [name, self.ints(*sizes)], len(sizes), axis=axis)

    def concat(self, names: Sequence[str], axis: int) -> str:
        """Parts put together along an axis."""
        return names[0] if len(names) == 1 else self.add("Concat", *names, axis=axis)

    def reshape(self, name: str, *shape: int) -> str:
        """The same elements in another shape."""
        return self.add("Reshape", name, self.ints(*shape))

    def end(self, name: str, output: int) -> None:
        """Say what the node's own output is."""
        if output < len(self.node.outputs) and self.node.outputs[output]:
            target = self.node.outputs[output]
            self.nodes.append(Node("Identity", [name], [target], name=f"{target}/end"))

    def done(self) -> None:
        """Put the nodes in the place of the one."""
        self.graph.replace([self.node], self.nodes)
