"""What a module answered, so that another run and another build of it can be held to that.

A module is rebuilt in every process that needs it, from its factory and its state dict. If
anything else decides its answers (random numbers, the time, the order of a set), each build is
another function, and no leg could be right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xport.errors import InputError
from xport.formats.torch_module import Recipe, outputs_of

if TYPE_CHECKING:
    import torch

ANSWERS = "answers.safetensors"
INPUT, OUTPUT = "input ", "output "
"""What stands before the names of tensors in that file."""
KEPT = 2**20
"""Of a larger output, about as many numbers are kept, evenly spread."""
ROUNDING = 1e-4
"""Of the largest number of an output: what sums in another order may differ by."""

AGAIN = 8
"""How often a module is run once more that draws, or is in training mode, and answers the same."""

OF_DROPOUT = "give it training=self.training, or use nn.Dropout"
OF_BATCH_NORM = "give it running statistics and call it with training=False"
OF_OTHERS = "draw them once, into a buffer"


def require_steady(module: torch.nn.Module, recipe: Recipe, inputs: Sequence[Any]) -> None:
    """Run the module twice on the same inputs, and more often if it draws random numbers.

    Args:
        inputs: one array per input.

    Raises:
        InputError: the answers differ; what draws random numbers, or is in training mode, is named.
    """
    first = _answers(module, recipe, inputs)
    watch = _watch()
    with watch:
        second = _answers(module, recipe, inputs)
    problem = _difference(first, second)
    for _ in range(AGAIN if watch.seen else 0):  # few values may be drawn twice by chance
        problem = problem or _difference(first, _answers(module, recipe, inputs))
    if problem:
        culprits, remedy = watch.culprits()
        what = f"; it runs {culprits}" if culprits else ""
        raise InputError(
            f"{recipe.factory}: the module answers the same input differently every time: "
            f"{problem}{what}",
            "factory",
            remedy,
        )


def save_answers(
    module: torch.nn.Module, recipe: Recipe, inputs: Sequence[Any], folder: Path
) -> None:
    """Write what the module answers to `inputs` beside its weights."""
    import torch
    from safetensors.torch import save_file

    names = [spec.name for spec in recipe.signature.inputs]
    given = {
        INPUT + n: torch.from_numpy(v).contiguous() for n, v in zip(names, inputs, strict=True)
    }
    found = _answers(module, recipe, inputs)
    save_file(given | {OUTPUT + n: v.clone() for n, v in found.items()}, folder / ANSWERS)


def require_answers(module: torch.nn.Module, recipe: Recipe, folder: Path) -> None:
    """Hold a module that was built anew to what an earlier build answered, if that is known.

    Raises:
        InputError: it answers differently.
    """
    from safetensors.torch import load_file

    if not (folder / ANSWERS).exists():  # as earlier versions wrote artifacts
        return
    stored = load_file(folder / ANSWERS)
    inputs = [stored[INPUT + spec.name].numpy() for spec in recipe.signature.inputs]
    before = {n.removeprefix(OUTPUT): v for n, v in stored.items() if n.startswith(OUTPUT)}
    problem = _difference(before, _answers(module, recipe, inputs))
    if problem:
        raise InputError(
            f"the module is not reproducible: two builds of {recipe.factory} with the same state "
            f"dict answer the same input differently: {problem}",
            "factory",
            "keep whatever decides its answers in parameters or buffers; nothing random, no time "
            "and no order of a set may decide them",
        )


def _answers(
    module: torch.nn.Module, recipe: Recipe, inputs: Sequence[Any]
) -> Mapping[str, torch.Tensor]:
    import numpy as np
    import torch

    given = [torch.from_numpy(np.array(value)) for value in inputs]
    found = {}
    outputs = outputs_of(module, recipe, given)
    for spec, tensor in zip(recipe.signature.outputs, outputs, strict=True):
        flat = tensor.detach().reshape(-1)
        found[spec.name] = flat[:: max(1, flat.numel() // KEPT)].clone()
    return found


def _difference(before: Mapping[str, torch.Tensor], now: Mapping[str, torch.Tensor]) -> str:
    """How two answers differ, or nothing."""
    for name, expected in before.items():
        found = now[name]
        if expected.shape != found.shape or expected.dtype != found.dtype:
            return f"output {name!r} has another shape or dtype"
        ours, theirs = found.double(), expected.double()
        gap = (ours - theirs).abs()
        gap = gap[~((ours == theirs) | (ours.isnan() & theirs.isnan()))]
        finite = theirs[theirs.isfinite()]
        scale = float(finite.abs().max()) if finite.numel() else 0.0
        if gap.numel() and not float(gap.max()) <= ROUNDING * scale:
            return f"output {name!r} differs by {float(gap.max()):.3g}, its largest is {scale:.3g}"
    return ""


def _watch() -> Any:
    """A mode that notes which operators draw random numbers or normalise by the batch."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]
            self.seen: dict[str, str] = {}

        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            kwargs = kwargs or {}
            name = func.overloadpacket.__name__
            if torch.Tag.nondeterministic_seeded in func.tags and "attention" not in name:
                dropout = "dropout" in name or "bernoulli" in name
                self.seen[name] = OF_DROPOUT if dropout else OF_OTHERS
            if "batch_norm" in name and _argument(func, args, kwargs):
                self.seen[f"{name} in training mode"] = OF_BATCH_NORM
            return func(*args, **kwargs)

        def culprits(self) -> tuple[str, str]:
            """The operators, and what to do about them."""
            words = [
                f"{name} (a dropout in training mode)" if remedy == OF_DROPOUT else name
                for name, remedy in self.seen.items()
            ]
            remedies = list(dict.fromkeys(self.seen.values()))
            return ", ".join(words), "; ".join(remedies) or "make it a function of its inputs"

    return Watch()


def _argument(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Whether an operator was called with its argument `training` (or `train`) true."""
    for place, argument in enumerate(func._schema.arguments):
        if argument.name in ("training", "train"):
            return bool(args[place] if place < len(args) else kwargs.get(argument.name))
    return False
