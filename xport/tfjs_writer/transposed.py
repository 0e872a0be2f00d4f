"""ConvTranspose, and so the backward pass of Conv, as ordinary convolutions.

TF.js's own transposed convolution is many times slower than its forward one on wasm. With stride 1
the transposed convolution is the convolution with the kernel turned by 180° and its channels
swapped. With stride s, output positions of equal remainder modulo s are each an ordinary
convolution with every s-th row and column of the kernel: all of them together are one convolution
with s² times the channels, whose phases are interleaved.

Kernels are turned by operators on the forward kernel, so that where the forward kernel is stored
too, nothing else has to be (see `passes.compute_constants`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.blocks import interleaved
from xport.tfjs_writer.convolution import (
    MAX_GROUPS,
    Window,
    _two_dimensional,
    _write,
    convolve,
    depthwise,
    gathered,
)
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.shaping import sliced
from xport.tfjs_writer.tensor import Stored, Tensor


@dataclass(frozen=True)
class Taps:
    """One spatial axis of a transposed convolution, seen as an ordinary one.

    `source` has for every row of the new kernel and every phase (remainder modulo the stride) the
    row of the old kernel that belongs there, or -1 for zeros. The input is padded by `pads`;
    `rows` output rows per phase come out, of which `crop` are cut off in front and `length` kept.
    """

    source: tuple[tuple[int, ...], ...]
    pads: tuple[int, int]
    rows: int
    crop: int
    length: int

    @classmethod
    def of(cls, size: int, kernel: int, stride: int, dilation: int, pad: int, length: int) -> Taps:
        """For an input of `size`, `pad` rows cut off in front, `length` rows kept.

        Output row p takes kernel row t from input row i where p + pad = stride · i + dilation · t.
        """
        crop = max(0, pad - (kernel - 1) * dilation)
        first, wanted = pad - crop, length + crop
        steps = [
            [(first + phase - dilation * t) / stride for t in range(kernel)]
            for phase in range(stride)
        ]
        whole = [int(s) for row in steps for s in row if s == int(s)]
        low, high = min(whole), max(whole)
        source = tuple(
            tuple(row.index(low + u) if low + u in row else -1 for row in steps)
            for u in range(high - low + 1)
        )
        rows = max(math.ceil(wanted / stride), size - high)
        return cls(source, (-low, rows + high - size), rows, crop, length)

    @property
    def width(self) -> int:
        """Rows of the new kernel."""
        return len(self.source)


@dataclass(frozen=True)
class _Geometry:
    """Per spatial axis: stride, dilation, rows cut off in front, and rows kept."""

    strides: tuple[int, int]
    dilations: tuple[int, int]
    begins: tuple[int, int]
    lengths: tuple[int, int]

    def taps(self, image: Tensor, kernel: Tensor) -> list[Taps]:
        """Both axes of an ungrouped transposed convolution."""
        return [
            Taps.of(
                image.shape[1 + i], kernel.shape[i], self.strides[i], self.dilations[i],
                self.begins[i], self.lengths[i],
            )
            for i in range(2)
        ]  # fmt: skip


@lowers("ConvTranspose")
def conv_transpose(low: Lowering, node: Node) -> None:
    """ConvTranspose in one or two dimensions, grouped, dilated, with output_padding."""
    image, kernel = _two_dimensional(low, node)
    geometry = _geometry(low, node, image, kernel)
    groups, channels = node.get("group", 1), image.shape[3]
    if groups > 1 and groups == channels and kernel.shape[2] == 1:
        out = _depthwise_transposed(low, image, kernel, geometry)
    elif groups <= MAX_GROUPS:
        axes = geometry.taps(image, kernel)
        images = low.split(image, 3, [channels // groups] * groups)
        kernels = low.split(kernel, 3, [channels // groups] * groups)
        pairs = zip(images, kernels, strict=True)
        out = low.concat([_transposed(low, i, k, geometry.strides, axes) for i, k in pairs], 3)
    else:
        raise refuse(node, f"has {groups} groups that are not depthwise; {MAX_GROUPS} at most")
    _write(low, node, out)


def _geometry(low: Lowering, node: Node, image: Tensor, kernel: Tensor) -> _Geometry:
    strides, dilations = _pair(node, "strides", 1), _pair(node, "dilations", 1)
    spatial = low.shape(node.outputs[0])[2:]
    lengths = (spatial[0], spatial[1]) if len(spatial) == 2 else (1, spatial[0])
    auto = node.get("auto_pad", "NOTSET")
    if auto not in ("SAME_UPPER", "SAME_LOWER") and not node.get("output_shape"):
        flat = node.get("pads") or [0, 0] * len(spatial)
        begins = (flat[0], flat[1]) if len(flat) == 4 else (0, flat[0])
        return _Geometry(strides, dilations, begins, lengths)
    added = _pair(node, "output_padding", 0)
    totals = [
        strides[i] * (image.shape[1 + i] - 1) + added[i]
        + (kernel.shape[i] - 1) * dilations[i] + 1 - lengths[i]
        for i in range(2)
    ]  # fmt: skip
    if min(totals) < 0:
        raise refuse(node, "its output_shape is larger than its input and kernel reach")
    less = [total // 2 if auto == "SAME_UPPER" else total - total // 2 for total in totals]
    return _Geometry(strides, dilations, (less[0], less[1]), lengths)


def _pair(node: Node, name: str, default: int) -> tuple[int, int]:
    values = node.get(name) or [default, default]
    return (default, values[0]) if len(values) == 1 else (values[0], values[1])


def _transposed(
    low: Lowering, image: Tensor, kernel: Tensor, strides: Sequence[int], axes: Sequence[Taps]
) -> Tensor:
    turned = _turned(low, kernel, strides, axes)
    pads = (axes[0].pads, axes[1].pads)
    image, window = _cut_to_fit(low, image, Window(turned.shape[:2], (1, 1), (1, 1), pads))
    out = interleaved(low, convolve(low, image, turned, window), *strides)
    size = [out.shape[0], axes[0].length, axes[1].length, out.shape[3]]
    return sliced(low, out, [0, axes[0].crop, axes[1].crop, 0], size)


def _cut_to_fit(low: Lowering, image: Tensor, window: Window) -> tuple[Tensor, Window]:
    """Cut off the input rows that negative pads stand for: no output row takes them."""
    cuts = [(max(0, -begin), max(0, -end)) for begin, end in window.pads]
    spatial = [size - sum(cut) for size, cut in zip(image.shape[1:3], cuts, strict=True)]
    begin = [0, cuts[0][0], cuts[1][0], 0]
    image = sliced(low, image, begin, [image.shape[0], *spatial, image.shape[3]])
    return image, replace(window, pads=tuple((max(a, 0), max(b, 0)) for a, b in window.pads))


def _turned(low: Lowering, kernel: Tensor, strides: Sequence[int], axes: Sequence[Taps]) -> Stored:
    """The kernel of the ordinary convolution, from one stored (height, width, out, in).

    Rows lie in the order (row of the new kernel, phase) before they are split into the two.
    Its output channels are (phase of the row, phase of the column, channel), see `interleaved`.
    """
    height, width, outputs, inputs = kernel.shape
    flipped = all(
        tap.source == tuple((t,) for t in reversed(range(size)))
        for tap, size in zip(axes, (height, width), strict=True)
    )
    if flipped:
        if (height, width) != (1, 1):
            kernel = low.emit("ReverseV2", [kernel, low.ints([0, 1])], kernel.shape)
        swapped = low.ints([0, 1, 3, 2])
        return low.compute("Transpose", [kernel, swapped], (height, width, inputs, outputs))
    for axis, tap in enumerate(axes):
        zeros = kernel.shape[axis]
        rows = [row if row >= 0 else zeros for taps in tap.source for row in taps]
        kernel = gathered(low, kernel, axis, rows)
    (a, s), (b, r) = ((tap.width, stride) for tap, stride in zip(axes, strides, strict=True))
    split = low.reshape(kernel.as_stored, (a, s, b, r, outputs, inputs))
    order = (0, 2, 5, 1, 3, 4)
    shape = [split.shape[i] for i in order]
    moved = low.compute("Transpose", [split, low.ints(order)], shape)
    return low.reshape(moved, (a, b, inputs, s * r * outputs))


def _depthwise_transposed(
    low: Lowering, image: Tensor, kernel: Tensor, geometry: _Geometry
) -> Tensor:
    """Zeros between the input's rows and columns, then a depthwise convolution."""
    strides, dilations = geometry.strides, geometry.dilations
    if strides[0] * strides[1] > 1:
        zeros = np.zeros((*image.shape[:3], image.shape[3] * (strides[0] * strides[1] - 1)))
        filler = low.const(zeros.astype(np.float32)).ordered(image.axes)
        image = interleaved(low, low.concat([image, filler], 3), *strides)
    size = kernel.shape[:2]
    if size != (1, 1):
        kernel = low.emit("ReverseV2", [kernel, low.ints([0, 1])], kernel.shape)
    kernel = low.reshape(kernel.as_stored, (*size, kernel.shape[3], 1))
    pads = tuple(
        ((size[i] - 1) * dilations[i] - begin, length - image.shape[1 + i] + begin)
        for i, (begin, length) in enumerate(zip(geometry.begins, geometry.lengths, strict=True))
    )
    image, window = _cut_to_fit(low, image, Window(size, (1, 1), dilations, pads))
    return depthwise(low, image, kernel, window)
