"""ONNX to a TensorFlow SavedModel with onnx-tf, the paper's second step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xport.artifact import Artifact, Format, Signature
from xport.errors import ConversionError
from xport.onnx_file import MODEL
from xport.saved_model import signature_of


@dataclass(frozen=True)
class TfFromOnnx:
    """Operators that onnx-tf does not know are found before it runs, with their nodes."""

    name = "tf_from_onnx"
    consumes = Format.ONNX
    produces = Format.SAVED_MODEL
    packages = ("onnx", "onnx-tf", "tensorflow", "tensorflow-addons", "numpy")

    def parameters(self) -> Mapping[str, Any]:
        """None."""
        return {}

    def run(self, source: Artifact | None, folder: Path) -> Signature:
        """Convert and export with the signature `serving_default`.

        Raises:
            ConversionError: an operator is unknown to onnx-tf; operator, version and node named.
        """
        import onnx
        from onnx_tf.backend import prepare

        assert source is not None
        model = onnx.load(str(source.path / MODEL))
        unknown = list(_unknown(model))
        if unknown:
            raise ConversionError(
                f"onnx-tf does not know {'; '.join(unknown[:5])}"
                + (f"; and {len(unknown) - 5} more" if len(unknown) > 5 else ""),
                self.name,
                "lower the model's opset (15 at most), or replace the operator",
            )
        prepare(model, device="CPU", auto_cast=False).export_graph(str(folder))
        return signature_of(folder)


def _unknown(model: Any) -> Iterator[str]:
    """Operators without a handler at the model's opset, each with the node that uses it."""
    from onnx_tf.common.handler_helper import get_all_backend_handlers

    opsets = list(model.opset_import)
    handlers = get_all_backend_handlers(opsets)
    versions = {o.domain: o.version for o in opsets}
    for node in model.graph.node:
        handler = handlers.get(node.domain, {}).get(node.op_type)
        if handler is None or not hasattr(handler, f"version_{handler.SINCE_VERSION}"):
            name, version = node.name or node.output[0], versions.get(node.domain, "?")
            yield f"operator {node.op_type} (opset {version}) of node {name!r}"
