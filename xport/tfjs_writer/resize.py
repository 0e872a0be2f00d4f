"""Resize, where TF.js reads the very pixels that ONNX says.

Both are compared at the sizes at hand: for every output row and column, where ONNX reads and where
TF.js does. Only if they agree is the operator translated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from xport.arrays import Array
from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.lowering import Lowering, lowers

FLAGS = ((False, False), (False, True), (True, False))
"""TF.js's (align_corners, half_pixel_centers)."""
ROUNDINGS: dict[str, Callable[[Array], Array]] = {
    "floor": np.floor,
    "ceil": np.ceil,
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: np.floor(x + 0.5),
}


@dataclass(frozen=True)
class Axis:
    """One spatial axis: its length before and after, and ONNX's scale for it."""

    before: int
    after: int
    scale: float

    def onnx(self, mode: str) -> Array:
        """The source coordinate of every output element, as ONNX defines it (Resize, opset 19)."""
        out = np.arange(self.after, dtype=np.float64)
        if mode == "half_pixel" or (mode == "pytorch_half_pixel" and self.after > 1):
            return (out + 0.5) / self.scale - 0.5
        if mode == "pytorch_half_pixel":
            return out * 0.0
        if mode == "asymmetric":
            return out / self.scale
        if mode == "align_corners":
            return out * (self.before - 1) / (self.after - 1) if self.after > 1 else out * 0.0
        if mode == "half_pixel_symmetric":
            adjustment = self.after / (self.scale * self.before)
            offset = self.before / 2 * (1 - adjustment)
            return offset + (out + 0.5) / self.scale - 0.5
        raise KeyError(mode)

    def tfjs(self, align: bool, half_pixel: bool) -> Array:
        """The source coordinate in TF.js's bilinear kernel."""
        out = np.arange(self.after, dtype=np.float64)
        shrink = 1 if align and self.after > 1 else 0
        ratio = (self.before - shrink) / (self.after - shrink)
        return (out + 0.5) * ratio - 0.5 if half_pixel else out * ratio

    def tfjs_nearest(self, align: bool, half_pixel: bool) -> Array:
        """The source element in TF.js's nearest kernel."""
        out = np.arange(self.after, dtype=np.float64)
        shrink = 1 if align and self.after > 1 else 0
        ratio = (self.before - shrink) / (self.after - shrink)
        place = (out + 0.5) * ratio if half_pixel else out * ratio
        picked = np.round(place) if align else np.floor(place)
        return np.asarray(np.clip(picked, 0, self.before - 1))


@lowers("Resize")
def resize(low: Lowering, node: Node) -> None:
    """Resize of pictures, nearest or linear, in the coordinate modes that TF.js can do."""
    shape, goal = low.shape(node.inputs[0]), low.shape(node.outputs[0])
    if len(shape) != 4 or shape[:2] != goal[:2]:
        raise refuse(node, "resizes other axes than the two of a picture")
    for attribute in ("antialias", "exclude_outside"):
        if node.get(attribute, 0):
            raise refuse(node, f"{attribute} is not supported")
    if node.get("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise refuse(node, "keep_aspect_ratio_policy is not supported")
    axes = _axes(low, node)
    kind, mode = (
        node.get("mode", "nearest"),
        node.get("coordinate_transformation_mode", "half_pixel"),
    )
    flags = _flags(node, axes, kind, mode)
    image = low.channels_last(node.inputs[0])
    if image.dtype != "float32":
        raise refuse(node, "is not in float32")
    size = low.ints(goal[2:])
    op = "ResizeBilinear" if kind == "linear" else "ResizeNearestNeighbor"
    out = low.emit(
        op, [image, size], (goal[0], *goal[2:], goal[1]), axes=image.axes,
        align_corners=flags[0], half_pixel_centers=flags[1],
    )  # fmt: skip
    low.write(node.outputs[0], out)


def _axes(low: Lowering, node: Node) -> list[Axis]:
    shape, goal = low.shape(node.inputs[0]), low.shape(node.outputs[0])
    scales = low.fixed(node, 2, "scales")
    chosen = node.get("axes") or range(4)
    factors = {axis: goal[axis] / shape[axis] for axis in range(4)}
    if scales is not None and scales.size:
        factors |= {axis % 4: float(f) for axis, f in zip(chosen, scales, strict=True)}
    return [Axis(shape[axis], goal[axis], factors[axis]) for axis in (2, 3)]


def _flags(node: Node, axes: list[Axis], kind: str, mode: str) -> tuple[bool, bool]:
    """The flags under which TF.js reads the same pixels.

    Raises:
        ConversionError: there are none.
    """
    if kind not in ("nearest", "linear"):
        raise refuse(node, f"mode {kind} is not supported")
    rounding = node.get("nearest_mode", "round_prefer_floor")
    for flags in FLAGS:
        try:
            if all(_agree(axis, kind, mode, rounding, flags) for axis in axes):
                return flags
        except KeyError:
            break
    words = f"{kind} with {mode}" + (f", {rounding}" if kind == "nearest" else "")
    sizes = " and ".join(f"{axis.before} to {axis.after}" for axis in axes)
    raise refuse(node, f"{words}, from {sizes}, is not what any mode of TF.js does")


def _agree(axis: Axis, kind: str, mode: str, rounding: str, flags: tuple[bool, bool]) -> bool:
    place = axis.onnx(mode)
    last = axis.before - 1
    if kind == "linear":
        theirs = np.clip(axis.tfjs(*flags), 0, last)
        return bool(np.allclose(np.clip(place, 0, last), theirs, rtol=0, atol=1e-9))
    ours = np.clip(ROUNDINGS[rounding](place), 0, last)
    return bool(np.array_equal(ours, axis.tfjs_nearest(*flags)))
