"""A random module from a number, as the factory of a release file builds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import nn

from tests.fuzz_modules import table_of_functions, table_of_layers
from tests.fuzz_modules.step import MAKERS, Choice, Shape, Step
from xport.formats.artifact import Signature, TensorSpec

TABLES = (table_of_layers, table_of_functions)
"""Importing one registers its operators."""
LARGEST = 20000
"""Elements of any value."""
ALONE = 0.4
"""How many modules are of one operator."""
TRIES = 30


class Row(nn.Module):
    """Steps one after the other; where shapes allow it, what went in is added to what comes out."""

    def __init__(self, steps: Sequence[Step], residual: bool) -> None:
        super().__init__()
        self.steps, self.residual = nn.ModuleList(steps), residual

    @property
    def operators(self) -> tuple[str, ...]:
        """The names of its operators."""
        return tuple(str(step.operator) for step in self.steps)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = x
        for step in self.steps:
            out = step(out)
        return out + x if self.residual else out


def names() -> list[str]:
    """Every operator of the tables."""
    return sorted(MAKERS)


def build(seed: int) -> Row:
    """The module of a number: always the same one."""
    choice = Choice(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for shape in _shapes(choice):
            row = _row(choice, shape)
            if row is not None:
                return row
    raise AssertionError("every shape is taken by some operator")


def signature(seed: int) -> Signature:
    """What goes in and out of the module of a number."""
    row = build(seed)
    out = row(_inputs(row.shape))
    return Signature(
        inputs=(TensorSpec(name="x", shape=row.shape),),
        outputs=(TensorSpec.of_file("y", tuple(out.shape), str(out.dtype).removeprefix("torch.")),),
    )


def fill(module: nn.Module, inputs: Any, *, seed: int) -> None:
    """Weights near one, and statistics that are no zeros and ones."""
    numbers = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=numbers) * 0.5)
        for name, buffer in module.named_buffers():
            if name.endswith("running_mean"):
                buffer.copy_(torch.randn(buffer.shape, generator=numbers) * 0.3)
            if name.endswith("running_var"):
                buffer.copy_(torch.rand(buffer.shape, generator=numbers) + 0.5)


def _shapes(choice: Choice) -> Iterator[Shape]:
    """Shapes to try; equal sizes often, since they hide which axis is which."""
    while True:
        rank = choice.of(2, 3, 3, 4, 4, 4, 4, 5)
        same = choice.between(2, 5)
        square = choice.chance(0.4)
        yield tuple(same if square else choice.between(1 if i == 0 else 2, 6) for i in range(rank))


def _row(choice: Choice, shape: Shape) -> Row | None:
    """Steps that torch itself takes, the first for `shape`."""
    length = 1 if choice.chance(ALONE) else choice.between(2, 5)
    steps: list[Step] = []
    value = _inputs(shape)
    for _ in range(TRIES):
        if len(steps) == length:
            break
        step = _step(choice, value)
        if step is not None:
            steps.append(step)
            value = step(value)
    if len(steps) < length:
        return None
    fits = value.shape == shape and value.dtype == torch.float32
    row = Row(steps, fits and length > 1 and choice.chance(0.3)).eval()
    row.shape = shape  # type: ignore[assignment]
    return row


def _step(choice: Choice, value: torch.Tensor) -> Step | None:
    """A step that torch takes and that yields a tensor that TF.js could have."""
    name = choice.of(*names())
    if value.dtype != torch.float32 or value.ndim < 2:
        return None
    try:
        made = MAKERS[name](choice, tuple(value.shape))
        if made is None:
            return None
        with torch.no_grad():
            out = made.eval()(value)
    except (RuntimeError, ValueError, IndexError, TypeError, NotImplementedError):
        return None  # torch refuses these attributes for this shape
    carried = isinstance(out, torch.Tensor) and out.dtype in (
        torch.float32, torch.int32, torch.bool
    )  # fmt: skip
    if not carried or not 0 < out.numel() <= LARGEST or out.ndim == 0:
        return None
    return made


def _inputs(shape: Shape) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(7))
