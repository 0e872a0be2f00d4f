"""A TF.js graph model on disk: its nodes, attributes and weights."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from xport.common.arrays import Array
from xport.divergence.tf_nodes import Nodes, TfNodes, bare
from xport.errors import InputError
from xport.formats.tfjs_model import MODEL, read_model
from xport.formats.weights_manifest import STORED, weight_groups


class TfjsModel(TfNodes):
    """The model in a folder.

    Raises:
        InputError: it cannot be read; file and key are named.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.document = folder, read_model(folder)
        topology = self.document.get("modelTopology")
        if not isinstance(topology, dict) or not topology.get("node"):
            raise InputError("has no graph", str(folder / MODEL), "convert the model anew")
        self.nodes: Nodes = {node["name"]: node for node in topology["node"]}
        at_load = (self.document.get("modelInitializer") or {}).get("node", [])
        self.at_load: Nodes = {node["name"]: node for node in at_load}

    def outputs(self) -> dict[str, str]:
        """The tensor of every output, by the output's name."""
        found = self.document["signature"]["outputs"]
        return {name: bare(info["name"]) for name, info in found.items()}

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
