"""A module with an operator that no ONNX exporter knows."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class Eigenvalues(nn.Module):
    """Those of a 2×2 matrix, twice."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """From and to four numbers."""
        return torch.linalg.eigvals(x.reshape(1, 2, 2)).real.repeat(1, 2)


def unchanged(module: nn.Module, inputs: Any, *, seed: int) -> None:
    """There is nothing to initialise."""
