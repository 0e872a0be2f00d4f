"""One operator with its attributes chosen: what a random module is made of."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

Shape = tuple[int, ...]


class Step(nn.Module):
    """An operator as a function of one value, its layers and its constants."""

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        layers: Sequence[nn.Module] = (),
        constants: Sequence[torch.Tensor] = (),
    ) -> None:
        super().__init__()
        self.operator, self.function = name, function
        self.layers = nn.ModuleList(layers)
        self.count = len(constants)
        for index, constant in enumerate(constants):
            self.register_buffer(f"constant{index}", constant)

    def forward(self, x: torch.Tensor) -> Any:
        constants = [getattr(self, f"constant{index}") for index in range(self.count)]
        return self.function(x, *self.layers, *constants)


class Choice:
    """A seeded source of attributes and constants."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.numbers = torch.Generator().manual_seed(seed)

    def of(self, *values: Any) -> Any:
        """One of several values."""
        return self.random.choice(values)

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self.random.randint(low, high)

    def chance(self, probability: float) -> bool:
        """Whether something happens."""
        return self.random.random() < probability

    def normal(self, *shape: int) -> torch.Tensor:
        """Standard normal numbers."""
        return torch.randn(shape, generator=self.numbers)

    def positive(self, *shape: int) -> torch.Tensor:
        """Numbers from 0.5 to 1.5."""
        return torch.rand(shape, generator=self.numbers) + 0.5

    def axis(self, shape: Shape) -> int:
        """An axis of a shape, counted from either end."""
        return self.random.randrange(-len(shape), len(shape))

    def broadcast(self, shape: Shape) -> Shape:
        """A shape that broadcasts with `shape` to it: fewer axes, or ones among them."""
        kept = shape[self.between(0, len(shape)) :]
        return tuple(1 if self.chance(0.3) else size for size in kept)

    def sizes(self, count: int, low: int, high: int) -> Any:
        """A size for every axis: one for all, or one for each."""
        if self.chance(0.5):
            return self.between(low, high)
        return tuple(self.between(low, high) for _ in range(count))


Maker = Callable[[Choice, Shape], Step | None]
"""Chooses attributes for a value of a shape; None where the operator takes no such value."""
MAKERS: dict[str, Maker] = {}


def operator(name: str) -> Callable[[Maker], Maker]:
    """Register a function as what makes steps of an operator."""

    def register(maker: Maker) -> Maker:
        MAKERS[name] = maker
        return maker

    return register


def simple(name: str, function: Callable[[torch.Tensor], Any], *ranks: int) -> None:
    """Register an operator without attributes, of any rank or of some."""

    def make(choice: Choice, shape: Shape) -> Step | None:
        return Step(name, function) if not ranks or len(shape) in ranks else None

    MAKERS[name] = make
