"""Operators that others compute exactly, written out in these."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from xport.common.arrays import Array
from xport.onnx_graph.building import Building
from xport.onnx_graph.graph import Graph, Node, refuse
from xport.onnx_graph.spectra import dft, stft

MAX_SIDE = 4
"""Of a matrix whose determinant is written out: 24 products."""
MAX_STEPS = 64
"""Along an axis of running products."""


def compose(graph: Graph) -> bool:
    """Write out every operator that has a composition; whether there was any.

    Raises:
        ConversionError: an attribute or a shape has none; the node is named.
    """
    found = [node for node in graph.nodes if _fits(graph, node)]
    for node in found:
        build = Building(graph, node)
        HANDLERS[node.op](build)
        build.done()
    return bool(found)


def _fits(graph: Graph, node: Node) -> bool:
    """Whether a node is one of these, and the types of its inputs are known."""
    if node.domain or node.op not in HANDLERS:
        return False
    return all(name in graph.types or name in graph.constants for name in node.inputs if name)


def _shape(build: Building, place: int = 0) -> tuple[int, ...]:
    return build.graph.type_of(build.node.inputs[place]).shape


def _fixed(build: Building, place: int, what: str) -> Array | None:
    """An input that must be a constant where it is given."""
    name = build.node.inputs[place] if place < len(build.node.inputs) else ""
    value = build.graph.constants.get(name)
    if name and value is None:
        raise refuse(build.node, f"its {what} must be a constant", "store it in the model")
    return value


def _hardmax(build: Building) -> None:
    """1 at the first of the largest, 0 elsewhere."""
    shape, node = _shape(build), build.node
    axis = node.get("axis", -1) % len(shape)
    place = build.add("ArgMax", node.inputs[0], axis=axis, keepdims=0)
    depth, pair = (
        build.constant(shape[axis], np.int64),
        build.constant(np.array([0, 1], np.float32)),
    )
    build.end(build.add("OneHot", place, depth, pair, axis=axis), 0)


def _lp_normalization(build: Building) -> None:
    """By the norm along an axis; what has none stays 0."""
    node, x = build.node, build.node.inputs[0]
    power, axis = node.get("p", 2), build.ints(node.get("axis", -1))
    if power not in (1, 2):
        raise refuse(node, f"p {power} is not supported", "choose 1 or 2")
    parts = build.add("Abs", x) if power == 1 else build.add("Mul", x, x)
    norm = build.add("ReduceSum", parts, axis, keepdims=1)
    norm = norm if power == 1 else build.add("Sqrt", norm)
    none = build.add("Equal", norm, build.constant(0, np.float32))
    norm = build.add("Where", none, build.constant(1, np.float32), norm)
    build.end(build.add("Div", x, norm), 0)


def _powers(build: Building, x: str, power: int) -> str:
    if power == 2:
        return build.add("Mul", x, x)
    sizes = build.add("Abs", x)
    return sizes if power == 1 else build.add("Pow", sizes, build.constant(power, np.float32))


def _root(build: Building, x: str, power: int) -> str:
    if power == 1:
        return x
    if power == 2:
        return build.add("Sqrt", x)
    return build.add("Pow", x, build.constant(1 / power, np.float32))


def _lp_pool(build: Building) -> None:
    """The root of the sum of powers in each window: a convolution with ones, by channel."""
    node, channels = build.node, _shape(build)[1]
    if node.get("ceil_mode", 0):
        raise refuse(node, "rounds its output's size up", "leave ceil_mode at 0")
    power, kernel = node.get("p", 2), list(node.get("kernel_shape"))
    names = ("strides", "pads", "dilations", "auto_pad")
    given = {name: node.get(name) for name in names if name in node.attributes}
    ones = build.constant(np.ones((channels, 1, *kernel), np.float32))
    powers = _powers(build, node.inputs[0], power)
    sums = build.add("Conv", powers, ones, group=channels, kernel_shape=kernel, **given)
    build.end(_root(build, sums, power), 0)


def _global_lp_pool(build: Building) -> None:
    power, rank = build.node.get("p", 2), len(_shape(build))
    powers = _powers(build, build.node.inputs[0], power)
    sums = build.add("ReduceSum", powers, build.ints(*range(2, rank)), keepdims=1)
    build.end(_root(build, sums, power), 0)


def _eye_like(build: Building) -> None:
    from onnx import TensorProto, helper

    node, kind = build.node, build.graph.type_of(build.node.inputs[0])
    code, (rows, columns) = node.get("dtype", 0), kind.shape
    dtype = helper.tensor_dtype_to_np_dtype(code) if code else kind.dtype
    if code == TensorProto.DOUBLE:
        dtype = np.dtype(np.float32)
    build.end(build.constant(np.eye(rows, columns, node.get("k", 0)), dtype), 0)


def _cum_prod(build: Building) -> None:
    """Products of all before, step by step."""
    node, shape = build.node, _shape(build)
    given = _fixed(build, 1, "axis")
    axis = int(np.asarray(given).reshape(-1)[0]) % len(shape)
    if shape[axis] > MAX_STEPS:
        raise refuse(node, f"takes {shape[axis]} steps, more than {MAX_STEPS}")
    backwards, exclusive = node.get("reverse", 0), node.get("exclusive", 0)
    parts = build.split(node.inputs[0], [1] * shape[axis], axis)
    parts = parts[::-1] if backwards else parts
    layer = [1 if i == axis else n for i, n in enumerate(shape)]
    one = build.constant(np.ones(layer), build.graph.type_of(node.inputs[0]).dtype)
    steps = [one, *parts] if exclusive else parts
    products = list(itertools.accumulate(steps, lambda a, b: build.add("Mul", a, b)))
    products = products[: shape[axis]]
    build.end(build.concat(products[::-1] if backwards else products, axis), 0)


def _reverse_sequence(build: Building) -> None:
    """The first elements of each row of a batch the other way round."""
    node, shape = build.node, _shape(build)
    lengths = np.asarray(_fixed(build, 1, "sequence_lens")).reshape(-1)
    batch, time = node.get("batch_axis", 1), node.get("time_axis", 0)
    if {batch, time} != {0, 1}:
        raise refuse(node, f"its axes {batch} and {time} are not the first two")
    if lengths.min() < 0 or lengths.max() > shape[time]:
        raise refuse(node, f"its lengths are not within 0 and {shape[time]}")
    order = np.arange(shape[time])[:, None]
    taken = np.where(order < lengths, lengths - 1 - order, order)
    rows = taken * shape[batch] + np.arange(shape[batch])
    if time == 1:
        rows = (np.arange(shape[batch]) * shape[time] + taken).T
    flat = build.reshape(node.inputs[0], shape[0] * shape[1], *shape[2:])
    picked = build.add("Gather", flat, build.constant(rows.reshape(-1), np.int64), axis=0)
    build.end(build.reshape(picked, *shape), 0)


def _det(build: Building) -> None:
    """By Leibniz' formula, in float32."""
    node, shape = build.node, _shape(build)
    side = shape[-1]
    if side > MAX_SIDE or side < 1:
        raise refuse(node, f"is of {side} × {side} matrices, at most {MAX_SIDE} × {MAX_SIDE}")
    flat = build.reshape(node.inputs[0], -1, side * side)
    parts = build.split(flat, [1] * side**2, 1)
    total = ""
    for order in itertools.permutations(range(side)):
        product = parts[order[0]]
        for row in range(1, side):
            product = build.add("Mul", product, parts[row * side + order[row]])
        swaps = sum(a > b for i, a in enumerate(order) for b in order[i + 1 :])
        step = "Sub" if swaps % 2 else "Add"
        total = build.add(step, total, product) if total else product
    build.end(build.reshape(total, *shape[:-2]), 0)


def _max_unpool(build: Building) -> None:
    """Values put back to the places that a MaxPool named, zeros elsewhere."""
    node, shape = build.node, _shape(build)
    kernel = list(node.get("kernel_shape"))
    axes = len(kernel)
    strides, pads = node.get("strides") or [1] * axes, node.get("pads") or [0] * 2 * axes
    size = [
        (shape[2 + i] - 1) * strides[i] - pads[i] - pads[axes + i] + kernel[i] for i in range(axes)
    ]
    whole = [*shape[:2], *size]
    zeros = build.constant(np.zeros(int(np.prod(whole)), np.float32))
    places, values = (build.reshape(name, -1) for name in node.inputs[:2][::-1])
    out = build.reshape(build.add("ScatterElements", zeros, places, values, axis=0), *whole)
    given = _fixed(build, 2, "output_shape")
    if given is not None:
        more = [int(a) - b for a, b in zip(given, whole, strict=True)]
        out = build.add("Pad", out, build.ints(*[0] * len(whole), *more))
    build.end(out, 0)


def _tensor_scatter(build: Building) -> None:
    """Rows of a cache overwritten from places on that are known, round about or not."""
    node, shape, update = build.node, _shape(build), _shape(build, 1)
    axis, mode = node.get("axis", -2) % len(shape), node.get("mode", "linear")
    given = _fixed(build, 2, "write_indices")
    starts = np.zeros(shape[0], int) if given is None else np.asarray(given).reshape(-1)
    if mode not in ("linear", "circular"):
        raise refuse(node, f"mode {mode} is not supported", "choose linear or circular")
    where = np.indices(update)
    rows = where[axis] + starts.reshape(-1, *[1] * (len(shape) - 1))
    if mode == "circular":
        rows = rows % shape[axis]
    if rows.max() >= shape[axis]:
        raise refuse(node, "writes behind the end of its cache")
    where[axis] = rows
    places = build.constant(np.moveaxis(where, 0, -1), np.int64)
    build.end(build.add("ScatterND", node.inputs[0], places, node.inputs[1]), 0)


def _bit_shift(build: Building) -> None:
    """By powers of two: to the left the product, to the right the quotient, in int32."""
    from onnx import TensorProto, helper

    node, kind = build.node, build.graph.type_of(build.node.inputs[0]).dtype
    bits, left = 8 * kind.itemsize, node.get("direction") == "LEFT"
    if kind.name not in ("uint8", "uint16") or (left and bits > 8):
        to = "left" if left else "right"
        raise refuse(node, f"shifts {kind.name} to the {to}", "multiply or divide int32 instead")
    powers = build.constant(2 ** np.minimum(np.arange(bits + 1), 23).astype(np.int32))
    shifts = build.add("Cast", node.inputs[1], to=TensorProto.INT32)
    shifts = build.add("Min", shifts, build.constant(bits, np.int32))
    factor = build.add("Gather", powers, shifts, axis=0)
    x = build.add("Cast", node.inputs[0], to=TensorProto.INT32)
    out = build.add("Mul" if left else "Div", x, factor)
    build.end(build.add("Cast", out, to=helper.np_dtype_to_tensor_dtype(kind)), 0)


HANDLERS: dict[str, Callable[[Building], None]] = {
    "BitShift": _bit_shift,
    "CumProd": _cum_prod,
    "DFT": dft,
    "Det": _det,
    "EyeLike": _eye_like,
    "GlobalLpPool": _global_lp_pool,
    "Hardmax": _hardmax,
    "LpNormalization": _lp_normalization,
    "LpPool": _lp_pool,
    "MaxUnpool": _max_unpool,
    "ReverseSequence": _reverse_sequence,
    "STFT": stft,
    "TensorScatter": _tensor_scatter,
}
