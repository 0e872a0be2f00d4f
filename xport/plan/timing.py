"""The paper's runtime table: how long a person waits, measured apart for each kind of wait."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import ClassVar, Protocol

from pydantic import AwareDatetime

from xport.common.document import Document, GrownDocument


class WarmTimes(Protocol):
    """What a warm start yields: seconds by model, seconds of whole passes, memory in MiB."""

    @property
    def load(self) -> Mapping[str, float]:
        """Fetch, verify and parse."""
        ...

    @property
    def first(self) -> Mapping[str, float]:
        """The first run."""
        ...

    @property
    def passes(self) -> tuple[float, ...]:
        """All models once, as one figure."""
        ...

    @property
    def peak_mib(self) -> float:
        """The browser's processes."""
        ...


class ModelRuntime(Document):
    """Seconds for one model on one backend, readback included.

    `cold_*`: a new browser profile and, but for shaders that an earlier model of the same release
    needs too, nothing compiled before. `load` and `first`: a new browser whose shader cache is
    warm. Loading is fetch, digest check and parse; the first run uploads the weights and compiles;
    `steady` is every run after it.
    """

    model: str
    cold_load: float
    cold_first: float
    load: float
    first: float
    steady: tuple[float, ...]

    @property
    def median(self) -> float:
        """Median of the steady executions."""
        return statistics.median(self.steady)


class BackendRuntime(GrownDocument):
    """Waits on one backend; `both` is the autoencoder and the classifier as one figure.

    `both` is empty when the release has no such pair. `peak_mib` is the browser's process tree.
    `reused_from` is when this was measured, where that was in an earlier run.
    """

    later: ClassVar[tuple[str, ...]] = ("reused_from",)

    backend: str
    models: tuple[ModelRuntime, ...]
    both: tuple[float, ...]
    peak_mib: float
    reused_from: AwareDatetime | None = None


class Runtimes(Document):
    """The runtimes of every backend of a run."""

    backends: tuple[BackendRuntime, ...]
