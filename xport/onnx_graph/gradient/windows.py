"""Where the windows of a convolution or pool lie along each spatial axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xport.onnx_graph.gradient.emitter import Shape
from xport.onnx_graph.graph import Node, refuse


@dataclass(frozen=True)
class Windows:
    """`count` windows per axis over `size` elements, padded by `begin` and `end`.

    Window i begins at element strides · i − begin and has `kernel` elements, `dilations` apart.
    """

    size: Shape
    count: Shape
    kernel: Shape
    strides: Shape
    dilations: Shape
    begin: Shape
    end: Shape

    @property
    def span(self) -> Shape:
        """Elements from the first window's first to the last window's last, per axis."""
        return tuple(
            s * (n - 1) + d * (k - 1) + 1
            for n, k, s, d in self.zipped("count", "kernel", "strides", "dilations")
        )

    def zipped(self, *fields: str) -> Iterator[tuple[int, ...]]:
        """Several fields, axis by axis."""
        return zip(*(getattr(self, field) for field in fields), strict=True)


def windows(node: Node, source: Shape, result: Shape, kernel: Shape) -> Windows:
    """The windows of a Conv or pool from `source` to `result` (N, C, spatial axes...).

    Raises:
        ConversionError: `auto_pad` is none that ONNX knows.
    """
    ones = [1] * len(kernel)
    strides = tuple(node.get("strides") or ones)
    dilations = tuple(node.get("dilations") or ones)
    begin, end = _pads(node, len(kernel))
    found = Windows(source[2:], result[2:], tuple(kernel), strides, dilations, begin, end)
    if node.get("auto_pad", "NOTSET") in ("SAME_UPPER", "SAME_LOWER"):
        total = [max(last - n, 0) for last, n in found.zipped("span", "size")]
        less, more = tuple(t // 2 for t in total), tuple(t - t // 2 for t in total)
        begin, end = (less, more) if node.get("auto_pad") == "SAME_UPPER" else (more, less)
        found = Windows(source[2:], result[2:], tuple(kernel), strides, dilations, begin, end)
    return found


def transposed_windows(node: Node, source: Shape, result: Shape, kernel: Shape) -> Windows:
    """The windows of a ConvTranspose: over its result, as many as its source has elements.

    Raises:
        ConversionError: the result's size, not its pads, is given.
    """
    if node.get("output_shape") or node.get("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        raise refuse(node, "no gradient is known for output_shape or auto_pad", "export pads")
    return windows(node, result, source, kernel)


def _pads(node: Node, axes: int) -> tuple[Shape, Shape]:
    mode = node.get("auto_pad", "NOTSET")
    if mode not in ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"):
        raise refuse(node, f"auto_pad {mode!r} is not known")
    pads = tuple(node.get("pads") or [0] * 2 * axes) if mode == "NOTSET" else (0,) * 2 * axes
    return pads[:axes], pads[axes:]
