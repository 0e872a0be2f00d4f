"""The face of lowering: every handler registered."""

from __future__ import annotations

from xport.onnx_graph.graph import Graph, Node
from xport.tfjs_writer import (
    activations,
    blocks,
    convolution,
    elementwise,
    indexing,
    normalisation,
    padding,
    pooling,
    products,
    reductions,
    resizing,
    sampling,
    shaping,
    sorting,
    transposed,
)
from xport.tfjs_writer.lowering import Lowering
from xport.tfjs_writer.tf_graph import TfGraph

HANDLER_MODULES = (
    activations, blocks, convolution, elementwise, indexing, normalisation, padding, pooling,
    products, reductions, resizing, sampling, shaping, sorting, transposed,
)  # fmt: skip
"""Importing a module registers its operators."""


def lower(graph: Graph) -> TfGraph:
    """A TensorFlow graph that computes the same, channels last.

    Raises:
        ConversionError: an operator, attribute or shape has no exact counterpart; operator, node
            and reason are named.
    """
    return Lowering(source=graph).run()


def unsupported(graph: Graph) -> list[Node]:
    """The nodes of a simplified graph whose operators have no handler."""
    return [node for node in graph.nodes if node.domain or node.op not in Lowering.handlers]


def supported_operators() -> tuple[str, ...]:
    """The ONNX operators that have a handler, in alphabetical order."""
    return tuple(sorted(Lowering.handlers))
