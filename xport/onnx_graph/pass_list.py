"""Passes: changes to a graph that each do one thing, and lists of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Prunable(Protocol):
    """A graph that can drop what none of its outputs needs."""

    def prune(self) -> None:
        """Drop it."""
        ...


G = TypeVar("G", bound=Prunable)


@dataclass(frozen=True)
class Pass(Generic[G]):
    """One change to a graph: `apply` works in place and keeps what the graph computes."""

    name: str
    does: str
    apply: Callable[[G], None]


def listed(*functions: Callable[[G], None]) -> tuple[Pass[G], ...]:
    """Passes named after their functions; a docstring's first line says what one does."""
    return tuple(Pass(f.__name__, (f.__doc__ or "").splitlines()[0], f) for f in functions)


def applied(graph: G, passes: Sequence[Pass[G]]) -> G:
    """Apply passes in order, dropping what is no longer needed after each; returns the graph."""
    for one in passes:
        one.apply(graph)
        graph.prune()
    return graph
