"""Fourier transforms whose lengths are known, as products with constant matrices.

The matrices are computed in float64 and rounded once; a product is as exact as any other.
"""

from __future__ import annotations

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.building import Building
from xport.onnx_graph.graph import refuse

MAX_LENGTH = 4096
"""Of a transform: its matrix of sines and cosines is 128 MiB then."""


def _number(build: Building, place: int, what: str) -> int | None:
    """A whole number among the inputs, which must be known."""
    name = build.node.inputs[place] if place < len(build.node.inputs) else ""
    value = build.graph.constants.get(name)
    if name and value is None:
        raise refuse(build.node, f"its {what} must be a constant", "store it in the model")
    return None if value is None else int(value.reshape(-1)[0])


def _matrix(length: int, given: int, kept: int, complex_: bool, inverse: bool) -> Array:
    """From `given` of `length` elements to `kept` frequencies, real and imaginary parts in turn.

    Returns:
        (given · 2 or given, kept · 2), float64: the parts of a complex input are in turn too.
    """
    sign = 1 if inverse else -1
    turns = np.outer(np.arange(given), np.arange(kept)) % length
    angle = sign * 2 * np.pi * turns / length
    scale = 1 / length if inverse else 1.0
    real, imaginary = np.cos(angle) * scale, np.sin(angle) * scale
    from_real = np.stack([real, imaginary], -1).reshape(given, -1)
    if not complex_:
        return from_real
    from_imaginary = np.stack([-imaginary, real], -1).reshape(given, -1)
    return np.stack([from_real, from_imaginary], 1).reshape(2 * given, -1)


def _real_from_half(length: int, used: int, parts: int) -> Array:
    """From half of the frequencies of a real signal, whose others mirror them, to the signal.

    Returns:
        (used · parts, length), float64.
    """
    full = _matrix(length, length, length, True, True).reshape(length, 2, length, 2)[..., 0]
    half = full[:used].copy()
    for place in range(1, used):
        if 2 * place != length:
            half[place] += full[length - place] * np.array([1, -1])[:, None]
    return half[:, :parts].reshape(used * parts, length)


def _require_length(build: Building, length: int) -> None:
    if not 1 <= length <= MAX_LENGTH:
        raise refuse(build.node, f"transforms {length} elements, 1 to {MAX_LENGTH} are supported")


def dft(build: Building) -> None:
    """DFT along an axis; the last axis holds one part, or the real and the imaginary one."""
    node, graph = build.node, build.graph
    shape = graph.type_of(node.inputs[0]).shape
    axis = _number(build, 2, "axis") if graph.opset >= 20 else node.get("axis", 1)
    axis = (-2 if axis is None else axis) % len(shape)
    given = _number(build, 1, "dft_length")
    length = shape[axis] if given is None else given
    inverse, onesided = bool(node.get("inverse", 0)), bool(node.get("onesided", 0))
    if axis == len(shape) - 1:
        raise refuse(node, "is along the axis of its parts", "transform another axis")
    whole = inverse and onesided  # of a real signal, from the first half of its frequencies
    if whole and given is None:
        length = 2 * (shape[axis] - 1)
    _require_length(build, length)
    used = min(shape[axis], length // 2 + 1 if whole else length)
    x = node.inputs[0]
    if used < shape[axis]:
        x = build.add("Slice", x, build.ints(0), build.ints(used), build.ints(axis))
    order = [i for i in range(len(shape) - 1) if i != axis]
    x = build.add("Transpose", x, perm=[*order, axis, len(shape) - 1])
    x = build.reshape(x, -1, used * shape[-1])
    if whole:
        matrix, kept, parts = _real_from_half(length, used, shape[-1]), length, 1
    else:
        kept, parts = length // 2 + 1 if onesided else length, 2
        matrix = _matrix(length, used, kept, shape[-1] == 2, inverse)
    out = build.add("MatMul", x, build.constant(matrix.astype(np.float32)))
    out = build.reshape(out, *(shape[i] for i in order), kept, parts)
    back = [*order, axis]
    build.end(build.add("Transpose", out, perm=[*map(back.index, range(len(back))), len(back)]), 0)


def stft(build: Building) -> None:
    """STFT: windows of a signal at even steps, each transformed."""
    node, graph = build.node, build.graph
    shape = graph.type_of(node.inputs[0]).shape
    window = node.inputs[2] if len(node.inputs) > 2 else ""
    step, length = _number(build, 1, "frame_step"), _number(build, 3, "frame_length")
    if length is None:
        length = graph.type_of(window).size if window else shape[1]
    _require_length(build, length)
    if not step or step < 1 or length > shape[1]:
        raise refuse(node, f"takes windows of {length} at steps of {step} from {shape[1]}")
    complex_, kept = shape[-1] == 2 and len(shape) == 3, length
    if node.get("onesided", 1):
        kept = length // 2 + 1
    parts = 2 if complex_ else 1
    frames = (shape[1] - length) // step + 1
    places = np.arange(frames)[:, None] * step + np.arange(length)
    flat = build.reshape(node.inputs[0], shape[0], shape[1], parts)
    cut = build.add("Gather", flat, build.constant(places.reshape(-1), np.int64), axis=1)
    cut = build.reshape(cut, shape[0] * frames, length * parts)
    if window:
        wide = build.constant(np.repeat(np.arange(length), parts), np.int64)
        cut = build.add("Mul", cut, build.add("Gather", window, wide, axis=0))
    matrix = _matrix(length, length, kept, complex_, False)
    out = build.add("MatMul", cut, build.constant(matrix.astype(np.float32)))
    build.end(build.reshape(out, shape[0], frames, kept, 2), 0)
