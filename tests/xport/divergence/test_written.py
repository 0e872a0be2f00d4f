"""A TF.js model held to ONNX: which tensor is which value, and what differs, without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.xport.divergence import faulty
from tests.xport.divergence.test_faults import FAULTS
from xport.conversion.stages.tfjs_from_onnx import write_tfjs
from xport.divergence.document import Cause
from xport.divergence.legs import Opened, _tf_causes, open_tfjs
from xport.divergence.lowered import written
from xport.divergence.onnx_model import OnnxModel
from xport.divergence.points import segment
from xport.divergence.tfjs_causes import converted_causes
from xport.divergence.tfjs_cut import Tap, cut
from xport.divergence.tfjs_model import TfjsModel
from xport.formats.tfjs_model import MODEL, signature_of


def no_browser(*_: Any) -> Any:
    raise AssertionError("nothing is run here")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder with the ONNX file, and a folder `tfjs` with what was written of it."""
    faulty.in_folder(tmp_path)
    (tmp_path / "tfjs").mkdir()
    write_tfjs(tmp_path / "model.onnx", tmp_path / "tfjs")
    return tmp_path


def opened(made: Path) -> Opened:
    source = OnnxModel(made / "model.onnx")
    return open_tfjs(source, made / "tfjs", faulty.image(), no_browser, direct=True)


def spoil(made: Path, op: str, attribute: str, value: dict[str, Any]) -> str:
    """Change an attribute of the first node of an operator; the node's name."""
    path = made / "tfjs" / MODEL
    document = json.loads(path.read_text())
    node = next(n for n in document["modelTopology"]["node"] if n["op"] == op)
    node["attr"][attribute] = value
    path.write_text(json.dumps(document))
    return str(node["name"])


def spoil_weight(made: Path, name: str) -> None:
    """Give one number of a weight the other sign."""
    model = TfjsModel(made / "tfjs")
    for group in model.document["weightsManifest"]:
        path = made / "tfjs" / group["paths"][0]
        data, at = bytearray(path.read_bytes()), 0
        for entry in group["weights"]:
            stored = model.stored[entry["name"]][1]
            if entry["name"] == name:
                data[at + 3 if len(stored) % 4 == 0 else at + 1] ^= 0x80
            at += len(stored)
        path.write_bytes(bytes(data))


def causes(made: Path) -> list[Cause]:
    found = opened(made)
    return [cause for point in found.side.points for cause in found.causes(point)]


def test_values_keep_their_tensors_through_every_pass(made: Path) -> None:
    found = opened(made)
    points = {point.value: point for point in found.side.points}
    assert {"relu", "conv2", "pool", "fc", "probabilities"} <= points.keys()
    assert points["conv2"].axes == (0, 2, 3, 1)
    assert points["conv2"].stored_shape == (1, 4, 4, 6)
    order = [point.value for point in found.side.points]
    assert order.index("relu") < order.index("conv2") < order.index("pool")
    assert order[-1] == "probabilities"


def test_a_value_is_the_same_in_both_orders_of_axes(made: Path) -> None:
    found = opened(made)
    (point,) = (p for p in found.side.points if p.value == "conv2")
    value = found.reference.values(["conv2"])["conv2"]
    assert point.stored(value).shape == point.stored_shape
    np.testing.assert_array_equal(point.restored(point.stored(value)), value)


def test_what_was_written_differs_in_nothing(made: Path) -> None:
    assert causes(made) == []


def test_an_attribute_that_was_changed_is_named(made: Path) -> None:
    twos = {"list": {"i": ["1", "2", "2", "1"]}}
    name = spoil(made, "_FusedConv2D", "dilations", twos)
    (cause,) = causes(made)
    assert (cause.kind, cause.name, cause.node) == (
        "attribute", "dilations", f"_FusedConv2D {name}",
    )  # fmt: skip
    assert (cause.expected, cause.found) == ("[1, 1, 1, 1]", "[1, 2, 2, 1]")


def test_a_weight_that_was_changed_is_named_with_its_reader(made: Path) -> None:
    spoil_weight(made, "fc.weight")
    (cause,) = causes(made)
    assert (cause.kind, cause.name) == ("weight", "fc.weight")
    assert cause.node.startswith(("MatMul ", "_FusedMatMul "))
    assert "1 of 24 elements differ" in cause.found


def test_a_model_of_another_writer_is_held_to_the_onnx_nodes(made: Path) -> None:
    source, tested = OnnxModel(made / "model.onnx"), TfjsModel(made / "tfjs")
    nodes = [node for node in source.nodes if node.name in ("conv1", "conv2", "fc")]
    assert list(converted_causes(nodes, source.weights(), tested, list(tested.nodes))) == []
    spoil(made, "Conv2D", "strides", {"list": {"i": ["1", "3", "3", "1"]}})
    spoil_weight(made, "fc.weight")
    tested = TfjsModel(made / "tfjs")
    found = list(converted_causes(nodes, source.weights(), tested, list(tested.nodes)))
    assert [(c.kind, c.name.split(" ")[0]) for c in found if c.kind == "weight"] == [
        ("weight", "fc.weight")
    ]


def test_where_the_writer_itself_is_wrong_the_onnx_node_says_so(made: Path) -> None:
    right, whole = OnnxModel(made / "model.onnx"), opened(made)
    wrong = OnnxModel(faulty.in_folder(made / "wrong", FAULTS["flipped weight"][0]))
    (made / "wrongly").mkdir()
    write_tfjs(wrong.path, made / "wrongly")
    point = next(p for p in whole.side.points if p.value == "conv2")
    tested = TfjsModel(made / "wrongly")
    (cause,) = _tf_causes(right, whole.side, tested, written(wrong.proto), point)
    assert cause.kind == "weight"
    assert cause.name.startswith("conv2.weight")


def test_a_model_that_is_cut_reads_what_is_fed_and_keeps_no_more(
    made: Path, tmp_path: Path
) -> None:
    found = opened(made)
    model = TfjsModel(made / "tfjs")
    point = next(p for p in found.side.points if p.value == "conv2")
    refs = {p.ref for p in found.side.points}
    (before,) = segment(model.reads, refs, point.ref)[1]
    fed = next(p for p in found.side.points if p.ref == before)
    taps = [Tap("fed0", fed.ref, fed.stored_shape, "float32")]
    outputs = [Tap("out0", point.ref, point.stored_shape, "float32")]
    signature = cut(model, tmp_path / "cut", found.side.signature, outputs, taps)  # type: ignore[attr-defined]
    assert [spec.name for spec in signature.inputs] == ["fed0"]
    assert signature_of(tmp_path / "cut") == signature
    small = TfjsModel(tmp_path / "cut")
    ops = [node["op"] for node in small.nodes.values()]
    assert ops.count("Placeholder") == 1
    assert small.weight_names < model.weight_names
    for name in small.weight_names:
        np.testing.assert_array_equal(small.weight(name), model.weight(name))
