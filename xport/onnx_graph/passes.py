"""The passes that make an ONNX graph smaller, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xport.onnx_graph.batchnorm import (
    batchnorm_as_affine,
    fold_batchnorm_into_next,
    fold_batchnorm_into_previous,
)
from xport.onnx_graph.graph import Graph
from xport.onnx_graph.identities import drop_identities
from xport.onnx_graph.padding import merge_pads, pool_before_pointwise
from xport.onnx_graph.shapes import fold_constants


@dataclass(frozen=True)
class Pass:
    """One change to a graph: `apply` works in place and keeps what the graph computes."""

    name: str
    does: str
    apply: Callable[[Graph], None]


def _pass(function: Callable[[Graph], None]) -> Pass:
    """A pass named after its function; the first line of the docstring says what it does."""
    return Pass(function.__name__, (function.__doc__ or "").splitlines()[0], function)


SIMPLIFICATIONS: tuple[Pass, ...] = tuple(
    map(
        _pass,
        (
            fold_constants,
            drop_identities,
            fold_batchnorm_into_previous,
            fold_batchnorm_into_next,
            batchnorm_as_affine,
            merge_pads,
            pool_before_pointwise,
        ),
    )
)


def simplify(graph: Graph, passes: Sequence[Pass] = SIMPLIFICATIONS) -> Graph:
    """Apply passes in order, dropping what is no longer needed after each; returns the graph.

    Raises:
        ConversionError: the graph is not valid; the node is named.
    """
    for one in passes:
        one.apply(graph)
        graph.prune()
    return graph
