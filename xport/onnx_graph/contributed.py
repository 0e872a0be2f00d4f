"""Operators of ONNX Runtime's own domain that quantisers write, as ONNX's.

MatMulNBits has weights of 4 or 8 bits in blocks, DynamicQuantizeLSTM of 8 bits; their layout is
that of ONNX Runtime's documentation (ContribOperators.md).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.building import Building
from xport.onnx_graph.graph import Graph, refuse

DOMAIN = "com.microsoft"
DYNAMIC = "xport_dynamic"
"""Attribute of an LSTM whose operands are quantised as they come."""


def as_own_operators(graph: Graph) -> None:
    """Write contributed operators with quantised weights as ONNX's own, weights dequantised.

    Raises:
        ConversionError: weights, scales or zero points are computed, or lie otherwise than
            documented; the node is named.
    """
    for node in list(graph.nodes):
        if node.domain == DOMAIN and node.op in HANDLERS:
            build = Building(graph, node)
            try:
                HANDLERS[node.op](build)
            except (ValueError, TypeError, IndexError) as error:
                raise refuse(node, f"its weights do not fit: {error}", "quantise anew") from error
            build.done()


def _constant(build: Building, place: int, what: str) -> Array | None:
    name = build.node.inputs[place] if place < len(build.node.inputs) else ""
    value = build.graph.constants.get(name)
    if name and value is None:
        raise refuse(build.node, f"its {what} must be constants", "store them in the model")
    return value


def _needed(build: Building, place: int, what: str) -> Array:
    value = _constant(build, place, what)
    if value is None:
        raise refuse(build.node, f"has no {what}", "quantise anew")
    return value


def _unpacked(packed: Array, bits: int) -> Array:
    """Numbers of 4 or 8 bits from bytes along the last axis, the lower half first."""
    if bits == 8:
        return packed.astype(np.float32)
    both = np.stack([packed & 15, packed >> 4], axis=-1)
    return both.reshape(*packed.shape[:-1], -1).astype(np.float32)


def _matmul_n_bits(build: Building) -> None:
    node = build.node
    bits, block = int(node.get("bits", 4)), int(node.get("block_size", 0))
    rows, length = int(node.get("N", 0)), int(node.get("K", 0))
    if bits not in (4, 8) or min(block, rows, length) < 1:
        raise refuse(node, f"has {bits} bits in blocks of {block}", "quantise to 4 or 8 bits")
    if _constant(build, 4, "g_idx") is not None:
        raise refuse(node, "its g_idx is not supported", "quantise without act-order")
    blocks = -(-length // block)
    packed = _needed(build, 1, "weights").reshape(rows, blocks, block * bits // 8)
    scales = _needed(build, 2, "scales").astype(np.float32).reshape(rows, blocks, 1)
    zero = _constant(build, 3, "zero points")
    if zero is None:
        points: Array = np.float32(2 ** (bits - 1)) * np.ones((rows, blocks, 1), np.float32)
    elif zero.dtype == np.uint8:
        points = _unpacked(zero.reshape(rows, -1), bits)[:, :blocks, None]
    else:
        points = zero.astype(np.float32).reshape(rows, blocks, 1)
    weights = ((_unpacked(packed, bits) - points) * scales).reshape(rows, -1)[:, :length]
    out = build.add("MatMul", node.inputs[0], build.constant(weights.T, np.float32))
    if len(node.inputs) > 5 and node.inputs[5]:
        out = build.add("Add", out, node.inputs[5])
    build.end(out, 0)


def _dynamic_lstm(build: Building) -> None:
    node = build.node
    for place, scale, zero in ((1, 8, 9), (2, 10, 11)):
        value = _needed(build, place, "weights").astype(np.float32)  # (directions, in, 4 · hidden)
        by_row = (value.shape[0], 1, -1)
        scales = _needed(build, scale, "scales").reshape(by_row)
        points = _needed(build, zero, "zero points").astype(np.float32).reshape(by_row)
        weights = ((value - points) * scales).transpose(0, 2, 1)
        node.inputs[place] = build.constant(weights, np.float32)
    attributes = {**node.attributes, DYNAMIC: 1}
    names = [build.graph.fresh(f"{name or node.name}/float") for name in node.outputs]
    for place, name in enumerate(names):
        build.end(name, place)
    lstm = type(node)("LSTM", node.inputs[:8], names, attributes, node.name)
    build.nodes.insert(0, lstm)


HANDLERS: dict[str, Callable[[Building], None]] = {
    "MatMulNBits": _matmul_n_bits,
    "DynamicQuantizeLSTM": _dynamic_lstm,
}
