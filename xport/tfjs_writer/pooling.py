"""Pools over one or two spatial axes, and over all of them."""

from __future__ import annotations

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.convolution import Window, conv_window
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.shaping import strided
from xport.tfjs_writer.tensor import Tensor

MAX_PLACES = 49
"""In the window of a dilated pool."""
LOWEST = float(np.finfo(np.float32).min)


@lowers("MaxPool")
def max_pool(low: Lowering, node: Node) -> None:
    """MaxPool without indices; padding is the lowest number, which no maximum is."""
    if len(node.outputs) > 1 and node.outputs[1]:
        raise refuse(node, "its indices are not supported")
    if node.get("storage_order", 0):
        raise refuse(node, "storage_order 1 is not supported")
    image, window = _windowed(low, node)
    padded = _padded(low, image, window, LOWEST)
    if set(window.dilations) == {1}:
        _write(low, node, _pool(low, "MaxPool", padded, window))
        return
    _write(low, node, _dilated(low, node, padded, window, "Maximum"))


def _dilated(low: Lowering, node: Node, image: Tensor, window: Window, op: str) -> Tensor:
    """One picture for every place in the window, combined: TF.js's pools have no holes."""
    lengths = (1, *low.shape(node.outputs[0])[2:])[-2:]
    places = list(np.ndindex(*window.kernel))
    if len(places) > MAX_PLACES:
        raise refuse(node, f"is dilated with {len(places)} places", "use a smaller kernel")
    out: Tensor | None = None
    for place in places:
        begins = [at * gap for at, gap in zip(place, window.dilations, strict=True)]
        reach = [(size - 1) * step + 1 for size, step in zip(lengths, window.strides, strict=True)]
        ends = [begin + far for begin, far in zip(begins, reach, strict=True)]
        starts, stops = [0, 0, *begins], [image.shape[0], image.shape[3], *ends]
        one = strided(low, image, starts, stops, [1, 1, *window.strides])
        out = one if out is None else low.emit(op, [out, one], one.shape, axes=one.axes)
    assert out is not None
    return out


@lowers("AveragePool")
def average_pool(low: Lowering, node: Node) -> None:
    """AveragePool; where windows hold different numbers of elements, sums are scaled anew."""
    image, window = _windowed(low, node)
    declared = _declared_pads(low, node, image)
    padded, size = _padded(low, image, window, 0.0), window.kernel[0] * window.kernel[1]
    if set(window.dilations) == {1}:
        out = _pool(low, "AvgPool", padded, window)
    else:
        out = _dilated(low, node, padded, window, "AddV2")
        out = low.emit("Mul", [out, low.scalar(1 / size)], out.shape, axes=out.axes)
    counts = _counts(image.shape[1:3], window, declared, bool(node.get("count_include_pad", 0)))
    if (counts != size).any():
        scale = low.const((size / counts).astype(np.float32)[None, :, :, None])
        out = low.emit("Mul", [out, scale], out.shape, axes=out.axes)
    _write(low, node, out)


@lowers("GlobalAveragePool", "GlobalMaxPool")
def global_pool(low: Lowering, node: Node) -> None:
    """The mean or maximum over all spatial axes."""
    image = low.any(node.inputs[0])
    if image.dtype != "float32":
        raise refuse(node, "is not in float32")
    axes = sorted(image.stored(axis) for axis in range(2, image.rank))
    shape = [1 if i in axes else size for i, size in enumerate(image.shape)]
    op = "Mean" if node.op == "GlobalAveragePool" else "Max"
    low.write(node.outputs[0], low.emit(op, [image, low.ints(axes)], shape, keep_dims=True))


def _windowed(low: Lowering, node: Node) -> tuple[Tensor, Window]:
    """The image, two-dimensional and channels-last, and the window with what ceil_mode adds."""
    rank = len(low.shape(node.inputs[0]))
    if rank not in (3, 4):
        raise refuse(node, f"has {rank - 2} spatial dimensions; 1 and 2 are supported")
    image = low.channels_last(node.inputs[0])
    if image.dtype != "float32":
        raise refuse(node, "is not in float32")
    if rank == 3:
        image = low.reshape(image, (image.shape[0], 1, *image.shape[1:]), (0, 2, 3, 1))
    window = conv_window(low, node, image.shape[1:3])
    lengths = (1, *low.shape(node.outputs[0])[2:])[-2:]
    pads = []
    for i, (begin, _) in enumerate(window.pads):
        if (lengths[i] - 1) * window.strides[i] >= image.shape[1 + i] + begin:
            raise refuse(node, "ends with a window of padding alone, which runtimes leave out")
        span = (window.kernel[i] - 1) * window.dilations[i] + 1
        reach = (lengths[i] - 1) * window.strides[i] + span
        pads.append((begin, max(0, reach - begin - image.shape[1 + i])))
    return image, Window(window.kernel, window.strides, window.dilations, tuple(pads))


def _declared_pads(low: Lowering, node: Node, image: Tensor) -> tuple[tuple[int, int], ...]:
    return conv_window(low, node, image.shape[1:3]).pads


def _padded(low: Lowering, image: Tensor, window: Window, value: float) -> Tensor:
    if not any(map(any, window.pads)):
        return image
    pads = np.asarray([(0, 0), *window.pads, (0, 0)], dtype=np.int32)
    shape = [size + int(sum(pad)) for size, pad in zip(image.shape, pads, strict=True)]
    return low.emit("PadV2", [image, low.const(pads), low.scalar(value)], shape, axes=image.axes)


def _pool(low: Lowering, op: str, image: Tensor, window: Window) -> Tensor:
    spatial = [(image.shape[1 + i] - window.kernel[i]) // window.strides[i] + 1 for i in range(2)]
    return low.emit(
        op, [image], (image.shape[0], *spatial, image.shape[3]), axes=image.axes,
        ksize=[1, *window.kernel, 1], strides=[1, *window.strides, 1],
        padding="VALID", data_format="NHWC",
    )  # fmt: skip


def _counts(
    size: tuple[int, ...], window: Window, declared: tuple[tuple[int, int], ...], padding: bool
) -> Array:
    """How many elements the mean of each window is over: real ones, or with the declared pads."""
    axes = []
    for i in range(2):
        low, high = (-declared[i][0], size[i] + declared[i][1]) if padding else (0, size[i])
        taps = np.arange(window.kernel[i]) * window.dilations[i]
        reach = size[i] + sum(window.pads[i]) - taps[-1] - 1
        starts = np.arange(reach // window.strides[i] + 1) * window.strides[i] - window.pads[i][0]
        places = starts[:, None] + taps
        axes.append(((places >= low) & (places < high)).sum(axis=1))
    counts: Array = np.outer(axes[0], axes[1])
    return counts


def _write(low: Lowering, node: Node, out: Tensor) -> None:
    if len(low.shape(node.outputs[0])) == 3:
        out = low.reshape(out, (out.shape[0], *out.shape[2:]), (0, 2, 1))
    low.write(node.outputs[0], out)
