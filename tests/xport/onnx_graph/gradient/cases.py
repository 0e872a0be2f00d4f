"""Cases of backward rules: ONNX nodes beside the same function in torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from tests.xport.onnx_graph.gradient.agreement import (
    TOLERANCE,
    Function,
    assert_agrees,
    graph_of,
    node,
)
from xport.common.arrays import Array
from xport.onnx_graph.graph import Node

RANDOM = np.random.default_rng(3)


def randn(*shape: int) -> Array:
    return np.asarray(RANDOM.standard_normal(shape))


def ties(*shape: int) -> Array:
    """Few different whole numbers, so that most windows hold their maximum several times."""
    return RANDOM.integers(0, 3, shape).astype(np.float64)


@dataclass(frozen=True)
class Case:
    """ONNX nodes from inputs to y, and what they are in torch."""

    name: str
    nodes: Sequence[Node]
    inputs: Mapping[str, Array]
    function: Function
    constants: Mapping[str, Any] = field(default_factory=dict)
    opset: int = 15


def check(case: Case) -> None:
    # onnx's reference implementation composes these from float32 constants.
    inexact = {n.op for n in case.nodes} & {"HardSwish", "Gelu"}
    assert_agrees(
        lambda inputs: graph_of(case.nodes, inputs, case.constants, case.opset),
        case.inputs,
        case.function,
        1e-7 if inexact else TOLERANCE,
    )


def unary(name: str, function: Function, x: Array | None = None, **attributes: Any) -> Case:
    opset = int(attributes.pop("opset", 15))
    x = randn(2, 3, 4, 5) if x is None else x
    label = "-".join([name, *(str(value) for value in attributes.values())])
    return Case(label, [node(name, "x", **attributes)], {"x": x}, lambda x: function(x), {}, opset)


def by_name(case: Case) -> str:
    return case.name


def parametrized(cases: Sequence[Case]) -> Callable[..., Any]:
    return pytest.mark.parametrize("case", cases, ids=by_name)


def i64(*values: int) -> Array:
    return np.array(values, dtype=np.int64)
