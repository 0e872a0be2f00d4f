"""Loop and Scan whose number of turns is known, turn by turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from xport.onnx_graph.building import Building
from xport.onnx_graph.graph import Graph, Node, refuse
from xport.onnx_graph.inlining import inlined

MAX_TURNS = 512
MAX_NODES = 20_000
"""Of all turns together."""
REMEDY = "give it a constant number of turns, or write the turns out in the model"


def unroll_loops(graph: Graph) -> bool:
    """Put the turns in the place of every Loop and Scan whose number of turns is known.

    Whether there was any.

    Raises:
        ConversionError: a Loop ends by a computed condition or after a computed number of turns,
            or there are more than 512 turns; operator and node are named.
    """
    found = [
        n for n in graph.nodes if n.op in ("Loop", "Scan") and not n.domain and _ready(graph, n)
    ]
    for node in found:
        (_loop if node.op == "Loop" else _scan)(Building(graph, node))
        for name in node.outputs:
            graph.types.pop(name, None)  # the exporter's guess
    return bool(found)


def _ready(graph: Graph, node: Node) -> bool:
    """A Loop is read at once, lest it be refused in other words; a Scan when shapes are known."""
    names = node.inputs if node.op == "Scan" else []
    return all(name in graph.types or name in graph.constants for name in names if name)


def _require_bearable(node: Node, body: Any, turns: int) -> None:
    if not 0 < turns <= MAX_TURNS or turns * len(body.node) > MAX_NODES:
        raise refuse(
            node, f"has {turns} turns of {len(body.node)} nodes; up to {MAX_TURNS} turns and "
            f"{MAX_NODES} nodes are written out", REMEDY,
        )  # fmt: skip


def _turn(build: Building, body: Any, given: Mapping[str, str], turn: int) -> list[str]:
    """One turn's nodes; what it yields."""
    hint = f"{next(filter(None, build.node.outputs))}_{turn}"
    nodes, outputs = inlined(build.graph, hint, body, given)
    for one in nodes:
        one.name = f"{hint}_{one.name or one.op}"
    build.nodes += nodes
    return outputs


def _loop(build: Building) -> None:
    node, graph = build.node, build.graph
    body = node.get("body")
    count = graph.constants.get(node.inputs[0]) if node.inputs[0] else None
    condition = node.inputs[1] if len(node.inputs) > 1 else ""
    if count is None:
        raise refuse(node, "its number of turns is computed or not given", REMEDY)
    if (condition and condition not in graph.constants) or not _goes_on(graph, body):
        raise refuse(node, "its condition is computed", REMEDY)
    begins = not condition or bool(graph.constants[condition].reshape(-1)[0])
    turns = int(count.reshape(-1)[0]) if begins else 0
    _require_bearable(node, body, turns)
    carried = list(node.inputs[2:])
    names = [value.name for value in body.input]
    yes = build.constant(np.asarray(True))
    stacked: list[list[str]] = [[] for _ in node.outputs[len(carried) :]]
    for turn in range(turns):
        given = {names[0]: build.constant(np.asarray(turn, np.int64)), names[1]: yes}
        given |= dict(zip(names[2:], carried, strict=True))
        outputs = _turn(build, body, given, turn)[1:]
        carried = outputs[: len(carried)]
        for pile, name in zip(stacked, outputs[len(carried) :], strict=True):
            pile.append(name)
    _finish(build, carried, [_pile(build, pile, 0) for pile in stacked])


def _goes_on(graph: Graph, body: Any) -> bool:
    """Whether a body's condition is the one that it was given, or constantly true."""
    from onnx import numpy_helper

    name = body.output[0].name
    makers = {output: node for node in body.node for output in node.output}
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in body.initializer}
    while name in makers and makers[name].op_type in ("Identity", "Cast"):
        name = makers[name].input[0]
    if name in makers and makers[name].op_type == "Constant":
        values = [a.t for a in makers[name].attribute if a.name == "value"]
        return bool(values) and bool(numpy_helper.to_array(values[0]).all())
    value = stored.get(name, graph.constants.get(name))
    return name == body.input[1].name or (value is not None and bool(value.all()))


def _pile(build: Building, names: Sequence[str], axis: int) -> str:
    parts = [build.add("Unsqueeze", name, build.ints(axis)) for name in names]
    return build.concat(parts, axis)


def _finish(build: Building, carried: Sequence[str], piles: Sequence[str]) -> None:
    for place, name in enumerate([*carried, *piles]):
        build.end(name, place)
    build.done()


def _scan(build: Building) -> None:
    node, graph = build.node, build.graph
    body, count = node.get("body"), int(node.get("num_scan_inputs"))
    carried, scanned = list(node.inputs[:-count]), node.inputs[-count:]
    piles = len(body.output) - len(carried)
    axes = node.get("scan_input_axes") or [0] * count
    backwards = node.get("scan_input_directions") or [0] * count
    shapes = [graph.type_of(name).shape for name in scanned]
    turns = shapes[0][axes[0]]
    _require_bearable(node, body, turns)
    names = [value.name for value in body.input]
    stacked: list[list[str]] = [[] for _ in range(piles)]
    for turn in range(turns):
        parts = [
            build.add("Gather", name, build.constant(np.int64(turns - 1 - turn if back else turn)),
                      axis=axis)
            for name, axis, back in zip(scanned, axes, backwards, strict=True)
        ]  # fmt: skip
        given = dict(zip(names, [*carried, *parts], strict=True))
        outputs = _turn(build, body, given, turn)
        carried = outputs[: len(carried)]
        for pile, name in zip(stacked, outputs[len(carried) :], strict=True):
            pile.append(name)
    out_axes = node.get("scan_output_axes") or [0] * piles
    turned = node.get("scan_output_directions") or [0] * piles
    ordered = [pile[::-1] if back else pile for pile, back in zip(stacked, turned, strict=True)]
    _finish(build, carried, [_pile(build, p, a) for p, a in zip(ordered, out_axes, strict=True)])
