"""A TensorFlow SavedModel on the CPU, in its toolchain's interpreter."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Self

from xport.common.arrays import Array, Tensors
from xport.exchange.recording import Environment
from xport.toolchains.interpreters import tool_versions
from xport.toolchains.tensorflow import TENSORFLOW, TensorflowWorker
from xport.toolchains.worker import load


class TfRunner:
    """Runs a SAVED_MODEL artifact through its `serving_default` signature.

    Seconds and memory are those of the worker: loading begins with importing TensorFlow, and
    writing and reading files is not in a run.
    """

    title = "tensorflow SavedModel"
    packages = ("tensorflow", "numpy")

    def __init__(self, leg: str, folder: Path) -> None:
        self.leg, self.folder = leg, folder
        self.load_seconds = 0.0
        self._worker = TensorflowWorker()

    @property
    def peak_mib(self) -> float:
        """Peak memory of the worker, in MiB."""
        return self._worker.peak_mib

    def __enter__(self) -> Self:
        """Start a worker and load the model.

        Raises:
            PackageMissing: there is no toolchain.
            RunnerCrashed: the worker died.
        """
        with contextlib.ExitStack() as undo:
            undo.enter_context(self._worker)
            self.load_seconds = self._worker.load(self.folder).seconds
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._undo.close()

    def environment(self) -> Environment:
        """The toolchain's versions, and its Python."""
        return Environment(
            runner=self.title,
            platform=f"{self._worker.hello.platform}, Python {self._worker.hello.python}",
            tools=tool_versions(TENSORFLOW, self.packages),
        )

    def run(self, inputs: Tensors) -> tuple[dict[str, Array], float]:
        """Outputs by name, and the seconds of the call, copies to numpy included."""
        ran = self._worker.run(self._worker.save(inputs), self._worker.folder)
        return load(ran.outputs), ran.seconds
