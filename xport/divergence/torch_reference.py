"""What PyTorch's modules say, as values of the ONNX graph that was exported from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xport.common.arrays import Array, Tensors
from xport.divergence.onnx_model import OnnxModel, point_of
from xport.divergence.points import Point
from xport.formats import torch_module
from xport.onnx_graph.graph import TensorType

if TYPE_CHECKING:
    import torch

    OwnModule = tuple[torch.nn.Module, torch_module.Recipe]

OPERATORS = {
    "Conv1d": "Conv", "Conv2d": "Conv", "ConvTranspose1d": "ConvTranspose",
    "ConvTranspose2d": "ConvTranspose", "BatchNorm1d": "BatchNormalization",
    "BatchNorm2d": "BatchNormalization", "InstanceNorm2d": "InstanceNormalization",
    "LayerNorm": "LayerNormalization", "Linear": "Gemm", "ReLU": "Relu", "LeakyReLU": "LeakyRelu",
    "ELU": "Elu", "PReLU": "PRelu", "Sigmoid": "Sigmoid", "Tanh": "Tanh", "Softmax": "Softmax",
    "MaxPool2d": "MaxPool", "AvgPool2d": "AveragePool", "AdaptiveAvgPool2d": "GlobalAveragePool",
    "Flatten": "Flatten",
}  # fmt: skip
"""The operator that a layer is exported to, by which layers are found where names are lost."""
PASSING = ("BatchNorm", "Dropout", "Identity")
"""Kinds of layers that an exporter puts into the layer before, or leaves out."""


@dataclass
class Call:
    """One call of a module without modules of its own: its place, what it read and what it gave.

    `gave` is the tensor itself, which a later layer may change in place, `kept` a copy of it.
    """

    path: str
    module: Any
    read: Any
    gave: Any
    kept: Array


@dataclass
class TorchReference:
    """One run of a module on one probe: what it returned, and every layer's result by value.

    `layers` are the modules behind each value: several where an exporter puts one into another.
    """

    outputs: dict[str, Array]
    found: dict[str, Array] = field(default_factory=dict)
    layers: dict[str, tuple[torch.nn.Module, ...]] = field(default_factory=dict)

    def values(self, names: Collection[str]) -> dict[str, Array]:
        """These values by name."""
        return {name: self.found[name] for name in names}


def torch_reference(
    folder: Path, model: OnnxModel, inputs: Tensors, own: OwnModule | None = None
) -> TorchReference:
    """Run the module stored in a folder, and say which value of its ONNX graph each layer gives.

    `own` is the module itself and its recipe, of one that lives in this process alone.

    Raises:
        InputError: the module cannot be built again.
    """
    import torch

    module, recipe = own or torch_module.load(folder)
    calls: list[Call] = []
    tensors = [torch.from_numpy(np.array(inputs[spec.name])) for spec in recipe.signature.inputs]
    handles = [
        inner.register_forward_hook(_hook(calls, path))
        for path, inner in module.named_modules()
        if path and not any(True for _ in inner.children())
    ]
    try:
        given = torch_module.outputs_of(module, recipe, tensors)
    finally:
        for handle in handles:
            handle.remove()
    names = [spec.name for spec in recipe.signature.outputs]
    outputs = {name: one.detach().numpy() for name, one in zip(names, given, strict=True)}
    reference = TorchReference(outputs)
    for value, made in _values_of(calls, model).items():
        reference.found[value] = made[-1].kept
        reference.layers[value] = tuple(call.module for call in made)
    reference.found |= {name: array for name, array in outputs.items() if name in model.outputs}
    reference.found |= {name: np.asarray(array) for name, array in inputs.items()}
    return reference


def torch_points(model: OnnxModel, reference: TorchReference) -> list[Point]:
    """The values of an ONNX graph that PyTorch has too, in the graph's order."""
    makers = model.producers()
    found = []
    for value in model.computed():
        array = reference.found.get(value)
        if array is None:
            continue
        node, kind = makers[value], TensorType(array.shape, array.dtype)
        axes = tuple(range(array.ndim))
        found.append(point_of(node, value, value, node.op_type, kind, axes))
    return found


def _hook(calls: list[Call], path: str) -> Any:
    import torch

    def note(module: Any, args: tuple[Any, ...], gave: Any) -> None:
        if isinstance(gave, torch.Tensor):
            kept = gave.detach().clone().numpy()
            calls.append(Call(path, module, args[0] if args else None, gave, kept))

    return note


def _values_of(calls: Sequence[Call], model: OnnxModel) -> dict[str, list[Call]]:
    """The calls behind each value, the one that gives it last.

    They are found by the names that exporters give nodes, else by their kind and order.

    A layer that has no node, and alone reads what another gave, is in that one's node: the node's
    value is then its own.
    """
    scopes = _scopes(model)
    found = next(
        filter(None, (dict(_by_scope(calls, scopes, way)) for way in (_whole, _wrapped, _inner))),
        None,
    ) or dict(_in_order(calls, model))
    made = {value: [call] for call in calls if (value := found.get(id(call))) is not None}
    for before, call in pairwise(calls):
        passing = type(call.module).__name__.startswith(PASSING)
        value = found.get(id(before))
        if value is not None and passing and id(call) not in found and call.read is before.gave:
            found[id(call)] = value
            made[value].append(call)
    return made


def _by_scope(
    calls: Sequence[Call], scopes: dict[str, list[str]], scope_of: Callable[[str], str]
) -> Iterator[tuple[int, str]]:
    """The value with which each call of a module ends the nodes in its scope."""
    by_path: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        by_path[call.path].append(call)
    for path, made in by_path.items():
        values = scopes.get(scope_of(path), [])
        if values and len(values) % len(made) == 0:
            every = len(values) // len(made)
            for place, call in enumerate(made):
                yield id(call), values[(place + 1) * every - 1]


def _whole(path: str) -> str:
    return path


def _wrapped(path: str) -> str:
    """As the exporter called it that was given a wrapper around the module."""
    return f"module.{path}"


def _inner(path: str) -> str:
    """As the exporter called it that was given what the module wraps."""
    return path.partition(".")[2]


def _scopes(model: OnnxModel) -> dict[str, list[str]]:
    """The values that nodes in each module's scope give, by the module's path.

    The exporter calls a node `/layer1/layer1.0/conv1/Conv`, of the module `layer1.0.conv1`. A node
    that is called after a value, as those of a gradient are, is of no module.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for node in model.nodes:
        scope, _, last = node.name.rpartition("/")
        if scope and node.output and "_output_" not in last:
            found[".".join(_path(scope.split("/")[1:]))].append(node.output[0])
    return found


def _path(scope: Sequence[str]) -> list[str]:
    parts: list[str] = []
    for one in scope:
        if parts and one.startswith(f"{parts[-1]}."):
            parts.pop()
        parts.append(one)
    return parts


def _in_order(calls: Sequence[Call], model: OnnxModel) -> Iterator[tuple[int, str]]:
    """Calls and values of one kind, paired in order where there are as many of both."""
    by_kind: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        kind = OPERATORS.get(type(call.module).__name__)
        if kind:
            by_kind[kind].append(call)
    for kind, made in by_kind.items():
        values = [node.output[0] for node in model.nodes if node.op_type == kind]
        if len(values) == len(made):
            yield from ((id(call), value) for call, value in zip(made, values, strict=True))
