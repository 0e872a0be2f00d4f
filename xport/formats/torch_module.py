"""A TORCH artifact: weights in safetensors beside the recipe that rebuilds the module."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from xport.common.callables import resolve
from xport.common.document import Document
from xport.errors import InputError
from xport.formats.artifact import Signature, TensorSpec

if TYPE_CHECKING:
    import torch

RECIPE = "recipe.json"
WEIGHTS = "weights.safetensors"


class Recipe(Document):
    """How to rebuild a module: a factory, its arguments, and the signature it must have.

    A `wrapper`, where there is one, is called as `wrapper(module, **wrapper_arguments)`; what it
    returns is the module.
    """

    factory: str
    arguments: dict[str, Any]
    signature: Signature
    wrapper: str | None = None
    wrapper_arguments: dict[str, Any] = Field(default_factory=dict)

    def build(self) -> torch.nn.Module:
        """Call the factory; the module is in evaluation mode and holds no trained weights.

        Raises:
            InputError: the factory refuses the arguments or returns no module.
        """
        module = _called(self.factory, "factory", **self.arguments).eval()
        return self.wrap(module) if self.wrapper else module

    def wrap(self, module: torch.nn.Module) -> torch.nn.Module:
        """Put the wrapper around a module; the result is in evaluation mode.

        Raises:
            InputError: the wrapper refuses the module or its arguments, or returns no module.
        """
        return _called(self.wrapper or "", "wrapper", module, **self.wrapper_arguments).eval()


def _called(name: str, key: str, *args: Any, **kwargs: Any) -> torch.nn.Module:
    import torch

    try:
        module = resolve(name, key=key)(*args, **kwargs)
    except (TypeError, ValueError) as error:
        where = "arguments" if key == "factory" else f"{key}_arguments"
        raise InputError(f"{name} refuses its arguments: {error}", where) from error
    if not isinstance(module, torch.nn.Module):
        raise InputError(f"{name} returned {type(module).__name__}, not a module", key)
    return module


def save(module: torch.nn.Module, recipe: Recipe, folder: Path) -> None:
    """Write a module's weights and recipe into `folder`."""
    from safetensors.torch import save_file

    state = {name: tensor.contiguous() for name, tensor in module.state_dict().items()}
    save_file(state, folder / WEIGHTS)
    recipe.write(folder / RECIPE)


def load(folder: Path) -> tuple[torch.nn.Module, Recipe]:
    """The module stored in `folder`, in evaluation mode, and its recipe."""
    from safetensors.torch import load_file

    recipe = Recipe.read(folder / RECIPE)
    module = recipe.build()
    module.load_state_dict(load_file(folder / WEIGHTS), strict=True)
    return module, recipe


def outputs_of(module: torch.nn.Module, recipe: Recipe, inputs: list[torch.Tensor]) -> Any:
    """Run the module; the outputs as a tuple, one per name in the signature.

    Raises:
        InputError: the module returns another number of outputs than the signature names.
    """
    import torch

    with torch.no_grad():
        outputs = module(*inputs)
    outputs = (outputs,) if isinstance(outputs, torch.Tensor) else tuple(outputs)
    if len(outputs) != len(recipe.signature.outputs):
        raise InputError(
            f"the module returns {len(outputs)} outputs, "
            f"the signature names {len(recipe.signature.outputs)}",
            "signature.outputs",
        )
    return outputs


def signature_of(module: torch.nn.Module, recipe: Recipe) -> Signature:
    """Run the module on zeros; its inputs as the recipe has them, its outputs as they came out.

    Raises:
        InputError: the module does not accept the inputs, or returns another number of outputs.
    """
    import torch

    zeros = [torch.zeros(s.shape, dtype=getattr(torch, s.dtype)) for s in recipe.signature.inputs]
    try:
        outputs = outputs_of(module, recipe, zeros)
    except RuntimeError as error:
        raise InputError(
            f"the module does not accept the declared inputs: {error}", "signature.inputs"
        ) from error
    found = tuple(
        TensorSpec.model_validate(
            {
                "name": spec.name,
                "shape": tuple(out.shape),
                "dtype": str(out.dtype).removeprefix("torch."),
            }
        )
        for spec, out in zip(recipe.signature.outputs, outputs, strict=True)
    )
    return Signature(inputs=recipe.signature.inputs, outputs=found)
