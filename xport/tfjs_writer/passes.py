"""The passes that make a lowered graph smaller and faster, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xport.tfjs_writer.constants import compute_constants
from xport.tfjs_writer.fusion import (
    affine_as_depthwise,
    fuse_activation,
    fuse_bias,
    reshape_after,
)
from xport.tfjs_writer.tf_graph import TfGraph


@dataclass(frozen=True)
class TfPass:
    """One change to a TensorFlow graph: `apply` works in place and keeps what it computes."""

    name: str
    does: str
    apply: Callable[[TfGraph], None]


def _pass(function: Callable[[TfGraph], None]) -> TfPass:
    return TfPass(function.__name__, (function.__doc__ or "").splitlines()[0], function)


OPTIMISATIONS: tuple[TfPass, ...] = tuple(
    map(_pass, (compute_constants, reshape_after, fuse_bias, affine_as_depthwise, fuse_activation))
)


def optimise(graph: TfGraph, passes: Sequence[TfPass] = OPTIMISATIONS) -> TfGraph:
    """Apply passes in order, dropping what is no longer needed after each; returns the graph."""
    for one in passes:
        one.apply(graph)
        graph.prune()
    return graph
