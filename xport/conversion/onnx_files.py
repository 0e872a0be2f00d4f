"""ONNX files of others: shapes fixed, outputs measured, weights in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xport.conversion.in_words import in_words
from xport.errors import ConversionError, InputError
from xport.formats.artifact import Signature
from xport.formats.onnx_file import signature_of

STAGE = "onnx"
Shapes = Mapping[str, Sequence[int]]


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

    model = _loaded(source)
    stored = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in stored]
    unknown = sorted({*shapes} - {value.name for value in inputs})
    if unknown:
        raise InputError(
            f"no input is called {', '.join(unknown)}, there are "
            + ", ".join(value.name for value in inputs),
            str(source),
            "name the inputs as the file does",
        )
    for value in inputs:
        _fix_input(value, shapes.get(value.name), source)
    if shapes:
        del model.graph.value_info[:]  # they may say what was open
    with in_words(STAGE, f"{source.name} does not run in ONNX Runtime"):
        fix_outputs(model, {value.name: _zeros(value) for value in inputs})
    onnx.save(model, str(path))
    try:
        return signature_of(path)
    except ConversionError as error:
        raise ConversionError(error.what, f"{source}: {error.where}", error.remedy) from error


def files_of(source: Path) -> list[Path]:
    """An ONNX file, and the files beside it that its weights are in.

    Raises:
        InputError: the file cannot be read or is no ONNX file.
    """
    from onnx.external_data_helper import ExternalDataInfo, uses_external_data

    model = _loaded(source, weights=False)
    apart = [ExternalDataInfo(t).location for t in model.graph.initializer if uses_external_data(t)]
    return [source, *(source.parent / name for name in dict.fromkeys(apart))]


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
        model = onnx.load(str(source), load_external_data=weights)
    except OSError as error:
        raise InputError(
            f"cannot read the ONNX file: {error.strerror or error}", str(source), "check the path"
        ) from error
    except (DecodeError, ValueError, onnx.checker.ValidationError) as error:
        raise InputError(f"not an ONNX file: {error}", str(source), "check the path") from error
    if not model.graph.output:
        raise InputError("not an ONNX file: it holds no graph", str(source), "check the path")
    return model


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
