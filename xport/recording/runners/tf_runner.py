"""A TensorFlow SavedModel on the CPU."""

from __future__ import annotations

from typing import Any

from xport.common.arrays import Array, Tensors
from xport.formats import saved_model
from xport.recording.runners.local_runner import LocalRunner


class TfRunner(LocalRunner):
    """Runs a SAVED_MODEL artifact through its `serving_default` signature."""

    title = "tensorflow SavedModel"
    packages = ("tensorflow", "numpy")
    _loaded: tuple[Any, Any] | None = None

    def _open(self) -> None:
        self._loaded = saved_model.load(self.folder)

    def _close(self) -> None:
        self._loaded = None

    def _execute(self, inputs: Tensors) -> dict[str, Array]:
        import tensorflow as tf

        assert self._loaded is not None
        outputs = self._loaded[1](**{name: tf.constant(a) for name, a in inputs.items()})
        return {name: tensor.numpy() for name, tensor in outputs.items()}
