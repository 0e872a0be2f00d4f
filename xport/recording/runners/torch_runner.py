"""PyTorch on the CPU: the reference, in float32, and in float64 to measure float32 itself."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, Literal

import numpy as np

from xport.common.arrays import Array, Tensors
from xport.formats import torch_module
from xport.formats.torch_answers import require_answers
from xport.recording.runners.local_runner import LocalRunner


class TorchRunner(LocalRunner):
    """Runs a TORCH artifact; `dtype` float64 computes everything in double precision.

    `own` is a module of this process with its recipe, to be run in the artifact's place; it stays
    as it is.
    """

    packages = ("torch", "numpy")

    def __init__(
        self,
        leg: str,
        folder: Path,
        dtype: Literal["float32", "float64"],
        own: tuple[Any, torch_module.Recipe] | None = None,
    ) -> None:
        super().__init__(leg, folder)
        self.title, self._dtype, self._own = f"torch {dtype}", dtype, own
        self._module: Any = None

    def _open(self) -> None:
        import torch

        if self._own is not None:
            module, self._recipe = copy.deepcopy(self._own[0]), self._own[1]
        else:
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
