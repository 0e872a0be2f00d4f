"""Running a model on probes: the Runner protocol, where it ran, and what came out."""

from __future__ import annotations

import datetime
import platform
from typing import Annotated, ClassVar, Protocol, Self, runtime_checkable

from pydantic import (
    AllowInfNan,
    AwareDatetime,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
)

from xport.common.arrays import Array, Tensors
from xport.common.document import Document, GrownDocument
from xport.exchange.witness import Witness

Quantity = Annotated[NonNegativeFloat, AllowInfNan(False)]
"""Seconds or MiB: never negative, always a number."""


class WebEnvironment(Document):
    """The browser a recording was made in, as the page and the browser themselves report it.

    `mantissa_bits` is measured on the backend by arithmetic (23 for float32, 10 for float16),
    because the backend's own account of its precision is not reliable. `files` are the SHA-256
    digests of the page, engine and wasm bytes that ran. `witness` is what the browser's own
    interfaces saw until the recording's end; None in evidence of rules 1 and 2.
    """

    browser: str
    version: str
    user_agent: str
    launch_flags: tuple[str, ...]
    requested_backend: str
    backend: str
    tfjs: str
    renderer: str | None = None
    vendor: str | None = None
    webgl: int | None = None
    max_texture_size: int | None = None
    render_float32: bool | None = None
    mantissa_bits: int
    wasm_simd: bool | None = None
    wasm_threads: int | None = None
    requested_threads: int | None = None
    hardware_concurrency: int
    cross_origin_isolated: bool
    graphics: str | None = None
    tfjs_flags: dict[str, bool | int] = Field(default_factory=dict)
    files: dict[str, str]
    model_files: dict[str, str]
    witness: Witness | None = None


class Environment(Document):
    """Where a recording was made: tool versions always, the browser when there was one."""

    runner: str
    platform: str
    tools: dict[str, str]
    threads: int | None = None
    web: WebEnvironment | None = None


class Clock(Document):
    """What the clocks said when a leg was recorded, for days and times that rest on them.

    `python` is the time in UTC, `built` the day on which this version of xport was made, and
    `browser_ahead` by how many seconds the page's clock was ahead of Python's, where there was one.
    """

    python: AwareDatetime
    built: datetime.date
    browser_ahead: Annotated[float, AllowInfNan(False)] | None = None


def platform_name() -> str:
    """Operating system, machine and Python, in one line."""
    return f"{platform.platform()}, Python {platform.python_version()}"


class Recording(GrownDocument):
    """What one leg said about every probe of one model; the arrays lie beside it in an npz file.

    `input_digests` and `output_digests` are by probe and by name; on disk they are `inputs` and
    `outputs`. `seconds` is wall time per probe, readback included; the first is the first run
    after loading. Every probe is run twice: `again_digests` are those of the second outputs, on
    disk `again`, and `differences` the largest difference from the first, of outputs whose bits
    differ; both are empty where probes ran once. `failure` is why there is no result, in which
    case everything after it is empty. `reused_from` is when it was recorded, where that was not in
    the run that has it, and `reused_at` when it was taken into that run.
    """

    later: ClassVar[tuple[str, ...]] = ("clock", "reused_from", "reused_at")

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    model: str
    leg: str
    plan_digest: str
    artifact_digest: str
    failure: str | None = None
    environment: Environment | None = None
    clock: Clock | None = None
    input_digests: dict[str, dict[str, str]] = Field(
        default_factory=dict, validation_alias="inputs", serialization_alias="inputs"
    )
    output_digests: dict[str, dict[str, str]] = Field(
        default_factory=dict, validation_alias="outputs", serialization_alias="outputs"
    )
    again_digests: dict[str, dict[str, str]] = Field(
        default_factory=dict, validation_alias="again", serialization_alias="again"
    )
    differences: dict[str, dict[str, float]] = Field(default_factory=dict)
    seconds: dict[str, Quantity] = Field(default_factory=dict)
    load_seconds: Quantity = 0.0
    peak_mib: Quantity = 0.0
    restarts: NonNegativeInt = 0
    arrays_digest: str = ""
    reused_from: AwareDatetime | None = None
    reused_at: AwareDatetime | None = None


@runtime_checkable
class TellsTime(Protocol):
    """A runner whose model has a clock of its own, a browser's."""

    def clock_ahead(self) -> float:
        """By how many seconds that clock is ahead of Python's; valid while open."""
        ...


class Runner(Protocol):
    """Executes one model; a context manager whose `run` is valid while it is open.

    A runner opened again after `RunnerCrashed` starts from nothing (a new process, a new page).
    """

    @property
    def leg(self) -> str:
        """Name of the leg, such as `onnx` or `tfjs/webgl`."""
        ...

    @property
    def load_seconds(self) -> float:
        """Seconds that opening took."""
        ...

    @property
    def peak_mib(self) -> float:
        """Peak memory of the process or processes that executed the model, in MiB."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def environment(self) -> Environment:
        """Where the model runs; valid while open."""
        ...

    def run(self, inputs: Tensors) -> tuple[dict[str, Array], float]:
        """Outputs by name for one probe, and the seconds it took, readback included.

        Raises:
            RunnerCrashed: the process behind the runner died.
            RunnerError: the model could not be executed.
        """
        ...
