"""ONNX files of others: shapes fixed, outputs measured, weights in one file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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


def settled(source: Path, shapes: Shapes, path: Path) -> Signature:
    """Write an ONNX file whose inputs and outputs have fixed shapes, in one file; its signature.

    Outputs get the shapes that ONNX Runtime gives them on zeros.

    Args:
        source: an ONNX file; weights in files beside it are taken in.
        shapes: of inputs whose shape the file leaves open, by name.

    Raises:
        InputError: the file cannot be read or is no ONNX file, or an input's shape is open and not
            given, or given otherwise than the file has it.
        ConversionError: xport does not carry a tensor's name or dtype, or ONNX Runtime does not
            run the model.
    """
    import onnx

    model = with_shapes(source, shapes)
    given = {value.name: _zeros(value) for value in _inputs(model)}
    with in_words(STAGE, f"{source.name} does not run in ONNX Runtime"):
        fix_outputs(model, given)
    onnx.save(model, str(path))
    try:
        return signature_of(path)
    except ConversionError as error:
        raise ConversionError(error.what, f"{source}: {error.where}", error.remedy) from error


def with_shapes(source: Path, shapes: Shapes) -> Any:
    """An ONNX file's model with fixed input shapes and all of its weights, as a ModelProto.

    Raises:
        InputError: as `settled`.
    """
    model = _loaded(source)
    inputs = _inputs(model)
    names = ", ".join(value.name for value in inputs) or "none"
    unknown = sorted({*shapes} - {value.name for value in inputs})
    if unknown:
        raise InputError(
            f"no input is called {', '.join(unknown)}, there are {names}",
            str(source),
            "name the inputs as the file does",
        )
    _require_tensors("input", inputs, source)
    _require_tensors("output", model.graph.output, source)
    for value in inputs:
        _fix_input(value, shapes.get(value.name), source)
    if shapes:
        del model.graph.value_info[:]  # they may say what was open
    return model


def _inputs(model: Any) -> list[Any]:
    """A model's inputs, without the weights that some files list among them."""
    stored = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in stored]


def files_of(source: Path) -> list[Path]:
    """An ONNX file, and the files beside it that its weights are in.

    Raises:
        InputError: the file cannot be read or is no ONNX file.
    """
    apart = _weight_files(_loaded(source, weights=False), source)
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
        for size in array.shape:
            shape.dim.add().dim_value = size


def _loaded(source: Path, weights: bool = True) -> Any:
    import onnx
    from google.protobuf.message import DecodeError

    if source.suffix == ".toml":
        raise InputError("a release file is no model", str(source), "give it to xport.release")
    try:
        model = onnx.load(str(source), load_external_data=False)
        if weights and _weight_files(model, source):
            model = onnx.load(str(source))
    except OSError as error:
        raise InputError(
            f"cannot read the ONNX file: {error.strerror or error}", str(source), "check the path"
        ) from error
    except InputError:
        raise
    except (DecodeError, ValueError, onnx.checker.ValidationError) as error:
        raise InputError(f"not an ONNX file: {error}", str(source), "check the path") from error
    if not model.graph.output:
        raise InputError("not an ONNX file: it holds no graph", str(source), "check the path")
    return model


def _weight_files(model: Any, source: Path) -> list[str]:
    """The names of the files beside an ONNX file that its weights are in.

    Raises:
        InputError: one is not there or lies elsewhere; the first tensor that is in it is named.
    """
    from onnx.external_data_helper import ExternalDataInfo, uses_external_data

    found = []
    for tensor in filter(uses_external_data, model.graph.initializer):
        whose = f"the weights {tensor.name!r}"
        try:
            name = os.path.normpath(ExternalDataInfo(tensor).location)
        except ValueError as error:
            raise InputError(
                f"where {whose} lie cannot be read: {error}", str(source), "export the model anew"
            ) from error
        if Path(name).is_absolute() or name.startswith(".."):
            raise InputError(
                f"{whose} are not beside the file, but in {name}",
                str(source),
                "export the model with its weights beside it, or in it",
            )
        if not (source.parent / name).is_file():
            raise InputError(
                f"{whose} are in {name!r}, which is not there",
                str(source),
                "put that file beside the ONNX file",
            )
        found.append(name)
    return list(dict.fromkeys(found))


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
