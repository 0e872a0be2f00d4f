"""What a benchmark says: seconds per run, medians with their intervals, ratios, and complaints."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from xport.common.document import Document
from xport.comparison.intervals import Interval, draws_for
from xport.comparison.parity import Metrics

Engine = Literal["tfjs", "tfjs, tf.grad", "onnxruntime-web"]


class Measured(Document):
    """One contestant on one backend; times in seconds, readback included.

    `seconds` holds the rounds in order, the first run not among them; it is empty where only the
    start was measured. `first` follows warming up, whose time stands apart; `starts` are both
    together, of every start that was made, the last of which the other figures are of.
    `complaints` say what is wrong with its outputs.
    """

    name: str
    engine: Engine
    stock_kernels: bool
    load: float
    warm_up: float
    longest_block: float
    programs: int | None
    first: float
    starts: tuple[float, ...] = Field(min_length=1)
    seconds: tuple[float, ...]
    peak_mib: float | None
    complaints: tuple[str, ...]

    @property
    def start(self) -> float:
        """Warming up and the first run: what a person waits for the first result; the median."""
        return statistics.median(self.starts)

    @property
    def percentile_95(self) -> float:
        """What 95 % of the rounds stay below."""
        return float(np.quantile(self.seconds, 0.95))


class Row(Document):
    """A contestant's figures: the median over the rounds, and its ratio to the first one's."""

    measured: Measured
    median: Interval | None
    ratio: Interval | None
    start_ratio: float


class BackendResult(Document):
    """All contestants on one backend, run in turn in one page, or each cold in its own browser."""

    backend: str
    cold: bool
    renderer: str | None
    browser: str
    wasm_threads: int | None
    peak_mib: float
    rows: tuple[Row, ...] = Field(min_length=1)


def backend_result(
    measured: Sequence[Measured], seed: int, about: dict[str, object]
) -> BackendResult:
    """The figures of what was measured; the first contestant is what ratios refer to."""
    first = measured[0]
    draws = draws_for(len(first.seconds), seed) if first.seconds else None
    rows = tuple(
        Row(
            measured=one,
            median=None if draws is None else Interval.of_median(one.seconds, draws),
            ratio=None if draws is None else Interval.of_ratio(one.seconds, first.seconds, draws),
            start_ratio=one.start / first.start,
        )
        for one in measured
    )
    return BackendResult.model_validate({**about, "rows": rows})


class KernelRow(Document):
    """What all calls of one kernel took, milliseconds: the median over the profiled runs."""

    kernel: str
    calls: int
    milliseconds: float


class ProfileResult(Document):
    """One model's time by kernel, the longest first."""

    name: str
    backend: str
    method: str
    runs: int
    total_milliseconds: float
    kernels: tuple[KernelRow, ...]


class GradientAgreement(Document):
    """How far tf.grad of a classifier is from the gradient that its explanation yields.

    Both ran in one page on the same images and classes; `probes` has each, `pooled` all together.
    """

    classifier: str
    backend: str
    pooled: Metrics
    probes: dict[str, Metrics] = Field(min_length=1)

    @property
    def lowest_cosine(self) -> float:
        """The cosine of the probe that is least alike; NaN if any is."""
        cosines = [metrics.cosine for metrics in self.probes.values()]
        return min(cosines, key=lambda cosine: (cosine == cosine, cosine))


class Target(Document):
    """What a measurement is to be at most or at least, and why."""

    name: str
    unit: Literal["s", "MiB", "times", "cosine", "relative L2"]
    bound: float
    sense: Literal["at most", "at least"]
    rationale: str


class TargetResult(Document):
    """A target and what was measured, with the interval of a ratio."""

    target: Target
    measured: float
    interval: Interval | None
    met: bool


class PictureRow(Document):
    """One way to turn a picture's file into a model's input, in turn with the others on one page.

    `seconds` are from the file's bytes on the page to the input there, workers included; the ratio
    is to the canvas. `starts` are the same with a worker that is started for it, empty where none
    takes part. `blocks` are, of further readings, the longest time for which the page's own thread
    came to nothing else.
    """

    picture: str
    pipeline: str
    bytes: int
    seconds: tuple[float, ...] = Field(min_length=1)
    starts: tuple[float, ...]
    blocks: tuple[float, ...] = Field(min_length=1)
    median: Interval
    ratio: Interval
    complaints: tuple[str, ...]

    @property
    def percentile_95(self) -> float:
        """What 95 % of the readings stay below."""
        return float(np.quantile(self.seconds, 0.95))


class LargePicture(Document):
    """A large DICOM file, read once by the exact path; `page_mib` is the page's peak so far."""

    name: str
    bytes: int
    seconds: float
    page_mib: float
    complaints: tuple[str, ...]


class PictureResult(Document):
    """Pictures that became inputs on pages that hold a classifier, which has run."""

    browser: str
    rows: tuple[PictureRow, ...] = Field(min_length=1)
    large: tuple[LargePicture, ...] = Field(min_length=1)

    @property
    def complaints(self) -> list[str]:
        """What makes a figure worthless, with the picture's name."""
        named = {f"{row.picture}: {row.pipeline}": row.complaints for row in self.rows}
        named |= {one.name: one.complaints for one in self.large}
        return [f"{name}: {complaint}" for name, found in named.items() for complaint in found]


class BenchResult(Document):
    """Everything that `xport bench`, `xport profile` or `xport targets` measured."""

    xport: str
    made: str
    seed: int
    rounds: int
    machine: str
    processors: int
    files: dict[str, dict[str, str]]
    notes: tuple[str, ...]
    backends: tuple[BackendResult, ...] = ()
    profiles: tuple[ProfileResult, ...] = ()
    gradients: tuple[GradientAgreement, ...] = ()
    pictures: PictureResult | None = None
    targets: tuple[TargetResult, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every target was met and no figure is worthless."""
        return not self.complaints and all(result.met for result in self.targets)

    @property
    def complaints(self) -> list[str]:
        """What makes a figure worthless, with the contestant's name."""
        of_models = [
            f"{result.backend}: {row.measured.name}: {complaint}"
            for result in self.backends
            for row in result.rows
            for complaint in row.measured.complaints
        ]
        return of_models + (self.pictures.complaints if self.pictures else [])
