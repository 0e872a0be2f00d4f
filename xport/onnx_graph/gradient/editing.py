"""Copies of graphs, and inputs and outputs added to them under given names."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from xport.errors import ConversionError
from xport.onnx_graph.graph import Graph, Node
from xport.onnx_graph.shapes import fold_constants


def extensible(graph: Graph, names: Sequence[str]) -> Graph:
    """A copy with constants folded and all types known, in which nothing has the given names.

    Raises:
        ConversionError: a name belongs to an input or output, or is given twice.
    """
    copy = dataclasses.replace(
        graph,
        inputs=list(graph.inputs),
        outputs=list(graph.outputs),
        nodes=[
            dataclasses.replace(node, inputs=list(node.inputs), outputs=list(node.outputs))
            for node in graph.nodes
        ],
        constants=dict(graph.constants),
        types=dict(graph.types),
    )
    fold_constants(copy)
    for number, name in enumerate(names):
        if name in (*copy.inputs, *copy.outputs, *names[:number]):
            raise ConversionError(
                f"the name {name!r} is taken by an input or output", "", "choose another name"
            )
        rename(copy, name, copy.fresh(name))
    return copy


def rename(graph: Graph, old: str, new: str) -> None:
    """Give a value that is neither input nor output another name."""
    graph.redirect(old, new)
    for node in graph.nodes:
        node.outputs = [new if name == old else name for name in node.outputs]
    if old in graph.constants:
        graph.constants[new] = graph.constants.pop(old)
    if old in graph.types:
        graph.types[new] = graph.types.pop(old)


def require_known(graph: Graph, name: str) -> None:
    """Check that there is a value of this name.

    Raises:
        ConversionError: there is none.
    """
    if name not in {*graph.inputs, *graph.constants, *graph.producers()}:
        raise ConversionError(f"there is no value {name!r}", "", "check the name")


def require_float(graph: Graph, name: str) -> None:
    """Check that a value can have a gradient.

    Raises:
        ConversionError: it holds no floating-point numbers, or its type is not known.
    """
    dtype = graph.type_of(name).dtype
    if not np.issubdtype(dtype, np.floating):
        raise ConversionError(f"{name!r} holds {dtype}, and has no gradient")


def add_input(graph: Graph, name: str, like: str) -> None:
    """Add an input of the type that `like` has."""
    graph.inputs.append(name)
    graph.types[name] = graph.type_of(like)


def add_output(graph: Graph, value: str, name: str) -> None:
    """Let a computed value be an output with a name of its own."""
    if value in (*graph.inputs, *graph.outputs, *graph.constants):
        graph.nodes.append(Node("Identity", [value], [name], name=name))
        graph.types[name] = graph.type_of(value)
    else:
        rename(graph, value, name)
    graph.outputs.append(name)
