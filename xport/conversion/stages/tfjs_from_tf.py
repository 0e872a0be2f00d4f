"""SavedModel to a TF.js graph model with Google's tensorflowjs converter, the third step."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xport.errors import ConversionError
from xport.formats.artifact import Artifact, Format, Signature
from xport.formats.saved_model import SIGNATURE, load
from xport.formats.tfjs_model import MODEL, read_model, signature_of

SHARD_BYTES = 4 * 1024 * 1024
FUSED = frozenset({"BiasAdd", "Relu", "Relu6", "Elu", "LeakyRelu", "Prelu", "Sigmoid"})
"""What every TF.js backend can do inside a fused convolution or matrix product."""


@dataclass(frozen=True)
class TfjsFromTf:
    """Weights stay float32, in shards of `shard_bytes`."""

    shard_bytes: int = SHARD_BYTES

    name = "tfjs_from_tf"
    consumes = Format.SAVED_MODEL
    produces = Format.TFJS
    packages = ("tensorflow", "tensorflowjs", "numpy")

    def parameters(self) -> Mapping[str, Any]:
        """The shard size."""
        return {"shard_bytes": self.shard_bytes}

    def run(self, source: Artifact | None, folder: Path) -> Signature:
        """Freeze, optimise and write model.json with its shards.

        Raises:
            ConversionError: an operator has no TF.js kernel; operator and node named.
        """
        # With oneDNN, which TensorFlow switches on by processor, its optimiser fuses activations
        # that TF.js cannot fuse; without it the result is also the same on every machine.
        os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
        from tensorflowjs.converters import tf_saved_model_conversion_v2 as converter

        assert source is not None
        try:
            converter.convert_tf_saved_model(
                str(source.path),
                str(folder),
                signature_def=SIGNATURE,
                weight_shard_size_bytes=self.shard_bytes,
            )
        except ValueError as error:
            raise ConversionError(
                f"tensorflowjs cannot convert: {_with_nodes(str(error), source.path)}",
                self.name,
                "replace the operator in the model",
            ) from error
        _restore_output_names(folder, source.path)
        _order_attributes(folder)
        _require_known_fusions(folder)
        return signature_of(folder)


def _restore_output_names(folder: Path, saved_model: Path) -> None:
    """Name the outputs in model.json as the SavedModel's signature does.

    The converter matches outputs by dtype and shape, and calls those that agree in both by the
    name of their tensor (Identity, Identity_1); tensors are in the order of the sorted names.
    """
    loaded, function = load(saved_model)
    names = sorted(function.structured_outputs)
    tensors = {t.name: name for t, name in zip(function.outputs, names, strict=True)}
    del loaded
    model = read_model(folder)
    outputs = model["signature"]["outputs"].values()
    lost = tensors.keys() ^ {output["name"] for output in outputs}
    if lost:
        raise ConversionError(f"outputs lost or added: {sorted(lost)}", str(folder / MODEL))
    model["signature"]["outputs"] = {tensors[output["name"]]: output for output in outputs}
    (folder / MODEL).write_text(json.dumps(model))


def _order_attributes(folder: Path) -> None:
    """Write every node's attributes by name: the converter's order differs from run to run."""
    model = read_model(folder)
    for node in model["modelTopology"]["node"]:
        node["attr"] = dict(sorted(node.get("attr", {}).items()))
    (folder / MODEL).write_text(json.dumps(model))


def _require_known_fusions(folder: Path) -> None:
    for node in read_model(folder)["modelTopology"]["node"]:
        names = node.get("attr", {}).get("fused_ops", {}).get("list", {}).get("s", [])
        unknown = {base64.b64decode(name).decode() for name in names} - FUSED
        if unknown:
            raise ConversionError(
                f"operator {node['op']} of node {node['name']!r} has {', '.join(sorted(unknown))} "
                "fused into it, which TF.js has not",
                str(folder / MODEL),
                "set TF_ENABLE_ONEDNN_OPTS=0 before TensorFlow is first imported",
            )


def _with_nodes(message: str, saved_model: Path) -> str:
    """The converter's message, with the nodes of the operators it does not support."""
    match = re.search(r"Unsupported Ops[^\n]*\n(.*)", message)
    if match is None:
        return message
    unsupported = {op.strip() for op in match.group(1).split(",")}
    loaded, function = load(saved_model)
    nodes = [
        f"operator {node.op} of node {node.name!r}"
        for node in _nodes(function.graph.as_graph_def())
        if node.op in unsupported
    ]
    del loaded
    return "; ".join(nodes[:5]) or message


def _nodes(graph: Any) -> list[Any]:
    return [*graph.node, *(node for f in graph.library.function for node in f.node_def)]
