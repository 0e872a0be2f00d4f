"""Whether a file that was made ready still says what it said, by ONNX Runtime before and after."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xport.common.arrays import Array
from xport.common.progress import say
from xport.conversion.foreign.borders import named_before
from xport.conversion.foreign.opsets import OWN
from xport.conversion.foreign.reading import tensors_of
from xport.errors import ConversionError

if TYPE_CHECKING:
    import onnx

RELATIVE = 1e-4
"""Of the largest number of an output: float32 rounding in another order."""
HALF = 0.05
"""The same where the file computes in half precision, which has three digits."""
SEED = 20


def require_same(
    before: onnx.ModelProto, after: onnx.ModelProto, source: Path, values: Mapping[str, Any]
) -> None:
    """Run a file as it is and as it was made ready on the same seeded input, and compare.

    Files of opset 13 and newer whose borders are as they were have not been touched.

    Args:
        before: the file's model.
        after: what was made of it.
        source: the file.
        values: of inputs that the file has and that are constants now.

    Raises:
        ConversionError: they differ; the output and by how much are named.
    """
    kinds = _kinds(before, after)
    if not (values or kinds or named_before(after) or _opset(before) != _opset(after)):
        return
    half = kinds & HALVES
    session, first = _session(after), _session(before)
    rng = np.random.default_rng(SEED)
    given = {one.name: _noise(one, rng) for one in session.get_inputs()}
    asked, names = first.get_inputs(), named_before(after)
    own = {names.get(name, name): value for name, value in given.items()}
    own |= {name: np.asarray(value) for name, value in values.items()}
    fed = {one.name: _as_asked(own[one.name], one) for one in asked}
    expected = first.run(None, fed)
    found = session.run(None, given)
    largest = 0.0
    for value, old, new in zip(session.get_outputs(), expected, found, strict=True):
        difference = _difference(np.asarray(old), np.asarray(new))
        largest = max(largest, difference)
        if not difference <= (HALF if half else RELATIVE):
            raise ConversionError(
                f"made ready, its output {value.name!r} is off by {difference:.1e} of its range "
                "in ONNX Runtime",
                str(source),
                "export the model at opset 13 or newer, in float32",
            )
    if half:
        say(f"{source.name}: half precision is computed in float32: {largest:.1e} apart")


HALVES = frozenset({10, 16})


def _opset(model: onnx.ModelProto) -> int:
    found = (one.version for one in model.opset_import if one.domain in OWN)
    return max(found, default=0)


def _kinds(before: onnx.ModelProto, after: onnx.ModelProto) -> set[int]:
    """The element types that only the file as it was has, or ranks: 0 where one was changed."""
    kinds, ranks = [], []
    for model in (before, after):
        values = [*model.graph.input, *model.graph.output]
        found = {value.type.tensor_type.elem_type for value in values}
        kinds.append(found | {tensor.data_type for tensor in tensors_of(model)})
        ranks.append([len(value.type.tensor_type.shape.dim) for value in model.graph.input])
    return (kinds[0] - kinds[1]) | ({0} if ranks[0] != ranks[1] else set())


def _session(model: onnx.ModelProto) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _noise(value: Any, rng: np.random.Generator) -> Any:
    if value.type == "tensor(bool)":
        return rng.integers(0, 2, value.shape).astype(bool)
    if value.type == "tensor(int32)":
        return rng.integers(0, 2, value.shape).astype(np.int32)
    kind = np.float64 if value.type == "tensor(double)" else np.float32
    return rng.standard_normal(value.shape).astype(kind)


def _as_asked(given: Array, value: Any) -> Array:
    """An input as the file itself wants it."""
    kinds = {
        "tensor(float16)": np.float16, "tensor(int64)": np.int64, "tensor(float)": np.float32,
        "tensor(double)": np.float64, "tensor(int32)": np.int32, "tensor(bool)": np.bool_,
    }  # fmt: skip
    wanted: Array = given.astype(kinds.get(value.type, given.dtype))
    if not value.shape:
        return wanted.reshape(())
    known = [size if isinstance(size, int) and size > 0 else 1 for size in value.shape]
    return np.broadcast_to(wanted, known) if not wanted.ndim else wanted


def _difference(before: Array, after: Array) -> float:
    """The largest difference by the largest number; infinite where shapes or kinds differ."""
    if before.size != after.size:
        return float("inf")
    old, new = (np.asarray(one, np.float64).reshape(-1) for one in (before, after))
    if not np.array_equal(np.isfinite(old), np.isfinite(new)):
        return float("inf")
    finite = np.isfinite(old)
    if not finite.any():
        return 0.0
    scale = max(float(np.abs(old[finite]).max()), 1e-6)
    return float(np.abs(old[finite] - new[finite]).max()) / scale
