"""What of a TF.js model's node is not what its ONNX node asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from xport.common.arrays import Array
from xport.divergence.causes import attribute_causes, rearranged_causes, same, shown, weight_cause
from xport.divergence.document import Cause
from xport.divergence.onnx_causes import attributes_of
from xport.divergence.tf_nodes import TfNodes, bare, plain
from xport.tfjs_writer.model_json import TYPE_ATTRIBUTES, _attribute
from xport.tfjs_writer.tf_graph import CONST, TfGraph, TfNode

if TYPE_CHECKING:
    import onnx

STRUCTURAL = frozenset({"T", *TYPE_ATTRIBUTES, "shape", "value"})
"""Attributes that say of what type a node is, and change nothing that it computes."""


def written_causes(graph: TfGraph, tested: TfNodes, within: Sequence[str]) -> Iterator[Cause]:
    """Where nodes and weights of a model are not those that the direct writer writes today."""
    for name in _nodes_of(tested, within):
        expected, op = graph.nodes.get(name), tested.node_of(name)["op"]
        if expected is None:
            yield Cause(kind="missing", node=name, name=op, expected="no such node", found="a node")
        elif expected.op == CONST or op == CONST:
            yield from _constant_causes(expected, tested, name)
        elif op != "Placeholder":
            yield from _node_causes(expected, tested, name)


def _nodes_of(tested: TfNodes, within: Sequence[str]) -> list[str]:
    """The nodes of tensors, those among them from which captured ones are computed at load."""
    found = dict.fromkeys(name.split(":")[0] for name in within)
    waiting = [name for name in found if name in tested.at_load]
    while waiting:
        node = tested.at_load[waiting.pop()]
        new = [name for name in map(bare, node.get("input", [])) if name not in found]
        found.update(dict.fromkeys(new))
        waiting += new
    return list(found)


def _node_causes(expected: TfNode, tested: TfNodes, name: str) -> Iterator[Cause]:
    op = tested.node_of(name)["op"]
    if op != expected.op:
        yield Cause(kind="operator", node=name, name="op", expected=expected.op, found=op)
        return
    wanted = {key: plain(_attribute(key, one)) for key, one in expected.attributes.items()}
    found = tested.attributes(name)
    yield from attribute_causes(
        f"{op} {name}",
        {key: one for key, one in wanted.items() if key not in STRUCTURAL},
        {key: one for key, one in found.items() if key not in STRUCTURAL},
    )
    inputs = [bare(one) for one in tested.node_of(name).get("input", [])]
    if inputs != [bare(one) for one in expected.inputs]:
        yield Cause(
            kind="input", node=f"{op} {name}", name="inputs",
            expected=shown(expected.inputs), found=shown(inputs),
        )  # fmt: skip


def _constant_causes(expected: TfNode, tested: TfNodes, name: str) -> Iterator[Cause]:
    if expected.value is None or name not in tested.weight_names:
        kind = tested.node_of(name)["op"]
        yield Cause(kind="operator", node=name, name="op", expected=expected.op, found=kind)
        return
    found = weight_cause(_reader(tested, name), name, expected.value, tested.weight(name))
    if found is not None:
        yield found


def _reader(tested: TfNodes, constant: str) -> str:
    """The node that reads a constant, by operator and name."""
    for name, node in [*tested.nodes.items(), *tested.at_load.items()]:
        if constant in map(bare, node.get("input", [])):
            return f"{node['op']} {name}"
    return constant


# A model of another writer, held to the ONNX nodes themselves

SPATIAL = {"strides": "strides", "dilations": "dilations", "kernel_shape": "ksize"}
"""Attributes that say one number for each spatial axis, as ONNX and TensorFlow call them."""
LARGEST_EPSILON = 0.1
"""Above it a constant is no epsilon."""


def converted_causes(
    nodes: Sequence[onnx.NodeProto],
    weights: Mapping[str, Array],
    tested: TfNodes,
    within: Sequence[str],
) -> Iterator[Cause]:
    """Where attributes or weights of a model are not those of the ONNX nodes it stands for."""
    names = _nodes_of(tested, within)
    theirs = {name: tested.weight(name) for name in names if name in tested.weight_names}
    for node in nodes:
        told = node.name or node.output[0]
        for ours, name in SPATIAL.items():
            yield from _spatial(node, ours, name, tested, names)
        own = {n: weights[n] for n in node.input if n in weights and weights[n].size > 1}
        yield from rearranged_causes(f"{node.op_type} {told}", own, theirs)
        yield from _scalars(node, theirs)


def _spatial(
    node: onnx.NodeProto, ours: str, theirs: str, tested: TfNodes, names: Sequence[str]
) -> Iterator[Cause]:
    wanted = attributes_of(node).get(ours)
    if wanted is None or len(wanted) > 2:
        return
    found = [(name, tested.attributes(name).get(theirs)) for name in names]
    given = [(name, _inner(one)) for name, one in found if isinstance(one, list) and len(one) == 4]
    if given and not any(same(one[-len(wanted) :], wanted) for _, one in given):
        name, one = given[0]
        told = f"{tested.node_of(name)['op']} {name}"
        yield Cause(
            kind="attribute", node=told, name=theirs, expected=shown(wanted), found=shown(one)
        )


def _inner(values: list[Any]) -> list[Any]:
    """The two spatial numbers of four: channels lie last, or first."""
    return values[1:3] if values[3] == 1 and values[0] == 1 else values[2:]


def _scalars(node: onnx.NodeProto, theirs: Mapping[str, Array]) -> Iterator[Cause]:
    """An epsilon that is nowhere among the constants, while another small number is."""
    epsilon = attributes_of(node).get("epsilon")
    numbers = {n: float(a.reshape(-1)[0]) for n, a in theirs.items() if _is_number(a)}
    small = {name: one for name, one in numbers.items() if 0 < one < LARGEST_EPSILON}
    if epsilon is None or not small or any(np.isclose(one, epsilon) for one in small.values()):
        return
    name, one = next(iter(small.items()))
    told = f"{node.op_type} {node.name or node.output[0]}"
    yield Cause(
        kind="attribute", node=told, name=f"epsilon ({name})", expected=shown(float(epsilon)),
        found=shown(one),
    )  # fmt: skip


def _is_number(array: Array) -> bool:
    return array.size == 1 and array.dtype.kind == "f"
