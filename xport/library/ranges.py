"""Which integers an input can be, from the tables that it chooses rows of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xport.formats.artifact import Signature
from xport.onnx_graph.vocabularies import vocabularies

if TYPE_CHECKING:
    import onnx


def ranged(signature: Signature, model: onnx.ModelProto) -> Signature:
    """The signature with the values of those integers that choose rows of a stored table.

    What says its values itself is left as it is.
    """
    known = vocabularies(model)
    inputs = tuple(
        spec.model_copy(update={"values": known[spec.name]})
        if spec.name in known and spec.dtype == "int32" and spec.values is None
        else spec
        for spec in signature.inputs
    )
    return signature.model_copy(update={"inputs": inputs})


def ranged_by(signature: Signature, content: bytes) -> Signature:
    """As `ranged`, by the content of an ONNX file."""
    import onnx

    if all(spec.dtype != "int32" for spec in signature.inputs):
        return signature
    return ranged(signature, onnx.load_from_string(content))
