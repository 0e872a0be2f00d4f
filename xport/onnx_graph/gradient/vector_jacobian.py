"""Any gradient of a graph as outputs of a larger graph."""

from __future__ import annotations

from collections.abc import Mapping

from xport.onnx_graph.gradient.editing import (
    add_input,
    add_output,
    extensible,
    require_float,
    require_known,
)
from xport.onnx_graph.gradient.reverse import differentiate, require_rules
from xport.onnx_graph.graph import Graph


def gradient_graph(
    graph: Graph, *, of: str, wrt: Mapping[str, str], cotangent: str = "cotangent"
) -> Graph:
    """A graph with the vector-Jacobian product cotangent · ∂of/∂wrt as further outputs.

    Args:
        graph: left as it is.
        of: the differentiated value, floating point.
        wrt: values whose gradients are wanted (inputs or any others), and the outputs' names.
        cotangent: name of the added input, which has the shape and dtype of `of`.

    Raises:
        ConversionError: as in `differentiate`; a name is unknown, of integers, or taken.
    """
    result = extensible(graph, [cotangent, *wrt.values()])
    for name in (of, *wrt):
        require_known(result, name)
    require_rules(result, of, list(wrt))
    for name in (of, *wrt):
        require_float(result, name)
    add_input(result, cotangent, like=of)
    gradients = differentiate(result, of, cotangent, list(wrt))
    for name, output in wrt.items():
        add_output(result, gradients[name], output)
    result.prune()
    return result
