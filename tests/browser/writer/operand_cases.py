"""Graphs of many operators each, whose operands lie in different orders of axes.

An operator reads values that were transposed, or that a convolution left channels-last, beside
constants of any rank, in any place. All sizes are equal in half of the graphs: there no shape can
tell one axis from another, and a wrong order is a wrong number.
"""

from __future__ import annotations

import itertools
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import onnx
import onnx.parser
import onnxruntime
from onnx import numpy_helper

from tests.browser.writer.onnx_cases import Case
from tests.browser.writer.reader_cases import readers
from xport.common.arrays import Array

Shape = tuple[int, ...]

PAGE = 150
"""Cases of one graph: what the writer does for each looks at the others."""
MANY = 5
"""Axes from which not everything is tried with everything."""
BINARY = ("Add", "Sub", "Mul", "Div", "Mod<fmod = 1>")
COMPARISONS = ("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")
LOGICAL = ("And", "Or", "Xor")
VARIADIC = ("Max", "Min", "Sum", "Mean")
EVERY_CONSTANT = (
    "{y} = Sub({k}, {m})", "{y} = Sub({m}, {k})", "{y} = Sub({k}, {l})", "{y} = Sub({l}, {k})",
    "{y} = Where({B}, {m}, {S})", "{y} = Where({B}, {S}, {m})", "{y} = Where({B}, {k}, {m})",
    "{y} = Where({b}, {k}, {S})", "{y} = Where({b}, {k}, {m})", "{y} = Where({b}, {m}, {k})",
    "{y} = Where({B}, {m}, {l})", "{y} = Sum({k}, {S}, {m})",
)  # fmt: skip
"""With constants of every shape: `m` and `l` are float values in two orders, `b` a bool one in the
first, `k` and `B` constants of the shape, `S` a number."""
FULL_CONSTANT = ("{y} = Concat<axis = -1>({k}, {m})", "{y} = Concat<axis = 0>({m}, {k}, {l})")
"""With a constant of the value's own shape."""


def _every_operator() -> Iterator[str]:
    """Every operator with a constant first and second, as text with holes."""
    for op in (*BINARY, *COMPARISONS, *VARIADIC):
        for pair in ("{k}, {m}", "{m}, {k}", "{m}, {l}"):
            yield _called(op, pair)
    for op in LOGICAL:
        for pair in ("{B}, {b}", "{b}, {B}"):
            yield _called(op, pair)
    for op in VARIADIC:
        for three in ("{k}, {h}, {m}", "{k}, {m}, {l}", "{m}, {k}, {h}"):
            yield _called(op, three)
    yield "{a} = Abs({k}) {y} = Pow({a}, {m})"
    yield "{a} = Abs({m}) {y} = Pow({a}, {k})"
    yield "{y} = PRelu({m}, {k})"
    yield "{y} = Clip({m}, {S})"
    yield "{y} = Clip({m}, , {S})"
    yield "{a} = Neg({S}) {y} = Clip({m}, {a}, {S})"


def _called(op: str, arguments: str) -> str:
    name, _, attributes = op.partition("<")
    return f"{{y}} = {name}{'<' if attributes else ''}{attributes}({arguments})"


EVERY_OPERATOR = tuple(_every_operator())


@dataclass
class Sheet:
    """One graph: an input `x` of a shape, and an output for each case that is put on it."""

    name: str
    shape: Shape
    text: list[str] = field(default_factory=list)
    constants: dict[str, Array] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def put(self, template: str, orders: Sequence[str], constant: Shape = ()) -> None:
        """A case: the holes of a template filled in.

        `orders` are what makes `m` (and `b`) and `l` of `x`: the attribute of a Transpose, or
        `conv`, after which that is stored channels-last.
        """
        number = len(self.labels)
        holes = {hole for _, hole, _, _ in string.Formatter().parse(template) if hole}
        names = {hole: f"{hole}{number}" for hole in "ymlabp"}
        for hole, order in zip("ml", orders, strict=False):
            if hole in holes or (hole == "m" and "b" in holes):
                made = "Conv(x, W)" if order == "conv" else f"Transpose<perm = {order}>(x)"
                self.text.append(f"{names[hole]} = {made}")
        if "b" in holes:
            self.text.append(f"{names['b']} = Greater({names['m']}, ZERO)")
        for hole in holes & set("khB"):
            names[hole] = self._constant(hole, constant)
        self.text.append(template.format(**names, S="SOME"))
        self.labels[names["y"]] = f"{template} {list(orders)} {constant}"

    def _constant(self, kind: str, shape: Shape) -> str:
        name = "_".join([kind.upper() + kind, *map(str, shape)])
        if name not in self.constants:
            values = _values(f"{self.name}{name}", shape)
            self.constants[name] = values > 0 if kind == "B" else values
        return name

    def case(self) -> Case:
        """The graph, its input, and what ONNX Runtime makes of it."""
        size, outputs = ",".join(map(str, self.shape)), ", ".join(self.labels)
        head = f'<ir_version: 8, opset_import: ["" : 21]> {self.name} (float[{size}] x)'
        model = onnx.parser.parse_model(f"{head} => ({outputs}) {{ {' '.join(self.text)} }}")
        channels = self.shape[1]
        fixed = {
            "ZERO": np.zeros((), np.float32), "SOME": np.full((), 0.5, np.float32),
            "W": _values("W", (channels, channels, *(1,) * (len(self.shape) - 2))),
        }  # fmt: skip
        model.graph.initializer.extend(
            numpy_helper.from_array(value, name) for name, value in (fixed | self.constants).items()
        )
        model = onnx.shape_inference.infer_shapes(model, data_prop=True)
        inputs = {"x": _values("x", self.shape)}
        return Case(self.name, "", model, inputs, unoptimised(model, inputs))


def _values(seed: str, shape: Shape) -> Array:
    """Halves between -2 and 2 without zero: few enough that some are equal."""
    random = np.random.default_rng(list(seed.encode()))
    chosen = random.choice([-2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2], size=shape)
    return np.asarray(chosen, np.float32)


def unoptimised(model: onnx.ModelProto, inputs: dict[str, Array]) -> dict[str, Array]:
    """What ONNX Runtime computes when it changes nothing."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


def sheets() -> Iterator[Sheet]:
    """Every rank from 2 to 6 with equal and with different sizes, and convolutions' results."""
    for rank in range(2, 7):
        for kind, sizes in (("square", (3,) * rank), ("oblong", (2, 3, 4, 3, 2, 4)[:rank])):
            shifts = {1, rank - 1} if rank < MANY else {1}
            for shift in sorted(shifts):
                yield from _filled(f"{kind}{rank}_{shift}", sizes, *_orders(rank, shift))
    for sizes in ((3, 3, 3), (2, 3, 4), (3, 3, 3, 3), (2, 3, 4, 2)):
        name, order = "x".join(map(str, sizes)), str(list(range(len(sizes))))
        yield from _filled(f"conv{name}", sizes, "conv", order)


def _filled(name: str, sizes: Shape, *orders: str) -> Iterator[Sheet]:
    """Every case of two orders, on sheets of at most `PAGE` cases."""
    cases = list(_cases(*(_moved(sizes, order) for order in orders)))
    for start in range(0, len(cases), PAGE):
        sheet = Sheet(f"{name}_{start}", sizes)
        for template, constant in cases[start : start + PAGE]:
            sheet.put(template, orders, constant)
        yield sheet


def _orders(rank: int, shift: int) -> tuple[str, str]:
    """The axes moved round, and another order of the same shape where sizes are equal."""
    return str([(i + shift) % rank for i in range(rank)]), str(list(reversed(range(rank))))


def _cases(shape: Shape, other: Shape) -> Iterator[tuple[str, Shape]]:
    """Templates, each with the constants that broadcast with values of two shapes."""
    few = [shape, (*shape[:-1], 1), shape[-1:]][: 1 if len(shape) >= MANY else 3]
    for templates, constants in (
        (EVERY_CONSTANT, _constants(shape)), (EVERY_OPERATOR, few), (FULL_CONSTANT, [shape])
    ):  # fmt: skip
        for template, constant in itertools.product(templates, constants):
            if _together(template, shape, other, constant):
                yield template, constant
    if len(shape) < MANY:
        for template, constant in readers(shape):
            if shape == other or "{l}" not in template:
                yield template, constant


def _moved(shape: Shape, order: str) -> Shape:
    if order == "conv":
        return shape
    return tuple(shape[int(axis)] for axis in order.strip("[]").split(","))


def _constants(shape: Shape) -> list[Shape]:
    """One rank more, the same and every lesser one, and axes of size 1 in all places."""
    rank = len(shape)
    found = [shape[at:] for at in range(rank + 1)]
    places = [slice(0, None, 2), slice(1, None, 2), *range(0 if rank >= MANY else rank)]
    for tail in list(found):
        for ones in places:
            holed = np.array(tail, int)
            if not isinstance(ones, int) or ones < len(tail):
                holed[ones] = 1
                found.append(tuple(int(size) for size in holed))
    return [*([(shape[0], *shape)] if rank < MANY else []), *dict.fromkeys(found)]


def _together(template: str, shape: Shape, other: Shape, constant: Shape) -> bool:
    """Whether the operands of a case broadcast."""
    shapes = [constant, *([shape] if "{m}" in template or "{b}" in template else [])]
    try:
        np.broadcast_shapes(*shapes, *([other] if "{l}" in template else []))
    except ValueError:
        return False
    return True
