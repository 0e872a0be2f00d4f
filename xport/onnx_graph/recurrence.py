"""RNN, GRU and LSTM, step by step: the number of steps is the length of the sequence.

The equations are those of ONNX's operators of these names. All that does not depend on the step
before is computed at once for every step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from xport.onnx_graph.building import Building
from xport.onnx_graph.contributed import DYNAMIC
from xport.onnx_graph.graph import Graph, Node, refuse
from xport.onnx_graph.quantised import rounded_as_quantised

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
DEFAULTS = {"RNN": ["Tanh"], "GRU": ["Sigmoid", "Tanh"], "LSTM": ["Sigmoid", "Tanh", "Tanh"]}
FUNCTIONS = frozenset({"Sigmoid", "Tanh", "Relu", "Softsign", "Softplus"})
"""Those without parameters."""
MAX_STEPS = 512
"""Of all directions together."""


@dataclass(eq=False)
class _Cell:
    """One direction: its weights by name and what is computed anew in each step."""

    build: Building
    functions: Sequence[str]
    hidden: int
    recurrent: str
    """(hidden, gates · hidden)."""
    recurrent_bias: str
    """GRU's third, where it is added before the reset; else nothing."""

    @property
    def after_reset(self) -> bool:
        """Whether GRU resets what it was before it is multiplied."""
        return not self.build.node.get("linear_before_reset", 0)


def unroll_recurrences(graph: Graph) -> bool:
    """Put steps in the place of every RNN, GRU and LSTM whose shapes are known; whether any was.

    Raises:
        ConversionError: it has peepholes, a clip, coupled gates or other activations, or more than
            512 steps; operator, node and attribute are named.
    """
    found = [
        node
        for node in graph.nodes
        if node.op in GATES and not node.domain
        and all(name in graph.types or name in graph.constants for name in node.inputs[:3])
    ]  # fmt: skip
    for node in found:
        _require_plain(graph, node)
        _unroll(graph, node)
    return bool(found)


def _optional(node: Node, place: int) -> str:
    return node.inputs[place] if place < len(node.inputs) else ""


def _directions(node: Node) -> list[bool]:
    """For every direction, whether it goes backwards."""
    kind = node.get("direction", "forward")
    return {"forward": [False], "reverse": [True], "bidirectional": [False, True]}[kind]


def _functions(node: Node) -> list[str]:
    given = node.get("activations") or DEFAULTS[node.op] * len(_directions(node))
    known = {name.lower(): name for name in FUNCTIONS}
    for name in given:
        if name.lower() not in known:
            raise refuse(node, f"its activation {name} is not supported", "choose Tanh or Sigmoid")
    return [known[name.lower()] for name in given]


def _require_plain(graph: Graph, node: Node) -> None:
    peepholes = _optional(node, 7)
    if peepholes and not _zero(graph, peepholes):
        raise refuse(node, "its peepholes P are not supported", "train it without peepholes")
    if node.get("input_forget", 0):
        raise refuse(node, "its input_forget 1 is not supported", "let both gates be computed")
    if node.get("clip") is not None:
        raise refuse(node, f"its clip {node.get('clip')} is not supported", "leave the clip out")
    if node.get("activation_alpha") or node.get("activation_beta"):
        raise refuse(node, "its activation_alpha and _beta are not supported", "choose Tanh")
    shape = graph.type_of(node.inputs[0]).shape
    if len(shape) != 3:
        raise refuse(node, f"its input X has {len(shape)} axes, not 3", "export the model anew")
    steps = shape[1 if node.get("layout", 0) else 0] * len(_directions(node))
    if not 0 < steps <= MAX_STEPS:
        raise refuse(
            node, f"has {steps} steps; up to {MAX_STEPS} are written out", "give shorter sequences"
        )


def _zero(graph: Graph, name: str) -> bool:
    value = graph.constants.get(name)
    return value is not None and not value.any()


def _unroll(graph: Graph, node: Node) -> None:
    build = Building(graph, node)
    batch_first = bool(node.get("layout", 0))
    x = node.inputs[0]
    shape = graph.type_of(x).shape
    if batch_first:
        x = build.add("Transpose", x, perm=[1, 0, 2])
        shape = (shape[1], shape[0], shape[2])
    parts: list[tuple[str, ...]] = []
    for place, backwards in enumerate(_directions(node)):
        parts.append(_direction(build, x, shape, place, backwards))
    whole, *last = (build.concat(names, 1 if i == 0 else 0) for i, names in
                    enumerate(zip(*parts, strict=True)))  # fmt: skip
    if batch_first:
        whole = build.add("Transpose", whole, perm=[2, 0, 1, 3])
        last = [build.add("Transpose", one, perm=[1, 0, 2]) for one in last]
    for place, name in enumerate((whole, *last)):
        build.end(name, place)
    build.done()


def _direction(
    build: Building, x: str, shape: Sequence[int], place: int, backwards: bool
) -> tuple[str, ...]:
    """One direction: Y (steps, 1, batch, hidden), Y_h and for LSTM Y_c, both (1, batch, hidden)."""
    node, (steps, batch, features) = build.node, shape
    gates = GATES[node.op]
    hidden = build.graph.type_of(node.inputs[2]).shape[2]
    functions = _functions(node)[place * len(DEFAULTS[node.op]) :][: len(DEFAULTS[node.op])]
    width = gates * hidden

    def matrix(which: int, rows: int, columns: int) -> str:
        one = _part(build, node.inputs[which], place)
        return build.add("Transpose", build.reshape(one, rows, columns), perm=[1, 0])

    added, apart = _biases(build, place, hidden)
    rows = _operand(build, build.reshape(x, steps * batch, features))
    flat = build.add("MatMul", rows, matrix(1, width, features))
    if added:
        flat = build.add("Add", flat, added)
    inputs = build.split(flat, [batch] * steps, 0)
    cell = _Cell(build, functions, hidden, matrix(2, width, hidden), apart)
    state = [_start(build, 5, place, batch, hidden)]
    if node.op == "LSTM":
        state.append(_start(build, 6, place, batch, hidden))
    made, step = [""] * steps, {"RNN": _rnn, "GRU": _gru, "LSTM": _lstm}[node.op]
    for t in reversed(range(steps)) if backwards else range(steps):
        state, made[t] = _kept(build, state, step(cell, inputs[t], state), t, steps)
    y = build.reshape(build.concat(made, 0), steps, 1, batch, hidden)
    return (y, *(build.reshape(one, 1, batch, hidden) for one in state))


def _operand(build: Building, x: str) -> str:
    """What is multiplied: the value, or what is left of it where it is quantised as it comes."""
    return rounded_as_quantised(build, x) if build.node.get(DYNAMIC, 0) else x


def _part(build: Building, name: str, place: int) -> str:
    """A direction's part of a value whose first axis are the directions."""
    return build.add("Gather", name, build.ints(place), axis=0)


def _biases(build: Building, place: int, hidden: int) -> tuple[str, str]:
    """What is added for every step, and what GRU adds before the reset; "" for nothing."""
    node, gates = build.node, GATES[build.node.op]
    name = _optional(node, 3)
    if not name:
        return "", ""
    flat = build.reshape(_part(build, name, place), 2 * gates * hidden)
    own, recurrent = build.split(flat, [gates * hidden] * 2, 0)
    if node.op == "GRU" and node.get("linear_before_reset", 0):
        first, last = build.split(recurrent, [2 * hidden, hidden], 0)
        zeros = build.constant(np.zeros(hidden, np.float32))
        return build.add("Add", own, build.concat([first, zeros], 0)), last
    return build.add("Add", own, recurrent), ""


def _start(build: Building, which: int, place: int, batch: int, hidden: int) -> str:
    name = _optional(build.node, which)
    if not name:
        return build.constant(np.zeros((batch, hidden), np.float32))
    if build.node.get("layout", 0):
        name = build.add("Transpose", name, perm=[1, 0, 2])
    return build.reshape(_part(build, name, place), batch, hidden)


def _kept(
    build: Building, before: list[str], after: list[str], step: int, steps: int
) -> tuple[list[str], str]:
    """State and output, where some sequences of a batch have ended before this step.

    Theirs is the state that it was, and the output 0.
    """
    name = _optional(build.node, 4)
    lengths = build.graph.constants.get(name) if name else None
    if not name or (lengths is not None and bool((lengths > step).all())):
        return after, after[0]
    longer = build.add("Greater", build.add("Cast", name, to=6), build.constant(step, np.int32))
    alive = build.add("Unsqueeze", longer, build.ints(1))
    state = [build.add("Where", alive, new, old) for old, new in zip(before, after, strict=True)]
    return state, build.add("Where", alive, after[0], build.constant(np.zeros((), np.float32)))


Step = Callable[[_Cell, str, list[str]], list[str]]


def _rnn(cell: _Cell, x: str, state: list[str]) -> list[str]:
    add = cell.build.add
    return [add(cell.functions[0], add("Add", x, add("MatMul", state[0], cell.recurrent)))]


def _lstm(cell: _Cell, x: str, state: list[str]) -> list[str]:
    """Gates in the order i, o, f, c."""
    add, size = cell.build.add, cell.hidden
    all_gates = add("Add", x, add("MatMul", _operand(cell.build, state[0]), cell.recurrent))
    three, fresh = cell.build.split(all_gates, [3 * size, size], 1)
    i, o, f = cell.build.split(add(cell.functions[0], three), [size] * 3, 1)
    kept, new = add("Mul", f, state[1]), add("Mul", i, add(cell.functions[1], fresh))
    c = add("Add", kept, new)
    return [add("Mul", o, add(cell.functions[2], c)), c]


def _gru(cell: _Cell, x: str, state: list[str]) -> list[str]:
    """Gates in the order z, r, h."""
    build, add, size, (old,) = cell.build, cell.build.add, cell.hidden, state
    two, fresh = build.split(x, [2 * size, size], 1)
    if cell.after_reset:
        first, last = build.split(cell.recurrent, [2 * size, size], 1)
        z, r = build.split(
            add(cell.functions[0], add("Add", two, add("MatMul", old, first))), [size] * 2, 1
        )
        inner = add("MatMul", add("Mul", r, old), last)
    else:
        both, third = build.split(add("MatMul", old, cell.recurrent), [2 * size, size], 1)
        z, r = build.split(add(cell.functions[0], add("Add", two, both)), [size] * 2, 1)
        if cell.recurrent_bias:
            third = add("Add", third, cell.recurrent_bias)
        inner = add("Mul", r, third)
    h = add(cell.functions[1], add("Add", fresh, inner))
    one = build.constant(np.ones((), np.float32))
    return [add("Add", add("Mul", add("Sub", one, z), h), add("Mul", z, old))]
