"""What Python and the page say to each other: typed requests, typed replies, tensors as bytes.

Twin: `runner/contract.ts`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Literal, TypeVar

import numpy as np
from pydantic import ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from xport.common import digests
from xport.common.arrays import Array, Tensors
from xport.common.document import Document, first_problem
from xport.errors import InputError, IntegrityError, RunnerError
from xport.exchange.witness import Work
from xport.formats.artifact import Signature, TensorSpec

PageDType = Literal["float32", "int32", "bool"]
T = TypeVar("T", bound=Document)
NUMPY_TYPES: dict[str, np.dtype[Any]] = {
    "float32": np.dtype("<f4"),
    "int32": np.dtype("<i4"),
    "bool": np.dtype("?"),
}


class Wire(Document):
    """A record whose keys are snake_case here and camelCase on the page."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class FileDigest(Wire):
    """SHA-256 and length of one file."""

    sha256: str
    bytes: int


class ModelRequest(Wire):
    """Where the page finds a model, which files it has, and what it must be."""

    base_url: str
    files: dict[str, FileDigest]
    signature: Signature


class OpenRequest(Wire):
    """Start this backend, load these models."""

    backend: str
    threads: int | None
    wasm_path: str
    flags: dict[str, bool | int]
    allow_reduced_precision: bool
    stock_kernels: bool
    models: dict[str, ModelRequest]


class PageEnvironment(Wire):
    """Where the models run, as the page reports it."""

    requested_backend: str
    backend: str
    tfjs: str
    user_agent: str
    renderer: str | None
    vendor: str | None
    webgl: int | None
    max_texture_size: int | None
    render_float32: bool | None
    forced_float16: bool | None
    mantissa_bits: int
    wasm_simd: bool | None
    wasm_threads: int | None
    requested_threads: int | None
    hardware_concurrency: int
    cross_origin_isolated: bool


class Memory(Wire):
    """What TF.js holds at one moment."""

    tensors: int
    bytes: int
    bytes_on_gpu: int | None


class OpenResult(Wire):
    """The environment, and seconds to fetch, verify and parse each model and all together."""

    environment: PageEnvironment
    load_seconds: dict[str, float]
    total_seconds: float
    memory: Memory


class ContentFile(FileDigest):
    """Bytes at a URL of the loopback server."""

    url: str


class TensorFile(ContentFile):
    """A tensor's bytes at a URL of the loopback server."""

    dtype: PageDType


class RunRequest(Wire):
    """Run one open model on these inputs."""

    model: str
    input_files: dict[str, TensorFile] = Field(
        validation_alias="inputs", serialization_alias="inputs"
    )


class WarmUp(Wire):
    """What warming a model up took: seconds, the longest block of the page's thread, programs.

    `skipped` says why there was nothing to do, on backends that compile nothing.
    """

    seconds: float
    longest_block: float
    programs: int | None
    skipped: str | None


class GradientRequest(RunRequest):
    """Differentiate the logit that `one_hot` selects from the output `logits`."""

    one_hot: TensorFile
    logits: str


class TensorText(Wire):
    """A tensor in a reply."""

    dtype: PageDType
    shape: tuple[int, ...]
    sha256: str
    base64: str


class RunReply(Wire):
    """Outputs of one run, the seconds it took with readback, and TF.js's memory around it.

    `work` is what was drawn and submitted meanwhile, by the witness's count.
    """

    outputs: dict[str, TensorText]
    seconds: float
    memory_before: Memory
    memory_after: Memory
    work: Work


class GradientReply(Wire):
    """The gradient and the logits, the seconds of both together, and TF.js's memory around it."""

    gradient: TensorText
    logits: TensorText
    seconds: float
    memory_before: Memory
    memory_after: Memory


class PassReply(Wire):
    """Runs back to back, and the seconds from the first inputs to the last readback."""

    steps: tuple[RunReply, ...]
    seconds: float


def encode(specs: Sequence[TensorSpec], inputs: Tensors) -> dict[str, Array]:
    """Inputs as the little-endian, C-order arrays whose bytes a probe file holds.

    Raises:
        InputError: a name, shape or dtype is not the signature's.
    """
    expected = {spec.name: spec for spec in specs}
    if inputs.keys() != expected.keys():
        raise InputError(f"inputs {sorted(expected)} expected, {sorted(inputs)} given")
    arrays = {}
    for name, spec in expected.items():
        array = inputs[name]
        dtype = NUMPY_TYPES.get(spec.dtype)
        if dtype is None or array.dtype != dtype or array.shape != spec.shape:
            raise InputError(f"{spec} expected, {array.dtype}{list(array.shape)} given")
        arrays[name] = np.ascontiguousarray(array, dtype=dtype)
    return arrays


def one_hot(outputs: Sequence[TensorSpec], logits: str, class_index: int) -> Array:
    """Zeros of the shape of the output `logits`, with a one at `class_index` in C order.

    Raises:
        InputError: there is no such output or class.
    """
    spec = next((one for one in outputs if one.name == logits), None)
    if spec is None:
        found = ", ".join(one.name for one in outputs)
        raise InputError(f"there is no output {logits!r}", remedy=f"name one of {found}")
    chosen = np.zeros(spec.shape, np.float32)
    if not 0 <= class_index < chosen.size:
        raise InputError(f"there is no class {class_index}", where=str(spec))
    chosen.flat[class_index] = 1
    return chosen


def decode(name: str, tensor: TensorText) -> Array:
    """The array of one reply.

    Raises:
        IntegrityError: the bytes are not those that the page digested, or do not fill the shape.
    """
    try:
        data = base64.b64decode(tensor.base64, validate=True)
    except binascii.Error as error:
        raise IntegrityError(f"not base64: {error}", where=f"output {name}") from error
    if digests.of_bytes(data) != tensor.sha256:
        raise IntegrityError("the bytes changed on the way from the page", where=f"output {name}")
    dtype = NUMPY_TYPES[tensor.dtype]
    if len(data) != dtype.itemsize * int(np.prod(tensor.shape, dtype=np.int64)):
        raise IntegrityError(f"does not fill {list(tensor.shape)}", where=f"output {name}")
    return np.frombuffer(data, dtype=dtype).reshape(tensor.shape).copy()


def parse(kind: type[T], value: object) -> T:
    """`value` as the reply it has to be.

    Raises:
        RunnerError: the page's answer does not have the agreed form.
    """
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise RunnerError(
            f"the page's answer is no {kind.__name__}: {first_problem(error)}",
            remedy="the built page is of another version; build browser_harness/web again",
        ) from error
