"""Weights in shards: dtypes, quantisation, and files named by their content."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from xport.common import digests
from xport.common.arrays import Array
from xport.errors import ConversionError
from xport.tfjs_writer.tf_graph import TfNode

WeightDType = Literal["float32", "float16", "uint16", "uint8"]
SHARD_BYTES = 4 * 1024 * 1024
KERNEL_ELEMENTS = 1024
"""From here on a constant with two axes or more is a kernel: it is what quantisation shrinks."""


@dataclass(frozen=True)
class Stored:
    """One weight: its entry in the manifest and its bytes; `lossless` in fewer bytes or as is."""

    entry: dict[str, Any]
    data: bytes
    lossless: bool


@dataclass(frozen=True)
class WeightGroup:
    """Weights that share shards: their entries, and the shards by file name, in order."""

    entries: tuple[dict[str, Any], ...]
    shards: dict[str, bytes]

    def manifest(self) -> dict[str, Any]:
        """The group as model.json has it."""
        return {"paths": list(self.shards), "weights": list(self.entries)}


def stored(node: TfNode, dtype: WeightDType) -> Stored:
    """A constant as it is stored.

    float32 values that float16 holds exactly are stored so, which loses nothing. Of the others,
    kernels are rounded or quantised as asked; biases, scales and integers stay as they are.
    """
    assert node.value is not None
    value = node.value
    entry = {"name": node.name, "shape": list(value.shape), "dtype": value.dtype.name}
    if value.dtype != np.float32:
        return Stored(entry, value.tobytes(), lossless=True)
    if _exact_in_float16(value):
        return _as_float16(entry, value, lossless=True)
    if not _is_kernel(value.shape) or dtype == "float32":
        return Stored(entry, value.tobytes(), lossless=True)
    _require_roundable(node.name, value, dtype)
    if dtype == "float16":
        return _as_float16(entry, value, lossless=False)
    return _quantised(entry, value, dtype)


def _require_roundable(name: str, value: Array, dtype: str) -> None:
    """Refuse what rounding would turn into other numbers altogether.

    Raises:
        ConversionError: a weight is NaN or infinite, or becomes infinite in float16.
    """
    largest = float(np.abs(value).max())
    most = float(np.finfo(np.float16).max) if dtype == "float16" else float(np.finfo("f4").max)
    if not largest <= most:
        raise ConversionError(
            f"weight {name!r} holds {largest:g}, which {dtype} cannot",
            "weights",
            "store weights as float32, or mend the model",
        )


def _exact_in_float16(value: Array) -> bool:
    with np.errstate(over="ignore"):
        back = value.astype(np.float16).astype(np.float32)
    return bool(np.array_equal(back.view(np.int32), value.view(np.int32)))


def _as_float16(entry: dict[str, Any], value: Array, *, lossless: bool) -> Stored:
    how = {"dtype": "float16", "original_dtype": "float32"}
    return Stored({**entry, "quantization": how}, value.astype("<f2").tobytes(), lossless=lossless)


def _quantised(entry: dict[str, Any], value: Array, dtype: str) -> Stored:
    """Evenly spaced steps from the least to the largest value, as TF.js undoes them."""
    least, most = float(value.min()), float(value.max())
    steps = np.iinfo(dtype).max
    scale = (most - least) / steps if most > least else 1.0
    numbers = np.rint((value.astype(np.float64) - least) / scale).clip(0, steps).astype(dtype)
    how = {"dtype": dtype, "original_dtype": "float32", "scale": scale, "min": least}
    return Stored({**entry, "quantization": how}, numbers.tobytes(), lossless=False)


def grouped(weights: Sequence[Stored], shard_bytes: int = SHARD_BYTES) -> list[WeightGroup]:
    """Kernels in shards of their own, the rest in others.

    So graphs that share their kernels, in the same order, share whole files.
    """
    kernels = [w for w in weights if _is_kernel(w.entry["shape"])]
    others = [w for w in weights if not _is_kernel(w.entry["shape"])]
    groups = [_group(some, shard_bytes) for some in (kernels, others) if some]
    return groups[::-1] if _misread(groups) else groups


def _misread(groups: Sequence[WeightGroup]) -> bool:
    """Whether TF.js 4.22 would look for bytes in the wrong shard.

    Where all shards but the last are of one size it computes the shard from the offset, and does
    not expect the last one to be larger than the others.
    """
    sizes = [len(shard) for group in groups for shard in group.shards.values()]
    return len(set(sizes[:-1])) == 1 and sizes[-1] > sizes[0]


def _is_kernel(shape: Sequence[int]) -> bool:
    return math.prod(shape) >= KERNEL_ELEMENTS and sum(size > 1 for size in shape) > 1


def _group(weights: Iterable[Stored], shard_bytes: int) -> WeightGroup:
    weights = list(weights)
    data = b"".join(weight.data for weight in weights)
    pieces = [data[i : i + shard_bytes] for i in range(0, len(data), shard_bytes)]
    shards: dict[str, bytes] = {}
    for number, piece in enumerate(pieces):
        name = f"{digests.of_bytes(piece)[:16]}.bin"
        if name in shards:  # the same bytes again: a manifest names no file twice
            name = f"{digests.of_bytes(piece)[:16]}-{number}.bin"
        shards[name] = piece
    return WeightGroup(tuple(weight.entry for weight in weights), shards)
