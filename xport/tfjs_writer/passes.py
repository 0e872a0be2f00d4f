"""The passes that make a lowered graph smaller and faster, in the order in which they run."""

from __future__ import annotations

from collections.abc import Sequence

from xport.onnx_graph.pass_list import Pass, applied, listed
from xport.tfjs_writer.constants import compute_constants
from xport.tfjs_writer.fusion import (
    affine_as_depthwise,
    fuse_activation,
    fuse_bias,
    reshape_after,
)
from xport.tfjs_writer.tf_graph import TfGraph

OPTIMISATIONS: tuple[Pass[TfGraph], ...] = listed(
    compute_constants, reshape_after, fuse_bias, affine_as_depthwise, fuse_activation
)


def optimise(graph: TfGraph, passes: Sequence[Pass[TfGraph]] = OPTIMISATIONS) -> TfGraph:
    """Apply passes in order, dropping what is no longer needed after each; returns the graph."""
    return applied(graph, passes)
