"""The page that measures: contestants that share one page and are run one after the other.

Twin: `bench/contract.ts`.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import Field

from browser_harness.drive import wire
from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from xport.common.arrays import Tensors
from xport.formats.artifact import Signature

ONNX_RUNTIME_URL = "/ort/"
ONNX_THREADS = 1


@dataclass(frozen=True)
class Contestant:
    """Something to be timed; `model` is a TF.js model or else an ONNX file.

    Attributes:
        id: its name among the contestants, as a model id.
        signature: the model's inputs, by which `inputs` are checked, and its outputs.
        inputs: what it is run on, by name.
        outputs: the outputs to compute; None for all.
        differentiate: the output whose first value `tf.grad` differentiates; None to run forward.
        stock_kernels: on TF.js's own kernels alone.
    """

    id: str
    model: ModelSource | Path
    signature: Signature
    inputs: Tensors
    outputs: tuple[str, ...] | None = None
    differentiate: str | None = None
    stock_kernels: bool = False

    @property
    def kind(self) -> Literal["forward", "gradient", "onnx"]:
        """How the page runs it."""
        if isinstance(self.model, Path):
            return "onnx"
        return "forward" if self.differentiate is None else "gradient"


class OnnxSource(wire.Wire):
    """Where the page finds an ONNX file and onnxruntime-web."""

    url: str
    file: wire.FileDigest
    runtime: str
    threads: int


class EnterRequest(wire.Wire):
    """Take a contestant in."""

    id: str
    kind: str
    model: str | None
    onnx: OnnxSource | None
    input_files: dict[str, wire.TensorFile] = Field(
        validation_alias="inputs", serialization_alias="inputs"
    )
    shapes: dict[str, tuple[int, ...]]
    outputs: tuple[str, ...] | None
    logits: str | None
    one_hot: wire.TensorFile | None
    stock_kernels: bool


class EnterResult(wire.Wire):
    """Seconds that onnxruntime-web took to load; None for TF.js."""

    load_seconds: float | None


class OutputFacts(wire.Wire):
    """What can be told of an output without looking at its values one by one."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    not_finite: int
    constant: bool


class ContestReply(wire.Wire):
    """Seconds of one run, readback included, and what came out."""

    seconds: float
    outputs: tuple[OutputFacts, ...]


class KernelTime(wire.Wire):
    """What all calls of one kernel took together."""

    kernel: str
    calls: int
    milliseconds: float


class Profile(wire.Wire):
    """One run, kernel by kernel, the longest first; `total` in milliseconds."""

    kernels: tuple[KernelTime, ...]
    total: float
    method: str


@dataclass
class BenchSession:
    """A context manager around a page that times contestants; errors as in `BrowserSession`."""

    contestants: tuple[Contestant, ...]
    settings: BrowserSettings

    def __post_init__(self) -> None:
        """Collect the models: contestants may share one."""
        models = {c.model.id: c.model for c in self.contestants if isinstance(c.model, ModelSource)}
        self.session = BrowserSession(list(models.values()), self.settings)

    def __enter__(self) -> Self:
        self.session.__enter__()
        try:
            self.onnx_load_seconds = {one.id: self._enter(one) for one in self.contestants}
        except BaseException:
            self.session.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.session.__exit__(*error)

    def load_seconds(self, contestant: Contestant) -> float:
        """Seconds to fetch, verify and parse its model, onnxruntime-web's own files included."""
        if isinstance(contestant.model, ModelSource):
            return self.session.load_seconds[contestant.model.id]
        return self.onnx_load_seconds[contestant.id] or 0.0

    def prepare(self, contestant: Contestant) -> wire.WarmUp:
        """Warm its model up."""
        return self.session.call("prepare", {"id": contestant.id}, wire.WarmUp)

    def contest(self, contestant: Contestant) -> ContestReply:
        """Run it once."""
        return self.session.call("contest", {"id": contestant.id}, ContestReply)

    def profile(self, contestant: Contestant) -> Profile:
        """Run it once with a clock around every kernel."""
        return self.session.call("profile", {"id": contestant.id}, Profile)

    def _enter(self, one: Contestant) -> float | None:
        with ExitStack() as published:
            reply = self.session.call("enter", self._request(one, published), EnterResult)
        return reply.load_seconds

    def _request(self, one: Contestant, published: ExitStack) -> EnterRequest:
        arrays = wire.encode(one.signature.inputs, one.inputs)
        one_hot = None
        if one.differentiate is not None:
            chosen = wire.one_hot(one.signature.outputs, one.differentiate, 0)
            one_hot = self.session.publish(chosen, published)
        return EnterRequest(
            id=one.id,
            kind=one.kind,
            model=one.model.id if isinstance(one.model, ModelSource) else None,
            onnx=self._onnx(one.id, one.model) if isinstance(one.model, Path) else None,
            input_files={name: self.session.publish(a, published) for name, a in arrays.items()},
            shapes={spec.name: spec.shape for spec in one.signature.inputs},
            outputs=one.outputs,
            logits=one.differentiate,
            one_hot=one_hot,
            stock_kernels=one.stock_kernels,
        )

    def _onnx(self, contestant: str, file: Path) -> OnnxSource:
        url = f"/onnx/{contestant}.onnx"
        digest = self.session.publish_file(url, file)
        return OnnxSource(url=url, file=digest, runtime=ONNX_RUNTIME_URL, threads=ONNX_THREADS)
