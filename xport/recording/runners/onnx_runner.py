"""ONNX Runtime on the CPU."""

from __future__ import annotations

from typing import Any

from xport.common.arrays import Array, Tensors
from xport.formats.onnx_file import MODEL
from xport.recording.runners.local_runner import LocalRunner


class OnnxRunner(LocalRunner):
    """Runs an ONNX artifact."""

    title = "onnxruntime CPUExecutionProvider"
    packages = ("onnxruntime", "numpy")
    _session: Any = None

    def _open(self) -> None:
        import onnxruntime

        self._session = onnxruntime.InferenceSession(
            str(self.folder / MODEL), providers=["CPUExecutionProvider"]
        )

    def _close(self) -> None:
        self._session = None

    def _execute(self, inputs: Tensors) -> dict[str, Array]:
        names = [output.name for output in self._session.get_outputs()]
        return dict(zip(names, self._session.run(names, dict(inputs)), strict=True))
