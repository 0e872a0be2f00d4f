"""Small modules for exporters: one that every route takes, one that no exporter does."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class Plain(nn.Module):
    """Operators that are in opset 18 as they were in 15: a convolution and a matrix product."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.linear = nn.Conv2d(3, 4, 3, stride=2), nn.Linear(4 * 7 * 7, 5)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Scores of an image, (1, 3, 16, 16) -> (1, 5)."""
        return self.linear(self.convolution(image).relu().flatten(1)).sigmoid()


class Eigenvalues(nn.Module):
    """Those of a 2×2 matrix, twice: an operator that no ONNX exporter knows."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """From and to four numbers."""
        return torch.linalg.eigvals(x.reshape(1, 2, 2)).real.repeat(1, 2)


def seeded(module: nn.Module, inputs: Any, *, seed: int) -> None:
    """An initializer for modules without BatchNorm."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.2 * torch.randn(parameter.shape, generator=generator))
