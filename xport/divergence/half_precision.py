"""What float16 does to a model: values that it cannot hold, and the error that rounding makes.

The second is a forecast: the ONNX graph with every tensor between two nodes rounded to float16, as
a WebGL texture of half precision holds it, and every node computed in float32.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from xport.common.arrays import Array, Tensors
from xport.divergence.half_document import HalfLayer
from xport.divergence.onnx_model import OnnxModel, execute, execute_each
from xport.divergence.search import BUDGET
from xport.divergence.statistics import distance
from xport.onnx_graph.graph import TensorType

if TYPE_CHECKING:
    import onnx

HALF = np.finfo(np.float16)
SETTINGS = frozenset({"Resize", "Upsample", "Pad", "Range", "Slice", "Clip"})
"""Operators whose constant operands are settings and no weights: no texture holds them."""
BEFORE, SHORT = "before half|", "half|"


def half_layers(
    model: OnnxModel, inputs: Tensors, budget: int = BUDGET
) -> tuple[list[HalfLayer], dict[str, float], dict[str, float]]:
    """Every node's headroom in order, and by output its forecast error and largest value.

    Args:
        model: ONNX Runtime without optimisations runs it, and its rounded twin.
        inputs: of one probe.
        budget: bytes of float32 tensors that one pass may hold.

    Raises:
        CannotCompute: the runtime refuses to.
    """
    kinds = {v: k for v, k in model.kinds(inputs).items() if k.dtype == np.float32}
    rounded, halved = half_model(model, kinds), {n: _halved(a) for n, a in inputs.items()}
    makers = model.producers()
    depth = {value: place for place, value in enumerate(model.computed())}
    layers, errors, largest = [], dict[str, float](), dict[str, float]()
    for names in _chunks(kinds, budget):
        plain = model.run(inputs, names)
        forecast = execute(_asked(rounded, names), halved, "none")
        for name in names:
            maker, away = makers[name], distance(forecast[name], plain[name]).max_abs
            place = (depth[name], name, maker.name or name, maker.op_type)
            layers.append(layer(place, plain[name], away))
            if name in model.outputs:
                errors[name], largest[name] = away, layers[-1].largest
    return layers, errors, largest


def forecasts(model: OnnxModel, inputs: Mapping[str, Tensors]) -> dict[str, dict[str, float]]:
    """The forecast error of every float32 output on every probe, by output and probe.

    Args:
        model: as of `half_layers`.
        inputs: by probe.

    Raises:
        CannotCompute: the runtime refuses to.
    """
    if not inputs:
        return {}
    kinds = model.kinds(next(iter(inputs.values())))
    kinds = {value: kind for value, kind in kinds.items() if kind.dtype == np.float32}
    names = [name for name in model.outputs if name in kinds]
    plain = execute_each(_asked(_copy(model), names), inputs.values())
    halved = ({name: _halved(array) for name, array in one.items()} for one in inputs.values())
    rounded = execute_each(_asked(half_model(model, kinds), names), halved)
    found: dict[str, dict[str, float]] = {name: {} for name in names}
    for probe, one, other in zip(inputs, plain, rounded, strict=True):
        for name in names:
            found[name][probe] = distance(other[name], one[name]).max_abs
    return found


def _copy(model: OnnxModel) -> onnx.ModelProto:
    import onnx

    made = onnx.ModelProto()
    made.CopyFrom(model.proto)
    return made


def layer(place: tuple[int, str, str, str], array: Array, error: float) -> HalfLayer:
    """What float16 cannot hold of one tensor.

    Args:
        place: its depth, value, node and operator.
        array: float32.
        error: forecast of how far it is from this.
    """
    depth, value, name, op = place
    half = _halved(array)
    finite = np.isfinite(array)
    held = np.abs(half)
    size = max(array.size, 1)
    return HalfLayer(
        depth=depth,
        value=value,
        name=name,
        op=op,
        elements=array.size,
        largest=float(np.abs(array[finite]).max(initial=0.0)),
        overflow=float((finite & np.isinf(half)).sum() / size),
        vanish=float(((array != 0) & (half == 0)).sum() / size),
        subnormal=float(((held > 0) & (held < float(HALF.smallest_normal))).sum() / size),
        error=error,
    )


def half_model(model: OnnxModel, kinds: Mapping[str, TensorType]) -> onnx.ModelProto:
    """The model with its weights, and every float32 value of `kinds`, rounded to float16 and back.

    Args:
        kinds: of the values that depend on inputs, those of float32.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    made = _copy(model)
    graph = made.graph
    settings = {n for node in model.nodes if node.op_type in SETTINGS for n in node.input[1:]}
    for tensor in graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and tensor.name not in settings:
            array = _halved(numpy_helper.to_array(tensor))
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    nodes: list[onnx.NodeProto] = []
    for node in model.nodes:
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        nodes.append(copy)
        for place, name in enumerate(node.output):
            if name in kinds:
                copy.output[place] = BEFORE + name
                short = helper.make_node("Cast", [BEFORE + name], [SHORT + name], to=10)
                nodes += [short, helper.make_node("Cast", [SHORT + name], [name], to=1)]
            elif _is_weight(copy) and name not in settings:
                value = copy.attribute[0].t
                array = numpy_helper.to_array(value)
                value.CopyFrom(numpy_helper.from_array(_halved(array), value.name))
    del graph.node[:], graph.value_info[:]
    graph.node.extend(nodes)
    return made


def _is_weight(node: onnx.NodeProto) -> bool:
    constant = node.op_type == "Constant" and node.attribute[0].name == "value"
    return constant and node.attribute[0].t.data_type == 1


def _halved(array: Array) -> Array:
    """Rounded to float16 and back; what is not float32 as it is."""
    if array.dtype != np.float32:
        return array
    with np.errstate(all="ignore"):
        return array.astype(np.float16).astype(np.float32)


def _asked(made: onnx.ModelProto, names: Sequence[str]) -> onnx.ModelProto:
    """The same with these values as its outputs."""
    import onnx

    del made.graph.output[:]
    made.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    return made


def _chunks(kinds: Mapping[str, TensorType], budget: int) -> Iterator[list[str]]:
    """Values in order, as many at once as two copies of fit."""
    chunk, held = list[str](), 0
    for name, kind in kinds.items():
        size = 2 * 4 * int(np.prod(kind.shape))
        if chunk and held + size > budget:
            yield chunk
            chunk, held = [], 0
        chunk.append(name)
        held += size
    if chunk:
        yield chunk
