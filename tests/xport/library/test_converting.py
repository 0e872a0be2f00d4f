"""From a module in memory to a folder that TF.js loads, with nothing written down by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import nn

import xport
from tests.xport.library.networks import Both, Classifier, Returning, Tokens
from xport.errors import ConversionError, InputError
from xport.formats.artifact import Signature

pytestmark = pytest.mark.slow

IMAGE = torch.zeros(1, 3, 8, 8)
X = torch.ones(1, 4)


def names(signature: Signature) -> tuple[list[str], list[str]]:
    return [s.name for s in signature.inputs], [s.name for s in signature.outputs]


def test_names_shapes_and_dtypes_come_from_the_module_and_its_example(tmp_path: Path) -> None:
    converted = xport.convert(Classifier(), (IMAGE,), out=tmp_path / "model")
    assert [str(spec) for spec in converted.signature.inputs] == ["image: float32[1, 3, 8, 8]"]
    assert [str(spec) for spec in converted.signature.outputs] == [
        "logits: float32[1, 4]",
        "probabilities: float32[1, 4]",
    ]
    document = json.loads((tmp_path / "model" / "model.json").read_text())
    assert document["format"] == "graph-model"
    assert {path.suffix for path in (tmp_path / "model").iterdir()} == {".json", ".bin"}
    assert converted.bytes == sum(p.stat().st_size for p in (tmp_path / "model").iterdir())


def test_the_callers_module_stays_as_it_was(tmp_path: Path) -> None:
    module = Classifier().train()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    xport.convert(module, (IMAGE,), out=tmp_path / "model")
    assert module.training
    assert module.dropout.training
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda x: x, ["output"]),
        (lambda x: (x, x + 1), ["output_0", "output_1"]),
        (lambda x: [x], ["output"]),
        (lambda x: {"a": x, "b": x + 1}, ["a", "b"]),
        (lambda x: Both(x, x + 1), ["first", "second"]),
    ],
    ids=["tensor", "tuple", "list", "dict", "dataclass"],
)
def test_outputs_are_named_by_key_or_by_place(
    make: Any, expected: list[str], tmp_path: Path
) -> None:
    converted = xport.convert(Returning(make), X, out=tmp_path / "model")
    assert names(converted.signature) == (["x"], expected)


def test_outputs_may_be_called_otherwise(tmp_path: Path) -> None:
    module = Returning(lambda x: (x, x + 1))
    converted = xport.convert(module, X, out=tmp_path / "m", output_names=["low", "high"])
    assert names(converted.signature)[1] == ["low", "high"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda x: (x, None), r"returns a tuple of \(float32\[1, 4\], None\)"),
        (lambda x: {"a": {"b": x}}, "returns a dict of"),
        (lambda x: None, "returns None"),
        (lambda x: {"x": x}, "'x' cannot be the name of an output: an input is called so"),
        (lambda x: {"a b": x}, "'a b' cannot be the name of an output: use letters"),
        (lambda x: x.long(), "which TF.js does not carry"),
        (lambda x: torch.randn_like(x), "answers the same input differently every time"),
    ],
    ids=["none", "nested", "nothing", "input's name", "no name", "int64", "random"],
)
def test_what_cannot_be_an_output_is_refused_by_name(make: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        xport.convert(Returning(make), X, out=tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "example",
    [
        (np.zeros((1, 5), np.int64), np.ones((1, 5))),
        {"weights": torch.ones(1, 5, dtype=torch.float16), "tokens": torch.zeros(1, 5).long()},
    ],
    ids=["by place, numpy", "by name, torch"],
)
def test_wider_and_narrower_numbers_become_what_a_browser_has(example: Any, tmp_path: Path) -> None:
    converted = xport.convert(Tokens(), example, out=tmp_path / "model")
    said = [str(spec) for spec in converted.signature.inputs]
    assert said == ["tokens: int32[1, 5]", "weights: float32[1, 5]"]


@pytest.mark.parametrize(
    ("module", "example", "words"),
    [
        (Classifier(), None, "a module needs an example"),
        (Classifier(), (IMAGE, IMAGE, IMAGE), "3 tensors, forward takes 2: image, mask"),
        (Classifier(), {"picture": IMAGE}, "it names picture, forward takes image, mask"),
        (Tokens(), (torch.zeros(1, 5).long(),), "it names tokens, forward takes tokens, weights"),
        (Classifier(), (torch.zeros(1, 1, 8, 8),), r"does not accept its example \(image"),
        (Classifier(), (torch.zeros(()),), "cannot be an input"),
        (Tokens(), (torch.tensor([[2**40]]), torch.ones(1, 1)), "does not fit into int32"),
        (nn.Linear, (X,), "Linear refuses its arguments"),
        (3, (X,), "a int is no model"),
        ("nowhere.at_all:build", (X,), "cannot import nowhere.at_all:build"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    module: Any, example: Any, words: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words):
        xport.convert(module, example, out=tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"exporter": "none"}, "exporter: 'none' is not one; there are torchscript, dynamo"),
        ({"weights": "int4"}, "weights: 'int4' is not one"),
        ({"opset": 3}, "writes opsets"),
        ({"output_names": ["a"]}, "the names are a; give one name for each tensor"),
    ],
)
def test_what_is_no_option_is_refused(options: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        xport.convert(Classifier(), (IMAGE,), out=tmp_path / "model", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_module_of_half_precision_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"give model\.float\(\)"):
        xport.convert(nn.Linear(4, 2).half(), X, out=tmp_path / "model")


def test_a_factory_is_built_here(tmp_path: Path) -> None:
    factory = "tests.xport.library.networks:build"
    converted = xport.convert(factory, IMAGE, out=tmp_path / "model", progress=False)
    assert (converted.name, converted.title) == ("classifier", "Classifier")


def test_a_model_is_replaced_and_nothing_else_is(tmp_path: Path) -> None:
    first = xport.convert(Returning(lambda x: x), X, out=tmp_path / "model")
    again = xport.convert(Classifier(), (IMAGE,), out=tmp_path / "model")
    assert first.files != again.files
    again.require_unchanged()
    (tmp_path / "model" / "thesis.txt").touch()
    with pytest.raises(InputError, match=r"'thesis\.txt', which is no part of a TF\.js model"):
        xport.convert(Classifier(), (IMAGE,), out=tmp_path / "model")
    assert (tmp_path / "model" / "thesis.txt").exists()


def test_an_operator_without_translation_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    module = Returning(lambda x: torch.linalg.det(torch.eye(5)[None] * x.sum()))
    with pytest.raises(ConversionError, match="operator Det of node"):
        xport.convert(module, X, out=tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


class AsATuple(nn.Module):
    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(self.module(image).values())


def exported(path: Path, **more: Any) -> Path:
    module = Classifier().eval()
    names = {"input_names": ["image"], "output_names": ["logits", "probabilities"]}
    torch.onnx.export(
        AsATuple(module).eval(),
        (IMAGE,),
        str(path),
        dynamo=False,
        opset_version=15,
        **names,
        **more,
    )
    return path


@pytest.mark.filterwarnings("ignore")
def test_an_onnx_file_needs_nothing_else(tmp_path: Path) -> None:
    converted = xport.convert(exported(tmp_path / "a b.onnx"), out=tmp_path / "model")
    assert converted.name == "a_b"
    assert names(converted.signature) == (["image"], ["logits", "probabilities"])
    assert converted.signature.outputs[0].shape == (1, 4)


@pytest.mark.filterwarnings("ignore")
def test_shapes_that_an_onnx_file_leaves_open_are_asked_for(tmp_path: Path) -> None:
    axes = {"image": {0: "batch", 2: "height"}}
    path = exported(tmp_path / "open.onnx", dynamic_axes=axes)
    with pytest.raises(InputError, match=r"'image' is open: \[batch,3,height,8\]"):
        xport.convert(path, out=tmp_path / "model")
    with pytest.raises(InputError, match=r"\[batch,3,height,8\] in the file, not \[1,1,8,8\]"):
        xport.convert(path, {"image": (1, 1, 8, 8)}, out=tmp_path / "model")
    with pytest.raises(InputError, match="no input is called x, there are image"):
        xport.convert(path, {"x": (1, 3, 8, 8)}, out=tmp_path / "model")
    converted = xport.convert(str(path), {"image": (2, 3, 8, 8)}, out=tmp_path / "model")
    assert converted.signature.outputs[0].shape == (2, 4)


def test_what_is_no_onnx_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the ONNX file"):
        xport.convert(tmp_path / "none.onnx", out=tmp_path / "model")
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(InputError, match="not an ONNX file"):
        xport.convert(tmp_path / "text.onnx", out=tmp_path / "model")
    onnx.save(onnx.ModelProto(), str(tmp_path / "empty.onnx"))
    with pytest.raises(InputError, match="it holds no graph"):
        xport.convert(tmp_path / "empty.onnx", out=tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_release_file_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"xport\.release"):
        xport.convert("release.toml", out=tmp_path / "model")
