"""Matrix products."""

from __future__ import annotations

import math

import numpy as np

from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.elementwise import aligned, emit_aligned, require_float
from xport.tfjs_writer.lowering import Lowering, Tensor, lowers


@lowers("Gemm")
def gemm(low: Lowering, node: Node) -> None:
    """Alpha · A' · B' + beta · C; the transpositions are flags, so that B is stored once."""
    require_float(low, node)
    a, b = low.plain(node.inputs[0]), low.plain(node.inputs[1])
    trans = bool(node.get("transA", 0)), bool(node.get("transB", 0))
    shape = low.shape(node.outputs[0])
    out = low.emit("MatMul", [a, b], shape, transpose_a=trans[0], transpose_b=trans[1])
    if node.get("alpha", 1.0) != 1.0:
        out = low.emit("Mul", [out, low.scalar(node.get("alpha", 1.0))], shape)
    if len(node.inputs) > 2 and node.inputs[2]:
        out = _plus_bias(low, node, out)
    low.write(node.outputs[0], out)


def _plus_bias(low: Lowering, node: Node, out: Tensor) -> Tensor:
    (bias,) = aligned(low, [node.inputs[2]], 2)
    beta = float(node.get("beta", 1.0))
    if beta != 1.0:
        bias = low.emit("Mul", [bias, low.scalar(beta)], bias.shape, axes=bias.axes)
    if bias.shape == (out.shape[1],):
        return low.emit("BiasAdd", [out, bias], out.shape)
    return emit_aligned(low, "AddV2", [out, bias], 2)


@lowers("MatMul")
def matmul(low: Lowering, node: Node) -> None:
    """numpy.matmul: batches broadcast, vectors are rows on the left and columns on the right."""
    require_float(low, node)
    a, b = (low.plain(name) for name in node.inputs)
    if a.rank == 1:
        a = low.reshape(a, (1, *a.shape))
    if b.rank == 1:
        b = low.reshape(b, (*b.shape, 1))
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    rows, columns = a.shape[-2], b.shape[-1]
    if a.rank == b.rank == 2:
        out = low.emit("MatMul", [a, b], (rows, columns), transpose_a=False, transpose_b=False)
    elif b.rank == 2:  # one matrix for every batch: a taller product
        flat = low.reshape(a, (math.prod(a.shape[:-1]), a.shape[-1]))
        out = low.emit(
            "MatMul", [flat, b], (flat.shape[0], columns), transpose_a=False, transpose_b=False
        )
    else:
        a, b = (_batched(low, node, one, batch) for one in (a, b))
        out = low.emit("BatchMatMulV2", [a, b], (*a.shape[:-1], columns), adj_x=False, adj_y=False)
    low.write(node.outputs[0], low.reshape(out, low.shape(node.outputs[0])))


def _batched(low: Lowering, node: Node, x: Tensor, batch: tuple[int, ...]) -> Tensor:
    """Batches broadcast and flattened to one axis, since every backend has rank 3."""
    if math.prod(batch) == 0:
        raise refuse(node, "has no elements")
    full = low.reshape(x, (1,) * (len(batch) + 2 - x.rank) + x.shape)
    goal = (*batch, *x.shape[-2:])
    if full.shape != goal:
        full = low.emit("BroadcastTo", [full, low.ints(goal)], goal)
    return low.reshape(full, (math.prod(batch), *x.shape[-2:]))
