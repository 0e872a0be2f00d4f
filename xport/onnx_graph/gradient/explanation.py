"""A classifier with its explanations: saliency (section 4), activation map (appendix D)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xport.errors import ConversionError
from xport.onnx_graph.gradient.editing import add_input, add_output, extensible, require_float
from xport.onnx_graph.gradient.emitter import Emitter
from xport.onnx_graph.gradient.reverse import differentiate, require_rules
from xport.onnx_graph.graph import Graph, Node

NO_MAP = "a class activation map does not exist for this network"


class NoActivationMap(ConversionError):
    """The network does not end in a linear function of global averages."""


@dataclass(frozen=True)
class ExplanationNames:
    """What the added input and outputs are called."""

    one_hot: str = "one_hot"
    gradient: str = "gradient"
    saliency: str = "saliency"
    cam: str = "cam"


def explanation_graph(
    graph: Graph,
    *,
    logits: str,
    probabilities: str | None,
    image: str,
    cam: bool = True,
    names: ExplanationNames | None = None,
) -> Graph:
    """A classifier's graph with its explanations of one class; one forward pass serves all.

    Inputs are the classifier's and the class's `one_hot`, (N, classes). Outputs are `logits`,
    `probabilities` if there are any, `gradient` (∂logit/∂image, signed, as the image), `saliency`
    (max(0, gradient)) and `cam`, (N, 1, h, w): the sum of the last feature maps, weighted with the
    class's weights (no bias), at their own resolution.

    Args:
        graph: left as it is.
        logits: the output before the sigmoid, (N, classes).
        probabilities: the output after it.
        image: the input that is explained.
        cam: whether the class activation map is wanted.
        names: what the added input and outputs are called.

    Raises:
        ConversionError: as in `differentiate`, or a name is unknown or taken.
        NoActivationMap: the logits are no Gemm of a global average pool.
    """
    names = names or ExplanationNames()
    _require_names(graph, logits, probabilities, image)
    added = [names.one_hot, names.gradient, names.saliency, *([names.cam] if cam else [])]
    result = extensible(graph, added)
    require_rules(result, logits, [image])
    require_float(result, image)
    pool = _last_pool(result, logits) if cam else None
    add_input(result, names.one_hot, like=logits)
    gradients = differentiate(result, logits, names.one_hot, [image])
    ops = Emitter(result)
    ops.hint = "explanation"
    saliency = ops.unary("Relu", gradients[image])
    activation_map = _activation_map(ops, pool, gradients) if pool is not None else None
    result.outputs = [logits, *([probabilities] if probabilities else [])]
    add_output(result, gradients[image], names.gradient)
    add_output(result, saliency, names.saliency)
    if activation_map is not None:
        add_output(result, activation_map, names.cam)
    result.prune()
    return result


def _require_names(graph: Graph, logits: str, probabilities: str | None, image: str) -> None:
    for name, known, kind in (
        (logits, graph.outputs, "output"),
        (probabilities, graph.outputs, "output"),
        (image, graph.inputs, "input"),
    ):
        if name is not None and name not in known:
            raise ConversionError(
                f"there is no {kind} {name!r}", "", f"{kind}s are {', '.join(known)}"
            )


def _activation_map(ops: Emitter, pool: Node, gradients: Mapping[str, str]) -> str:
    """Σ_k w_k f_k: the gradient at the pool's output is the class's row of weights."""
    features = pool.inputs[0]
    n, channels = ops.shape(features)[:2]
    weights = ops.reshape(gradients[pool.outputs[0]], (n, channels, 1, 1))
    return ops.reduce("ReduceSum", ops.mul(features, weights), [1])


def _last_pool(graph: Graph, logits: str) -> Node:
    """The global average pool whose means the logits are a linear function of.

    Raises:
        NoActivationMap: the network does not end so.
    """
    producers = graph.producers()
    name = _behind(logits, ("Identity",), graph, producers)
    linear = producers.get(name)
    if linear is not None and linear.op == "Add":  # a MatMul's bias
        linear = producers.get(next(n for n in linear.inputs if n not in graph.constants))
    if linear is None or linear.op not in ("Gemm", "MatMul") or linear.get("transA", 0):
        raise _no_map(f"{logits!r} is not made by a Gemm")
    if linear.inputs[1] not in graph.constants:
        raise _no_map("the last Gemm's weights are computed")
    passing = ("Flatten", "Reshape", "Squeeze", "Identity", "Dropout")
    pool = producers.get(_behind(linear.inputs[0], passing, graph, producers))
    if pool is None or not _is_global_average(graph, pool):
        raise _no_map("the last Gemm does not read a global average pool")
    shape = graph.type_of(pool.inputs[0]).shape
    if graph.type_of(linear.inputs[0]).shape != shape[:2]:
        raise _no_map("the last Gemm does not read one mean per channel")
    return pool


def _behind(
    name: str, passing: tuple[str, ...], graph: Graph, producers: Mapping[str, Node]
) -> str:
    while name in producers and producers[name].op in passing:
        name = producers[name].inputs[0]
    return name


def _is_global_average(graph: Graph, node: Node) -> bool:
    shape = graph.type_of(node.inputs[0]).shape if node.inputs else ()
    if len(shape) != 4:
        return False
    if node.op == "ReduceMean":
        axes = node.get("axes")
        if axes is None and len(node.inputs) > 1:
            axes = graph.constants.get(node.inputs[1])
        return axes is not None and sorted(int(a) % 4 for a in axes) == [2, 3]
    if node.op == "AveragePool":
        return tuple(node.attributes["kernel_shape"]) == shape[2:] and not any(node.get("pads", []))
    return node.op == "GlobalAveragePool"


def _no_map(reason: str) -> NoActivationMap:
    return NoActivationMap(f"{NO_MAP}: {reason}", "", "do without it, or end the network so")
