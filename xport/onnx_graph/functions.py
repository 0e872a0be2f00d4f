"""Operators that ONNX defines as functions of others, written out as their bodies."""

from __future__ import annotations

from typing import Any

from xport.onnx_graph.files import node_proto, value_info
from xport.onnx_graph.graph import Graph, Node, refuse
from xport.onnx_graph.inlining import ends, inlined

FUNCTIONS = frozenset({
    "Attention", "BlackmanWindow", "CausalConvWithState", "CenterCropPad", "HammingWindow",
    "HannWindow", "LinearAttention", "NegativeLogLikelihoodLoss", "RMSNormalization",
    "RotaryEmbedding", "SoftmaxCrossEntropyLoss", "SwiGLU", "Swish",
})  # fmt: skip
"""Those that the writer has no handler for; the others have one that is faster."""


def write_functions_out(graph: Graph) -> bool:
    """Put bodies in the place of the functions whose inputs' types are known; whether any was.

    Raises:
        ConversionError: a body needs an older meaning of an operator than the graph has.
    """
    found = [
        (node, body)
        for node in graph.nodes
        if node.op in FUNCTIONS and not node.domain
        for body in [_body(graph, node)]
        if body is not None
    ]
    for node, body in found:
        given = dict.fromkeys(body.input, "") | dict(zip(body.input, node.inputs, strict=False))
        hint = f"{next(filter(None, node.outputs))}/{node.op}"
        nodes, outputs = inlined(graph, hint, _as_graph(node, body, graph.opset), given)
        graph.replace([node], [*nodes, *ends(node, outputs[: len(node.outputs)])])
    return bool(found)


def _body(graph: Graph, node: Node) -> Any | None:
    """A node's FunctionProto, which may depend on its attributes and its inputs' types."""
    import onnx

    known = [name in graph.types or name in graph.constants for name in filter(None, node.inputs)]
    if not all(known):
        return None
    schema: Any = onnx.defs.get_schema(node.op, graph.opset, "")
    versions = [
        *(schema.function_opset_versions if schema.has_function else ()),
        *schema.context_dependent_function_opset_versions,
    ]
    fitting = [version for version in versions if version <= graph.opset]
    if not fitting:
        return None
    body = onnx.FunctionProto()
    if schema.has_context_dependent_function:
        types = [_type(graph, name) for name in node.inputs]
        proto = node_proto(node).SerializeToString()
        content = schema.get_context_dependent_function_with_opset_version(
            max(fitting), proto, types
        )
    else:
        content = schema.get_function_with_opset_version(max(fitting))
    body.ParseFromString(content)
    _require_same_meaning(graph, node, body)
    return body


def _type(graph: Graph, name: str) -> bytes:
    import onnx

    known = value_info(name, graph.type_of(name)).type if name else onnx.TypeProto()
    return bytes(known.SerializeToString())


def _require_same_meaning(graph: Graph, node: Node, body: Any) -> None:
    """Refuse a body whose operators mean something else in the graph's opset."""
    opset = next((one.version for one in body.opset_import if not one.domain), graph.opset)
    for inner in body.node:
        if len({_form(inner.op_type, version) for version in (opset, graph.opset)}) > 1:
            reason = f"is defined by the {inner.op_type} of opset {opset}"
            raise refuse(node, reason, f"export at opset {opset}")


def _form(op: str, opset: int) -> tuple[Any, ...]:
    """What changes with an operator's meaning; versions that only take more types have the same."""
    import onnx

    schema = onnx.defs.get_schema(op, opset, "")
    return (schema.min_input, schema.max_input, len(schema.outputs), *sorted(schema.attributes))


def _as_graph(node: Node, body: Any, opset: int) -> Any:
    """The body as a graph, with the node's attributes where it refers to them."""
    import onnx

    schema = onnx.defs.get_schema(node.op, opset, "")
    given = {name: one.default_value for name, one in schema.attributes.items()}
    given = {name: one for name, one in given.items() if one.name}
    given |= {one.name: one for one in (*body.attribute_proto, *node_proto(node).attribute)}
    graph = onnx.GraphProto(name=node.op)
    graph.output.extend(onnx.ValueInfoProto(name=name) for name in body.output)
    for inner in body.node:
        copy = graph.node.add()
        copy.CopyFrom(inner)
        del copy.attribute[:]
        for attribute in inner.attribute:
            if not attribute.ref_attr_name:
                copy.attribute.append(attribute)
            elif attribute.ref_attr_name in given:
                copy.attribute.add().CopyFrom(given[attribute.ref_attr_name])
                copy.attribute[-1].name = attribute.name
    return graph
