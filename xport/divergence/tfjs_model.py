"""A TF.js graph model on disk: its nodes, attributes and weights."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from xport.common.arrays import Array
from xport.divergence.points import Reads
from xport.errors import InputError
from xport.formats.tfjs_model import MODEL, read_model
from xport.formats.weights_manifest import STORED, weight_groups


def bare(tensor: str) -> str:
    """A tensor's name as nodes are called: a node's first output is called as the node."""
    name, _, index = tensor.removeprefix("^").partition(":")
    return name if index in ("", "0") else f"{name}:{index}"


class TfjsModel:
    """The model in a folder.

    Raises:
        InputError: it cannot be read; file and key are named.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.document = folder, read_model(folder)
        topology = self.document.get("modelTopology")
        if not isinstance(topology, dict) or not topology.get("node"):
            raise InputError("has no graph", str(folder / MODEL), "convert the model anew")
        self.nodes: dict[str, dict[str, Any]] = {node["name"]: node for node in topology["node"]}
        at_load = (self.document.get("modelInitializer") or {}).get("node", [])
        self.at_load: dict[str, dict[str, Any]] = {node["name"]: node for node in at_load}

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

    def outputs(self) -> dict[str, str]:
        """The tensor of every output, by the output's name."""
        found = self.document["signature"]["outputs"]
        return {name: bare(info["name"]) for name, info in found.items()}

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

    @cached_property
    def stored(self) -> dict[str, tuple[dict[str, Any], bytes]]:
        """Every weight's entry of the manifest, and its bytes."""
        found = {}
        raw = self.document["weightsManifest"]
        for group, entries in zip(weight_groups(self.folder), raw, strict=True):
            try:
                data = b"".join((self.folder / path).read_bytes() for path in group.paths)
            except OSError as error:
                raise InputError(
                    f"a file of weights cannot be read: {error.strerror}",
                    str(self.folder),
                    "convert the model anew",
                ) from error
            at = 0
            for weight, entry in zip(group.weights, entries["weights"], strict=True):
                found[weight.name] = (entry, data[at : at + weight.bytes])
                at += weight.bytes
        return found

    @property
    def weight_names(self) -> frozenset[str]:
        """The names of all weights."""
        return frozenset(self.stored)

    def weight(self, name: str) -> Array:
        """A weight's values as TF.js has them, stored in fewer bits or not."""
        entry, data = self.stored[name]
        how = entry.get("quantization") or {}
        values = np.frombuffer(data, STORED[how.get("dtype", entry["dtype"])])
        values = values.astype(STORED[entry["dtype"]])
        if "scale" in how:
            values = (values * np.float32(how["scale"]) + np.float32(how["min"])).astype("<f4")
        return values.reshape(entry["shape"])


def plain(value: Mapping[str, Any]) -> Any:
    """An attribute in protobuf's JSON form as a plain value."""
    ((kind, content),) = value.items() if len(value) == 1 else (("none", None),)
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
