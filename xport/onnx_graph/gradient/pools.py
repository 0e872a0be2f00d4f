"""Pools with windows: gradients by slices, sums and one interleaving, without scatter or gather.

Element p of the padded input is seen by window i at offset o when p = stride · i + dilation · o.
Elements are therefore sorted by phase, p mod stride: within one phase, all offsets are shifts.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xport.onnx_graph.gradient.emitter import Emitter, Shape
from xport.onnx_graph.gradient.rules import Step, rule
from xport.onnx_graph.gradient.windows import Windows, windows


@dataclass(frozen=True)
class _Lattice:
    """The elements of a padded input, by phase; `cells` of them per axis in every phase."""

    ops: Emitter
    windows: Windows

    @property
    def reach(self) -> Shape:
        """How far the last offset shifts, in cells."""
        fields = self.windows.zipped("kernel", "strides", "dilations")
        return tuple(d * (k - 1) // s for k, s, d in fields)

    @property
    def cells(self) -> Shape:
        """Cells per axis."""
        return tuple(n + r for n, r in zip(self.windows.count, self.reach, strict=True))

    @property
    def _after(self) -> Shape:
        fields = zip(self.cells, self.windows.zipped("strides", "begin", "size"), strict=True)
        return tuple(c * s - b - n for c, (s, b, n) in fields)

    def phases(self) -> Iterator[Shape]:
        """Every phase in row-major order."""
        return itertools.product(*(range(s) for s in self.windows.strides))

    def offsets(self) -> list[tuple[Shape, Shape]]:
        """The phase and shift of every offset, in row-major order."""
        found = []
        for offset in itertools.product(*(range(k) for k in self.windows.kernel)):
            at = [o * d for o, d in zip(offset, self.windows.dilations, strict=True)]
            pairs = list(zip(at, self.windows.strides, strict=True))
            found.append((tuple(p % s for p, s in pairs), tuple(p // s for p, s in pairs)))
        return found

    def views(self, x: str, fill: float) -> Callable[[Shape, Shape], str]:
        """From a phase and a shift to the element that every window sees there (N, C, *count)."""
        ops, w = self.ops, self.windows
        padded = ops.crop_or_pad(x, [0, 0, *w.begin], [0, 0, *self._after], fill)
        n, c = ops.shape(x)[:2]
        if self._squares():
            shape = (n, c * w.strides[0] ** 2, *self.cells)
            padded = ops.emit("SpaceToDepth", [padded], shape, blocksize=w.strides[0])

        def view(phase: Shape, shift: Shape) -> str:
            if self._squares():
                first = c * (phase[0] * w.strides[0] + phase[1])
                return ops.slice(padded, [0, first, *shift], [n, c, *w.count])
            at = [s * stride + p for s, stride, p in zip(shift, w.strides, phase, strict=True)]
            return ops.slice(padded, [0, 0, *at], [n, c, *w.count], [1, 1, *w.strides])

        return view

    def _squares(self) -> bool:
        """Whether phases can be sorted into channels by SpaceToDepth."""
        strides = self.windows.strides
        return len(strides) == 2 and strides[0] == strides[1] != 1

    def merge(self, phases: Mapping[Shape, str]) -> str:
        """The input's elements from those of every phase; one that is missing is zero."""
        some = next(iter(phases.values()))
        absent = [phase for phase in self.phases() if phase not in phases]
        zero = self.ops.sub(some, some) if absent else ""
        ordered = [phases.get(phase, zero) for phase in self.phases()]
        whole = self._interleaved(ordered)
        return self.inside(whole)

    def inside(self, whole: str) -> str:
        """The input's part of a padded tensor."""
        return self.ops.crop_or_pad(
            whole, [0, 0, *(-b for b in self.windows.begin)], [0, 0, *(-a for a in self._after)]
        )

    def _interleaved(self, ordered: Sequence[str]) -> str:
        ops, strides = self.ops, self.windows.strides
        if len(ordered) == 1:
            return ordered[0]
        n, c, *cells = ops.shape(ordered[0])
        depth = ops.concat(ordered, 1)
        shape = (n, c, *(m * s for m, s in zip(cells, strides, strict=True)))
        if self._squares():
            return ops.emit("DepthToSpace", [depth], shape, blocksize=strides[0], mode="DCR")
        axes = len(strides)
        apart = ops.reshape(depth, (n, *strides, c, *cells))
        pairs = [axis for i in range(axes) for axis in (axes + 2 + i, 1 + i)]
        return ops.reshape(ops.transpose(apart, [0, axes + 1, *pairs]), shape)


@rule("MaxPool")
def max_pool(step: Step) -> Sequence[str | None]:
    """`g` to the first maximum of each window in row-major order, as in torch.

    `rest` is g until the first maximum has been met and 0 after; each offset gets what it loses.
    """
    ops = step.ops
    w = windows(step.node, step.shape, ops.shape(step.y), step.node.attributes["kernel_shape"])
    step.refuse_unless(not step.node.get("storage_order", 0), "storage_order is not row-major")
    lattice = _Lattice(ops, w)
    # Padding must lose against every number, and stay finite on devices that have no infinity.
    seen = lattice.views(step.x, -float(np.finfo(ops.graph.type_of(step.x).dtype).max))
    sums: dict[Shape, str] = {}
    rest, offsets = step.gradient, lattice.offsets()
    for number, (phase, shift) in enumerate(offsets):
        share = rest
        if number < len(offsets) - 1:
            left = ops.mul(rest, ops.positive(ops.sub(step.y, seen(phase, shift))))
            share, rest = ops.sub(rest, left), left
        before, after = [0, 0, *shift], [0, 0, *np.subtract(lattice.reach, shift).tolist()]
        placed = ops.crop_or_pad(share, before, after)
        sums[phase] = ops.add(sums[phase], placed) if phase in sums else placed
    return [lattice.merge(sums)]


@rule("AveragePool")
def average_pool(step: Step) -> Sequence[str | None]:
    """`g` / n in every element of each window, where n is what the window was divided by."""
    ops = step.ops
    w = windows(step.node, step.shape, ops.shape(step.y), step.node.attributes["kernel_shape"])
    step.refuse_unless(all(d == 1 for d in w.dilations), "it has dilations")
    lattice = _Lattice(ops, w)
    share = _divided(step, w)
    kernels = list(w.zipped("kernel", "strides"))
    boxes = {
        phase: tuple(-(-(k - p) // s) for p, (k, s) in zip(phase, kernels, strict=True))
        for phase in lattice.phases()
    }
    made: dict[Shape, str] = {}
    for box in dict.fromkeys(boxes.values()):
        if all(box):
            made[box] = _box_sums(ops, share, box, lattice.reach)
    if len(made) == 1 and all(map(all, boxes.values())):
        (sums,) = made.values()
        return [lattice.inside(ops.repeated(sums, [1, 1, *w.strides]))]
    return [lattice.merge({phase: made[box] for phase, box in boxes.items() if box in made})]


def _divided(step: Step, w: Windows) -> str:
    """`g` divided by the number of elements in each window."""
    padding = bool(step.node.get("count_include_pad", 0))
    counts = np.ones(1)
    for n, m, k, s, b, e in w.zipped("size", "count", "kernel", "strides", "begin", "end"):
        # A last window that ceil_mode added ends with the padding.
        first, last = (-b, n + e) if padding else (0, n)
        starts = np.arange(m) * s - b
        along = np.minimum(starts + k, last) - np.maximum(starts, first)
        counts = counts[..., None] * along
    if (counts == counts.flat[0]).all():
        return step.ops.scaled(step.gradient, 1 / float(counts.flat[0]))
    shares = 1 / counts.reshape(1, 1, *w.count)
    return step.ops.mul(step.gradient, step.ops.numbers(shares, step.gradient))


def _box_sums(ops: Emitter, x: str, box: Shape, reach: Shape) -> str:
    """Sums over the `box` elements that end at each cell."""
    padded = ops.crop_or_pad(x, [0, 0, *(m - 1 for m in box)], [0, 0, *reach])
    if all(m == 1 for m in box):
        return padded
    sizes = [n - m + 1 for n, m in zip(ops.shape(padded)[2:], box, strict=True)]
    shape = (*ops.shape(x)[:2], *sizes)
    strides = [1] * len(box)
    mean = ops.emit("AveragePool", [padded], shape, kernel_shape=list(box), strides=strides)
    return ops.scaled(mean, float(math.prod(box)))
