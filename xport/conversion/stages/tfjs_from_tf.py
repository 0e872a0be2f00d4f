"""SavedModel to a TF.js graph model with Google's tensorflowjs converter, the third step."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xport.errors import ConversionError
from xport.formats.artifact import Artifact, Format, Signature
from xport.formats.tfjs_model import MODEL, read_model, signature_of
from xport.toolchains.tensorflow import TENSORFLOW, TensorflowWorker

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
    toolchain = TENSORFLOW

    def parameters(self) -> Mapping[str, Any]:
        """The shard size."""
        return {"shard_bytes": self.shard_bytes}

    def run(self, source: Artifact | None, folder: Path) -> Signature:
        """Freeze, optimise and write model.json with its shards.

        Raises:
            ConversionError: an operator has no TF.js kernel; operator and node named.
            PackageMissing: there is no toolchain.
        """
        assert source is not None
        with TensorflowWorker() as worker:
            done = worker.tfjs_from_saved_model(source.path, folder, self.shard_bytes)
        if done.refused:
            raise ConversionError(
                f"tensorflowjs cannot convert: {done.refused}",
                self.name,
                "replace the operator in the model",
            )
        _restore_output_names(folder, done.names)
        _order_attributes(folder)
        _require_known_fusions(folder)
        return signature_of(folder)


def _restore_output_names(folder: Path, names: Mapping[str, str]) -> None:
    """Name the outputs in model.json as the SavedModel's signature does: `names`, by tensor.

    The converter matches outputs by dtype and shape, and calls those that agree in both by the
    name of their tensor (Identity, Identity_1); tensors are in the order of the sorted names.
    """
    model = read_model(folder)
    outputs = model["signature"]["outputs"].values()
    lost = names.keys() ^ {output["name"] for output in outputs}
    if lost:
        raise ConversionError(f"outputs lost or added: {sorted(lost)}", str(folder / MODEL))
    model["signature"]["outputs"] = {names[output["name"]]: output for output in outputs}
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
