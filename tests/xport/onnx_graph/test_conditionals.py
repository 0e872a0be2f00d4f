"""An If whose condition can be told is the branch that is taken; any other is refused by name."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.browser.writer.writer_cases import run
from xport.common.arrays import Array
from xport.errors import ConversionError
from xport.onnx_graph.files import graph_from_model, model_from_graph
from xport.onnx_graph.passes import simplify
from xport.tfjs_writer.lower import lower


def branch(name: str, op: str) -> onnx.GraphProto:
    """A branch that reads a value from outside and a constant of its own."""
    constant = numpy_helper.from_array(np.full((1,), 2.0, np.float32), "k")
    inner = helper.make_node(op, ["outside", "k"], ["inner"], name=f"{name}_first")
    last = helper.make_node("Neg", ["inner"], ["end"], name=f"{name}_last")
    return helper.make_graph(
        [inner, last], name, [], [helper.make_tensor_value_info("end", 1, None)], [constant]
    )


def model(condition: str, *, nested: bool = False) -> onnx.ModelProto:
    """`y` = -(outside + 2) where `x` has the axis that `condition` asks for, else times 2."""
    then, other = branch("then", "Add"), branch("else", "Mul")
    if nested:
        inner = helper.make_node("If", ["c"], ["end"], then_branch=then, else_branch=other)
        then = helper.make_graph(
            [inner], "outer", [], [helper.make_tensor_value_info("end", 1, None)]
        )
    nodes = [
        helper.make_node("Relu", ["x"], ["outside"]),
        helper.make_node("Shape", ["outside"], ["shape"]),
        helper.make_node("Gather", ["shape", "place"], ["size"]),
        helper.make_node("Equal", ["size", "wanted"], ["c"]),
        helper.make_node("If", ["c"], ["y"], name="choose", then_branch=then, else_branch=other),
    ]
    if condition == "computed":
        nodes[1:4] = [
            helper.make_node("ReduceMax", ["outside"], ["largest"], keepdims=0),
            helper.make_node("Greater", ["largest", "limit"], ["c"]),
        ]
    constants = {
        "place": np.int64(1), "wanted": np.int64(condition == "true" and 3),
        "limit": np.float32(0.5),
    }  # fmt: skip
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 3])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("condition", ["true", "false"])
def test_the_branch_that_is_taken_takes_the_place(condition: str, nested: bool) -> None:
    made = model(condition, nested=nested)
    x: dict[str, Array] = {"x": np.linspace(-1, 2, 6, dtype=np.float32).reshape(2, 3)}
    expected = run(made, x)["y"]
    after = simplify(graph_from_model(made))
    assert "If" not in after.census()
    np.testing.assert_array_equal(run(model_from_graph(after), x)["y"], expected)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("largest", [-1.0, 2.0])
def test_where_the_condition_is_computed_both_are_and_one_is_chosen(
    largest: float, nested: bool
) -> None:
    made = model("computed", nested=nested)
    x: dict[str, Array] = {"x": np.linspace(-2, largest, 6, dtype=np.float32).reshape(2, 3)}
    after = simplify(graph_from_model(made))
    assert {"If": 0, "Where": 1 + nested} == {
        op: after.census().get(op, 0) for op in ("If", "Where")
    }
    np.testing.assert_array_equal(run(model_from_graph(after), x)["y"], run(made, x)["y"])


def test_branches_of_other_shapes_are_refused_by_name() -> None:
    made = model("computed")
    (choose,) = (node for node in made.graph.node if node.op_type == "If")
    first = choose.attribute[0].g.node[0]
    first.op_type, first.input[1] = "Gather", "place"
    with pytest.raises(
        ConversionError, match="operator If of node 'choose': its condition is comp"
    ):
        lower(simplify(graph_from_model(made)))
