"""The weights manifest of a TF.js model, whoever wrote it, read with types."""

from __future__ import annotations

import math
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from xport.common.document import first_problem
from xport.errors import InputError
from xport.formats.tfjs_model import MODEL, read_model

StoredDType = Literal["float32", "float16", "int32", "uint16", "uint8", "bool"]
STORED: dict[StoredDType, np.dtype[Any]] = {
    "float32": np.dtype("<f4"),
    "float16": np.dtype("<f2"),
    "int32": np.dtype("<i4"),
    "uint16": np.dtype("<u2"),
    "uint8": np.dtype("u1"),
    "bool": np.dtype("?"),
}


def inside(name: str) -> str:
    """`name`, a path that does not leave the folder that it is read from.

    Raises:
        ValueError: it does.
    """
    path = PurePosixPath(name)
    foreign = "\\" in name or ":" in name  # on Windows they lead elsewhere
    if not name or "\0" in name or foreign or path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{name!r} does not lie in the model's folder")
    return name


class _Part(BaseModel):
    """A part of a foreign document: keys that are not asked for may be there."""

    model_config = ConfigDict(frozen=True)


class Quantization(_Part):
    """How a weight is stored where that is not its own dtype."""

    dtype: StoredDType


class Weight(_Part):
    """One weight: what it is, and as what it is stored."""

    name: str
    shape: tuple[Annotated[int, Field(ge=0)], ...]
    dtype: StoredDType
    quantization: Quantization | None = None

    @property
    def stored(self) -> np.dtype[Any]:
        """The type of its values in the shards."""
        return STORED[self.quantization.dtype if self.quantization else self.dtype]

    @property
    def bytes(self) -> int:
        """What it takes in the shards."""
        return math.prod(self.shape) * self.stored.itemsize


class WeightGroup(_Part):
    """Weights one after the other in the joined bytes of shards, which are named in order."""

    paths: tuple[Annotated[str, AfterValidator(inside)], ...]
    weights: tuple[Weight, ...]

    @property
    def bytes(self) -> int:
        """What its weights take together."""
        return sum(weight.bytes for weight in self.weights)


_MANIFEST = TypeAdapter(tuple[WeightGroup, ...])


def weight_groups(folder: Path) -> tuple[WeightGroup, ...]:
    """The weight groups of the TF.js model in a folder.

    Raises:
        InputError: model.json cannot be read, or its manifest is misshapen; the key is named.
    """
    manifest = read_model(folder).get("weightsManifest")
    try:
        return _MANIFEST.validate_python(manifest)
    except ValidationError as error:
        raise InputError(
            f"weightsManifest: {first_problem(error)}",
            str(folder / MODEL),
            "convert the model anew",
        ) from error
