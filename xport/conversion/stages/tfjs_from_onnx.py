"""ONNX to a TF.js graph model directly, with numpy and onnx alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xport.errors import ConversionError
from xport.formats.artifact import Artifact, Format, Signature
from xport.formats.onnx_file import MODEL as ONNX_MODEL
from xport.formats.tfjs_model import MODEL, signature_of
from xport.tfjs_writer.weights import SHARD_BYTES, WeightDType


@dataclass(frozen=True)
class TfjsFromOnnx:
    """Weights as `weights` says, in content-named shards of `shard_bytes`."""

    weights: WeightDType = "float32"
    shard_bytes: int = SHARD_BYTES

    name = "tfjs_from_onnx"
    consumes = Format.ONNX
    produces = Format.TFJS
    packages = ("onnx", "numpy")

    def parameters(self) -> Mapping[str, Any]:
        """How weights are stored, and the code of the writer."""
        from xport import onnx_graph, tfjs_writer
        from xport.common.callables import package_digest

        return {
            "weights": self.weights,
            "shard_bytes": self.shard_bytes,
            "code": [package_digest(onnx_graph), package_digest(tfjs_writer)],
        }

    def run(self, source: Artifact | None, folder: Path) -> Signature:
        """Simplify, lower, optimise, and write model.json with its shards.

        Raises:
            ConversionError: an operator, attribute or shape cannot be translated exactly;
                operator, node and reason are named.
        """
        assert source is not None
        write_tfjs(source.path / ONNX_MODEL, folder, self.weights, self.shard_bytes)
        return signature_of(folder)


def write_tfjs(
    onnx_file: Path,
    folder: Path,
    weights: WeightDType = "float32",
    shard_bytes: int = SHARD_BYTES,
) -> None:
    """Convert an ONNX file into a folder of model.json and its shards.

    Raises:
        ConversionError: as `TfjsFromOnnx.run`; the file is not an ONNX model.
    """
    import onnx
    from google.protobuf.message import DecodeError

    from xport.conversion.foreign.borders import named_before
    from xport.onnx_graph.files import graph_from_model
    from xport.onnx_graph.passes import simplify
    from xport.tfjs_writer.lower import lower
    from xport.tfjs_writer.model_json import model_json
    from xport.tfjs_writer.passes import optimise
    from xport.tfjs_writer.weights import grouped, stored

    try:
        model = onnx.load(str(onnx_file), load_external_data=False)
    except (DecodeError, OSError) as error:
        raise ConversionError(f"not an ONNX model: {error}", str(onnx_file)) from error
    graph = optimise(lower(simplify(graph_from_model(model))))
    entries = [stored(node, weights) for node in graph.constants()]
    groups = grouped(entries, shard_bytes)
    for group in groups:
        for name, data in group.shards.items():
            (folder / name).write_bytes(data)
    document = model_json(graph, groups, entries)
    names = named_before(model)
    if names:
        document["userDefinedMetadata"]["xport"]["names"] = names
    (folder / MODEL).write_text(json.dumps(document, separators=(",", ":")))
