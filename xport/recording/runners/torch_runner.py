"""PyTorch on the CPU: the reference, in float32, and in float64 to measure float32 itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np

from xport.common.arrays import Array, Tensors
from xport.formats import torch_module
from xport.formats.torch_answers import require_answers
from xport.recording.runners.local_runner import LocalRunner


class TorchRunner(LocalRunner):
    """Runs a TORCH artifact; `dtype` float64 computes everything in double precision."""

    packages = ("torch", "numpy")

    def __init__(self, leg: str, folder: Path, dtype: Literal["float32", "float64"]) -> None:
        super().__init__(leg, folder)
        self.title, self._dtype = f"torch {dtype}", dtype
        self._module: Any = None

    def _open(self) -> None:
        import torch

        module, self._recipe = torch_module.load(self.folder)
        require_answers(module, self._recipe, self.folder)
        self._module = module.to(getattr(torch, self._dtype))

    def _close(self) -> None:
        self._module = None

    def _threads(self) -> int | None:
        import torch

        return torch.get_num_threads()

    def _execute(self, inputs: Tensors) -> dict[str, Array]:
        import torch

        signature = self._recipe.signature
        tensors = [torch.from_numpy(np.array(inputs[spec.name])) for spec in signature.inputs]
        dtype = getattr(torch, self._dtype)
        tensors = [t.to(dtype) if t.is_floating_point() else t for t in tensors]
        outputs = torch_module.outputs_of(self._module, self._recipe, tensors)
        names = [spec.name for spec in signature.outputs]
        return {name: tensor.numpy() for name, tensor in zip(names, outputs, strict=True)}
