"""Errors put into the weights of an ONNX file, group of layers by group, and what comes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from xport.common.arrays import Array, Tensors
from xport.errors import RunnerError
from xport.formats.onnx_file import MODEL
from xport.plan.plan import ONNX_LEG

GROUPS = 10
"""Tenths of a network's depth."""

SEED = 5
NOT_WEIGHTS = frozenset({"Resize", "Upsample", "Clip", "Pad", "Dropout", "Range", "Slice"})
"""Operators whose constant operands are settings, sizes and limits, and no weights."""

ALL_AT_ONCE = 2**31 - 1
"""Bytes of a model that protobuf holds in one piece."""


@dataclass(frozen=True)
class Layers:
    """Weights of consecutive layers, in the order in which they are first used."""

    weights: tuple[str, ...]
    parameters: int


class SpoilableModel:
    """An ONNX file in ONNX Runtime whose weights can be given errors, without loading it again.

    Weights are constants of a float dtype with two numbers or more. A layer is a weight of two
    axes or more with the vectors that are used after it, such as its bias; those that come before
    any belong to the first. Groups have the same number of layers, but for one.

    Raises:
        RunnerError: ONNX Runtime refuses the file, or there are no weights in it.
    """

    def __init__(self, folder: Path) -> None:
        import onnx

        path = folder / MODEL
        if path.stat().st_size > ALL_AT_ONCE:
            raise RunnerError("the file is larger than 2 GiB", ONNX_LEG)
        model = onnx.load(str(path))
        _lift_constants(model.graph)
        self._values = _weights(model.graph)
        if not self._values:
            raise RunnerError("the ONNX file has no weights", ONNX_LEG)
        self.groups = tuple(_grouped(self._values))
        self._session = _session(model, self._values)
        self._outputs = [output.name for output in self._session.get_outputs()]

    def run(self, inputs: Tensors, group: Layers | None = None, error: float = 0.0) -> Tensors:
        """The outputs by name, with every weight w of a group as w (1 + error · s), s = ±1."""
        spoilt = {name: self._spoilt(name, error) for name in group.weights} if group else {}
        found = self._session.run(self._outputs, {**inputs, **spoilt})
        return dict(zip(self._outputs, found, strict=True))

    def _spoilt(self, name: str, error: float) -> Array:
        values = self._values[name]
        index = list(self._values).index(name)
        signs = np.random.default_rng([SEED, index]).integers(0, 2, values.shape) * 2 - 1
        with np.errstate(all="ignore"):
            return (values.astype(np.float64) * (1 + error * signs)).astype(values.dtype)


def _lift_constants(graph: Any) -> None:
    """Tensors of `Constant` nodes become initializers, as most files have them."""
    for node in [node for node in graph.node if node.op_type == "Constant"]:
        tensor = next((a.t for a in node.attribute if a.name == "value"), None)
        if tensor is not None:
            graph.node.remove(node)
            tensor.name = node.output[0]
            graph.initializer.append(tensor)


def _weights(graph: Any) -> dict[str, Array]:
    """Weights by name, in the order in which nodes first use them."""
    from onnx import TensorProto, numpy_helper

    floats = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE)
    stored = {tensor.name: tensor for tensor in graph.initializer if tensor.data_type in floats}
    uses = list(_uses(graph.node))
    settings = {name for operator, name in uses if operator in NOT_WEIGHTS}
    found: dict[str, Array] = {}
    for _, name in uses:
        if name in stored and name not in settings and name not in found:
            array = numpy_helper.to_array(stored[name])
            if array.size > 1:
                found[name] = array
    return found


def _uses(nodes: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Operator and operand of every use, those in branches and loops at their place."""
    for node in nodes:
        yield from ((node.op_type, name) for name in node.input)
        for attribute in node.attribute:
            for graph in (attribute.g, *attribute.graphs):
                yield from _uses(graph.node)


def _grouped(weights: dict[str, Array]) -> Iterator[Layers]:
    layers: list[list[str]] = []
    started = False
    for name, array in weights.items():
        kernel = sum(axis > 1 for axis in array.shape) > 1
        if not layers or (kernel and started):
            layers.append([])
        started = started or kernel
        layers[-1].append(name)
    count = min(GROUPS, len(layers))
    for index in range(count):
        part = layers[index * len(layers) // count : (index + 1) * len(layers) // count]
        names = tuple(name for layer in part for name in layer)
        yield Layers(names, sum(weights[name].size for name in names))


def _session(model: Any, weights: Sequence[str] | dict[str, Array]) -> Any:
    """A session in which a weight may be handed in; where it is not, it is the file's."""
    import onnx
    import onnxruntime

    model.ir_version = max(model.ir_version, 4)
    inputs = {value.name for value in model.graph.input}
    for tensor in model.graph.initializer:
        if tensor.name in weights and tensor.name not in inputs:
            value = onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
            model.graph.input.append(value)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1  # the executions are short: more threads wait for each other
    try:
        return onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # ONNX Runtime's exceptions have no common base of their own
        raise RunnerError(f"ONNX Runtime refuses the file: {error}", ONNX_LEG) from error
