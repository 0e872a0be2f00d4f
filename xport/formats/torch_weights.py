"""A module's state dict as a safetensors file, whatever its tensors share, and back into a module.

safetensors holds plain tensors that own their memory. So what is tied, a view or not contiguous is
written out as a tensor of its own; the module that is built anew shares its memory again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xport.errors import InputError

if TYPE_CHECKING:
    import torch

FACTORY = "factory"
"""The release file's key that errors name."""


def save_state(module: torch.nn.Module, path: Path) -> None:
    """Write every parameter and persistent buffer of `module` to `path`.

    Raises:
        InputError: an entry of its state dict is no dense tensor of real numbers; it is named.
    """
    from safetensors.torch import save_file

    seen: set[int] = set()
    state = {}
    for name, value in module.state_dict().items():
        tensor = _dense(name, value).contiguous()
        if tensor.untyped_storage().data_ptr() in seen or _is_part(tensor):
            tensor = tensor.clone()
        seen.add(tensor.untyped_storage().data_ptr())
        state[name] = tensor
    save_file(state, path)


def load_state(module: torch.nn.Module, path: Path) -> None:
    """Fill a module that was just built with what `save_state` wrote.

    Raises:
        InputError: the module has other tensors than the one that was written, or ones that share
            memory and were written with different values.
    """
    from safetensors.torch import load_file

    state = load_file(path)
    release_overlaps(module)
    try:
        module.load_state_dict(state, strict=True)
    except RuntimeError as error:
        said = " ".join(str(error).split())
        raise InputError(
            f"two builds of the module have different tensors: {said}",
            FACTORY,
            "build the same module every time",
        ) from error
    wrong = [n for n, value in module.state_dict().items() if not _same(value, state[n])]
    if wrong:
        raise InputError(
            f"{', '.join(map(repr, wrong[:5]))} share memory with other tensors of the module when "
            "it is built, but were filled with different values",
            FACTORY,
            "give each tensor memory of its own, or fill them alike",
        )


def release_overlaps(module: torch.nn.Module) -> None:
    """Give memory of their own to tensors of which several elements are one, as `expand` makes.

    Nothing can be written into those, so no weights could be loaded.
    """
    import torch

    for owner, kind, name, tensor in _owned(module):
        if _overlaps(tensor):
            entries = getattr(owner, kind)
            fresh = tensor.detach().clone(memory_format=torch.contiguous_format)
            if kind == "_parameters":
                fresh = torch.nn.Parameter(fresh, requires_grad=tensor.requires_grad)
            entries[name] = fresh


def _owned(
    module: torch.nn.Module,
) -> Iterator[tuple[torch.nn.Module, str, str, torch.Tensor]]:
    for owner in module.modules():
        for kind in ("_parameters", "_buffers"):
            entries: Mapping[str, Any] = dict(getattr(owner, kind))
            for name, tensor in entries.items():
                if tensor is not None:
                    yield owner, kind, name, tensor


def _overlaps(tensor: torch.Tensor) -> bool:
    """Whether two elements lie at one place in memory."""
    import torch

    if tensor.layout is not torch.strided or _is_lazy(tensor):
        return False
    reach = 1
    sizes = ((step, size) for step, size in zip(tensor.stride(), tensor.shape, strict=True))
    for step, size in sorted(pair for pair in sizes if pair[1] > 1):
        if step < reach:
            return tensor.numel() > 0
        reach = step * (size - 1) + reach
    return False


def _is_lazy(tensor: torch.Tensor) -> bool:
    """Whether it has no shape before its module was run once."""
    from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

    return isinstance(tensor, UninitializedBuffer | UninitializedParameter)


def _is_part(tensor: torch.Tensor) -> bool:
    """Whether a tensor's memory is larger than the tensor."""
    return tensor.untyped_storage().nbytes() != tensor.numel() * tensor.element_size()


def _dense(name: str, value: Any) -> torch.Tensor:
    import torch

    problem = ""
    if not isinstance(value, torch.Tensor):
        problem = f"is a {type(value).__name__}, not a tensor"
    elif _is_lazy(value):
        problem = "has no shape yet: its module is lazy and was never run"
    elif value.layout is not torch.strided or value.is_quantized:
        problem = "is quantised" if value.is_quantized else f"is sparse ({value.layout})"
    elif value.is_complex():
        problem = f"is complex ({value.dtype})"
    elif value.device.type == "meta":
        problem = "is on the device 'meta' and holds no numbers"
    if problem:
        raise InputError(
            f"{name!r} of the module's state dict {problem}",
            FACTORY,
            "keep dense tensors of real numbers in it, or register it with persistent=False",
        )
    tensor: torch.Tensor = value.detach()
    return tensor


def _same(ours: Any, stored: torch.Tensor) -> bool:
    """Whether the numbers are equal; NaN is NaN."""
    import torch

    found = ours.detach().to(stored.dtype)
    if not found.is_floating_point():
        return torch.equal(found, stored)
    return torch.allclose(found, stored, rtol=0, atol=0, equal_nan=True)
