"""Operators that move elements without changing them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from xport.onnx_graph.gradient.emitter import Emitter
from xport.onnx_graph.gradient.rules import Step, rule
from xport.onnx_graph.graph import refuse


@rule("Reshape", "Flatten", "Squeeze", "Unsqueeze")
def reshape(step: Step) -> Sequence[str | None]:
    """`g` in the input's shape."""
    return [step.ops.reshape(step.gradient, step.shape)]


@rule("Transpose")
def transpose(step: Step) -> Sequence[str | None]:
    """The inverse permutation."""
    perm = step.node.get("perm") or list(reversed(range(len(step.shape))))
    return [step.ops.transpose(step.gradient, [int(axis) for axis in np.argsort(perm)])]


@rule("Concat")
def concat(step: Step) -> Sequence[str | None]:
    """Each input's part of g."""
    axis = int(step.node.attributes["axis"]) % len(step.shape)
    found: list[str | None] = []
    start = 0
    for name, needed in zip(step.node.inputs, step.needed, strict=True):
        shape = step.ops.shape(name)
        starts = [start if i == axis else 0 for i in range(len(shape))]
        found.append(step.ops.slice(step.gradient, starts, shape) if needed else None)
        start += shape[axis]
    return found


@rule("Split")
def split(step: Step) -> Sequence[str | None]:
    """The parts' gradients one after another, zeros for parts that do not count."""
    ops, axis = step.ops, int(step.node.get("axis", 0)) % len(step.shape)
    sizes = step.constant(1, "the sizes")
    # Without sizes the parts are equal, but for a smaller last one.
    equal = -(-step.shape[axis] // len(step.gradients))
    starts = np.arange(len(step.gradients)) * equal if sizes is None else np.cumsum(sizes) - sizes
    runs = [(int(b), g) for b, g in zip(starts, step.gradients, strict=True) if g is not None]
    total = None
    if len(runs) == len(step.node.outputs):
        return [ops.concat([gradient for _, gradient in runs], axis)]
    for begin, gradient in runs:
        placed = _placed(ops, gradient, axis, begin, step.shape[axis])
        total = placed if total is None else ops.add(total, placed)
    return [total]


def _placed(ops: Emitter, part: str, axis: int, begin: int, size: int) -> str:
    """A part at `begin` of an axis of `size` elements, zeros around it."""
    shape = ops.shape(part)
    before = [begin if i == axis else 0 for i in range(len(shape))]
    after = [size - begin - n if i == axis else 0 for i, n in enumerate(shape)]
    return ops.crop_or_pad(part, before, after)


@rule("Slice")
def slice_(step: Step) -> Sequence[str | None]:
    """`g` where it was taken from, zeros elsewhere."""
    ops, shape = step.ops, step.shape
    starts, ends = (step.constant(i, what) for i, what in ((1, "starts"), (2, "ends")))
    axes, steps = step.constant(3, "axes"), step.constant(4, "steps")
    assert starts is not None
    assert ends is not None
    axes = np.arange(len(starts)) if axes is None else axes
    steps = np.ones(len(starts), dtype=np.int64) if steps is None else steps
    gradient = step.gradient
    for axis, begin, end, stride in zip(axes, starts, ends, steps, strict=True):
        step.refuse_unless(stride > 0, "it goes backwards")
        axis = int(axis) % len(shape)
        first = slice(int(begin), int(end), int(stride)).indices(shape[axis])[0]
        spread = _spread(ops, gradient, axis, int(stride))
        if spread != gradient:  # the last element's gap may reach beyond the end
            length = min(ops.shape(spread)[axis], shape[axis] - first)
            sizes = [length if i == axis else n for i, n in enumerate(ops.shape(spread))]
            spread = ops.slice(spread, [0] * len(sizes), sizes)
        gradient = _placed(ops, spread, axis, first, shape[axis])
    return [gradient]


def _spread(ops: Emitter, x: str, axis: int, stride: int) -> str:
    """Every element followed by stride − 1 zeros along an axis."""
    if stride == 1:
        return x
    shape = ops.shape(x)
    columns = ops.reshape(x, (*shape[: axis + 1], 1, *shape[axis + 1 :]))
    padded = _placed(ops, columns, axis + 1, 0, stride)
    return ops.reshape(padded, (*shape[:axis], shape[axis] * stride, *shape[axis + 1 :]))


@rule("Gather")
def gather(step: Step) -> Sequence[str | None]:
    """One element of an axis: g at its place, zeros elsewhere."""
    step.only_first("the index")
    index, axis = step.constant(1, "the index"), int(step.node.get("axis", 0)) % len(step.shape)
    if index is None or index.size != 1:
        raise refuse(step.node, "no gradient is known for several indices", "slice instead")
    kept = tuple(1 if i == axis else n for i, n in enumerate(step.shape))
    size = step.shape[axis]
    column = step.ops.reshape(step.gradient, kept)
    return [_placed(step.ops, column, axis, int(index.reshape(())) % size, size)]


@rule("Pad")
def pad(step: Step) -> Sequence[str | None]:
    """The inside of g; what was reflected or repeated is added where it came from."""
    pads = step.constant(1, "pads")
    assert pads is not None
    axes, rank = step.constant(3, "axes"), len(step.shape)
    chosen = list(range(rank)) if axes is None else [int(axis) % rank for axis in axes]
    half, mode = len(chosen), step.node.get("mode", "constant")
    before, after = [0] * rank, [0] * rank
    for i, axis in enumerate(chosen):
        before[axis], after[axis] = int(pads[i]), int(pads[half + i])
    if mode == "constant":
        inside = step.ops.crop_or_pad(step.gradient, [-n for n in before], [-n for n in after])
        return [inside]
    step.refuse_unless(mode in ("reflect", "edge"), f"mode {mode!r}")
    step.refuse_unless(min(*before, *after) >= 0, f"mode {mode!r} with negative pads")
    gradient = step.gradient
    for axis, b, a in zip(itertools.count(), before, after):
        if b or a:
            gradient = _folded_back(step.ops, gradient, (axis, b, a), reflect=mode == "reflect")
    return [gradient]


def _folded_back(ops: Emitter, g: str, pads: tuple[int, int, int], *, reflect: bool) -> str:
    """One axis of reflect or edge padding undone: the flanks are added to the inside."""
    axis, before, after = pads
    shape = ops.shape(g)
    size = shape[axis] - before - after

    def part(start: int, length: int, step: int = 1) -> str:
        starts = [start if i == axis else 0 for i in range(len(shape))]
        lengths = [length if i == axis else n for i, n in enumerate(shape)]
        return ops.slice(g, starts, lengths, [step if i == axis else 1 for i in range(len(shape))])

    total = part(before, size)
    # First element of g's flank, its length, and where in the input it belongs.
    flanks = [(0, before, 1, 0), (before + size, after, size - 1 - after, size - 1)]
    for start, length, reflected_to, edge in flanks:
        if not length:
            continue
        if reflect:
            flank, place = part(start + length - 1, length, -1), reflected_to
        else:
            flank, place = ops.reduce("ReduceSum", part(start, length), [axis]), edge
        total = ops.add(total, _placed(ops, flank, axis, place, size))
    return total


@rule("Resize")
def resize(step: Step) -> Sequence[str | None]:
    """Nearest-neighbour enlargement by whole factors: sums over each element's copies."""
    ops, node = step.ops, step.node
    target = ops.shape(step.y)
    factors = [t // n for t, n in zip(target, step.shape, strict=True)]
    whole = all(f * n == t for f, n, t in zip(factors, step.shape, target, strict=True))
    step.refuse_unless(node.get("mode", "nearest") == "nearest", f"mode {node.get('mode')!r}")
    step.refuse_unless(whole, "sizes are no whole multiples of the input's")
    rounding = (
        node.get("coordinate_transformation_mode", "half_pixel"),
        node.get("nearest_mode", "round_prefer_floor"),
    )
    copies = rounding in _COPIES or all(f == 1 for f in factors)
    step.refuse_unless(copies, f"rounding {' with '.join(rounding)}")
    scales = step.constant(2, "scales")
    if scales is not None and scales.size and not step.node.get("axes"):
        same = [float(s) for s in scales] == [float(f) for f in factors]
        step.refuse_unless(same, "scales are no whole numbers")
    split_axes = [part for n, f in zip(step.shape, factors, strict=True) for part in (n, f)]
    axes = [2 * i + 1 for i, f in enumerate(factors) if f != 1]
    if factors[:2] == [1, 1] and len(factors) == 4:
        return [_summed_blocks(ops, step.gradient, factors[2:])]
    cells = ops.reshape(step.gradient, tuple(split_axes))
    return [ops.reshape(ops.reduce("ReduceSum", cells, axes), step.shape)]


_COPIES = {
    ("asymmetric", "floor"),
    ("half_pixel", "round_prefer_floor"),
    ("half_pixel", "round_prefer_ceil"),
    ("pytorch_half_pixel", "round_prefer_floor"),
    ("pytorch_half_pixel", "round_prefer_ceil"),
}
"""Roundings under which enlargement by a whole factor f copies every element f times."""


def _summed_blocks(ops: Emitter, g: str, block: Sequence[int]) -> str:
    if all(f == 1 for f in block):
        return g
    shape = ops.shape(g)
    pooled = (*shape[:2], *(n // f for n, f in zip(shape[2:], block, strict=True)))
    mean = ops.emit("AveragePool", [g], pooled, kernel_shape=list(block), strides=list(block))
    return ops.scaled(mean, float(np.prod(block)))


@rule("DepthToSpace")
def depth_to_space(step: Step) -> Sequence[str | None]:
    """SpaceToDepth, with the channels in the order of the mode."""
    ops, block = step.ops, int(step.node.attributes["blocksize"])
    n, c, h, w = step.shape
    inner = c // block**2
    cells = ops.reshape(step.gradient, (n, inner, h, block, w, block))
    perm = [0, 3, 5, 1, 2, 4] if step.node.get("mode", "DCR") == "DCR" else [0, 1, 3, 5, 2, 4]
    return [ops.reshape(ops.transpose(cells, perm), step.shape)]


@rule("SpaceToDepth")
def space_to_depth(step: Step) -> Sequence[str | None]:
    """DepthToSpace, whose order DCR undoes it."""
    block = int(step.node.attributes["blocksize"])
    inverse = step.ops.emit(
        "DepthToSpace", [step.gradient], step.shape, blocksize=block, mode="DCR"
    )
    return [inverse]
