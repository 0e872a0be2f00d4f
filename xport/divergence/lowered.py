"""Which TF.js tensor stands for which ONNX value: the direct writer says so, others by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xport.divergence.onnx_model import OnnxModel, point_of
from xport.divergence.points import Point
from xport.divergence.tf_nodes import TfNodes
from xport.divergence.tfjs_side import STORED
from xport.errors import ConversionError
from xport.onnx_graph.files import graph_from_model
from xport.onnx_graph.graph import TensorType
from xport.onnx_graph.passes import simplify
from xport.tfjs_writer.lower import HANDLER_MODULES
from xport.tfjs_writer.lowering import Lowering
from xport.tfjs_writer.passes import optimise
from xport.tfjs_writer.tensor import Tensor
from xport.tfjs_writer.tf_graph import CONST, TfGraph

if TYPE_CHECKING:
    import onnx

PREFIX = "onnx_tf_prefix_"
"""What onnx-tf writes before the name of an ONNX node."""
MAX_AXES = 6

assert HANDLER_MODULES  # importing them registers every operator


class _Traced(Lowering):
    """A lowering whose tensors can be asked for afterwards: every value in every order of axes."""

    def provenance(self) -> dict[str, list[Tensor]]:
        return {name: list(found.values()) for name, found in self._tensors.items()}


@dataclass(frozen=True)
class Written:
    """What the direct writer makes of an ONNX model: its graph, and the tensors of each value.

    Passes keep a node's name with what it computes, whatever they put into it: a tensor that is
    still there after them stands for the same value.
    """

    graph: TfGraph
    tensors: Mapping[str, Sequence[Tensor]]


def written(model: onnx.ModelProto) -> Written | None:
    """What the direct writer makes of a model today; None where it cannot."""
    try:
        lowering = _Traced(source=simplify(graph_from_model(model)))
        graph = lowering.run()
        tensors = lowering.provenance()
        return Written(optimise(graph), tensors)
    except ConversionError:
        return None


def direct_points(
    onnx_model: OnnxModel, tested: TfNodes, known: Written, kinds: Mapping[str, TensorType]
) -> list[Point]:
    """The points of a model that the direct writer made, in its topological order."""
    found = []
    makers = onnx_model.producers()
    for value, kind in kinds.items():
        if value in onnx_model.outputs:
            continue
        for tensor in known.tensors.get(value, ()):
            name = tensor.ref.split(":")[0]
            node = tested.nodes.get(name)
            if node is None or node["op"] in (CONST, "Placeholder") or not _usable(kind):
                continue
            if tensor.shape != tuple(kind.shape[axis] for axis in tensor.axes):
                continue
            found.append(point_of(makers[value], value, tensor.ref, node["op"], kind, tensor.axes))
            break
    return _ordered([*found, *_outputs(onnx_model, tested, kinds)], tested)


def named_points(
    onnx_model: OnnxModel, tested: TfNodes, kinds: Mapping[str, TensorType]
) -> list[Point]:
    """The points of a model of another writer: nodes that carry an ONNX node's name, and outputs.

    Of several nodes in the scope of one ONNX node the last is taken: it ends what that node does.
    """
    scopes = _scopes(tested)
    found = []
    makers = onnx_model.producers()
    for value, kind in kinds.items():
        node = makers[value]
        if value in onnx_model.outputs or not _usable(kind) or list(node.output).index(value) > 0:
            continue
        ref = scopes.get(node.name)
        if ref is not None:
            op = tested.node_of(ref)["op"]
            found.append(point_of(node, value, ref, op, kind, tuple(range(len(kind.shape)))))
    return _ordered([*found, *_outputs(onnx_model, tested, kinds)], tested)


def _outputs(
    onnx_model: OnnxModel, tested: TfNodes, kinds: Mapping[str, TensorType]
) -> Iterator[Point]:
    """The points of the model's outputs, which the signature names."""
    makers, signature = onnx_model.producers(), tested.outputs()
    for value in onnx_model.outputs:
        if value in kinds and value in signature:
            op, kind = tested.node_of(signature[value])["op"], kinds[value]
            axes = tuple(range(len(kind.shape)))
            yield point_of(makers[value], value, signature[value], op, kind, axes)


def _scopes(tested: TfNodes) -> dict[str, str]:
    """The last node, in topological order, that lies in the scope of each ONNX node's name."""
    found: dict[str, str] = {}
    order = tested.order()
    for name in sorted(tested.nodes, key=order.__getitem__):
        node = tested.nodes[name]
        if PREFIX not in name or node["op"] in (CONST, "Placeholder"):
            continue
        scope = name.partition(PREFIX)[2]
        found[scope] = name
        inner = re.fullmatch(r"(.*/BatchNormalization\w*)/add_1", scope)
        if inner:
            found[inner.group(1)] = name
    return found


def _usable(kind: TensorType) -> bool:
    """Whether a tensor can go in and out of the page."""
    return 1 <= len(kind.shape) <= MAX_AXES and kind.size > 0 and kind.dtype.name in STORED


def _ordered(points: Sequence[Point], tested: TfNodes) -> list[Point]:
    """Points in the tested model's order; of several that share a tensor, the last."""
    order = tested.order()
    by_ref = {point.ref: point for point in points}
    return sorted(by_ref.values(), key=lambda point: order[point.ref.split(":")[0]])
