"""Padding: constant, computed, mirrored, or the edge going on."""

from __future__ import annotations

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.merging import merged
from xport.tfjs_writer.resizing import picked_rows
from xport.tfjs_writer.shaping import strided
from xport.tfjs_writer.tensor import Stored, Tensor


@lowers("Pad")
def pad(low: Lowering, node: Node) -> None:
    """Constant or reflected padding; negative pads cut off."""
    x, mode = low.any(node.inputs[0]), node.get("mode", "constant")
    pads = _pads(low, node, x)
    cuts = np.minimum(pads, 0)
    if cuts.any():
        if mode != "constant":
            raise refuse(node, f"has negative pads in mode {mode}")
        shape = np.asarray(low.shape(node.inputs[0]))
        ends = (shape + cuts[:, 1]).tolist()
        x = strided(low, x, (-cuts[:, 0]).tolist(), ends, [1] * x.rank)
        pads = np.maximum(pads, 0)
    if mode != "constant":
        low.write(node.outputs[0], _mirrored(low, node, x, pads))
        return
    stored = pads[list(x.axes)]
    shape_out = [size + int(sum(both)) for size, both in zip(x.shape, stored, strict=True)]
    few, sources = merged(low, x, [i for i, pad in enumerate(stored) if pad.any()])
    table = np.asarray([stored[i] if i >= 0 else (0, 0) for i in sources], dtype=np.int32)
    shape_few = [size + int(sum(pad)) for size, pad in zip(few.shape, table, strict=True)]
    value = low.any(node.inputs[2]) if len(node.inputs) > 2 and node.inputs[2] else None
    computed = value is not None and low.constant(node.inputs[2]) is None
    fill = low.const(np.zeros((), x.dtype)) if computed else _fill(low, node, x)
    out = low.emit("PadV2", [few, low.const(table), fill], shape_few, axes=few.axes)
    if computed and value is not None:
        inside = np.pad(np.ones(few.shape, bool), table.tolist())
        one = low.reshape(value.as_stored, [1] * len(shape_few))
        out = low.emit("SelectV2", [low.const(inside), out, one], shape_few, x.dtype, axes=few.axes)
    low.write(node.outputs[0], low.reshape(out, shape_out, x.axes))


def _mirrored(low: Lowering, node: Node, x: Tensor, pads: Array) -> Tensor:
    """Padding with the value's own elements: MirrorPad where it goes so far, else picked rows."""
    mode, shape = node.get("mode"), low.shape(node.inputs[0])
    if mode not in ("reflect", "edge", "wrap"):
        raise refuse(node, f"mode {mode} is not supported")
    reaches = all(max(pad) < size for pad, size in zip(pads, shape, strict=True))
    if mode == "reflect" and reaches and x.rank == 4:
        stored = pads[list(x.axes)]
        goal = [size + int(sum(both)) for size, both in zip(x.shape, stored, strict=True)]
        table = low.const(stored.astype(np.int32))
        return low.emit("MirrorPad", [x, table], goal, axes=x.axes, mode="REFLECT")
    for axis, pad in enumerate(pads.tolist()):
        x = picked_rows(low, x, axis, np.pad(np.arange(shape[axis]), pad, mode=mode).tolist())
    return x


def _pads(low: Lowering, node: Node, x: Tensor) -> Array:
    """(begin, end) per axis of the value."""
    given, chosen = low.fixed(node, 1, "pads"), low.fixed(node, 3, "axes")
    if given is None:
        raise refuse(node, "has no pads")
    pads = np.zeros((x.rank, 2), dtype=np.int64)
    axes = list(range(x.rank)) if chosen is None else [int(a) % x.rank for a in chosen]
    pads[axes] = given.reshape(2, -1).T
    return pads


def _fill(low: Lowering, node: Node, x: Tensor) -> Stored:
    value = low.fixed(node, 2, "padding value")
    number = 0.0 if value is None else float(np.asarray(value).reshape(-1)[0])
    return low.const(np.asarray(number, dtype=x.dtype))
