"""Opening a file that may be hostile: nothing outside its folder, nothing without bounds."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xport.errors import InputError

if TYPE_CHECKING:
    import onnx

MAX_BYTES = 2**31 - 1
"""What a protobuf message can hold."""
MAX_VALUE = 2**28
"""Elements of the largest value that a file may ask for: 1 GiB in float32."""
MAX_DEPTH = 8
"""Graphs inside of graphs (`If`, `Loop`, `Scan`)."""
PICKLED = (".pt2", ".pt", ".pth", ".pkl", ".ckpt", ".bin")
"""Files of torch's whose reading may run code."""


def loaded(source: Path, weights: bool = True) -> Any:
    """A file's model; with `weights`, those in files beside it are taken in.

    Raises:
        InputError: it cannot be read or is no ONNX file; its weights lie elsewhere, behind a link
            or not whole; it is nested deeper than 8 graphs, has a cycle, or calls functions that
            call themselves.
    """
    import onnx
    from google.protobuf.message import DecodeError

    _require_kind(source)
    try:
        if source.stat().st_size > MAX_BYTES:
            raise InputError(
                "is larger than 2 GiB, no ONNX file is",
                str(source),
                "store its weights beside it, as external data",
            )
        model = onnx.load(str(source), load_external_data=False)
    except OSError as error:
        raise InputError(
            f"cannot read the ONNX file: {error.strerror or error}", str(source), "check the path"
        ) from error
    except (DecodeError, ValueError) as error:
        raise InputError(f"not an ONNX file: {error}", str(source), "check the path") from error
    if not model.graph.output:
        raise InputError("not an ONNX file: it holds no graph", str(source), "check the path")
    _require_bounded(model, source)
    if weights and weight_files(model, source):
        _take_in(model, source)
    return model


def _require_kind(source: Path) -> None:
    if source.suffix == ".toml":
        raise InputError("a release file is no model", str(source), "give it to xport.release")
    if source.suffix in PICKLED:
        raise InputError(
            f"a {source.suffix} file may hold pickles, and reading those runs code",
            str(source),
            "export the model to ONNX, or name a factory and its weights as safetensors",
        )


def _require_bounded(model: onnx.ModelProto, source: Path) -> None:
    """Refuse what would cost without end: cycles, deep nesting, functions in circles."""
    remedy = "the graph is not valid ONNX; export the model anew"
    calls = {
        (one.domain, one.name): {(node.domain, node.op_type) for node in one.node}
        for one in model.functions
    }
    waiting = dict(calls)
    while waiting:
        free = [name for name, called in waiting.items() if not called & waiting.keys()]
        if not free:
            name = sorted(waiting)[0][1]
            raise InputError(f"the function {name!r} calls itself", str(source), remedy)
        waiting = {name: called for name, called in waiting.items() if name not in free}
    for graph, depth in graphs_of(model):
        if depth > MAX_DEPTH:
            raise InputError(f"graphs are nested more than {MAX_DEPTH} deep", str(source), remedy)
        circle = _first_in_circle(graph)
        if circle:
            raise InputError(
                f"the graph is not acyclic: {circle!r} depends on itself", str(source), remedy
            )


def graphs_of(model: onnx.ModelProto) -> Iterator[tuple[Any, int]]:
    """Every graph and function of a model with its depth; none below the deepest allowed."""
    waiting: list[tuple[Any, int]] = [(model.graph, 0), *((one, 0) for one in model.functions)]
    while waiting:
        graph, depth = waiting.pop()
        yield graph, depth
        for node in graph.node:
            for attribute in node.attribute:
                inner = [attribute.g] if attribute.HasField("g") else []
                waiting += [(one, depth + 1) for one in (*inner, *attribute.graphs)]


def _first_in_circle(graph: Any) -> str:
    """A value that depends on itself, or nothing; nodes may stand in any order."""
    makers: dict[str, Any] = {name: node for node in graph.node for name in node.output if name}
    done: set[str] = set()
    for start in makers:
        path, stack = set[str](), [(start, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                path.discard(name)
                done.add(name)
            elif name in path:
                return str(name)
            elif name not in done and name in makers:
                path.add(name)
                stack += [(name, True), *((one, False) for one in makers[name].input)]
    return ""


def tensors_of(model: onnx.ModelProto) -> Iterator[Any]:
    """Every stored tensor: initializers and attributes, those of inner graphs too."""
    for graph, _ in graphs_of(model):
        yield from getattr(graph, "initializer", ())
        for sparse in getattr(graph, "sparse_initializer", ()):
            yield from (sparse.values, sparse.indices)
        for node in graph.node:
            for attribute in node.attribute:
                yield from ([attribute.t] if attribute.HasField("t") else attribute.tensors)


def weight_files(model: onnx.ModelProto, source: Path) -> list[str]:
    """The names of the files beside an ONNX file that its weights are in.

    Raises:
        InputError: one is not there, lies elsewhere, is a link or is too short; the first tensor
            that is in it is named.
    """
    from onnx.external_data_helper import uses_external_data

    found = [
        _place(tensor, source)[0] for tensor in tensors_of(model) if uses_external_data(tensor)
    ]
    return list(dict.fromkeys(found))


def _place(tensor: onnx.TensorProto, source: Path) -> tuple[str, int, int]:
    """File, offset and length of a tensor's data.

    Raises:
        InputError: as `weight_files`.
    """
    from onnx.external_data_helper import ExternalDataInfo

    whose = f"the weights {tensor.name!r}"
    try:
        info = ExternalDataInfo(tensor)
        name = os.path.normpath(info.location)
    except ValueError as error:
        raise InputError(
            f"where {whose} lie cannot be read: {error}", str(source), "export the model anew"
        ) from error
    if Path(name).is_absolute() or name.startswith("..") or "\0" in name:
        raise InputError(
            f"{whose} are not beside the file, but in {name}",
            str(source),
            "export the model with its weights beside it, or in it",
        )
    path = source.parent / name
    for part in (path, *path.parents):
        if part == source.parent:
            break
        if part.is_symlink():
            raise InputError(
                f"{whose} are in {name!r}, which is a link",
                str(source),
                "copy the file itself to beside the ONNX file",
            )
    if not path.is_file():
        raise InputError(
            f"{whose} are in {name!r}, which is not there",
            str(source),
            "put that file beside the ONNX file",
        )
    return (name, *_span(tensor, info, path, source))


def _span(tensor: onnx.TensorProto, info: Any, path: Path, source: Path) -> tuple[int, int]:
    """Offset and length, which the file has and the tensor's shape asks for."""
    from onnx import helper

    try:
        item = helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    except KeyError:
        item = 0
    wanted = math.prod(tensor.dims) * item
    offset = int(info.offset or 0)
    length = wanted if info.length is None else int(info.length)
    held = path.stat().st_size
    if min(offset, length, *tensor.dims, 0) < 0 or length != wanted or offset + length > held:
        raise InputError(
            f"the weights {tensor.name!r} are {wanted} bytes by their shape, "
            f"said to be {length} at {offset} of {path.name!r}, which has {held}",
            str(source),
            "export the model anew",
        )
    return offset, length


def _take_in(model: onnx.ModelProto, source: Path) -> None:
    """Read what lies beside the file; every size has been held to the file's and the shape's."""
    from onnx.external_data_helper import uses_external_data

    for tensor in tensors_of(model):
        if not uses_external_data(tensor):
            continue
        name, offset, length = _place(tensor, source)
        with (source.parent / name).open("rb") as stream:
            stream.seek(offset)
            tensor.raw_data = stream.read(length)
        tensor.ClearField("external_data")
        tensor.ClearField("data_location")


def require_bearable(model: onnx.ModelProto, source: Path) -> None:
    """Refuse a model that asks for a value of more than 2^28 elements, before it is run.

    Raises:
        InputError: it does; the value is named.
    """
    import onnx

    try:
        known = onnx.shape_inference.infer_shapes(model, strict_mode=False, data_prop=True).graph
    except (onnx.shape_inference.InferenceError, ValueError):
        return  # whoever runs it says so
    for value in (*known.input, *known.value_info, *known.output):
        size = math.prod(max(dim.dim_value, 1) for dim in value.type.tensor_type.shape.dim)
        if size > MAX_VALUE:
            raise InputError(
                f"the value {value.name!r} has {size:,} elements, more than {MAX_VALUE:,}",
                str(source),
                "give smaller shapes, or export the model without that value",
            )
