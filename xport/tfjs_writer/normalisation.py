"""Normalisations whose statistics are computed at run time, in whatever layout the tensor has."""

from __future__ import annotations

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.elementwise import require_float
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.operands import Operands, operand
from xport.tfjs_writer.reductions import reduced
from xport.tfjs_writer.tensor import Stored, Tensor


def _binary(low: Lowering, op: str, x: Tensor, y: Stored) -> Tensor:
    return low.emit(op, [x, y], x.shape)


def _moments(low: Lowering, x: Tensor, axes: list[int], epsilon: float) -> tuple[Tensor, ...]:
    """X without its mean, the mean, and 1 / sqrt(variance + epsilon), over axes of the value."""
    mean = reduced(low, "Mean", x, axes, keep=True)
    centred = _binary(low, "Sub", x, mean)
    square = low.emit("Square", [centred], x.shape, axes=x.axes)
    variance = reduced(low, "Mean", square, axes, keep=True)
    shifted = low.emit("AddV2", [variance, low.scalar(epsilon)], variance.shape, axes=x.axes)
    return centred, mean, low.emit("Rsqrt", [shifted], shifted.shape, axes=x.axes)


def per_axis(low: Lowering, name: str, x: Tensor, axis: int) -> Stored:
    """A vector along one axis of a value, shaped to broadcast against it as it is stored.

    Along the last stored axis it stays a vector, which later passes know as a bias.
    """
    after = x.rank - 1 - x.stored(axis)
    value = low.constant(name)
    if value is not None:
        return low.const(value.reshape(-1, *(1,) * after), name)
    vector = low.plain(name)
    found = low.reshape(vector, (vector.shape[0], *(1,) * after))
    return Stored(found.ref, found.shape, found.dtype)  # it lacks the axes in front


@lowers("BatchNormalization")
def batch_normalization(low: Lowering, node: Node) -> None:
    """With computed statistics (constant ones are folded before): one multiply-add per channel."""
    if node.get("training_mode", 0) or any(node.outputs[1:]):
        raise refuse(
            node,
            "is in training mode: it normalises by the batch",
            "give it running statistics (track_running_stats=True) and set the module to eval()",
        )
    require_float(low, node)
    x = low.any(node.inputs[0])
    gamma, beta, mean, variance = (per_axis(low, name, x, 1) for name in node.inputs[1:5])
    epsilon = low.scalar(float(node.get("epsilon", 1e-5)))
    shape = variance.shape
    spread = low.compute("Rsqrt", [low.compute("AddV2", [variance, epsilon], shape)], shape)
    scale = low.compute("Mul", [gamma, spread], shape)
    shift = low.compute("Sub", [beta, low.compute("Mul", [mean, scale], shape)], shape)
    low.write(node.outputs[0], _binary(low, "AddV2", _binary(low, "Mul", x, scale), shift))


@lowers("InstanceNormalization")
def instance_normalization(low: Lowering, node: Node) -> None:
    """Each channel of each sample by its own mean and variance."""
    require_float(low, node)
    x = low.any(node.inputs[0])
    axes = list(range(2, x.rank))
    centred, _, spread = _moments(low, x, axes, float(node.get("epsilon", 1e-5)))
    scale, shift = (per_axis(low, name, x, 1) for name in node.inputs[1:3])
    factor = _binary(low, "Mul", spread, scale)
    low.write(node.outputs[0], _binary(low, "AddV2", _binary(low, "Mul", centred, factor), shift))


@lowers("LayerNormalization")
def layer_normalization(low: Lowering, node: Node) -> None:
    """Over the axes from `axis` on; mean and 1 / deviation are outputs where they are asked for."""
    require_float(low, node)
    if node.get("stash_type", 1) != 1:
        raise refuse(node, f"stash_type {node.get('stash_type')} is not float32")
    x = low.any(node.inputs[0])
    axes = list(range(node.get("axis", -1) % x.rank, x.rank))
    centred, mean, spread = _moments(low, x, axes, float(node.get("epsilon", 1e-5)))
    out = _binary(low, "Mul", centred, spread)
    for op, name in zip(("Mul", "AddV2"), node.inputs[1:3], strict=False):
        if name:
            out = Operands((out, operand(low, name, x.axes)), x.axes).combined(low, op)
    for name, tensor in zip(node.outputs, (out, mean, spread), strict=False):
        if name:
            low.write(name, tensor)


@lowers("GroupNormalization")
def group_normalization(low: Lowering, node: Node) -> None:
    """Groups of channels by their own mean and variance, channels last."""
    require_float(low, node)
    if node.get("stash_type", 1) != 1:
        raise refuse(node, f"stash_type {node.get('stash_type')} is not float32")
    x = low.channels_last(node.inputs[0])
    groups, channels = int(node.get("num_groups")), x.shape[-1]
    pixels = int(np.prod(x.shape[1:-1], dtype=np.int64))
    split = low.reshape(x.as_stored, (x.shape[0], pixels, groups, channels // groups))
    centred, _, spread = _moments(low, split, [1, 3], float(node.get("epsilon", 1e-5)))
    even = low.reshape(_binary(low, "Mul", centred, spread), x.shape, x.axes)
    scale, shift = (_by_channel(low, node, name, channels) for name in node.inputs[1:3])
    low.write(node.outputs[0], _binary(low, "AddV2", _binary(low, "Mul", even, scale), shift))


def _by_channel(low: Lowering, node: Node, name: str, channels: int) -> Stored:
    """Parameters per channel (opset 21 on), or per group, repeated (before)."""
    value: Array | None = low.constant(name)
    if value is None:
        if low.shape(name) != (channels,):
            raise refuse(node, "its scale and bias per group must be constants")
        return low.plain(name)
    return low.const(value.repeat(channels // value.size), name)


@lowers("MeanVarianceNormalization")
def mean_variance_normalization(low: Lowering, node: Node) -> None:
    """Mean 0 and deviation 1 over the given axes; 1e-9 is added to the deviation."""
    require_float(low, node)
    x = low.any(node.inputs[0])
    axes = [axis % x.rank for axis in node.get("axes") or (0, 2, 3)]
    mean = reduced(low, "Mean", x, axes, keep=True)
    centred = _binary(low, "Sub", x, mean)
    square = low.emit("Square", [centred], x.shape, axes=x.axes)
    variance = reduced(low, "Mean", square, axes, keep=True)
    deviation = low.emit("Sqrt", [variance], variance.shape, axes=x.axes)
    deviation = low.emit("AddV2", [deviation, low.scalar(1e-9)], variance.shape, axes=x.axes)
    low.write(node.outputs[0], _binary(low, "RealDiv", centred, deviation))


@lowers("LRN")
def local_response_normalization(low: Lowering, node: Node) -> None:
    """Across channels; TF.js wants an odd window, and its alpha not divided by the window."""
    require_float(low, node)
    x = low.channels_last(node.inputs[0])
    size = int(node.get("size"))
    if x.rank != 4 or size % 2 == 0:
        raise refuse(node, f"size {size} over rank {x.rank} is not supported; an odd one over 4 is")
    low.write(
        node.outputs[0],
        low.emit(
            "LRN", [x], x.shape, axes=x.axes, depth_radius=size // 2,
            bias=float(node.get("bias", 1.0)), alpha=float(node.get("alpha", 1e-4)) / size,
            beta=float(node.get("beta", 0.75)),
        ),
    )  # fmt: skip
