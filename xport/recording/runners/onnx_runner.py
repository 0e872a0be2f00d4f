"""ONNX Runtime on the CPU, and onnx's own evaluator."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from xport.common.arrays import Array, Tensors
from xport.common.raised import named
from xport.errors import RunnerError
from xport.formats.onnx_file import MODEL
from xport.recording.runners.local_runner import LocalRunner

Optimisations = Literal["default", "none", "all", "threads"]
OTHER_THREADS = 2
"""Of ONNX Runtime with all optimisations: sums in another order than on one thread."""


def other_threads() -> int:
    """A number of threads that is not ONNX Runtime's own choice, one for each core."""
    return OTHER_THREADS if (os.cpu_count() or 1) == 1 else 1


class OnnxRunner(LocalRunner):
    """Runs an ONNX artifact.

    `none` and `all` are for a model whose reference ONNX Runtime is: without optimisations on one
    thread, and with all of them on two. `threads` is as by default, on another number of them.
    """

    packages = ("onnxruntime", "numpy")
    _session: Any = None

    def __init__(self, leg: str, folder: Path, optimisations: Optimisations = "default") -> None:
        super().__init__(leg, folder)
        self._optimisations = optimisations
        said = {
            "default": "",
            "none": ", no optimisations",
            "all": ", all optimisations",
            "threads": ", other threads",
        }
        self.title = f"onnxruntime CPUExecutionProvider{said[optimisations]}"

    def _open(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        levels = onnxruntime.GraphOptimizationLevel
        if self._optimisations == "none":
            options.graph_optimization_level = levels.ORT_DISABLE_ALL
            options.intra_op_num_threads = 1
        elif self._optimisations == "all":
            options.graph_optimization_level = levels.ORT_ENABLE_ALL
            options.intra_op_num_threads = OTHER_THREADS
        elif self._optimisations == "threads":
            options.intra_op_num_threads = other_threads()
        self._session = onnxruntime.InferenceSession(
            str(self.folder / MODEL), options, providers=["CPUExecutionProvider"]
        )

    def _close(self) -> None:
        self._session = None

    def _threads(self) -> int | None:
        known = {"none": 1, "all": OTHER_THREADS, "threads": other_threads()}
        return known.get(self._optimisations)

    def _execute(self, inputs: Tensors) -> dict[str, Array]:
        names = [output.name for output in self._session.get_outputs()]
        return dict(zip(names, self._session.run(names, dict(inputs)), strict=True))


class EvaluatorRunner(LocalRunner):
    """Evaluates an ONNX artifact with onnx's reference implementation: plain numpy, slow."""

    title = "onnx.reference.ReferenceEvaluator"
    packages = ("onnx", "numpy")
    _evaluator: Any = None

    def _open(self) -> None:
        from onnx.reference import ReferenceEvaluator

        self._evaluator = ReferenceEvaluator(str(self.folder / MODEL))

    def _close(self) -> None:
        self._evaluator = None

    def _execute(self, inputs: Tensors) -> dict[str, Array]:
        try:
            found = self._evaluator.run(None, dict(inputs))
        except Exception as error:  # whatever its operators raise
            raise RunnerError(f"the evaluator raised {named(error)}", self.leg) from error
        return dict(zip(self._evaluator.output_names, found, strict=True))
