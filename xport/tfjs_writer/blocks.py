"""Blocks of channels and blocks of pixels, and one made the other."""

from __future__ import annotations

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.graph import Node
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.tensor import Tensor


@lowers("DepthToSpace")
def depth_to_space(low: Lowering, node: Node) -> None:
    """Blocks of channels become blocks of pixels (mode DCR is TensorFlow's own)."""
    x, block = low.channels_last(node.inputs[0]), int(node.get("blocksize"))
    if node.get("mode", "DCR") == "CRD":
        x = _reordered(low, x, np.arange(x.shape[3]).reshape(-1, block * block).T)
    low.write(node.outputs[0], interleaved(low, x, block, block))


def interleaved(low: Lowering, x: Tensor, row: int, column: int) -> Tensor:
    """Blocks of row · column pixels out of channels that lie as (row, column, channel).

    Rows of a block are cut apart and put side by side, each with all its columns in one piece.
    TF.js's DepthToSpace does the same, one element after another in JavaScript on wasm.
    """
    batch, height, width, depth = x.shape
    parts = low.split(x, 3, [depth // row] * row)
    line = width * (depth // row)
    flat = [low.reshape(part.as_stored, (batch * height, line)) for part in parts]
    shape = (batch, height * row, width * column, depth // (row * column))
    return low.reshape(low.concat(flat, 1), shape, x.axes)


@lowers("SpaceToDepth")
def space_to_depth(low: Lowering, node: Node) -> None:
    """Blocks of pixels become blocks of channels: `interleaved` undone."""
    x, block = low.channels_last(node.inputs[0]), int(node.get("blocksize"))
    batch, height, width, channels = x.shape
    rows = low.reshape(x.as_stored, (batch * height // block, block * width * channels))
    parts = low.split(rows, 1, [width * channels] * block)
    shape = (batch, height // block, width // block, block * channels)
    out = low.concat([low.reshape(part, shape, x.axes) for part in parts], 3)
    if node.get("mode", "DCR") == "CRD":
        out = _reordered(low, out, np.arange(out.shape[3]).reshape(-1, channels).T)
    low.write(node.outputs[0], out)


def _reordered(low: Lowering, x: Tensor, order: Array) -> Tensor:
    """Channels in another order."""
    picked = low.const(order.reshape(-1).astype(np.int32))
    inputs = [x, picked, low.ints_scalar(3)]
    return low.emit("GatherV2", inputs, x.shape, axes=x.axes, batch_dims=0)
