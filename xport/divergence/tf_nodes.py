"""A graph of TensorFlow's operators in protobuf's JSON form, as TF.js and TensorFlow write it."""

from __future__ import annotations

import base64
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from xport.common.arrays import Array
from xport.divergence.points import Reads

Nodes = dict[str, dict[str, Any]]
"""Nodes by name, as protobuf's JSON form has them."""


class TfNodes(ABC):
    """Nodes by name; `at_load` are those that a model computes once, when it is loaded."""

    nodes: Nodes
    at_load: Nodes

    @abstractmethod
    def outputs(self) -> dict[str, str]:
        """The tensor of every output, by the output's name."""

    @property
    @abstractmethod
    def weight_names(self) -> frozenset[str]:
        """The names of all constants whose values can be asked for."""

    @abstractmethod
    def weight(self, name: str) -> Array:
        """A constant's values as the model has them, stored in fewer bits or not."""

    @cached_property
    def reads(self) -> Reads:
        """What every tensor is computed from; a further output as the node's first one."""
        return {name: [bare(one) for one in node.get("input", [])] for name, node in self._all()}

    def _all(self) -> list[tuple[str, dict[str, Any]]]:
        """Nodes by tensor; `node:1` is a tensor of its own where somebody reads it."""
        found = list(self.nodes.items())
        read = {bare(one) for node in self.nodes.values() for one in node.get("input", [])}
        found += [(one, self.nodes[one.split(":")[0]]) for one in read if ":" in one]
        return found

    def node_of(self, tensor: str) -> dict[str, Any]:
        """The node that yields a tensor; one that is computed at load is told as it is there."""
        name = tensor.split(":")[0]
        return self.at_load.get(name) or self.nodes[name]

    def order(self) -> dict[str, int]:
        """Every node's place in a topological order."""
        placed: dict[str, int] = {}
        for start in self.nodes:
            waiting = [start]
            while waiting:
                name = waiting[-1]
                inputs = [bare(one).split(":")[0] for one in self.nodes[name].get("input", [])]
                missing = [one for one in inputs if one not in placed and one in self.nodes]
                if name in placed or not missing:
                    waiting.pop()
                    placed.setdefault(name, len(placed))
                else:
                    waiting += missing
        return placed

    def attributes(self, name: str) -> dict[str, Any]:
        """A node's attributes as plain values: numbers, text and lists of them."""
        found = self.node_of(name)
        return {key: plain(value) for key, value in (found.get("attr") or {}).items()}


def bare(tensor: str) -> str:
    """A tensor's name as nodes are called: a node's first output is called as the node."""
    name, _, index = tensor.removeprefix("^").partition(":")
    return name if index in ("", "0") else f"{name}:{index}"


def plain(value: Mapping[str, Any]) -> Any:
    """An attribute in protobuf's JSON form as a plain value."""
    kind: str
    content: Any
    kind, content = next(iter(value.items()), ("none", None))
    if kind == "i":
        return int(content)
    if kind == "f":
        return float(content)
    if kind == "s":
        return base64.b64decode(content).decode("utf-8", "replace")
    if kind == "list":
        return [plain({key: one}) for key, many in content.items() for one in many]
    if kind == "shape":
        return [int(dim["size"]) for dim in content.get("dim", [])]
    if kind == "tensor":
        dims = content.get("tensorShape", {}).get("dim", [])
        return f"tensor of {math.prod(int(dim['size']) for dim in dims)}"
    return content
