"""Graphs in onnx's text format, and whether a pass keeps what they compute."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.browser.writer.onnx_cases import Case
from tests.browser.writer.writer_cases import Text, run
from xport.onnx_graph.files import graph_from_model, model_from_graph
from xport.onnx_graph.graph import Graph
from xport.onnx_graph.shapes import fold_constants

PICTURE = "float[2,4,7,6] x"
RELATIVE, ABSOLUTE = 1e-4, 1e-5
"""Folding scales into weights moves float32 roundings; anything wrong is off by far more."""


def case(inputs: str, body: str, name: str = "graph") -> Case:
    """Seeded inputs; upper-case ones are constants. `y` is what comes out."""
    return Text(name, inputs, body).case()


def graph(inputs: str, body: str) -> Graph:
    """A graph with all shapes known."""
    found = graph_from_model(case(inputs, body).model)
    fold_constants(found)
    return found


def kept(inputs: str, body: str, *passes: Callable[[Graph], None]) -> Graph:
    """The graph after some passes, which ONNX Runtime runs to the same result as before."""
    before = case(inputs, body)
    after = graph_from_model(before.model)
    fold_constants(after)
    for one in passes:
        one(after)
        after.prune()
    found = run(model_from_graph(after), before.inputs)
    assert found.keys() == before.outputs.keys()
    for name, values in before.outputs.items():
        assert found[name].dtype == values.dtype
        np.testing.assert_allclose(found[name], values, RELATIVE, ABSOLUTE)
    return after
