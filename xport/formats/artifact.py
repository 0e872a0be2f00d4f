"""What a model is between two stages: a folder of files with a format and a signature."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self, cast

from pydantic import Field, ValidationError, model_validator

from xport.common.document import Document, GrownDocument, first_problem
from xport.errors import ConversionError

DType = Literal["float32", "float64", "int32", "bool"]
MAX_ELEMENTS = 2**26
"""The largest tensor that goes in or out: 256 MiB in float32."""


class Format(StrEnum):
    """The representations a model passes through."""

    TORCH = "torch"
    ONNX = "onnx"
    SAVED_MODEL = "savedmodel"
    TFJS = "tfjs"


Int32 = Annotated[int, Field(ge=-(2**31), lt=2**31)]


class TensorSpec(GrownDocument):
    """Name, shape (batch first, all dimensions fixed) and dtype of one input or output.

    `values` are the least and the largest value of an input of integers, both included: those of a
    vocabulary of 100 words are 0 and 99. Where nothing is said, probes are 0 or 1.
    """

    later: ClassVar[tuple[str, ...]] = ("values",)

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    shape: tuple[Annotated[int, Field(ge=1, le=MAX_ELEMENTS)], ...] = Field(min_length=1)
    dtype: DType = "float32"
    values: tuple[Int32, Int32] | None = None

    @model_validator(mode="after")
    def _of_bearable_size(self) -> Self:
        if math.prod(self.shape) > MAX_ELEMENTS:
            raise ValueError(f"shape: {self.shape} has more than {MAX_ELEMENTS:,} elements")
        return self

    @model_validator(mode="after")
    def _values_of_integers(self) -> Self:
        if self.values is not None and self.dtype != "int32":
            raise ValueError(f"values: only integers have them, not {self.dtype}")
        if self.values is not None and self.values[0] > self.values[1]:
            raise ValueError("values: the least comes first, then the largest")
        return self

    def form(self) -> tuple[str, tuple[int, ...], str]:
        """What every file of a model says of a tensor: name, shape and dtype."""
        return self.name, self.shape, self.dtype

    @classmethod
    def of_file(cls, name: str, shape: tuple[int, ...], dtype: str) -> Self:
        """A tensor as a model file declares it.

        Raises:
            ConversionError: xport does not carry its name, shape or dtype.
        """
        try:
            return cls(name=name, shape=shape, dtype=cast(DType, dtype))
        except ValidationError as error:
            raise ConversionError(
                f"{name!r}, {dtype}{list(shape)}, cannot be an input or output: "
                f"{first_problem(error)}",
                "",
                "name tensors in letters, digits and _, and give each at least one element",
            ) from error

    def __str__(self) -> str:
        return f"{self.name}: {self.dtype}[{', '.join(map(str, self.shape))}]"


class Signature(Document):
    """Inputs and outputs of a model, by name; the same at every stage."""

    inputs: tuple[TensorSpec, ...] = Field(min_length=1)
    outputs: tuple[TensorSpec, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _every_name_once(self) -> Self:
        names = [spec.name for spec in (*self.inputs, *self.outputs)]
        twice = [name for place, name in enumerate(names) if name in names[:place]]
        if twice:
            raise ValueError(f"two tensors are named {twice[0]!r}; give every one its own name")
        ranged = [spec.name for spec in self.outputs if spec.values is not None]
        if ranged:
            raise ValueError(f"outputs: {ranged[0]}: values are declared of inputs alone")
        return self

    def require_same(self, other: Signature) -> None:
        """Check that `other` has the same tensors, by name, shape and dtype.

        Raises:
            ConversionError: a tensor is missing, new, or of another shape or dtype.
        """
        for kind in ("inputs", "outputs"):
            expected = {spec.name: spec for spec in getattr(self, kind)}
            found = {spec.name: spec for spec in getattr(other, kind)}
            for name in sorted(expected.keys() | found.keys()):
                sides = (expected.get(name), found.get(name))
                before, after = (None if one is None else one.form() for one in sides)
                if before != after:
                    raise ConversionError(
                        f"{kind[:-1]} {name!r} did not survive: expected "
                        f"{expected.get(name, 'nothing')}, found {found.get(name, 'nothing')}",
                        remedy="the stage changed the signature; report the model that shows it",
                    )


@dataclass(frozen=True)
class Artifact:
    """A model in one format: a folder, its signature, and the digest of the folder's files."""

    format: Format
    path: Path
    signature: Signature
    digest: str
