"""What a route would refuse of an ONNX model, before anything is converted or measured."""

from __future__ import annotations

from typing import Any

from xport.conversion.exporters import OPSETS
from xport.conversion.in_words import in_words, listed
from xport.conversion.stages.tf_from_onnx import misread_nodes, unknown_operators
from xport.conversion.stages.tfjs_from_onnx import TfjsFromOnnx
from xport.errors import ConversionError, located
from xport.toolchains.onnx_tf_operators import known_opset, misread, unknown_at
from xport.toolchains.tensorflow import UnknownOperator


def require_direct(model: Any) -> None:
    """Check that the direct writer takes a model, by going through its graph.

    Args:
        model: a ModelProto whose inputs have fixed shapes, with its weights.

    Raises:
        ConversionError: it does not; the operators that it has no counterpart for are named
            together, else what it refuses first. Operator, node and reason are those that the
            conversion would name.
    """
    from xport.onnx_graph.files import graph_from_model
    from xport.onnx_graph.passes import simplify
    from xport.tfjs_writer.lower import lower, unsupported

    stage = TfjsFromOnnx.name
    with located(stage), in_words(stage):
        graph = simplify(graph_from_model(model))
        unknown = unsupported(graph)
        if len(unknown) > 1:
            raise ConversionError(
                f"{listed([*map(str, unknown)])}: are not supported by the direct writer",
                "",
                "replace them in the model",
            )
        lower(graph)


def refusal_by_onnx_tf(model: Any) -> ConversionError | None:
    """What the route would say of a model's operators; None where onnx-tf knows them all."""
    opset = next((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), 0)
    unknown = unknown_at(model.graph.node, opset)
    if not unknown:
        return misread_nodes(misread(model))
    named = [UnknownOperator(op=node.op_type, name=node.name or node.output[0]) for node in unknown]
    lower = known_opset(unknown, opset, OPSETS["torchscript"].least)
    return unknown_operators(named, opset, lower)
