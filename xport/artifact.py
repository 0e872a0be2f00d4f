"""What a model is between two stages: a folder of files with a format and a signature."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field

from xport.document import Document
from xport.errors import ConversionError

DType = Literal["float32", "float64", "int32", "bool"]


class Format(StrEnum):
    """The representations a model passes through."""

    TORCH = "torch"
    ONNX = "onnx"
    SAVED_MODEL = "savedmodel"
    TFJS = "tfjs"


class TensorSpec(Document):
    """Name, shape (batch first, all dimensions fixed) and dtype of one input or output."""

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    shape: tuple[int, ...]
    dtype: DType = "float32"

    def __str__(self) -> str:
        return f"{self.name}: {self.dtype}[{', '.join(map(str, self.shape))}]"


class Signature(Document):
    """Inputs and outputs of a model, by name; the same at every stage."""

    inputs: tuple[TensorSpec, ...] = Field(min_length=1)
    outputs: tuple[TensorSpec, ...] = Field(min_length=1)

    def require_same(self, other: Signature, *, where: str) -> None:
        """Check that `other` has the same tensors, by name, shape and dtype.

        Raises:
            ConversionError: a tensor is missing, new, or of another shape or dtype.
        """
        for kind in ("inputs", "outputs"):
            expected = {spec.name: spec for spec in getattr(self, kind)}
            found = {spec.name: spec for spec in getattr(other, kind)}
            for name in sorted(expected.keys() | found.keys()):
                if expected.get(name) != found.get(name):
                    raise ConversionError(
                        f"{kind[:-1]} {name!r} did not survive: expected "
                        f"{expected.get(name, 'nothing')}, found {found.get(name, 'nothing')}",
                        where=where,
                        remedy="the stage changed the signature; report the model that shows it",
                    )


@dataclass(frozen=True)
class Artifact:
    """A model in one format: a folder, its signature, and the digest of the folder's files."""

    format: Format
    path: Path
    signature: Signature
    digest: str
