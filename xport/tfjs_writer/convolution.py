"""Conv and ConvTranspose as TF.js's forward convolutions, which its backends have fast."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.tensor import Stored, Tensor

KERNEL_LAST = (2, 3, 1, 0)
"""Height, width, input channels, output channels of an ONNX kernel (out, in, height, width)."""
MAX_GROUPS = 64
"""Grouped convolutions that are not depthwise become one convolution per group, up to here."""


@dataclass(frozen=True)
class Window:
    """How a convolution slides over two spatial axes: pads are (begin, end) per axis."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    pads: tuple[tuple[int, int], ...]

    @property
    def extent(self) -> tuple[int, ...]:
        """What a kernel covers, dilation included."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.kernel, self.dilations, strict=True))


@lowers("Conv")
def conv(low: Lowering, node: Node) -> None:
    """Conv in one or two dimensions, grouped, dilated, padded in any way."""
    image, kernel = _two_dimensional(low, node)
    window = conv_window(low, node, image.shape[1:3])
    kernel, window = _without_dilation(low, kernel, window)
    out = _convolve(low, node, image, kernel, window)
    _write(low, node, out)


def _without_dilation(low: Lowering, kernel: Tensor, window: Window) -> tuple[Tensor, Window]:
    """Zeros between the kernel's rows where it has strides too: TF.js takes one or the other."""
    if set(window.dilations) == {1} or set(window.strides) == {1}:
        return kernel, window
    for axis, dilation in enumerate(window.dilations):
        size = kernel.shape[axis]
        taps = [row // dilation if row % dilation == 0 else size
                for row in range((size - 1) * dilation + 1)]  # fmt: skip
        kernel = gathered(low, kernel, axis, taps)
    return kernel, replace(window, kernel=kernel.shape[:2], dilations=(1, 1))


def gathered(low: Lowering, kernel: Tensor, axis: int, rows: Sequence[int]) -> Tensor:
    """Rows of a kernel by number; the number after the last one is a row of zeros."""
    zeros = kernel.shape[axis]
    if zeros in rows:
        pads = np.zeros((4, 2), dtype=np.int32)
        pads[axis, 1] = 1
        shape = [size + (i == axis) for i, size in enumerate(kernel.shape)]
        kernel = low.emit("PadV2", [kernel, low.const(pads), low.scalar(0.0)], shape)
    if list(rows) == list(range(kernel.shape[axis])):
        return kernel
    shape = [len(rows) if i == axis else size for i, size in enumerate(kernel.shape)]
    inputs = [kernel, low.ints(rows), low.ints_scalar(axis)]
    return low.emit("GatherV2", inputs, shape, batch_dims=0)


def _convolve(low: Lowering, node: Node, image: Tensor, kernel: Tensor, window: Window) -> Tensor:
    groups, channels = node.get("group", 1), image.shape[3]
    if groups == 1:
        return convolve(low, image, kernel, window)
    if groups == channels:
        return depthwise(low, image, _depthwise_kernel(low, kernel, channels), window)
    if groups > MAX_GROUPS:
        raise refuse(node, f"has {groups} groups that are not depthwise; {MAX_GROUPS} at most")
    images = low.split(image, 3, [channels // groups] * groups)
    kernels = low.split(kernel, 3, [kernel.shape[3] // groups] * groups)
    parts = [convolve(low, i, k, window) for i, k in zip(images, kernels, strict=True)]
    return low.concat(parts, 3)


def _depthwise_kernel(low: Lowering, kernel: Tensor, channels: int) -> Tensor:
    """A kernel (height, width, 1, channels · multiplier) as TF.js has it."""
    height, width, _, outputs = kernel.shape
    return low.reshape(kernel.as_stored, (height, width, channels, outputs // channels))


def convolve(low: Lowering, image: Tensor, kernel: Stored, window: Window) -> Tensor:
    """An ordinary convolution, channels last."""
    return low.emit(
        "Conv2D", [image, kernel], _output_shape(image, kernel.shape[3], window),
        axes=image.axes, **_attributes(window),
    )  # fmt: skip


def depthwise(low: Lowering, image: Tensor, kernel: Stored, window: Window) -> Tensor:
    """A convolution of every channel by itself, channels last."""
    outputs = kernel.shape[2] * kernel.shape[3]
    return low.emit(
        "DepthwiseConv2dNative", [image, kernel], _output_shape(image, outputs, window),
        axes=image.axes, **_attributes(window),
    )  # fmt: skip


def _output_shape(image: Tensor, channels: int, window: Window) -> tuple[int, ...]:
    spatial = (
        (size + sum(pad) - extent) // stride + 1
        for size, pad, extent, stride in zip(
            image.shape[1:3], window.pads, window.extent, window.strides, strict=True
        )
    )
    return (image.shape[0], *spatial, channels)


def _attributes(window: Window) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "strides": [1, *window.strides, 1],
        "dilations": [1, *window.dilations, 1],
        "data_format": "NHWC",
        "padding": "VALID",
    }
    if any(map(any, window.pads)):
        attributes["padding"] = "EXPLICIT"
        attributes["explicit_paddings"] = [0, 0, *np.ravel(window.pads).tolist(), 0, 0]
    return attributes


def _two_dimensional(low: Lowering, node: Node) -> tuple[Tensor, Tensor]:
    """Image and kernel channels-last; one-dimensional ones get a height of 1."""
    rank = len(low.shape(node.inputs[0]))
    if rank not in (3, 4):
        raise refuse(node, f"has {rank - 2} spatial dimensions; 1 and 2 are supported")
    if low.any(node.inputs[0]).dtype != "float32":
        raise refuse(node, "is not in float32")
    channels, shape = low.shape(node.inputs[0])[1], low.shape(node.inputs[1])
    taken = shape[0] if node.op == "ConvTranspose" else shape[1] * node.get("group", 1)
    if channels != taken:
        raise refuse(node, f"its kernel takes {taken} channels, its input has {channels}")
    image = low.channels_last(node.inputs[0])
    kernel = low.as_axes(node.inputs[1], KERNEL_LAST if rank == 4 else (2, 1, 0))
    if rank == 3:
        image = low.reshape(image, (image.shape[0], 1, *image.shape[1:]), (0, 2, 3, 1))
        kernel = low.reshape(kernel, (1, *kernel.shape), KERNEL_LAST)
    return image, kernel


def _write(low: Lowering, node: Node, out: Tensor) -> None:
    """Add the bias and write the output, without the height that a line was given."""
    if len(node.inputs) > 2 and node.inputs[2]:
        out = low.emit("BiasAdd", [out, low.plain(node.inputs[2])], out.shape, axes=out.axes)
    if len(low.shape(node.inputs[0])) == 3:
        out = low.reshape(out, (out.shape[0], *out.shape[2:]), (0, 2, 1))
    low.write(node.outputs[0], out)


def conv_window(low: Lowering, node: Node, size: Sequence[int]) -> Window:
    """The window of a Conv or pool over an image of `size` (height, width)."""
    kernel = tuple(node.get("kernel_shape") or low.shape(node.inputs[1])[2:])
    strides = tuple(node.get("strides") or (1,) * len(kernel))
    dilations = tuple(node.get("dilations") or (1,) * len(kernel))
    flat = node.get("pads") or [0] * (2 * len(kernel))
    pads = tuple(zip(flat[: len(kernel)], flat[len(kernel) :], strict=True))
    if len(kernel) == 1:
        kernel, strides, dilations = (1, *kernel), (1, *strides), (1, *dilations)
        pads = ((0, 0), *pads)
    window = Window(kernel, strides, dilations, pads)
    if any(pad < 0 for both in pads for pad in both):
        raise refuse(node, "has negative pads")
    auto = node.get("auto_pad", "NOTSET")
    return window if auto in ("NOTSET", "") else _auto_padded(node, window, size, auto)


def _auto_padded(node: Node, window: Window, size: Sequence[int], auto: str) -> Window:
    if auto == "VALID":
        return Window(window.kernel, window.strides, window.dilations, ((0, 0), (0, 0)))
    pads = []
    for length, extent, stride in zip(size, window.extent, window.strides, strict=True):
        total = max((math.ceil(length / stride) - 1) * stride + extent - length, 0)
        less, more = total // 2, total - total // 2
        pads.append((less, more) if auto == "SAME_UPPER" else (more, less))
    return Window(window.kernel, window.strides, window.dilations, tuple(pads))
