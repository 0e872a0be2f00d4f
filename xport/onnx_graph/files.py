"""From ONNX model files to graphs and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from xport.errors import ConversionError
from xport.onnx_graph.graph import Graph, Node, TensorType, refuse

if TYPE_CHECKING:
    import onnx

LEAST_OPSET = 13
COUNTS = ("strides", "dilations", "kernel_shape", "group", "blocksize")
FAITHFUL = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
"""Element types that numpy has itself; onnx stands float32 in for some others."""
IR_VERSION = 8
"""The file version that is written: readable by onnx 1.10 and ONNX Runtime 1.10 on."""


def graph_from_model(model: onnx.ModelProto) -> Graph:
    """The graph of a model whose inputs have fixed shapes.

    Local functions are inlined; types are the ones that the file declares (see `infer_shapes`).

    Raises:
        ConversionError: an input is symbolic, a dimension is negative, two values have one name,
            the opset is below 13, or weights lie outside the file.
    """
    import onnx
    from onnx import inliner, numpy_helper

    if model.functions:
        model = inliner.inline_local_functions(model)
    opset = _opset(model)
    _require_single_names(model.graph)
    constants = {t.name: _array(t, numpy_helper) for t in model.graph.initializer}
    if model.graph.sparse_initializer:
        raise ConversionError("has sparse initializers", "", "store dense weights")
    inputs = [value for value in model.graph.input if value.name not in constants]
    types = {v.name: _fixed_type(v) for v in inputs}
    for value in (*model.graph.value_info, *model.graph.output):
        known = _type(value, onnx)
        if known is not None:
            types[value.name] = known
    return Graph(
        inputs=[value.name for value in inputs],
        outputs=[value.name for value in model.graph.output],
        nodes=[_node(node) for node in model.graph.node],
        constants=constants,
        types=types,
        opset=opset,
    )


def model_from_graph(graph: Graph, *, check: bool = True) -> onnx.ModelProto:
    """An ONNX model file's content; with `check`, onnx's own checker has accepted it.

    Raises:
        ConversionError: the checker refuses it.
    """
    import onnx
    from onnx import helper, numpy_helper

    domains = sorted({node.domain for node in graph.nodes} - {"", "ai.onnx"})
    model = helper.make_model(
        helper.make_graph(
            [node_proto(node) for node in graph.nodes],
            "xport",
            [value_info(name, graph.type_of(name)) for name in graph.inputs],
            [value_info(name, graph.type_of(name)) for name in graph.outputs],
            [numpy_helper.from_array(np.asarray(v, order="C"), n) for n, v in _sorted(graph)],
        ),
        opset_imports=[
            helper.make_opsetid("", graph.opset),
            *(helper.make_opsetid(domain, 1) for domain in domains),
        ],
        producer_name="xport",
        ir_version=IR_VERSION,
    )
    if check:
        try:
            onnx.checker.check_model(model)
        except onnx.checker.ValidationError as error:
            raise ConversionError(f"the graph is not valid ONNX: {error}") from error
    return model


def _sorted(graph: Graph) -> Iterator[tuple[str, Any]]:
    """Constants in the order in which nodes read them, so that equal graphs give equal bytes."""
    seen = set()
    for node in graph.nodes:
        for name in node.inputs:
            if name in graph.constants and name not in seen:
                seen.add(name)
                yield name, graph.constants[name]
    for name in graph.outputs:
        if name in graph.constants and name not in seen:
            yield name, graph.constants[name]


def _opset(model: onnx.ModelProto) -> int:
    import onnx

    versions = {entry.domain: entry.version for entry in model.opset_import}
    opset = int(versions.get("", versions.get("ai.onnx", 0)))
    if opset < LEAST_OPSET:
        raise ConversionError(
            f"opset {opset} is below {LEAST_OPSET}", "", "export at opset 13 or newer"
        )
    known = onnx.defs.onnx_opset_version()
    if opset > known:
        raise ConversionError(
            f"opset {opset} is newer than the installed onnx knows, {known}",
            "",
            "export at an older opset, or install a newer onnx",
        )
    return opset


def _require_single_names(graph: onnx.GraphProto) -> None:
    """Every value is given once: as an input, an initializer or a node's output."""
    stored = [tensor.name for tensor in graph.initializer]
    given = [value.name for value in graph.input if value.name not in stored]
    made = [name for node in graph.node for name in node.output if name]
    for name, count in Counter([*stored, *given, *made]).items():
        if count > 1:
            raise ConversionError(
                f"{count} values are called {name!r}",
                "",
                "the graph is not valid ONNX; export anew",
            )


def _array(tensor: onnx.TensorProto, numpy_helper: Any) -> Any:
    if tensor.data_location == tensor.EXTERNAL:
        raise ConversionError(
            f"initializer {tensor.name!r} lies in another file", "", "store weights in the model"
        )
    try:
        return numpy_helper.to_array(tensor)
    except (TypeError, ValueError) as error:
        raise ConversionError(
            f"initializer {tensor.name!r} is broken: {error}", "", "export the model anew"
        ) from error


def _fixed_type(value: onnx.ValueInfoProto) -> TensorType:
    import onnx

    known = _type(value, onnx)
    if known is None:
        raise ConversionError(
            f"input {value.name!r} has a symbolic shape or is no tensor",
            "",
            "export with fixed shapes",
        )
    return known


def _type(value: onnx.ValueInfoProto, onnx_: Any) -> TensorType | None:
    tensor = value.type.tensor_type
    if not value.type.HasField("tensor_type") or not tensor.HasField("shape"):
        return None
    if tensor.elem_type not in FAITHFUL:
        word = onnx_.TensorProto.DataType.Name(tensor.elem_type).lower()
        raise ConversionError(f"value {value.name!r} is {word}", "", "export in float32")
    dims = tensor.shape.dim
    for dim in dims:
        if dim.dim_value < 0:
            raise ConversionError(
                f"value {value.name!r} has a dimension of {dim.dim_value}",
                "",
                "export with fixed shapes",
            )
    if any(not dim.HasField("dim_value") for dim in dims):
        return None
    return TensorType(
        tuple(int(dim.dim_value) for dim in dims),
        np.dtype(onnx_.helper.tensor_dtype_to_np_dtype(tensor.elem_type)),
    )


def branch_of(graph: onnx.GraphProto) -> tuple[list[Node], dict[str, Any], list[str]]:
    """A branch of an If: its nodes, its constants, and the names of what it yields.

    Raises:
        ConversionError: as `graph_from_model`.
    """
    from onnx import numpy_helper

    constants = {tensor.name: _array(tensor, numpy_helper) for tensor in graph.initializer}
    return [_node(node) for node in graph.node], constants, [o.name for o in graph.output]


def _node(proto: onnx.NodeProto) -> Node:
    node = Node(
        op=proto.op_type,
        inputs=list(proto.input),
        outputs=list(proto.output),
        attributes={a.name: _attribute(a) for a in proto.attribute},
        name=proto.name,
        domain="" if proto.domain == "ai.onnx" else proto.domain,
    )
    for name in COUNTS:
        value = node.attributes.get(name, 1)
        if min(value if isinstance(value, list) else [value], default=1) < 1:
            # onnx's own inference divides by them, and takes the whole process with it
            raise refuse(node, f"{name} {value} is not positive")
    return node


def _attribute(proto: onnx.AttributeProto) -> Any:
    from onnx import helper, numpy_helper

    value = helper.get_attribute_value(proto)
    if proto.type == proto.TENSOR:
        return numpy_helper.to_array(value)
    if proto.type == proto.STRING:
        return value.decode()
    if proto.type == proto.STRINGS:
        return [one.decode() for one in value]
    return list(value) if proto.type in (proto.INTS, proto.FLOATS) else value


def node_proto(node: Node) -> onnx.NodeProto:
    """A node as ONNX files have it."""
    from onnx import helper, numpy_helper

    attributes = {
        name: numpy_helper.from_array(value) if isinstance(value, np.ndarray) else value
        for name, value in node.attributes.items()
    }
    return helper.make_node(
        node.op, node.inputs, node.outputs, name=node.name, domain=node.domain, **attributes
    )


def value_info(name: str, kind: TensorType) -> onnx.ValueInfoProto:
    """A value's type as ONNX files have it."""
    from onnx import helper

    element = helper.np_dtype_to_tensor_dtype(kind.dtype)
    return helper.make_tensor_value_info(name, element, kind.shape)
