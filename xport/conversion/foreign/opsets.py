"""Files of older opsets, raised to one that the writer reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xport.conversion.in_words import in_words
from xport.errors import InputError
from xport.onnx_graph.files import LEAST_OPSET

if TYPE_CHECKING:
    import onnx

OLDEST = 7
OWN = ("", "ai.onnx")


def raised(model: onnx.ModelProto, source: Path) -> onnx.ModelProto:
    """The model at opset 13 or newer, by onnx's own version converter.

    What it makes of a model is not believed: see `onnx_files.settled`.

    Raises:
        InputError: the opset is below 7.
        ConversionError: the converter does not take an operator; its words are given.
    """
    from onnx import version_converter

    opset = next((one.version for one in model.opset_import if one.domain in OWN), 0)
    if not opset or opset >= LEAST_OPSET:
        return model
    if opset < OLDEST:
        raise InputError(
            f"opset {opset} is older than {OLDEST}", str(source), "export the model anew"
        )
    used = {node.domain for node in model.graph.node} | {*OWN}
    kept = [one for one in model.opset_import if one.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(kept)
    with in_words("onnx", f"cannot be raised from opset {opset} to {LEAST_OPSET}"):
        return version_converter.convert_version(model, LEAST_OPSET)
