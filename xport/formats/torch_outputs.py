"""What a module returns, as one tensor per output that the release file names."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from xport.common.document import first_problem
from xport.errors import InputError
from xport.formats.artifact import Signature, TensorSpec

if TYPE_CHECKING:
    import torch

KEY = "signature.outputs"
"""The release file's key that errors name."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
DEPTH, WIDTH = 3, 6
"""How deep and how wide an unexpected value is described."""
CASTS = {
    "int64": ".int()", "int16": ".int()", "int8": ".int()", "uint8": ".int()",
    "float16": ".float()", "bfloat16": ".float()",
}  # fmt: skip
"""What makes a dtype that TF.js lacks one that it has."""


def named_outputs(returned: Any, names: Sequence[str]) -> tuple[torch.Tensor, ...]:
    """One tensor per name: of a mapping or a dataclass by key, of a tuple or list by place.

    Raises:
        InputError: what was returned has other keys, another number of tensors, or is no such
            thing; its structure and dtypes are given.
    """
    import torch

    found: Sequence[Any]
    by_key = _by_key(returned)
    if by_key is not None:
        if set(by_key) != set(names):
            raise _other(returned, names, "name the outputs as its keys are, every one of them")
        found = [by_key[name] for name in names]
    else:
        found = returned if isinstance(returned, tuple | list) else (returned,)
    if len(found) != len(names) or not all(isinstance(one, torch.Tensor) for one in found):
        raise _other(returned, names, "return one tensor per output, and name every one")
    return tuple(found)


def is_plain(returned: Any) -> bool:
    """Whether outputs are told by their place alone: a tensor, a tuple or a list."""
    return _by_key(returned) is None


def _by_key(returned: Any) -> Mapping[str, Any] | None:
    if isinstance(returned, Mapping):
        return returned
    if dataclasses.is_dataclass(returned) and not isinstance(returned, type):
        return {f.name: getattr(returned, f.name) for f in dataclasses.fields(returned)}
    return None


def _other(returned: Any, names: Sequence[str], remedy: str) -> InputError:
    return InputError(
        f"the module returns {described(returned)}, the file names {', '.join(names)}", KEY, remedy
    )


def described(value: Any, depth: int = DEPTH) -> str:
    """A value's structure in words, with shapes and dtypes."""
    import torch

    if isinstance(value, torch.Tensor):
        kind = "" if value.layout is torch.strided else f"sparse {value.layout} "
        return f"{kind}{_dtype(value)}{list(value.shape)}"
    by_key = _by_key(value)
    items = by_key if by_key is not None else value
    if value is None or depth == 0 or not isinstance(items, Mapping | tuple | list):
        return "None" if value is None else f"a {type(value).__name__}"
    if by_key is not None:
        words = [f"{key}: {described(item, depth - 1)}" for key, item in by_key.items()]
    else:
        words = [described(item, depth - 1) for item in items]
    more = f", and {len(words) - WIDTH} more" if len(words) > WIDTH else ""
    return f"a {type(value).__name__} of ({', '.join(words[:WIDTH])}{more})"


def output_spec(name: str, tensor: torch.Tensor) -> TensorSpec:
    """Name, shape and dtype of an output.

    Raises:
        InputError: TF.js or xport has no such tensor; the remedy is named.
    """
    import torch

    given, dtype = described(tensor), _dtype(tensor)
    if tensor.layout is not torch.strided or dtype in CASTS or tensor.is_complex():
        cast = CASTS.get(dtype)
        raise InputError(
            f"the module gives {name}: {given}, which TF.js does not carry",
            KEY,
            f"let the module return it{cast}" if cast else "return dense real numbers",
        )
    if tensor.ndim == 0:
        raise InputError(
            f"the module gives {name}: {given}, a number without an axis",
            KEY,
            "let the module return it.reshape(1)",
        )
    try:
        return TensorSpec.model_validate(
            {"name": name, "shape": tuple(tensor.shape), "dtype": dtype}
        )
    except ValidationError as error:
        raise InputError(
            f"the module gives {name}: {given}, which cannot be an output: {first_problem(error)}",
            KEY,
            "let the module return float32, int32 or bool, with at least one element",
        ) from error


def _dtype(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def require_declared(declared: Signature, found: Signature) -> None:
    """Check that the module gives what the release file says.

    Raises:
        InputError: an output has another shape or dtype; what the module gives is named.
    """
    wrong = [
        f"the module gives {given}, the file says {said.dtype}[{', '.join(map(str, said.shape))}]"
        for said, given in zip(declared.outputs, found.outputs, strict=True)
        if said != given
    ]
    if wrong:
        raise InputError(
            "; ".join(wrong), KEY, "write what the module gives, or check signature.inputs"
        )


def derived_names(
    returned: Any, wanted: Sequence[str] | None, taken: Sequence[str]
) -> tuple[str, ...]:
    """Names for what a module returned: as wanted, or by key, or `output` with a number.

    Args:
        taken: the names of the inputs, which no output may have.

    Raises:
        InputError: it returned something else than tensors, or as many as names are wanted; a key
            cannot be a name.
    """
    import torch

    by_key = _by_key(returned)
    values: Any = list(by_key.values()) if by_key is not None else returned
    values = list(values) if isinstance(values, tuple | list) else [values]
    if not values or not all(isinstance(value, torch.Tensor) for value in values):
        raise InputError(
            f"the module returns {described(returned)}",
            "outputs",
            "return tensors alone: one, a tuple, or a dict, without None and without nesting",
        )
    numbered = [f"output_{place}" for place in range(len(values))]
    by_place = ["output"] if len(values) == 1 else numbered
    keys = by_place if by_key is None else [str(key) for key in by_key]
    names = list(wanted or keys)
    if len(set(names)) != len(values) or (by_key is not None and set(names) != set(keys)):
        raise InputError(
            f"the module returns {described(returned)}, the names are {', '.join(names)}",
            "output_names",
            "give one name for each tensor, and a dict's keys as they are",
        )
    for name in names:
        if name in taken or not _NAME.fullmatch(name):
            reason = "an input is called so" if name in taken else "use letters, digits and _"
            raise InputError(
                f"{name!r} cannot be the name of an output: {reason}",
                "output_names",
                "give other names, or return the tensors under other keys",
            )
    return tuple(names)
