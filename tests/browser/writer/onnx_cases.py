"""ONNX's own node tests as cases for the direct writer: read, made ready, converted."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.loader import load_model_tests

from browser_harness.drive.models import ModelSource
from xport.common.arrays import Array
from xport.conversion.foreign.borders import with_borders
from xport.conversion.foreign.half import widened
from xport.conversion.stages.tfjs_from_onnx import write_tfjs
from xport.errors import ConversionError
from xport.formats.tfjs_model import signature_of

OLDEST = 13
CARRIED = (onnx.TensorProto.FLOAT, onnx.TensorProto.INT32, onnx.TensorProto.BOOL)
"""What a model's inputs and outputs are in a signature."""

HALF = {onnx.TensorProto.FLOAT16: 2e-3, onnx.TensorProto.BFLOAT16: 1.6e-2}
"""Two steps of the type, relative to the larger of a number and 1."""

SCALES = ("Resize", (1, 2))
"""Float inputs that networks have as constants, as they have single numbers and int64."""


class NotACase(Exception):
    """Why a case is left out: TF.js could not be given its tensors."""


@dataclass(frozen=True)
class Case:
    """One node test: a model, and what goes in and must come out, by name.

    `within` is what half precision is off by: what it rounds, the writer computes in float32.
    """

    name: str
    operator: str
    model: onnx.ModelProto
    inputs: dict[str, Array]
    outputs: dict[str, Array]
    within: float = 0.0

    def convert(self, folder: Path) -> ModelSource:
        """The case as a TF.js model.

        Raises:
            ConversionError: the writer refuses it.
        """
        folder.mkdir()
        file = folder.with_suffix(".onnx")
        file.write_bytes(self.model.SerializeToString())
        write_tfjs(file, folder)
        return ModelSource(self.name, folder, signature_of(folder))


@dataclass(frozen=True)
class Verdicts:
    """What became of ONNX's tests: converted ones, and why the others were not."""

    cases: dict[str, Case]
    models: list[ModelSource]
    refused: dict[str, ConversionError]
    left_out: dict[str, NotACase]
    operators: dict[str, str]


def convert_all(folder: Path) -> Verdicts:
    """Every node test of the installed onnx, through the direct writer."""
    tests = node_tests()
    found = Verdicts({}, [], {}, {}, {name: operator_of(name, tests) for name in tests})
    for name in tests:
        try:
            case = read_case(name, tests)
            found.models.append(case.convert(folder / name))
            found.cases[name] = case
        except NotACase as reason:
            found.left_out[name] = reason
        except ConversionError as error:
            found.refused[name] = error
    return found


@dataclass(frozen=True)
class NodeTest:
    """One of ONNX's tests as the package has it: a model and its first set of data."""

    model: onnx.ModelProto
    inputs: Sequence[Any]
    outputs: Sequence[Any]

    @classmethod
    def of(cls, test: Any) -> NodeTest:
        """From onnx's loader: files up to onnx 1.17, made in memory since."""
        if test.model is not None:
            return cls(test.model, *test.data_sets[0])
        folder = Path(test.model_dir)
        model = onnx.load(str(folder / "model.onnx"))
        data = folder / "test_data_set_0"
        inputs = [data / f"input_{i}.pb" for i in range(len(model.graph.input))]
        outputs = [data / f"output_{i}.pb" for i in range(len(model.graph.output))]
        return cls(model, inputs, outputs)


@cache
def node_tests() -> dict[str, NodeTest]:
    """Every node test that the installed onnx carries, by name; newer ones make them only once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy's, at numbers that overflow on purpose
        found = sorted(load_model_tests(kind="node"), key=lambda case: case.name)
    return {test.name.removeprefix("test_"): NodeTest.of(test) for test in found}


def operator_of(name: str, tests: dict[str, NodeTest]) -> str:
    """What a test tests; a function's body is tested under the function's name."""
    body = "_expanded"
    if body in name and name.split(body)[0] in tests:
        name = name.split(body)[0]
    nodes = tests[name].model.graph.node
    return nodes[0].op_type if len(nodes) == 1 else "several"


def read_case(name: str, tests: dict[str, NodeTest]) -> Case:
    """One case; what networks have as constants is a constant.

    Raises:
        NotACase: it is about something else than tensors of TF.js's dtypes and fixed shapes.
    """
    model = onnx.ModelProto()
    model.CopyFrom(tests[name].model)
    _require_tensors(model)
    _raise_opset(model)
    operator = operator_of(name, tests)
    inputs = _arrays(model.graph.input, tests[name].inputs)
    outputs = _arrays(model.graph.output, tests[name].outputs)
    for index, value in enumerate(list(model.graph.input)):
        array = inputs[value.name]
        integers = array.dtype == np.int64 or array.ndim == 0
        if (index > 0 and integers) or (operator == SCALES[0] and index in SCALES[1]):
            model.graph.initializer.append(numpy_helper.from_array(array, value.name))
            model.graph.input.remove(value)
            del inputs[value.name]
    if not inputs:
        raise NotACase("nothing in it is computed")
    within = max((HALF[kind] for kind in _kinds(model) if kind in HALF), default=0.0)
    widened(model)
    before = with_borders(model)
    inputs = _carried(model.graph.input, before, inputs)
    outputs = _carried(model.graph.output, before, outputs)
    return Case(name, operator, model, inputs, outputs, within)


def _kinds(model: onnx.ModelProto) -> set[int]:
    """The types of inputs and outputs, and those that nodes cast to."""
    values = (*model.graph.input, *model.graph.output)
    named = (a.i for node in model.graph.node for a in node.attribute if a.name == "to")
    return {*named, *(value.type.tensor_type.elem_type for value in values)}


def _carried(
    declared: Sequence[onnx.ValueInfoProto], before: dict[str, str], arrays: dict[str, Array]
) -> dict[str, Array]:
    """Arrays as a signature carries them: widened as a file's are, a number alone as one axis.

    Raises:
        NotACase: a signature cannot carry one.
    """
    found = {}
    for value in declared:
        array = arrays[before.get(value.name, value.name)]
        kind = value.type.tensor_type.elem_type
        if kind not in CARRIED:
            word = onnx.TensorProto.DataType.Name(kind).lower()
            raise NotACase(f"inputs or outputs of {word}")
        dtype = onnx.helper.tensor_dtype_to_np_dtype(kind)
        found[value.name] = np.atleast_1d(array.astype(dtype))
    return found


def _require_tensors(model: onnx.ModelProto) -> None:
    for value in (*model.graph.input, *model.graph.output):
        if not value.type.HasField("tensor_type"):
            raise NotACase("sequences and optional values")
        if value.type.tensor_type.elem_type == onnx.TensorProto.STRING:
            raise NotACase("text")
    if any(entry.domain not in ("", "ai.onnx") for entry in model.opset_import):
        raise NotACase("operators outside ONNX's own domain")


def _raise_opset(model: onnx.ModelProto) -> None:
    """Declare opset 13 where the operators are the same as in the older one declared."""
    (entry,) = model.opset_import
    if entry.version >= OLDEST:
        return
    for node in model.graph.node:
        known = [onnx.defs.get_schema(node.op_type, v, "") for v in (entry.version, OLDEST)]
        if known[0].since_version != known[1].since_version:
            raise NotACase("versions of operators before opset 13")
    entry.version = OLDEST


def _arrays(declared: Sequence[onnx.ValueInfoProto], values: Sequence[Any]) -> dict[str, Array]:
    """Values as arrays of the dtype that is declared, by name."""
    arrays = {}
    for value, content in zip(declared, values, strict=True):
        if isinstance(content, Path):
            content = onnx.TensorProto.FromString(content.read_bytes())
        if isinstance(content, onnx.TensorProto):
            content = numpy_helper.to_array(content)
        arrays[value.name] = np.asarray(content)
    return arrays
