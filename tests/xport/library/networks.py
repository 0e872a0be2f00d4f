"""Small modules of every kind of signature, as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn


class Classifier(nn.Module):
    """An image in, a dict of two outputs out, and a parameter that may be left out."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.convolution = nn.Conv2d(3, 8, 3, padding=1)
        self.dropout = nn.Dropout()
        self.linear = nn.Linear(8, 4)

    def forward(self, image: torch.Tensor, mask: Any = None) -> dict[str, torch.Tensor]:
        features = self.convolution(image).relu()
        logits = self.linear(self.dropout(features.mean((2, 3))))
        return {"logits": logits, "probabilities": logits.softmax(-1)}


class Returning(nn.Module):
    """Returns what a function makes of its input."""

    def __init__(self, make: Any) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor([2.0]))
        self.make = make

    def forward(self, x: torch.Tensor) -> Any:
        return self.make(x * self.scale)


@dataclass
class Both:
    """Two outputs by name."""

    first: torch.Tensor
    second: torch.Tensor


class Tokens(nn.Module):
    """Integers in, with a second input of floats."""

    def forward(self, tokens: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        return tokens.float().tanh() * weights


class Doubtful(nn.Module):
    """float32 is far from float64: a small difference of large numbers."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x + 1e7) - 1e7


def build() -> nn.Module:
    """A factory that fills the module itself."""
    return Classifier()
