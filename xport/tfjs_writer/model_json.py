"""model.json: the graph, its signature, what is computed at load, and the weights' manifest."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xport.common.version import __version__
from xport.errors import ConversionError
from xport.tfjs_writer.tf_graph import CONST, DTYPES, PLACEHOLDER, TfGraph, TfNode, TfType
from xport.tfjs_writer.weights import Stored, WeightGroup

PRODUCER = 1575
"""TensorFlow's graph version of 2.15, whose operators are written."""
TYPE_ATTRIBUTES = frozenset({"dtype", "DstT", "SrcT"})


def model_json(
    graph: TfGraph, groups: Sequence[WeightGroup], weights: Sequence[Stored]
) -> dict[str, Any]:
    """The document; nodes that are computed at load lie in its initializer graph."""
    loaded = _at_load(graph)
    captured = {name: number for number, name in enumerate(graph.at_load)}
    running = [
        _captured(node) if node.name in captured else node
        for node in graph.nodes.values()
        if node.name not in loaded or node.name in captured
    ]
    document: dict[str, Any] = {
        "format": "graph-model",
        "generatedBy": f"xport {__version__}",
        "convertedBy": "xport tfjs_from_onnx",
        "signature": _signature(graph, captured),
        "userDefinedMetadata": {"xport": _summary(graph, weights)},
        "modelTopology": _topology(_needed(running, graph.outputs.values(), graph.inputs)),
        "weightsManifest": [group.manifest() for group in groups],
    }
    if captured:
        nodes = [node for node in graph.nodes.values() if node.name in loaded or node.op == CONST]
        document["modelInitializer"] = _topology(_needed(nodes, captured, ()))
        document["initializerSignature"] = {
            "outputs": {
                name: {**_tensor_info(name, graph.nodes[name].type), "resourceId": number}
                for name, number in captured.items()
            }
        }
    return document


def _at_load(graph: TfGraph) -> set[str]:
    """Every node, constants aside, that a captured node is computed from."""
    found: set[str] = set()
    waiting = list(graph.at_load)
    while waiting:
        node = graph.nodes[waiting.pop()]
        if node.op != CONST and node.name not in found:
            found.add(node.name)
            waiting += [tensor.split(":")[0] for tensor in node.inputs]
    return found


def _captured(node: TfNode) -> TfNode:
    return TfNode(node.name, PLACEHOLDER, [], {}, node.types)


def _needed(nodes: Sequence[TfNode], wanted: Iterable[str], kept: Iterable[str]) -> list[TfNode]:
    """The nodes that the wanted tensors depend on, constants first."""
    needed = {tensor.split(":")[0] for tensor in wanted} | set(kept)
    chosen = []
    for node in reversed(nodes):
        if node.name in needed:
            needed.update(tensor.split(":")[0] for tensor in node.inputs)
            chosen.append(node)
    chosen.reverse()
    return [n for n in chosen if n.op == CONST] + [n for n in chosen if n.op != CONST]


def _signature(graph: TfGraph, captured: Mapping[str, int]) -> dict[str, Any]:
    inputs = {name: _tensor_info(f"{name}:0", graph.nodes[name].type) for name in graph.inputs}
    for name, number in captured.items():
        inputs[name] = {**_tensor_info(name, graph.nodes[name].type), "resourceId": number}
    outputs = {
        name: _tensor_info(f"{tensor}:0", graph.node_of(tensor).type)
        for name, tensor in graph.outputs.items()
    }
    return {"inputs": inputs, "outputs": outputs}


def _tensor_info(name: str, kind: TfType) -> dict[str, Any]:
    return {"name": name, "dtype": DTYPES[kind.dtype], "tensorShape": _shape(kind.shape)}


def _shape(shape: Sequence[int]) -> dict[str, Any]:
    return {"dim": [{"size": str(size)} for size in shape]}


def _summary(graph: TfGraph, weights: Sequence[Stored]) -> dict[str, Any]:
    """What a report says of the file: operators, and how weights are stored."""
    stored: dict[str, dict[str, int]] = {}
    for weight in weights:
        kind = weight.entry.get("quantization", {}).get("dtype", weight.entry["dtype"])
        row = stored.setdefault(kind, {"tensors": 0, "bytes": 0, "lossless": 0})
        row["tensors"] += 1
        row["bytes"] += len(weight.data)
        row["lossless"] += weight.lossless
    census = {op: number for op, number in graph.census().items() if op != CONST}
    return {"operators": census, "weights": stored, "at_load": len(graph.at_load)}


def _topology(nodes: Sequence[TfNode]) -> dict[str, Any]:
    return {
        "node": [_node(node) for node in nodes],
        "library": {},
        "versions": {"producer": PRODUCER, "minConsumer": 12},
    }


def _node(node: TfNode) -> dict[str, Any]:
    attributes = dict(node.attributes)
    if node.op in (CONST, PLACEHOLDER):
        attributes["dtype"] = DTYPES[node.type.dtype]
    else:
        attributes.setdefault("T", DTYPES[node.type.dtype])
    for name, value in attributes.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ConversionError(
                f"operator {node.op} of node {node.name!r}: {name} is {value}", "", "mend the model"
            )
    written = {name: _attribute(name, value) for name, value in attributes.items()}
    if node.op == PLACEHOLDER:
        written["shape"] = {"shape": _shape(node.type.shape)}
    if node.op == CONST:
        tensor = {"dtype": DTYPES[node.type.dtype], "tensorShape": _shape(node.type.shape)}
        written["value"] = {"tensor": tensor}
    document: dict[str, Any] = {"name": node.name, "op": node.op}
    if node.inputs:
        document["input"] = node.inputs
    return {**document, "attr": written}


def _attribute(name: str, value: Any) -> dict[str, Any]:
    """A value in protobuf's JSON form: integers as text, text in base64."""
    if name in TYPE_ATTRIBUTES or name == "T":
        return {"type": value}
    if isinstance(value, bool):
        return {"b": value}
    if isinstance(value, int):
        return {"i": str(value)}
    if isinstance(value, float):
        return {"f": value}
    if isinstance(value, str):
        return {"s": _text(value)}
    if value and isinstance(value[0], str):
        return {"list": {"s": [_text(one) for one in value]}}
    return {"list": {"i": [str(one) for one in value]}}


def _text(value: str) -> str:
    return base64.b64encode(value.encode()).decode()
