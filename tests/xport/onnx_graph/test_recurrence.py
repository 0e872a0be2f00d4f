"""RNN, GRU and LSTM step by step, and loops turn by turn, say what ONNX Runtime says of them."""

from __future__ import annotations

from typing import Any

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

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
STEPS, BATCH, FEATURES, HIDDEN = 4, 3, 5, 2
node = helper.make_node


def recurrent(
    op: str, given: str = "B H", /, steps: int = STEPS, **attributes: Any
) -> onnx.ModelProto:
    """One operator; `given` are letters: bias, states, lengths (n, L computed), peepholes (P)."""
    both = 2 if attributes.get("direction") == "bidirectional" else 1
    width, rng = GATES[op] * HIDDEN, np.random.default_rng(3)
    first = attributes.get("layout", 0)
    state = (BATCH, both, HIDDEN) if first else (both, BATCH, HIDDEN)
    weights = {
        "w": rng.normal(size=(both, width, FEATURES)), "r": rng.normal(size=(both, width, HIDDEN)),
        "b": rng.normal(size=(both, 2 * width)), "p": rng.normal(size=(both, 3 * HIDDEN)),
        "z": np.zeros((both, 3 * HIDDEN)),
    }  # fmt: skip
    arrays = {name: value.astype(np.float32) for name, value in weights.items()}
    arrays["n"] = np.array([steps, 1, 2], np.int32)
    inputs = {"x": [BATCH, steps, FEATURES] if first else [steps, BATCH, FEATURES]}
    kinds = {"x": TensorProto.FLOAT}
    if "H" in given:
        inputs |= {"h": list(state), "c": list(state)}
    if "L" in given:
        inputs, kinds = inputs | {"m": [BATCH]}, kinds | {"m": TensorProto.INT32}
    lengths = "m" if "L" in given else "n" if "n" in given else ""
    names = ["x", "w", "r", "b" if "B" in given else "", lengths, "h" if "H" in given else ""]
    if op == "LSTM":
        names += ["c" if "H" in given else "", "p" if "P" in given else "z" if "z" in given else ""]
    outputs = ["y", "y_h", "y_c"][: 3 if op == "LSTM" else 2]
    used = {*names}
    graph = helper.make_graph(
        [node(op, names, outputs, name="memory", hidden_size=HIDDEN, **attributes)], "g",
        [helper.make_tensor_value_info(n, kinds.get(n, TensorProto.FLOAT), shape)
         for n, shape in inputs.items() if n in used],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in outputs],
        [numpy_helper.from_array(array, n) for n, array in arrays.items() if n in used],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def noise(model: onnx.ModelProto) -> dict[str, Array]:
    rng = np.random.default_rng(5)
    shapes = {
        v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in model.graph.input
    }
    found: dict[str, Array] = {
        name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()
    }
    return found | ({"m": np.array([2, 4, 1], np.int32)} if "m" in found else {})


def require_kept(model: onnx.ModelProto) -> None:
    """What is left of it has none of these operators, and says the same."""
    inputs = noise(model)
    after = simplify(graph_from_model(model))
    assert not {*GATES, "Loop", "Scan"} & after.census().keys()
    found, expected = run(model_from_graph(after), inputs), run(model, inputs)
    for name, values in expected.items():
        assert found[name].shape == values.shape
        np.testing.assert_allclose(found[name], values, 1e-5, 2e-6)
    lower(after)


@pytest.mark.parametrize("op", GATES)
@pytest.mark.parametrize(
    ("given", "attributes"),
    [
        ("", {}),
        ("B H", {"direction": "reverse"}),
        ("B H", {"direction": "bidirectional"}),
        ("B H n", {"direction": "bidirectional"}),
        ("B L", {"direction": "bidirectional"}),
        ("n z", {"steps": 4}),
        ("B", {"steps": 1}),
    ],
)
def test_every_direction_state_and_length(op: str, given: str, attributes: dict[str, Any]) -> None:
    require_kept(recurrent(op, given, **attributes))


@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
def test_gru_that_is_multiplied_before_its_reset(direction: str) -> None:
    for given in ("", "B H"):
        require_kept(recurrent("GRU", given, linear_before_reset=1, direction=direction))


def test_other_activations() -> None:
    functions = ["Sigmoid", "Softsign", "Relu"]
    require_kept(recurrent("LSTM", "B H", activations=functions))
    require_kept(recurrent("GRU", "B", activations=["Sigmoid", "Relu"]))
    mixed = ["Relu", "Tanh"]
    require_kept(recurrent("RNN", "B", activations=mixed, direction="bidirectional"))


def test_what_has_no_counterpart_is_refused_by_operator_node_and_attribute() -> None:
    cases: dict[str, tuple[str, dict[str, Any]]] = {
        "its peepholes P are not supported; train it without": ("P", {}),
        "its input_forget 1 is not supported": ("", {"input_forget": 1}),
        r"its clip 1\.5 is not supported": ("", {"clip": 1.5}),
        "its activation Elu is not supported": ("", {"activations": ["Elu", "Tanh", "Tanh"]}),
        "has 1026 steps; up to 512": ("", {"direction": "bidirectional", "steps": 513}),
    }
    for words, (given, attributes) in cases.items():
        made = recurrent("LSTM", given, **attributes)
        with pytest.raises(ConversionError, match=f"operator LSTM of node 'memory': {words}"):
            simplify(graph_from_model(made))


def looped(op: str, **changes: Any) -> onnx.ModelProto:
    """`total` of the rows so far, and `rows` with each row's."""
    value = helper.make_tensor_value_info
    sums = [node("Add", ["sum", "row"], ["next"]), node("Mul", ["next", "outer"], ["seen"])]
    state = value("sum", TensorProto.FLOAT, [2])
    ends = [value("next", TensorProto.FLOAT, None), value("seen", TensorProto.FLOAT, None)]
    if op == "Scan":
        body = helper.make_graph(sums, "b", [state, value("row", TensorProto.FLOAT, [2])], ends)
        names, attributes = ["start", "x"], {"num_scan_inputs": 1, **changes}
    else:
        first = node("Gather", ["x", "turn"], ["row"], axis=0)
        on = changes.get("on", node("Identity", ["go"], ["on"]))
        body = helper.make_graph(
            [first, *sums, on], "b",
            [value("turn", TensorProto.INT64, []), value("go", TensorProto.BOOL, []), state],
            [value("on", TensorProto.BOOL, []), *ends],
        )  # fmt: skip
        names, attributes = [changes.get("count", "three"), "", "start"], {}
    made = node(op, names, ["total", "rows"], name="again", body=body, **attributes)
    nodes = [node("ReduceMax", ["x"], ["outer"], keepdims=0),
             node("Cast", ["outer"], ["turns"], to=TensorProto.INT64), made]  # fmt: skip
    weights = {"start": np.ones(2, np.float32), "three": np.array(3), "off": np.array(False)}
    graph = helper.make_graph(
        nodes, "g", [value("x", TensorProto.FLOAT, [3, 2])],
        [value(name, TensorProto.FLOAT, None) for name in ("total", "rows")],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_loops_and_scans_with_a_known_number_of_turns() -> None:
    require_kept(looped("Loop"))
    require_kept(looped("Scan"))
    require_kept(looped("Scan", scan_input_directions=[1]))
    require_kept(looped("Scan", scan_output_directions=[1], scan_output_axes=[1]))


def test_loops_whose_end_is_computed_are_refused() -> None:
    less = node("Less", ["outer", "outer"], ["on"])
    cases = {
        "its number of turns is computed": looped("Loop", count="turns"),
        "its condition is computed": looped("Loop", on=less),
    }
    for words, made in cases.items():
        with pytest.raises(ConversionError, match=f"operator Loop of node 'again': {words}"):
            simplify(graph_from_model(made))
