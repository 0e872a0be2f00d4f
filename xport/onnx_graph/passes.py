"""The passes that make an ONNX graph smaller, in the order in which they run."""

from __future__ import annotations

from collections.abc import Sequence

from xport.onnx_graph.batchnorm import (
    batchnorm_as_affine,
    fold_batchnorm_into_next,
    fold_batchnorm_into_previous,
)
from xport.onnx_graph.graph import Graph
from xport.onnx_graph.identities import drop_identities
from xport.onnx_graph.padding import merge_pads, pool_before_pointwise
from xport.onnx_graph.pass_list import Pass, applied, listed
from xport.onnx_graph.pools import flatten_pools
from xport.onnx_graph.shapes import fold_constants
from xport.onnx_graph.volumes import part_volumes

SIMPLIFICATIONS: tuple[Pass[Graph], ...] = listed(
    fold_constants,
    part_volumes,
    drop_identities,
    fold_batchnorm_into_previous,
    fold_batchnorm_into_next,
    batchnorm_as_affine,
    merge_pads,
    flatten_pools,
    pool_before_pointwise,
)


def simplify(graph: Graph, passes: Sequence[Pass[Graph]] = SIMPLIFICATIONS) -> Graph:
    """Apply passes in order, dropping what is no longer needed after each; returns the graph.

    Raises:
        ConversionError: the graph is not valid; the node is named.
    """
    return applied(graph, passes)
