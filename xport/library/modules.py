"""An `nn.Module` in this process: its signature, found by running it, and its ONNX file.

The module is never handed to another process: it may be of a notebook, whose classes no other
process has. It is copied, so the caller's own stays in the mode and on the device it was in.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from xport.common.arrays import Array
from xport.common.document import first_problem
from xport.common.raised import named
from xport.errors import InputError, XportError
from xport.formats.artifact import Signature, TensorSpec
from xport.formats.torch_answers import require_steady
from xport.formats.torch_module import Recipe, outputs_of
from xport.formats.torch_outputs import derived_names, output_spec
from xport.formats.torch_reads import require_no_reads
from xport.library.examples import array_of

if TYPE_CHECKING:
    import torch

EXAMPLE = "example_inputs"


@dataclass(frozen=True)
class OwnModule:
    """A copy of a module, in evaluation mode on the CPU, with its signature and its example.

    `example` holds one array for each input, in order.
    """

    module: torch.nn.Module
    recipe: Recipe
    example: tuple[Array, ...]

    @property
    def parameters(self) -> int:
        """How many numbers its parameters are."""
        return sum(parameter.numel() for parameter in self.module.parameters())


def own_module(
    model: torch.nn.Module,
    example_inputs: Any,
    title: str,
    output_names: Sequence[str] | None = None,
) -> OwnModule:
    """Run a module once on its example and write down what goes in and what comes out.

    Inputs are called as `forward` calls its parameters. Outputs are called as the caller says, or
    by key where a mapping or dataclass is returned; else `output`, or `output_0`, `output_1`, …

    Args:
        title: what the module is called in errors and documents.

    Raises:
        InputError: the module fails on the example, its outputs cannot be named or carried, or it
            answers the same input differently every time, or reads numbers out of its tensors
            that depend on the input.
    """
    module = _copied(model, title)
    example = _by_name(model, example_inputs)
    inputs = tuple(_input_spec(name, array) for name, array in example.items())
    returned = _answer(module, inputs, list(example.values()), title)
    names = derived_names(returned, output_names, [spec.name for spec in inputs])
    placeholder = tuple(TensorSpec(name=name, shape=(1,)) for name in names)
    recipe = Recipe(
        factory=title, arguments={}, signature=Signature(inputs=inputs, outputs=placeholder)
    )
    tensors = _tensors(list(example.values()))
    found = zip(names, outputs_of(module, recipe, tensors), strict=True)
    outputs = tuple(output_spec(name, tensor) for name, tensor in found)
    signature = Signature(inputs=inputs, outputs=outputs)
    recipe = recipe.model_copy(update={"signature": signature})
    require_steady(module, recipe, list(example.values()))
    require_no_reads(module, recipe, list(example.values()))
    return OwnModule(module, recipe, tuple(example.values()))


def export(own: OwnModule, exporter: Any, opset: int | None, path: Path) -> Signature:
    """Write the ONNX file of a module, in this process; the signature that is in the file.

    Raises:
        ConversionError: torch.onnx cannot export it; the operator is named.
        InputError: the exporter does not write that opset.
    """
    from xport.conversion.stages.onnx_from_torch import OnnxFromTorch

    found = OnnxFromTorch(exporter=exporter, opset=opset).write(own.module, own.recipe, path)
    own.recipe.signature.require_same(found)
    return found


def _copied(model: torch.nn.Module, title: str) -> torch.nn.Module:
    """A copy on the CPU, in evaluation mode; what torch.compile put around it is left away."""
    plain = getattr(model, "_orig_mod", model)
    try:
        module: torch.nn.Module = copy.deepcopy(plain).cpu().eval()
    except MemoryError:
        raise
    except Exception as error:  # a module is somebody else's code
        raise InputError(
            f"{title} cannot be copied: {named(error)}",
            "model",
            "keep no results of a forward pass in the module, or give a factory's name",
        ) from error
    return module


def _by_name(model: torch.nn.Module, example: Any) -> dict[str, Array]:
    """The example's arrays by the names of forward's parameters, in their order."""
    if hasattr(example, "shape"):
        example = (example,)
    if example is None or not isinstance(example, Mapping | Sequence) or not len(example):
        raise InputError(
            "a module needs an example of its inputs",
            EXAMPLE,
            "give a tuple of tensors, or a dict by the names of forward's parameters",
        )
    names, required = _parameters(model, len(example))
    if not isinstance(example, Mapping):
        if len(example) > len(names):
            raise InputError(
                f"{len(example)} tensors, forward takes {len(names)}: {', '.join(names)}",
                EXAMPLE,
                "give one for each parameter",
            )
        example = dict(zip(names, example, strict=False))
    wanted = names[: len(example)]
    if set(example) != set(wanted) or len(example) < required:
        raise InputError(
            f"it names {', '.join(map(str, example))}, forward takes {', '.join(names)}",
            EXAMPLE,
            "give the parameters without a default, and of the others none behind one left out",
        )
    return {name: array_of(example[name], name) for name in wanted}


def _parameters(model: torch.nn.Module, count: int) -> tuple[list[str], int]:
    """The names of forward's parameters by place, and how many have no default."""
    names: list[str] = []
    required = 0
    for parameter in inspect.signature(model.forward).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}_{place}" for place in range(count - len(names))]
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            names.append(parameter.name)
            required += parameter.default is parameter.empty
        elif parameter.kind is parameter.KEYWORD_ONLY and parameter.default is parameter.empty:
            raise InputError(
                f"forward takes {parameter.name!r} by name alone",
                EXAMPLE,
                "wrap the module in one whose forward takes every tensor by place",
            )
    return names, required


def _input_spec(name: str, array: Array) -> TensorSpec:
    try:
        return TensorSpec.model_validate(
            {"name": name, "shape": array.shape, "dtype": array.dtype.name}
        )
    except ValidationError as error:
        raise InputError(
            f"{name}: {array.dtype}{list(array.shape)} cannot be an input: {first_problem(error)}",
            EXAMPLE,
            "give tensors with a batch axis and at least one element",
        ) from error


def _tensors(arrays: Sequence[Array]) -> list[torch.Tensor]:
    import numpy as np
    import torch

    return [torch.from_numpy(np.array(array)) for array in arrays]


def _answer(
    module: torch.nn.Module, inputs: Sequence[TensorSpec], example: Sequence[Array], title: str
) -> Any:
    import torch

    try:
        with torch.no_grad():
            return module(*_tensors(example))
    except (XportError, MemoryError):
        raise
    except Exception as error:  # a module is somebody else's code
        given = ", ".join(map(str, inputs))
        raise InputError(
            f"{title} does not accept its example ({given}): {named(error)}",
            EXAMPLE,
            _remedy(module, inputs),
        ) from error


def _remedy(module: torch.nn.Module, inputs: Sequence[TensorSpec]) -> str:
    """What to do about an example that is not accepted."""
    import torch

    kinds = {p.dtype for p in module.parameters() if p.is_floating_point()}
    if kinds - {torch.float32}:
        return "the reference is float32, and its parameters are not: give model.float()"
    if any(spec.dtype == "int32" for spec in inputs):
        return "integers arrive as int32, as in a browser: let forward call .long() where it must"
    return "give what forward takes"
