"""Inputs and outputs as a signature can carry them; what they were called is kept.

A signature has names of letters, digits and _, at least one axis, and 32 bits. Behind its border
the file computes as it did.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xport.errors import InputError

if TYPE_CHECKING:
    import onnx

NAMES = "xport.names"
"""Where a file of ours keeps what its inputs and outputs were called: JSON, by their names now."""


def with_borders(model: onnx.ModelProto) -> dict[str, str]:
    """Give a model inputs and outputs that a signature can carry, in place.

    - A name of other letters gets new ones: `a:0` is `a_0`, `387` is `output_387`.
    - A number alone has one axis of 1.
    - Integers of other sizes are int32: whoever gives a number beyond is refused before it gets
      here.
    - A weight that is listed among the inputs is no input.

    Returns:
        What every renamed input or output was called, by its name now.
    """
    graph = model.graph
    stored = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in stored]
    if len(inputs) != len(graph.input):
        del graph.input[:]
        graph.input.extend(inputs)
    taken = {*_names(graph), *stored}
    renamed: dict[str, str] = {}
    before: list[Any] = []
    for value in graph.input:
        before += _border(graph, value, "input", taken, renamed)
    after = [node for v in graph.output for node in _border(graph, v, "output", taken, renamed)]
    if before or after:
        nodes = [*before, *graph.node, *after]
        del graph.node[:]
        graph.node.extend(nodes)
    if renamed:
        entry = model.metadata_props.add()
        entry.key, entry.value = NAMES, json.dumps(renamed, sort_keys=True)
    return renamed


def fix_values(model: onnx.ModelProto, values: Mapping[str, Any], source: Path) -> None:
    """Make inputs constants, in place: what chooses between branches, such as a sampling rate.

    Args:
        model: a file's model.
        values: a number, or nested lists of the input's shape, by the input's name.
        source: the file.

    Raises:
        InputError: there is no such input, or its type or shape does not take the value.
    """
    from onnx import helper, numpy_helper

    inputs = {value.name: value for value in model.graph.input}
    for name, given in values.items():
        if name not in inputs:
            there = ", ".join(inputs)
            raise InputError(
                f"no input is called {name}, there are {there}", str(source), "name one of them"
            )
        tensor = inputs[name].type.tensor_type
        try:
            value = np.asarray(given)
            made = value.astype(helper.tensor_dtype_to_np_dtype(tensor.elem_type))
            same = value.dtype.kind in "biuf" and bool((made == value).all())
            shape = [dim.dim_value or 1 for dim in tensor.shape.dim]
            made = np.broadcast_to(made, shape).copy() if not made.ndim else made
        except (KeyError, TypeError, ValueError, OverflowError):
            same = False
        if not same or made.ndim != len(tensor.shape.dim):
            raise InputError(
                f"{given!r} is no value of input {name!r}", str(source), "give a number of its type"
            )
        model.graph.input.remove(inputs[name])
        model.graph.initializer.append(numpy_helper.from_array(made, name))


def named_before(model: onnx.ModelProto) -> dict[str, str]:
    """What the file's own inputs and outputs were called, by their names now."""
    found = {entry.key: entry.value for entry in model.metadata_props}
    try:
        names = json.loads(found.get(NAMES, "{}"))
    except json.JSONDecodeError:  # somebody else's
        return {}
    return {str(k): str(v) for k, v in names.items()} if isinstance(names, dict) else {}


def legal(name: str, kind: str) -> str:
    """A name in letters, digits and _ for what a file calls otherwise."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return plain if re.match(r"[A-Za-z_]", plain) else f"{kind}_{plain}".rstrip("_")


def _names(graph: Any) -> Iterator[str]:
    yield from (value.name for value in (*graph.input, *graph.output))
    yield from (name for node in graph.node for name in (*node.input, *node.output))


def _border(
    graph: Any, value: Any, kind: str, taken: set[str], renamed: dict[str, str]
) -> list[Any]:
    """The nodes between what the signature names and the value inside; changes `value`."""
    from onnx import TensorProto

    tensor, before = value.type.tensor_type, value.name
    steps: list[tuple[str, int | list[int]]] = []
    if tensor.HasField("shape") and not tensor.shape.dim:
        steps.append(("Reshape", [] if kind == "input" else [1]))
        tensor.shape.dim.add().dim_value = 1
    integers = (TensorProto.INT64, TensorProto.INT8, TensorProto.UINT8, TensorProto.INT16,
                TensorProto.UINT16, TensorProto.UINT32, TensorProto.UINT64)  # fmt: skip
    if tensor.elem_type in integers:
        steps.append(("Cast", tensor.elem_type if kind == "input" else TensorProto.INT32))
        tensor.elem_type = TensorProto.INT32
    name = legal(before, kind)
    if not steps and name == before:
        return []
    if name != before:
        name = _fresh(name, taken)
        renamed[name] = before
        value.name, inside = name, before
    else:
        inside = _fresh(f"{name}/inside", taken)
        _rename(graph, before, inside)
    ends = (name, inside) if kind == "input" else (inside, name)
    return list(_chain(graph, ends, steps or [("Identity", [])]))


def _fresh(name: str, taken: set[str]) -> str:
    found, number = name, 0
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    taken.add(found)
    return found


def _chain(
    graph: Any, ends: tuple[str, str], steps: Sequence[tuple[str, int | list[int]]]
) -> Iterator[Any]:
    """Nodes one behind the other, from the first name to the second."""
    from onnx import helper, numpy_helper

    current, last = ends
    for place, (op, goal) in enumerate(steps):
        target = last if place == len(steps) - 1 else f"{last}/{op}"
        if op == "Reshape":
            axes = f"{last}/axes"
            graph.initializer.append(numpy_helper.from_array(np.asarray(goal, np.int64), axes))
            yield helper.make_node(op, [current, axes], [target], name=f"{target}/{op}")
        elif op == "Cast":
            yield helper.make_node(op, [current], [target], name=f"{target}/{op}", to=goal)
        else:
            yield helper.make_node(op, [current], [target], name=f"{target}/{op}")
        current = target


def _rename(graph: Any, old: str, new: str) -> None:
    """Call a value otherwise in all nodes, also in graphs inside of them."""
    for node in graph.node:
        for names in (node.input, node.output):
            for place, name in enumerate(names):
                if name == old:
                    names[place] = new
        for attribute in node.attribute:
            for inner in (*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs):
                _rename(inner, old, new)
                for value in inner.output:
                    if value.name == old:
                        value.name = new
