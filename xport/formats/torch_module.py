"""A TORCH artifact: weights in safetensors beside the recipe that rebuilds the module."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from xport.common.callables import other_build, resolve
from xport.common.document import Document
from xport.common.raised import named, one_line
from xport.errors import InputError, XportError
from xport.formats.artifact import Signature
from xport.formats.torch_outputs import is_plain, named_outputs, output_spec
from xport.formats.torch_weights import load_state, save_state

if TYPE_CHECKING:
    import torch

RECIPE = "recipe.json"
IN_MEMORY = "in_memory.json"
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
        module = called(self.factory, "factory", **self.arguments).eval()
        return self.wrap(module) if self.wrapper else module

    def wrap(self, module: torch.nn.Module) -> torch.nn.Module:
        """Put the wrapper around a module; the result is in evaluation mode.

        Raises:
            InputError: the wrapper refuses the module or its arguments, or returns no module.
        """
        return called(self.wrapper or "", "wrapper", module, **self.wrapper_arguments).eval()


class InMemory(Document):
    """What stands for a module that no factory builds anew: it lives in one process alone.

    `onnx` is the digest of what it was exported to, which tells two modules apart.
    """

    module: str
    parameters: int
    onnx: str


def called(name: str, key: str, /, *args: Any, **kwargs: Any) -> torch.nn.Module:
    """The module that the callable `name`, which the release file has under `key`, returns.

    Raises:
        InputError: there is none, or as `built`.
    """
    return built(resolve(name, key=key), name, key, *args, **kwargs)


def built(
    build: Callable[..., Any], name: str, key: str, /, *args: Any, **kwargs: Any
) -> torch.nn.Module:
    """The module that a callable returns; `name` and `key` are what errors call it.

    Raises:
        InputError: it refuses its arguments, raises, or returns no module.
    """
    import torch

    try:
        module = build(*args, **kwargs)
    except (TypeError, ValueError) as error:
        where = "arguments" if key == "factory" else f"{key}_arguments"
        said = one_line(error) or named(error)
        raise InputError(f"{name} refuses its arguments: {said}", where) from error
    except (XportError, MemoryError):
        raise
    except (Exception, SystemExit) as error:  # a factory is somebody else's code
        raise InputError(
            f"{name} raised {named(error)}",
            key,
            other_build(error)
            or "let it build the module without a network, a device or files that are not here",
        ) from error
    if not isinstance(module, torch.nn.Module):
        raise InputError(f"{name} returned {type(module).__name__}, not a module", key)
    return module


def seed(number: int) -> None:
    """Let what is drawn from torch be the same every time."""
    import torch

    torch.manual_seed(number)


def save(module: torch.nn.Module, recipe: Recipe, folder: Path) -> None:
    """Write a module's weights and recipe into `folder`.

    Raises:
        InputError: an entry of the state dict cannot be stored; it is named.
    """
    save_state(module, folder / WEIGHTS)
    recipe.write(folder / RECIPE)


def load(folder: Path) -> tuple[torch.nn.Module, Recipe]:
    """The module stored in `folder`, in evaluation mode, and its recipe.

    Raises:
        InputError: the factory raises, or builds a module with other tensors than before; or the
            module was never built by one.
    """
    if (folder / IN_MEMORY).is_file():
        raise InputError(
            f"{InMemory.read(folder / IN_MEMORY).module} lived in the process that converted it",
            str(folder),
            "give xport.verify or xport.debug what xport.convert returned there, or name its "
            "factory in a release file",
        )
    recipe = Recipe.read(folder / RECIPE)
    module = recipe.build()
    load_state(module, folder / WEIGHTS)
    return module, recipe


def outputs_of(
    module: torch.nn.Module, recipe: Recipe, inputs: list[torch.Tensor]
) -> tuple[torch.Tensor, ...]:
    """Run the module; the outputs as a tuple, one per name in the signature.

    Raises:
        InputError: the module returns something else than the signature names.
    """
    import torch

    with torch.no_grad():
        returned = module(*inputs)
    return named_outputs(returned, [spec.name for spec in recipe.signature.outputs])


def signature_of(module: torch.nn.Module, recipe: Recipe) -> Signature:
    """Run the module on zeros; its inputs as the recipe has them, its outputs as they came out.

    Raises:
        InputError: the module fails on the inputs, or returns something that is no output.
    """
    import torch

    zeros = [torch.zeros(s.shape, dtype=getattr(torch, s.dtype)) for s in recipe.signature.inputs]
    try:
        outputs = outputs_of(module, recipe, zeros)
    except (XportError, MemoryError):
        raise
    except (Exception, SystemExit) as error:  # a module is somebody else's code
        given = ", ".join(str(spec) for spec in recipe.signature.inputs)
        raise InputError(
            f"the module does not accept the declared inputs ({given}): {named(error)}",
            "signature.inputs",
            "declare what the module's forward takes",
        ) from error
    found = (
        output_spec(spec.name, out)
        for spec, out in zip(recipe.signature.outputs, outputs, strict=True)
    )
    return Signature(inputs=recipe.signature.inputs, outputs=tuple(found))


def returning_a_tuple(
    module: torch.nn.Module, recipe: Recipe, inputs: list[torch.Tensor]
) -> torch.nn.Module:
    """The module, wrapped where it returns a mapping: exporters go by place, not by name."""
    import torch

    with torch.no_grad():
        returned = module(*inputs)
    if is_plain(returned):
        return module
    names = [spec.name for spec in recipe.signature.outputs]

    class ReturningATuple(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
            return named_outputs(self.module(*inputs), names)

    return ReturningATuple().eval()
