"""Numbers that a module reads out of its tensors: an exported graph has them frozen.

`if x.mean() > 0`, `x.max().item()` and `range(n)` of a computed `n` are Python's own work, which no
exporter sees: what they were for its example they are for every input.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xport.errors import InputError
from xport.formats.torch_module import Recipe, outputs_of

if TYPE_CHECKING:
    import torch

READERS = {
    "__array__", "__bool__", "__complex__", "__contains__", "__float__", "__index__", "__int__",
    "allclose", "equal", "is_nonzero", "item", "numpy", "tolist",
}  # fmt: skip
"""Methods of a tensor that hand its numbers to Python."""


class Read(NamedTuple):
    """What was read, and the line of the module's code that did."""

    value: str
    line: str


def require_no_reads(module: torch.nn.Module, recipe: Recipe, inputs: Sequence[Any]) -> None:
    """Check that what Python reads out of tensors is the same for other inputs of these shapes.

    Args:
        inputs: one array per input.

    Raises:
        InputError: it depends on the input; the line of code is named.
    """
    first = _reads(module, recipe, inputs)
    for other in _others(inputs) if first else ():
        try:
            found = _reads(module, recipe, other)
        except Exception:
            continue
        changed = [one for one, now in zip(first, found, strict=False) if one != now]
        if changed or len(first) != len(found):
            line = (changed or max(first, found, key=len)[-1:])[0].line
            raise InputError(
                f"{recipe.factory}: {line} takes a number out of a tensor, and it depends on the "
                "input: the exported graph would have it frozen",
                "factory",
                "compute with tensors (torch.where, clamp, masks), or leave it out of what is "
                "exported",
            )


def _others(inputs: Sequence[Any]) -> Iterator[list[Any]]:
    """Other inputs of the same shapes: zeros, a larger, a turned and a mirrored one."""
    yield [value * 0 for value in inputs]
    for factor in (3, -1):
        kinds = [value.dtype.kind for value in inputs]
        yield [v * factor if k == "f" else v for v, k in zip(inputs, kinds, strict=True)]
    yield [value[..., ::-1].copy() if value.ndim else value for value in inputs]


def _reads(module: torch.nn.Module, recipe: Recipe, inputs: Sequence[Any]) -> list[Read]:
    """What one run reads, in order."""
    import numpy as np
    import torch
    from torch.overrides import TorchFunctionMode

    found: list[Read] = []

    class Watch(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            out = func(*args, **(kwargs or {}))
            if getattr(func, "__name__", "") in READERS:
                found.append(Read(repr(out), _line()))
            return out

    given = [torch.from_numpy(np.array(value)) for value in inputs]
    with Watch():
        outputs_of(module, recipe, given)
    return found


def _line() -> str:
    """The nearest line on the stack that is neither torch's nor ours, as `file:line, its code`."""
    import torch

    ours = (str(Path(torch.__file__).parent), str(Path(__file__).parent))
    for frame in reversed(traceback.extract_stack()):
        if not frame.filename.startswith(ours):
            return f"{Path(frame.filename).name}:{frame.lineno} ({frame.line})"
    return "its code"
