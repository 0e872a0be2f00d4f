"""An ONNX file of others as it is: shapes fixed as the release declares them, in one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xport.common import digests
from xport.conversion.onnx_files import files_of, settled
from xport.errors import InputError
from xport.formats.artifact import Artifact, Format, Signature
from xport.formats.onnx_file import MODEL


@dataclass(frozen=True)
class OnnxFromFile:
    """`signature` is the release's; it fixes the shapes that the file leaves open.

    `arguments` are inputs that are constants: no longer inputs, by name.
    """

    path: Path
    signature: Signature
    arguments: Mapping[str, Any] = field(default_factory=dict)

    name = "onnx_from_file"
    consumes = None
    produces = Format.ONNX
    packages = ("onnx", "onnxruntime", "numpy")

    def parameters(self) -> Mapping[str, Any]:
        """The signature, and the bytes of the file and of every file that its weights are in."""
        from xport.common.callables import package_digest
        from xport.conversion import foreign

        fixed = {"arguments": dict(self.arguments)} if self.arguments else {}
        return {
            **fixed,
            "code": package_digest(foreign),
            "signature": self.signature.model_dump(mode="json"),
            "files": {path.name: digests.of_file(path) for path in files_of(self.path)},
        }

    def run(self, source: Artifact | None, folder: Path) -> Signature:
        """Write the file into `folder`.

        Raises:
            InputError: it cannot be read, is no ONNX file, or has other inputs or outputs than
                the release says; the key is named.
            ConversionError: ONNX Runtime does not run it, or xport does not carry a tensor.
        """
        shapes = {spec.name: spec.shape for spec in self.signature.inputs}
        found = settled(self.path, shapes, folder / MODEL, self.arguments)
        _require_declared(self.signature, found)
        return found


def _require_declared(declared: Signature, found: Signature) -> None:
    for kind in ("inputs", "outputs"):
        given = {spec.name: spec for spec in getattr(found, kind)}
        said = {spec.name: spec for spec in getattr(declared, kind)}
        for name in dict.fromkeys([*said, *given]):
            if given.get(name) != said.get(name):
                raise InputError(
                    f"the ONNX file has {given.get(name) or f'no {name}'}, "
                    f"the release file says {said.get(name) or 'nothing of it'}",
                    f"signature.{kind}",
                    "write what the ONNX file has",
                )
