"""ONNX to a TensorFlow SavedModel with onnx-tf, the paper's second step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xport.conversion.exporters import OPSETS
from xport.errors import ConversionError, XportError
from xport.formats.artifact import Artifact, Format, Signature
from xport.formats.onnx_file import MODEL
from xport.formats.saved_model import signature_of


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
            ConversionError: an operator is unknown to onnx-tf (operator, version and node named),
                or it or TensorFlow cannot translate one that it knows.
        """
        import onnx
        from onnx_tf.backend import prepare

        assert source is not None
        model = onnx.load(str(source.path / MODEL))
        self._require_known(model)
        try:
            prepare(model, device="CPU", auto_cast=False).export_graph(str(folder))
        except (XportError, OSError, MemoryError):
            raise
        except Exception as error:  # what they do not translate ends in errors of every type
            said = str(error).strip() or type(error).__name__  # the last line of a traceback
            last = said.splitlines()[-1].strip()
            raise ConversionError(
                f"onnx-tf cannot translate the model: {last}", self.name
            ) from error
        return signature_of(folder)

    def _require_known(self, model: Any) -> None:
        version = next(o.version for o in model.opset_import if o.domain == "")
        unknown = _unknown(model.graph.node, model.opset_import)
        if not unknown:
            return
        named = [
            f"operator {node.op_type} (opset {version}) of node {node.name or node.output[0]!r}"
            for node in unknown
        ]
        more = f"; and {len(named) - 5} more" if len(named) > 5 else ""
        lower = _opset_without(unknown, version)
        raise ConversionError(
            f"onnx-tf does not know {'; '.join(named[:5])}{more}",
            self.name,
            f"write the model with opset = {lower}, in operators that onnx-tf knows"
            if lower
            else "",
        )


def _unknown(nodes: Iterable[Any], opsets: Iterable[Any]) -> list[Any]:
    """The nodes for whose operators onnx-tf has no handler at these opsets."""
    from onnx_tf.common.handler_helper import get_all_backend_handlers

    handlers = get_all_backend_handlers(list(opsets))  # what they are for is noted in them

    def known(node: Any) -> bool:
        handler = handlers.get(node.domain, {}).get(node.op_type)
        return handler is not None and hasattr(handler, f"version_{handler.SINCE_VERSION}")

    return [node for node in nodes if not known(node)]


def _opset_without(unknown: Sequence[Any], version: int) -> int | None:
    """The greatest opset below `version` at which each operator is known, or did not yet exist.

    An exporter has to write one that did not exist in older ones. None where there is no such
    opset within the exporter's range.
    """
    from onnx import helper

    for opset in range(version - 1, OPSETS["torchscript"].least - 1, -1):
        existing = [node for node in unknown if _exists(node, opset)]
        if not _unknown(existing, [helper.make_opsetid("", opset)]):
            return opset
    return None


def _exists(node: Any, opset: int) -> bool:
    from onnx import defs

    try:
        defs.get_schema(node.op_type, opset, node.domain)
    except defs.SchemaError:
        return bool(node.domain)
    return True
