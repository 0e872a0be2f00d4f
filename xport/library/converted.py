"""A model as TF.js, with what it came from, so that it can be verified."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from xport.common import digests
from xport.common.arrays import Array
from xport.errors import IntegrityError
from xport.formats.artifact import Signature
from xport.library.modules import OwnModule
from xport.plan.plan import StageCost


@dataclass(frozen=True)
class Converted:
    """What `xport.convert` made: a folder that TF.js loads, and how to hold it to its source.

    Attributes:
        name: the model's, in lower case; reports call it so.
        title: what it was made from, for people.
        folder: holds model.json and its shards, and nothing else.
        signature: inputs and outputs by name, with fixed shapes and dtypes.
        files: the SHA-256 of every file of the folder, by name.
        onnx: the ONNX file that it was converted from.
        module: the copy of the module, None for an ONNX file.
        costs: what the stages took, by artifact.
    """

    name: str
    title: str
    folder: Path
    signature: Signature
    files: dict[str, str] = field(repr=False)
    onnx: bytes = field(repr=False)
    module: OwnModule | None = field(repr=False)
    costs: dict[str, StageCost] = field(repr=False)

    @property
    def example(self) -> tuple[Array, ...] | None:
        """The example inputs, in order; None for an ONNX file."""
        return self.module.example if self.module else None

    @property
    def bytes(self) -> int:
        """The size of the folder's files."""
        return sum((self.folder / name).stat().st_size for name in self.files)

    def require_unchanged(self) -> None:
        """Check that the folder holds what was written.

        Raises:
            IntegrityError: a file is missing, new or changed.
        """
        if digests.of_folder(self.folder) != self.files:
            raise IntegrityError(
                "the files are not the converted ones", str(self.folder), "call xport.convert again"
            )
