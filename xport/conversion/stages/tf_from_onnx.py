"""ONNX to a TensorFlow SavedModel with onnx-tf, the paper's second step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xport.conversion.exporters import OPSETS
from xport.conversion.in_words import listed
from xport.errors import ConversionError
from xport.formats.artifact import Artifact, Format, Signature
from xport.formats.onnx_file import MODEL
from xport.toolchains.onnx_tf_operators import misread
from xport.toolchains.tensorflow import TENSORFLOW, TensorflowWorker, UnknownOperator, signature_of


@dataclass(frozen=True)
class TfFromOnnx:
    """Operators that onnx-tf does not know are found before it runs, with their nodes."""

    name = "tf_from_onnx"
    consumes = Format.ONNX
    produces = Format.SAVED_MODEL
    packages = ("onnx", "onnx-tf", "tensorflow", "tensorflow-addons", "numpy")
    toolchain = TENSORFLOW

    def parameters(self) -> Mapping[str, Any]:
        """None."""
        return {}

    def run(self, source: Artifact | None, folder: Path) -> Signature:
        """Convert and export with the signature `serving_default`.

        Raises:
            ConversionError: an operator is unknown to onnx-tf (operator, version and node named),
                it would take a node for something else, or it or TensorFlow cannot translate one
                that it knows.
            PackageMissing: there is no toolchain.
        """
        assert source is not None
        _require_read(source.path / MODEL)
        with TensorflowWorker() as worker:
            done = worker.saved_model_from_onnx(
                source.path / MODEL, folder, OPSETS["torchscript"].least
            )
        if done.unknown:
            raise unknown_operators(done.unknown, done.opset, done.known_opset)
        if done.signature is None:
            raise ConversionError(f"onnx-tf cannot translate the model: {done.refused}", self.name)
        return signature_of(done.signature)


def _require_read(model: Path) -> None:
    """Errors as `misread_nodes`."""
    import onnx

    refusal = misread_nodes(misread(onnx.load(model, load_external_data=False)))
    if refusal is not None:
        raise refusal


def misread_nodes(nodes: Sequence[Any]) -> ConversionError | None:
    """The refusal of nodes that onnx-tf computes otherwise than ONNX says; None without any."""
    if not nodes:
        return None
    named = [f"operator {node.op_type} of node {node.name or node.output[0]!r}" for node in nodes]
    return ConversionError(
        f"onnx-tf would resize otherwise than the model says: {listed(named)}",
        TfFromOnnx.name,
        "give sizes in the place of scales that give no whole sizes",
    )


def unknown_operators(
    unknown: Sequence[UnknownOperator], opset: int, known_opset: int | None
) -> ConversionError:
    """The refusal of operators that onnx-tf does not know, with what would help."""
    named = [f"operator {node.op} (opset {opset}) of node {node.name!r}" for node in unknown]
    return ConversionError(
        f"onnx-tf does not know {listed(named)}",
        TfFromOnnx.name,
        f"write the model with opset = {known_opset}, in operators that onnx-tf knows"
        if known_opset
        else "",
    )
