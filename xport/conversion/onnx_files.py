"""ONNX files of others: shapes fixed, outputs measured, weights in one file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xport.conversion.foreign.agreement import require_same
from xport.conversion.foreign.borders import fix_values, with_borders
from xport.conversion.foreign.half import widened
from xport.conversion.foreign.opsets import raised
from xport.conversion.foreign.reading import loaded, require_bearable, weight_files
from xport.conversion.in_words import in_words
from xport.errors import ConversionError, InputError, told_as
from xport.formats.artifact import Signature
from xport.formats.onnx_file import MODEL, signature_of

STAGE = "onnx"
Shapes = Mapping[str, Sequence[int]]


@contextmanager
def passing_file(title: str) -> Iterator[Path]:
    """Where an ONNX file may lie for a while; whatever is raised calls it by the model's title."""
    with tempfile.TemporaryDirectory(prefix="xport-onnx-") as folder:
        path = Path(folder) / MODEL
        with told_as(Path(folder), title), told_as(path, title):
            yield path


def settled(
    source: Path, shapes: Shapes, path: Path, values: Mapping[str, Any] | None = None
) -> Signature:
    """Write an ONNX file whose inputs and outputs have fixed shapes, in one file; its signature.

    Outputs get the shapes that ONNX Runtime gives them on zeros.

    Args:
        source: an ONNX file; weights in files beside it are taken in.
        shapes: of inputs whose shape the file leaves open, by name.
        values: of inputs that are no longer inputs but constants, by name.

    Raises:
        InputError: the file cannot be read or is no ONNX file, or an input's shape is open and not
            given, or given otherwise than the file has it.
        ConversionError: xport does not carry a tensor's name or dtype, ONNX Runtime does not
            run the model, or it says something else of what was made of it.
    """
    import onnx

    original, model = _prepared(source, shapes, values or {})
    require_bearable(model, source)
    given = {value.name: _zeros(value) for value in _inputs(model)}
    model = _decided(model)
    with in_words(STAGE, f"{source.name} does not run in ONNX Runtime"):
        fix_outputs(model, given)
        if any(not value.type.tensor_type.shape.dim for value in model.graph.output):
            with_borders(model)  # outputs that turned out to be numbers
            fix_outputs(model, given)
        require_same(original, model, source, values or {})
    onnx.save(model, str(path))
    try:
        return signature_of(path)
    except ConversionError as error:
        raise ConversionError(error.what, f"{source}: {error.where}", error.remedy) from error


def _decided(model: Any) -> Any:
    """The model without branches that constants and shapes decide against.

    ONNX Runtime infers the shapes of those too; where they do not bear the sizes that are fixed
    here it refuses the model, or ends the process (seen in 1.32).
    """
    from xport.onnx_graph.files import graph_from_model, model_from_graph
    from xport.onnx_graph.shapes import resolve

    if not any(node.op_type == "If" for node in model.graph.node):
        return model
    with in_words(STAGE, "its branches cannot be told apart"):
        graph = graph_from_model(model)
        resolve(graph)
        graph.prune()
    if "If" in graph.census():
        _require_both(model)
        return model
    with in_words(STAGE, "its branches cannot be told apart"):
        taken = model_from_graph(graph, check=False)
    taken.metadata_props.extend(model.metadata_props)
    return taken


def _require_both(model: Any) -> None:
    """Refuse a branch that may be taken and that does not bear these shapes.

    Raises:
        ConversionError: there is one; what it stumbles over is named.
    """
    from xport.onnx_graph.files import graph_from_model
    from xport.onnx_graph.shapes import fold_constants

    try:
        with in_words(STAGE):
            fold_constants(graph_from_model(model))
    except ConversionError as error:
        raise ConversionError(
            f"the condition of an If is computed, and not both branches bear these shapes: "
            f"{error.what}",
            error.where,
            "make the input that decides it a constant, as in --argument NAME=VALUE",
        ) from error


def with_shapes(source: Path, shapes: Shapes, values: Mapping[str, Any] | None = None) -> Any:
    """An ONNX file's model with fixed input shapes and all of its weights, as a ModelProto.

    It is of opset 13 or newer, computes in float32 where the file says float16, and its inputs and
    outputs are such as a signature carries.

    Raises:
        InputError, ConversionError: as `settled`.
    """
    return _prepared(source, shapes, values or {})[1]


def _prepared(source: Path, shapes: Shapes, values: Mapping[str, Any]) -> tuple[Any, Any]:
    """A file's model as it is, weights taken in, and as xport takes it."""
    import onnx

    original = loaded(source)
    _require_tensors("input", _inputs(original), source)
    _require_tensors("output", original.graph.output, source)
    model = onnx.ModelProto()
    model.CopyFrom(original)
    widened(model)
    model = raised(model, source)
    fix_values(model, values, source)
    names = {before: now for now, before in with_borders(model).items()}
    inputs = _inputs(model)
    given = {names.get(name, name): shape for name, shape in shapes.items()}
    unknown = sorted({*given} - {value.name for value in inputs})
    if unknown:
        there = ", ".join(value.name for value in inputs) or "none"
        raise InputError(
            f"no input is called {', '.join(unknown)}, there are {there}",
            str(source),
            "name the inputs as the file does",
        )
    for value in inputs:
        _fix_input(value, given.get(value.name), source)
    if shapes:
        del model.graph.value_info[:]  # they may say what was open
    return original, model


def _inputs(model: Any) -> list[Any]:
    """A model's inputs, without the weights that some files list among them."""
    stored = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in stored]


def files_of(source: Path) -> list[Path]:
    """An ONNX file, and the files beside it that its weights are in.

    Raises:
        InputError: the file cannot be read or is no ONNX file.
    """
    apart = weight_files(loaded(source, weights=False), source)
    return [source, *(source.parent / name for name in apart)]


def fix_outputs(model: Any, inputs: Mapping[str, Any]) -> None:
    """Give a model's outputs the shapes that ONNX Runtime produces.

    The exporter names dimensions that it did not follow (behind a computed Pad, say) although
    every input is fixed.
    """
    import onnxruntime

    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what it would log is in the error
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    for output, array in zip(model.graph.output, session.run(None, dict(inputs)), strict=True):
        shape = output.type.tensor_type.shape
        shape.SetInParent()  # a number alone has one too, without axes
        for size in array.shape:
            shape.dim.add().dim_value = size


def _require_tensors(kind: str, values: Sequence[Any], source: Path) -> None:
    """Check that inputs or outputs are tensors of a type.

    Raises:
        InputError: one is a sequence, a map or optional, or of no type; it is named.
    """
    for value in values:
        what = value.type.WhichOneof("value")
        if what != "tensor_type" or not value.type.tensor_type.elem_type:
            said = what.removesuffix("_type") if what not in (None, "tensor_type") else "of no type"
            raise InputError(
                f"{kind} {value.name!r} is {said}, not a tensor",
                str(source),
                "export the model with tensors alone as its inputs and outputs",
            )


def _fix_input(value: Any, given: Sequence[int] | None, source: Path) -> None:
    """Give an input the shape that is given, where that fits the file's."""
    shape = value.type.tensor_type.shape
    known = [dim.dim_value if dim.HasField("dim_value") else 0 for dim in shape.dim]
    names = [dim.dim_param or "?" for dim in shape.dim]
    shown = ",".join(str(size or name) for size, name in zip(known, names, strict=True))
    if given is None:
        if not known or min(known) < 1:
            raise InputError(
                f"the shape of input {value.name!r} is open: [{shown}]",
                str(source),
                f"fix it, as in --input {value.name}=1,3,224,224",
            )
        return
    ranked = value.type.tensor_type.HasField("shape")
    if ranked and (
        len(given) != len(known)
        or any(size > 0 and size != new for size, new in zip(known, given, strict=True))
    ):
        raise InputError(
            f"input {value.name!r} is [{shown}] in the file, not [{','.join(map(str, given))}]",
            str(source),
            "give the sizes that the file leaves open, and the others as they are",
        )
    value.type.tensor_type.ClearField("shape")
    for size in given:
        value.type.tensor_type.shape.dim.add().dim_value = size


def _zeros(value: Any) -> Any:
    import numpy as np
    from onnx import helper

    tensor = value.type.tensor_type
    dtype = helper.tensor_dtype_to_np_dtype(tensor.elem_type)
    return np.zeros([dim.dim_value for dim in tensor.shape.dim], dtype)
