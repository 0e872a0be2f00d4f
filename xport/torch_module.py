"""A TORCH artifact: weights in safetensors beside the recipe that rebuilds the module."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from xport.artifact import Signature
from xport.callables import resolve
from xport.document import Document
from xport.errors import InputError

if TYPE_CHECKING:
    import torch

RECIPE = "recipe.json"
WEIGHTS = "weights.safetensors"


class Recipe(Document):
    """How to rebuild a module: a factory, its arguments, and the signature it must have."""

    factory: str
    arguments: dict[str, Any]
    signature: Signature

    def build(self) -> torch.nn.Module:
        """Call the factory; the module is in evaluation mode and holds no trained weights.

        Raises:
            InputError: the factory refuses the arguments or returns no module.
        """
        import torch

        factory = resolve(self.factory, key="factory")
        try:
            module = factory(**self.arguments)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"{self.factory} refuses its arguments: {error}", "arguments"
            ) from error
        if not isinstance(module, torch.nn.Module):
            raise InputError(
                f"{self.factory} returned {type(module).__name__}, not a module", "factory"
            )
        return module.eval()


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
