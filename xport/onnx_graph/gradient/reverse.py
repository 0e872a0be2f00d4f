"""Reverse mode: walks a graph backwards and adds up what reaches each value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from xport.errors import ConversionError
from xport.onnx_graph.gradient import (  # noqa: F401  # importing registers the rules
    activations,
    arithmetic,
    convolutions,
    movement,
    normalizations,
    pools,
    reductions,
)
from xport.onnx_graph.gradient.emitter import Emitter
from xport.onnx_graph.gradient.rules import NO_GRADIENT, RULES, Step
from xport.onnx_graph.graph import Graph, Node, refuse


def differentiate(graph: Graph, of: str, cotangent: str, wrt: Sequence[str]) -> dict[str, str]:
    """Append the vector-Jacobian product cotangent · ∂of/∂wrt to a graph.

    Args:
        graph: constants folded, all types known; changed in place, forward nodes stay as they are.
        of: the differentiated value.
        cotangent: a value of the same shape.
        wrt: values whose gradients are wanted.

    Returns:
        The gradient's value name for each of `wrt` and for every value on the way to them.

    Raises:
        ConversionError: an operator has no rule, or an attribute none that is exact (operator,
            node and reason are named); `of` does not depend on one of `wrt`.
    """
    require_rules(graph, of, wrt)
    walk = _Walk(graph, of, wrt)
    walk.contributions[of].append(cotangent)
    for node in reversed(walk.nodes):
        walk.visit(node)
    return {name: walk.total(name) for name in sorted(walk.reached) if walk.contributions[name]}


def require_rules(graph: Graph, of: str, wrt: Sequence[str]) -> None:
    """Check that there is a rule for every operator on the way, before types are asked for.

    Raises:
        ConversionError: there is none for an operator, or no way.
    """
    reached = _between(graph.nodes, of, wrt)
    for node in graph.nodes:
        passed = reached.intersection(node.inputs) and reached.intersection(node.outputs)
        if passed and (node.domain or node.op not in RULES):
            raise refuse(node, "no gradient is known for this operator")


class _Walk:
    """What is known on the way back: contributions to every value's gradient, and their sums."""

    def __init__(self, graph: Graph, of: str, wrt: Sequence[str]) -> None:
        self.nodes = _nested_concats(graph.nodes)
        self.reached = _between(self.nodes, of, wrt)
        self.contributions: dict[str, list[str]] = defaultdict(list)
        self._graph, self._ops = graph, Emitter(graph)
        self._totals: dict[str, str] = {}

    def total(self, name: str) -> str:
        """The sum of all contributions to a value's gradient."""
        if name not in self._totals:
            first, *others = self.contributions[name]
            self._ops.hint = f"{name}_gradient"
            for other in others:
                first = self._ops.add(first, other)
            self._totals[name] = first
        return self._totals[name]

    def visit(self, node: Node) -> None:
        """Pass the gradients of a node's outputs on to its inputs."""
        needed = tuple(name in self.reached for name in node.inputs)
        outputs = [name for name in node.outputs if self.contributions.get(name)]
        if not outputs or not any(needed) or node.op in NO_GRADIENT:
            return
        gradients = tuple(self.total(n) if n in outputs else None for n in node.outputs)
        self._ops.hint = f"{node.outputs[0]}_backward"
        found = RULES[node.op](Step(node, gradients, needed, self._ops))
        for name, wanted, gradient in zip(node.inputs, needed, found, strict=False):
            if wanted and gradient is not None:
                self._check(node, name, gradient)
                self.contributions[name].append(gradient)

    def _check(self, node: Node, name: str, gradient: str) -> None:
        expected, found = self._graph.type_of(name), self._graph.type_of(gradient)
        if expected != found:
            raise refuse(node, f"its gradient came out as {found}, not as {expected}")


def _between(nodes: Sequence[Node], of: str, wrt: Sequence[str]) -> set[str]:
    """Values that depend on `wrt` and that `of` depends on."""
    depends = _dependent(nodes, wrt)
    leads = {of}
    for node in reversed(nodes):
        if leads.intersection(node.outputs) and node.op not in NO_GRADIENT:
            leads.update(name for name in node.inputs if name)
    unreached = [name for name in wrt if name not in leads]
    if of not in depends or unreached:
        raise ConversionError(
            f"{of!r} does not depend on {', '.join(map(repr, unreached or wrt))}",
            "",
            "check the names of inputs and outputs",
        )
    return depends & leads


def _dependent(nodes: Iterable[Node], wrt: Collection[str]) -> set[str]:
    depends = set(wrt)
    for node in nodes:
        if any(type(value).__name__ == "GraphProto" for value in node.attributes.values()):
            raise refuse(node, "no gradient is known for an operator with a graph inside")
        if depends.intersection(node.inputs) and node.op not in NO_GRADIENT:
            depends.update(name for name in node.outputs if name)
    return depends


def _nested_concats(nodes: Sequence[Node]) -> list[Node]:
    """The same nodes, a Concat that begins as an earlier one does written as reading that one.

    The gradient of a dense block, whose layers each concatenate all layers before, then runs along
    the concatenated tensors and is cut once a layer, not once for each pair of layers.
    """
    seen: dict[tuple[int, tuple[str, ...]], str] = {}
    rewritten = []
    for node in nodes:
        if node.op == "Concat" and not node.domain:
            axis, parts = int(node.attributes["axis"]), tuple(node.inputs)
            for length in range(len(parts) - 1, 1, -1):
                whole = seen.get((axis, parts[:length]))
                if whole is not None:
                    inputs = [whole, *parts[length:]]
                    node = Node(node.op, inputs, node.outputs, node.attributes, node.name)
                    break
            seen.setdefault((axis, parts), node.outputs[0])
        rewritten.append(node)
    return rewritten
