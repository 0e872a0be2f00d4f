"""Integers of 8 and 16 bits in int32: wrapped where a result leaves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.tensor import Tensor

if TYPE_CHECKING:
    from xport.tfjs_writer.emitting import Emitting

LEAVING = frozenset({"Add", "Sub", "Sum", "Neg", "Abs", "Mul", "Cast", "CastLike", "BitwiseNot",
                     "Div"})  # fmt: skip
"""Operators whose result may lie outside of the type; the others pick, move, order or compare."""
STAYING = frozenset({
    "Clip", "Concat", "DepthToSpace", "Dropout", "Expand", "Flatten", "Gather", "GatherElements",
    "GatherND", "Identity", "Max", "Min", "Mod", "Pad", "ReduceMax", "ReduceMin", "Relu",
    "Reshape", "Resize", "ScatterElements", "ScatterND", "Sign", "Slice", "SpaceToDepth", "Split",
    "Squeeze", "Tile", "TopK", "Transpose", "Trilu", "Unsqueeze", "Where", "OneHot",
})  # fmt: skip


BELOW = frozenset({"Sub", "Neg", "BitwiseNot"})
"""Operators whose result may be less than 0, which unsigned integers of 32 and 64 bits wrap."""


def wrapped(low: Emitting, node: Node, tensor: Tensor, dtype: str) -> Tensor:
    """A result as its type has it: the rest of a division by the number of its values.

    WebGL keeps integers as float32 numbers, which are exact up to 2^24: no product of two of 8
    bits and no sum of two of 16 reaches it. FloorMod itself leaves NaN on WebGL where a texture is
    larger than the tensor, and a product that follows takes it in.

    Raises:
        ConversionError: the operator might go beyond, or is not known to keep to the type.
    """
    if node.op in STAYING or dtype == "int64":
        return tensor
    if dtype.startswith("uint") and dtype[4:] in ("32", "64"):
        if node.op in BELOW:
            raise refuse(node, f"may leave {dtype} at 0", "compute in int64")
        return tensor
    if node.op not in LEAVING or (node.op == "Mul" and dtype.endswith("16")):
        raise refuse(node, f"computes in {dtype}", "cast to int32 before it")
    limits = np.iinfo(np.dtype(dtype))
    count = low.const(np.asarray(int(limits.max) - int(limits.min) + 1, np.int32))
    least = low.const(np.asarray(limits.min, np.int32))
    moved = low.emit("Sub", [tensor, least], tensor.shape, axes=tensor.axes)
    times = low.emit("FloorDiv", [moved, count], tensor.shape, axes=tensor.axes)
    whole = low.emit("Mul", [times, count], tensor.shape, axes=tensor.axes)
    rest = low.emit("Sub", [moved, whole], tensor.shape, axes=tensor.axes)
    return low.emit("AddV2", [rest, least], tensor.shape, axes=tensor.axes)
