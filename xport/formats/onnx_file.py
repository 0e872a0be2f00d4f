"""Reading an ONNX artifact: its signature, and its nodes by operator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xport.errors import ConversionError, InputError
from xport.formats.artifact import DType, Signature, TensorSpec

MODEL = "model.onnx"
_DTYPES: dict[int, DType] = {1: "float32", 11: "float64", 6: "int32", 9: "bool"}


def signature_of(path: Path) -> Signature:
    """The graph's inputs (without initializers) and outputs.

    Raises:
        InputError: the file is no ONNX model.
        ConversionError: a dimension is symbolic, a dtype is one that xport does not carry, two
            tensors have one name, or there are no inputs.
    """
    import onnx
    from google.protobuf.message import DecodeError

    try:
        graph = onnx.load(str(path), load_external_data=False).graph
    except DecodeError as error:
        raise InputError(f"not an ONNX file: {error}", str(path), "check the path") from error
    if not graph.output:
        raise InputError("not an ONNX file: it holds no graph", str(path), "check the path")
    constants = {tensor.name for tensor in graph.initializer}
    inputs = tuple(_spec(v) for v in graph.input if v.name not in constants)
    outputs = tuple(_spec(v) for v in graph.output)
    if not inputs:
        raise ConversionError("its graph has no inputs", "graph", "export a model that takes one")
    names = [spec.name for spec in (*inputs, *outputs)]
    for name in names:
        if names.count(name) > 1:
            raise ConversionError(
                "two inputs or outputs have this name", name, "export it with a name for each"
            )
    return Signature(inputs=inputs, outputs=outputs)


def _spec(value: Any) -> TensorSpec:
    tensor = value.type.tensor_type
    if tensor.elem_type not in _DTYPES:
        import onnx

        known = tensor.elem_type in onnx.TensorProto.DataType.values()
        kind = onnx.TensorProto.DataType.Name(tensor.elem_type) if known else tensor.elem_type
        raise ConversionError(
            f"unsupported element type {kind}",
            value.name,
            "export it as float32, int32, float64 or bool",
        )
    shape = tuple(int(dim.dim_value) for dim in tensor.shape.dim)
    if min(shape, default=1) < 1:
        raise ConversionError(
            f"shape {shape} has a symbolic dimension", value.name, "export with fixed shapes"
        )
    return TensorSpec.of_file(value.name, shape, _DTYPES[tensor.elem_type])
