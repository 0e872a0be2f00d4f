"""A TensorFlow graph as TF.js reads it: nodes by name, and constants with their values."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from xport.common import digests
from xport.common.arrays import Array
from xport.errors import ConversionError

DTYPES: dict[str, str] = {"float32": "DT_FLOAT", "int32": "DT_INT32", "bool": "DT_BOOL"}
CONST = "Const"
PLACEHOLDER = "Placeholder"
WIDE = ("int64", "uint32", "uint64")
"""Integers that are int32 in TF.js where they fit."""
NARROW = ("int8", "uint8", "int16", "uint16")
"""Integers that are int32 in TF.js, wrapped where a result would leave them."""
INT32 = np.iinfo(np.int32)


@dataclass(frozen=True)
class TfType:
    """Shape and dtype (`float32`, `int32` or `bool`) of a tensor as it is stored."""

    shape: tuple[int, ...]
    dtype: str


@dataclass(eq=False)
class TfNode:
    """One operator. `inputs` name tensors: `node`, or `node:1` for a further output."""

    name: str
    op: str
    inputs: list[str]
    attributes: dict[str, Any]
    types: tuple[TfType, ...]
    value: Array | None = None

    @property
    def type(self) -> TfType:
        """The type of the first output."""
        return self.types[0]


@dataclass(eq=False)
class TfGraph:
    """Nodes in topological order by name, and the tensor that stands for each model output.

    `at_load` names nodes whose value depends on constants alone and is computed on the device once,
    when the model is loaded.
    """

    nodes: dict[str, TfNode] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    at_load: list[str] = field(default_factory=list)
    _constants: dict[str, str] = field(default_factory=dict)

    def name(self, hint: str) -> str:
        """A node name that is not taken; letters that TF.js would split at are replaced."""
        base = re.sub(r"[^A-Za-z0-9_./-]", "_", hint) or "node"
        name, number = base, 0
        while name in self.nodes:
            number += 1
            name = f"{base}_{number}"
        return name

    def add(
        self,
        op: str,
        inputs: Sequence[str],
        types: Sequence[TfType],
        hint: str,
        attributes: dict[str, Any] | None = None,
    ) -> TfNode:
        """Append a node."""
        node = TfNode(self.name(hint), op, list(inputs), attributes or {}, tuple(types))
        self.nodes[node.name] = node
        return node

    def constant(self, value: Array, hint: str) -> TfNode:
        """The node of a constant; equal constants share one.

        Raises:
            ConversionError: TF.js has no such dtype, or an integer does not fit into int32.
        """
        value = storable(value, hint)
        kind = TfType(value.shape, value.dtype.name)
        key = digests.of_bytes(repr(kind).encode() + value.tobytes())
        if key not in self._constants:
            node = TfNode(self.name(hint), CONST, [], {}, (kind,), value)
            self.nodes[node.name] = node
            self._constants[key] = node.name
        return self.nodes[self._constants[key]]

    def node_of(self, tensor: str) -> TfNode:
        """The node that yields a tensor."""
        return self.nodes[tensor.split(":")[0]]

    def readers(self) -> dict[str, list[TfNode]]:
        """The nodes that read each node, once per reading."""
        found: dict[str, list[TfNode]] = defaultdict(list)
        for node in self.nodes.values():
            for tensor in node.inputs:
                found[tensor.split(":")[0]].append(node)
        return found

    def sole_reader(self, node: TfNode, readers: dict[str, list[TfNode]]) -> TfNode | None:
        """The one node that reads `node`, or None when there are others or it is an output."""
        found = readers.get(node.name, [])
        alone = len(found) == 1 and node.name not in self.output_nodes()
        return found[0] if alone else None

    def output_nodes(self) -> set[str]:
        """The names of the nodes that yield the model's outputs."""
        return {tensor.split(":")[0] for tensor in self.outputs.values()}

    def replace_tensor(self, old: str, new: str) -> None:
        """Let every reader and output of `old` read `new`."""
        for node in self.nodes.values():
            node.inputs = [new if tensor == old else tensor for tensor in node.inputs]
        self.outputs = {n: new if tensor == old else tensor for n, tensor in self.outputs.items()}

    def prune(self) -> None:
        """Drop nodes that no output needs; inputs stay."""
        needed = self.output_nodes() | set(self.inputs)
        for node in reversed(list(self.nodes.values())):
            if node.name in needed:
                needed.update(tensor.split(":")[0] for tensor in node.inputs)
        self.nodes = {name: node for name, node in self.nodes.items() if name in needed}
        self.at_load = [name for name in self.at_load if name in needed]
        self._constants = {k: name for k, name in self._constants.items() if name in needed}

    def constants(self) -> Iterator[TfNode]:
        """The constants, in the order in which nodes read them."""
        seen = set()
        for node in self.nodes.values():
            for tensor in (node.name, *node.inputs):
                source = self.node_of(tensor)
                if source.op == CONST and source.name not in seen and tensor in node.inputs:
                    seen.add(source.name)
                    yield source
        for name in sorted(self.output_nodes()):
            if self.nodes[name].op == CONST and name not in seen:
                yield self.nodes[name]

    def census(self) -> dict[str, int]:
        """How many nodes of each operator there are."""
        found: dict[str, int] = defaultdict(int)
        for node in self.nodes.values():
            found[node.op] += 1
        return dict(sorted(found.items()))


def storable(value: Array, hint: str) -> Array:
    """A constant in a dtype that TF.js has: float32, int32 (from other integers that fit) or bool.

    Raises:
        ConversionError: the dtype has no counterpart, or a value would change.
    """
    array = np.ascontiguousarray(value).reshape(np.shape(value))
    if array.dtype.name in WIDE:
        if array.size and not INT32.min <= array.min() <= array.max() <= INT32.max:
            raise ConversionError(
                f"constant {hint!r} has integers beyond 32 bits, which TF.js has not",
                "",
                "compute with smaller integers, or with floating point",
            )
        return array.astype(np.int32)
    if array.dtype.name in NARROW:
        return array.astype(np.int32)
    if array.dtype.name not in DTYPES:
        raise ConversionError(
            f"constant {hint!r} is {array.dtype.name}, TF.js has float32, int32 and bool",
            "",
            "export the model in float32",
        )
    return array
