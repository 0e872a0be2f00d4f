"""Example inputs of every form, as arrays by input name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from xport.common.arrays import Array
from xport.errors import InputError
from xport.formats.artifact import Signature, TensorSpec

KEY = "inputs"
_INT32 = np.iinfo(np.int32)


def array_of(value: Any, name: str) -> Array:
    """A tensor, array or nested list as a browser can hold it: float32, int32 or bool.

    Floats of every width become float32, integers int32.

    Args:
        name: the input's, for errors.

    Raises:
        InputError: it is no array of numbers, or an integer does not fit into int32.
    """
    if hasattr(value, "detach"):  # a torch.Tensor, without importing torch
        value = value.detach().cpu()
        value = (value.float() if value.is_floating_point() else value).numpy()
    array = np.asarray(value)
    if array.dtype.kind == "f":
        return array.astype(np.float32)
    if array.dtype.kind == "b":
        return array
    if array.dtype.kind not in "iu":
        raise InputError(
            f"{type(value).__name__} of {array.dtype} is no array of numbers",
            f"{KEY}: {name}",
            "give torch tensors or numpy arrays of floats, integers or booleans",
        )
    if array.size and (array.min() < _INT32.min or array.max() > _INT32.max):
        raise InputError(
            f"{array.dtype} from {array.min()} to {array.max()} does not fit into int32",
            f"{KEY}: {name}",
            "a browser has no wider integers; give smaller numbers",
        )
    return array.astype(np.int32)


def probes_of(inputs: Any, signature: Signature) -> list[dict[str, Array]]:
    """What a caller gives as probes, one mapping of arrays by input name for each.

    Args:
        inputs: an iterable of probes. Each is a mapping by input name, a tuple or list of arrays
            in the order of the inputs, or, for a model of one input, an array alone. Of one input
            an array of several probes will do too: its first axis, or that of a batch of one.

    Raises:
        InputError: there is none, or one does not fit; probe and input are named.
    """
    if isinstance(inputs, Mapping) or not isinstance(inputs, Iterable):
        inputs = [inputs]
    elif hasattr(inputs, "shape"):
        inputs = _split(array_of(inputs, signature.inputs[0].name), signature)
    probes = [_probe(given, signature, place) for place, given in enumerate(inputs)]
    if not probes:
        raise InputError("there are no probes", KEY, "give at least one, or leave inputs out")
    return probes


def _split(array: Array, signature: Signature) -> Sequence[Array]:
    """The probes within one array."""
    shape = signature.inputs[0].shape
    if array.shape != shape and array.shape[1:] == shape[1:] and shape[0] == 1:
        return [array[place : place + 1] for place in range(len(array))]
    return [*array] if array.shape[1:] == shape else [array]


def _probe(given: Any, signature: Signature, place: int) -> dict[str, Array]:
    names = [spec.name for spec in signature.inputs]
    if not isinstance(given, Mapping):
        single = hasattr(given, "shape") or (len(names) == 1 and not isinstance(given, tuple))
        values = [given] if single else list(given)
        if len(values) != len(names):
            raise InputError(
                f"{len(values)} arrays for {len(names)} inputs, {', '.join(names)}",
                f"{KEY}: probe {place}",
                "give one array for each input, as a tuple or by name",
            )
        given = dict(zip(names, values, strict=True))
    if set(given) != set(names):
        raise InputError(
            f"it has {', '.join(map(str, given)) or 'nothing'}, the inputs are {', '.join(names)}",
            f"{KEY}: probe {place}",
            "name every input and no other",
        )
    return {spec.name: _fitting(given[spec.name], spec, place) for spec in signature.inputs}


def _fitting(value: Any, spec: TensorSpec, place: int) -> Array:
    array = array_of(value, f"{spec.name} of probe {place}")
    if spec.dtype == "float32" and array.dtype.kind == "i":
        array = array.astype(np.float32)
    if array.shape != spec.shape or array.dtype.name != spec.dtype:
        raise InputError(
            f"{array.dtype}{list(array.shape)} is not {spec}",
            f"{KEY}: probe {place}",
            "give arrays as the example was: every axis is fixed when a model is converted",
        )
    return array
