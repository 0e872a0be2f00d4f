"""The paper's runtime table: how long a person waits, measured apart for each kind of wait."""

from __future__ import annotations

import statistics

from xport.document import Document


class ModelRuntime(Document):
    """Seconds for one model on one backend, readback included.

    `cold_*`: a new browser profile and nothing compiled before. `*` without prefix: a new
    browser whose shader cache is warm. `load` is fetch, digest check, parse and upload; `first`
    the first execution after it; `steady` every execution after that.
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


class BackendRuntime(Document):
    """Waits on one backend; `both` is the autoencoder and the classifier as one figure.

    `both` is empty when the release has no such pair. `peak_mib` is the browser's process tree.
    """

    backend: str
    models: tuple[ModelRuntime, ...]
    both: tuple[float, ...]
    peak_mib: float


class Runtimes(Document):
    """The runtimes of every backend of a run."""

    backends: tuple[BackendRuntime, ...]
