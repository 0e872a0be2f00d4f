"""Shape inference and constant folding, alternately, until nothing more becomes known."""

from __future__ import annotations

import warnings

import numpy as np

from xport.common.arrays import Array
from xport.errors import ConversionError
from xport.onnx_graph.composed import compose
from xport.onnx_graph.conditionals import compute_both, inline_conditionals, require_alike
from xport.onnx_graph.contributed import as_own_operators
from xport.onnx_graph.files import graph_from_model, model_from_graph, value_info
from xport.onnx_graph.functions import write_functions_out
from xport.onnx_graph.graph import Graph, Node, TensorType, refuse
from xport.onnx_graph.inlining import is_graph
from xport.onnx_graph.loops import unroll_loops
from xport.onnx_graph.quantised import dequantise
from xport.onnx_graph.recurrence import unroll_recurrences

MAX_FOLDED_ELEMENTS = 2**24
"""A constant larger than this (64 MiB in float32) is left for the device to compute."""
SAME_SHAPE = frozenset({"GroupNormalization", "MeanVarianceNormalization"})
"""Operators that keep the shape, which onnx 1.17, or 1.23 without their axes, does not know."""
AS_SCALARS = {"CumSum": 1, "OneHot": 1}
"""The place of an input that may be a list of one; onnx's reference takes it as a number."""
AS_MANY_AS_FOUND = frozenset({"NonZero", "NonMaxSuppression", "Unique", "Compress"})
"""Operators whose output is as large as their values say."""
NOT_FOLDED = frozenset({"RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike",
                        "Bernoulli", "Multinomial"})  # fmt: skip


def infer_shapes(graph: Graph) -> None:
    """Fill in the type of every value that onnx's own inference can follow.

    Raises:
        ConversionError: the graph contradicts itself; onnx's words are given.
    """
    import onnx

    skeleton = model_from_graph(_without_large_constants(graph), check=False)
    for node in graph.nodes:
        if node.op in SAME_SHAPE and node.outputs[0] in graph.types:
            name = node.outputs[0]
            skeleton.graph.value_info.append(value_info(name, graph.types[name]))
    try:
        inferred = onnx.shape_inference.infer_shapes(skeleton, strict_mode=False, data_prop=True)
    except onnx.shape_inference.InferenceError as error:
        raise ConversionError(f"shapes do not fit: {error}", "", "export the model anew") from error
    found = graph_from_model(inferred).types
    declared = {name: graph.types[name] for name in graph.inputs}
    graph.types = {**graph.types, **found, **declared}
    if _keep_shapes(graph):
        infer_shapes(graph)


def _keep_shapes(graph: Graph) -> bool:
    """Give outputs their input's type where onnx has no inference; whether there were any."""
    missing = [
        node
        for node in graph.nodes
        if node.op in SAME_SHAPE and node.inputs[0] in graph.types
        and node.outputs[0] not in graph.types
    ]  # fmt: skip
    for node in missing:
        graph.types[node.outputs[0]] = graph.types[node.inputs[0]]
    return bool(missing)


def _without_large_constants(graph: Graph) -> Graph:
    """The same graph with large constants as inputs: inference needs their shapes alone."""
    large = {name for name, value in graph.constants.items() if value.size > 1024}
    types = {**graph.types, **{name: graph.type_of(name) for name in large}}
    outputs = [name for name in graph.outputs if name in types]
    return Graph(
        inputs=[*graph.inputs, *sorted(large)],
        outputs=outputs,
        nodes=graph.nodes,
        constants={n: v for n, v in graph.constants.items() if n not in large},
        types=types,
        opset=graph.opset,
    )


def resolve(graph: Graph) -> None:
    """Fold what constants and shapes decide, and leave every operator that is computed as it is."""
    infer_shapes(graph)
    while _fold_once(graph):
        infer_shapes(graph)


def fold_constants(graph: Graph) -> None:
    """Replace nodes whose inputs are constants by their value, and shapes by their numbers.

    Values are computed by onnx's reference implementation in numpy.
    """
    as_own_operators(graph)
    chosen: list[Node] = []
    while True:
        resolve(graph)
        if write_functions_out(graph) or compose(graph) or dequantise(graph):
            continue
        if unroll_recurrences(graph) or unroll_loops(graph):
            continue
        node = compute_both(graph)
        if node is None:
            break
        chosen.append(node)
    require_alike(graph, chosen)
    graph.prune()
    for node in graph.nodes:
        if node.op in AS_MANY_AS_FOUND and not node.domain:
            raise refuse(
                node,
                "yields as many rows as it finds, and shapes are fixed here",
                "leave it out of the exported part, or mask what is not wanted instead",
            )


def _fold_once(graph: Graph) -> bool:
    kept, changed = [], inline_conditionals(graph)
    for node in graph.nodes:
        values = _value(graph, node)
        if values is None:
            kept.append(node)
            continue
        changed = True
        for name, value in zip(node.outputs, values, strict=True):
            if name:
                graph.constants[name] = value
                graph.types[name] = TensorType(value.shape, value.dtype)
    graph.nodes = kept
    return changed


def _value(graph: Graph, node: Node) -> list[Array] | None:
    """What a node's outputs are at conversion time, or None when that is only known later."""
    if node.op == "Shape" and node.inputs[0] in graph.types:
        shape = graph.types[node.inputs[0]].shape
        return [np.asarray(shape[node.get("start", 0) : node.get("end")], dtype=np.int64)]
    if node.op == "Size" and node.inputs[0] in graph.types:
        return [np.asarray(graph.types[node.inputs[0]].size, dtype=np.int64)]
    if node.op in NOT_FOLDED or any(is_graph(value) for value in node.attributes.values()):
        return None
    if not all(name in graph.constants for name in node.inputs if name):
        return None
    sizes = [graph.types[name].size for name in node.outputs if name in graph.types]
    if any(size > MAX_FOLDED_ELEMENTS for size in sizes):
        return None
    return evaluate(graph, node)


def evaluate(graph: Graph, node: Node) -> list[Array]:
    """The outputs of one node on constants, by onnx's reference implementation.

    Raises:
        ConversionError: the reference implementation does not know the operator, or fails on it.
    """
    from onnx.reference import ReferenceEvaluator

    if node.op == "Constant":
        return [_constant(node)]
    names = [name for name in node.inputs if name]
    alone = Graph(
        inputs=list(dict.fromkeys(names)),
        outputs=[name for name in node.outputs if name],
        nodes=[node],
        constants={},
        types={name: graph.type_of(name) for name in (*names, *filter(None, node.outputs))
               if name in graph.constants or name in graph.types},
        opset=graph.opset,
    )  # fmt: skip
    for name in alone.outputs:  # the evaluator does not look at it
        alone.types.setdefault(name, TensorType((), np.dtype(np.float32)))
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            evaluator = ReferenceEvaluator(model_from_graph(alone, check=False))
            found = evaluator.run(None, _fed(graph, node, names))
    except Exception as error:  # the evaluator raises whatever numpy does
        raise ConversionError(
            f"{node}: cannot be computed at conversion time: {error}", "", "replace it in the model"
        ) from error
    present = iter(found)
    return [np.asarray(next(present)) if name else np.empty(0) for name in node.outputs]


def _fed(graph: Graph, node: Node, names: list[str]) -> dict[str, Array]:
    """What the inputs of a node are, as the reference implementation wants them."""
    fed = {name: graph.constants[name] for name in names}
    if node.op in AS_SCALARS:
        name = node.inputs[AS_SCALARS[node.op]]
        if fed[name].size == 1 and node.inputs.count(name) == 1:
            fed[name] = fed[name].reshape(())
    return fed


def _constant(node: Node) -> Array:
    if len(node.attributes) != 1:
        raise refuse(node, "is not valid ONNX: a constant has one value", "export the model anew")
    ((kind, value),) = node.attributes.items()
    if kind == "value":
        return np.asarray(value)
    dtype = np.float32 if kind.startswith("value_float") else np.int64
    if kind.startswith("value_string"):
        raise ConversionError(f"{node}: text constants are not supported")
    return np.asarray(value, dtype=dtype)
