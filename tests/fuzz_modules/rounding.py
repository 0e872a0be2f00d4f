"""Another rounding of PyTorch's own functions: what cancels later is seen to be of no account."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

ERROR = 2.5e-7
"""Of the largest number of a result: what TF.js's sine is off by on wasm; tanh and others, less."""
ROUNDED = {
    "_log_softmax", "_softmax", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cos",
    "cosh", "erf", "exp", "expm1", "gelu", "lgamma", "log", "log1p", "mish", "pow", "rsqrt",
    "sigmoid", "silu", "sin", "sinh", "softplus", "tan", "tanh",
}  # fmt: skip
"""Functions that no library rounds correctly, and that another formula may stand for."""


class Shaken(TorchDispatchMode):
    """Within it, results of ROUNDED functions are off by up to ERROR, as seeded."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.numbers = torch.Generator().manual_seed(seed)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if func._schema.name.split("::")[-1] not in ROUNDED or not out.is_floating_point():
            return out
        noise = torch.rand(out.shape, generator=self.numbers) * 2 - 1
        finite = out[out.isfinite()].abs()
        return out + noise * ERROR * (finite.max() if finite.numel() else 0.0)
