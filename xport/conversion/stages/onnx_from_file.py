"""An ONNX file of others as it is: shapes fixed as the release declares them, in one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xport.common import digests
from xport.conversion.onnx_files import files_of, settled
from xport.formats.artifact import Artifact, Format, Signature
from xport.formats.onnx_file import MODEL


@dataclass(frozen=True)
class OnnxFromFile:
    """`signature` is the release's; it fixes the shapes that the file leaves open."""

    path: Path
    signature: Signature

    name = "onnx_from_file"
    consumes = None
    produces = Format.ONNX
    packages = ("onnx", "onnxruntime", "numpy")

    def parameters(self) -> Mapping[str, Any]:
        """The signature, and the bytes of the file and of every file that its weights are in."""
        return {
            "signature": self.signature.model_dump(mode="json"),
            "files": {path.name: digests.of_file(path) for path in files_of(self.path)},
        }

    def run(self, source: Artifact | None, folder: Path) -> Signature:
        """Write the file into `folder`.

        Raises:
            InputError: it cannot be read, is no ONNX file, or has other inputs.
            ConversionError: ONNX Runtime does not run it, or xport does not carry a tensor.
        """
        shapes = {spec.name: spec.shape for spec in self.signature.inputs}
        return settled(self.path, shapes, folder / MODEL)
