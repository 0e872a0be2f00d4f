"""Loading weights strictly: every tensor has its place, or nothing is loaded at all."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import torch
from torch import nn

from reference.errors import CheckpointError, located
from reference.networks.remaps import (
    OPERATING_POINTS_KEY,
    Family,
    in_label_order,
    own_name,
    renamed,
    without_parallel_prefix,
)
from reference.networks.weight_files import parse, read_bytes

_COUNTER = ".num_batches_tracked"
_WRAPPERS = ("module.", "_orig_mod.", "model.")
"""Before every name, from training on several GPUs, torch.compile and Lightning."""
_OTHER_MODEL = "check that these weights belong to this model, and its sizes"


@dataclass(frozen=True)
class CheckpointInfo:
    """What was loaded.

    Args:
        path: the file.
        sha256: digest of its bytes, hexadecimal.
        family: whose key layout it had.
        tensors: how many tensors were loaded.
        counters_absent: BatchNorm step counters that the file lacks; they do not affect an
            answer, and the module keeps its own.
        labels: findings in the order of the outputs, where the file determines them.
        operating_points: per output, the probability at the best operating point (paper
            equation 1), in [0, 1], None for an output that has none; None if the file
            carries no operating points.
    """

    path: Path
    sha256: str
    family: Family
    tensors: int
    counters_absent: tuple[str, ...] = ()
    labels: tuple[str, ...] | None = None
    operating_points: tuple[float | None, ...] | None = None


def load_checkpoint(
    module: nn.Module,
    path: str | PathLike[str],
    *,
    trust_pickle_and_run_its_code: bool = False,
) -> CheckpointInfo:
    """Load weights into a module, exactly or not at all.

    Accepts safetensors and PyTorch state dicts, also nested as ``['state_dict']`` and with
    ``module.``, ``_orig_mod.`` or ``model.`` before the keys, and the three published key layouts
    (``reference.networks.remaps``). The module's own names come first: a file that has exactly
    these is loaded as ``load_state_dict(strict=True)`` does. The outputs of a 14-output classifier
    in a published layout follow ``reference.decide.labels.LABELS`` afterwards: the head of a
    CheXNet Py3 file is permuted.

    Args:
        module: receives the weights; untouched if anything is wrong.
        path: the file; its format is told from its content.
        trust_pickle_and_run_its_code: unpickle without restriction, which runs whatever
            code the file carries. Only for a file whose maker you trust.

    Raises:
        UnsafeCheckpointError: the file would have to run code to be loaded.
        CheckpointError: the file is absent, empty, damaged, too large, or of another
            model; or a tensor is missing, unknown, misshapen, not a number, or infinite.
            The error names the tensor and counts the others.
    """
    with located(str(path)):
        return _loaded(module, Path(path), trust_pickle_and_run_its_code)


def _loaded(module: nn.Module, path: Path, run_its_code: bool) -> CheckpointInfo:
    content = read_bytes(path)
    values = parse(content, run_its_code=run_its_code)
    expected = module.state_dict()
    points = None
    own = without_wrappers(expected, values)
    if own is not None:
        family, tensors = Family.OWN, _only_tensors(own)
        absent = _check_names(expected, {name: name for name in tensors})
    elif _takes_by_its_hooks(module, values):
        return CheckpointInfo(path, _sha256(content), Family.OWN, _load_by_hooks(module, values))
    else:
        points = None if OPERATING_POINTS_KEY in expected else _take_operating_points(values)
        family, tensors, names = _as_published(expected, _only_tensors(values))
        family = Family.XRV if points is not None and family is Family.OWN else family
        absent = _check_names(expected, names)
    fitted = {name: _fitted(name, tensor, expected[name]) for name, tensor in tensors.items()}
    _check_numbers(fitted, expected)
    operating_points = _operating_points(points, fitted)
    fitted, labels = in_label_order(family, fitted)
    module.load_state_dict({name: expected[name] for name in absent} | fitted)
    return CheckpointInfo(
        path=path,
        sha256=_sha256(content),
        family=family,
        tensors=len(fitted),
        counters_absent=absent,
        labels=labels,
        operating_points=operating_points,
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fits_by_name(expected: Mapping[str, torch.Tensor], values: Mapping[str, object]) -> bool:
    """Whether a file has exactly a module's own names, step counters apart.

    Then no published layout is looked for, however much the names resemble one.
    """
    lacking = expected.keys() - values.keys()
    return values.keys() <= expected.keys() and all(n.endswith(_COUNTER) for n in lacking)


def without_wrappers(
    expected: Mapping[str, torch.Tensor], values: Mapping[str, object]
) -> Mapping[str, object] | None:
    """What a file holds by a module's own names, without wrappers; None if it has other names."""
    while values and not fits_by_name(expected, values):
        wrapper = next((w for w in _WRAPPERS if all(n.startswith(w) for n in values)), None)
        if wrapper is None:
            return None
        values = {name.removeprefix(wrapper): value for name, value in values.items()}
    return values or None


def _takes_by_its_hooks(module: nn.Module, values: Mapping[str, object]) -> bool:
    """Whether a copy of the module takes names that are not its own, as old weight norms are."""
    hooked = any(
        type(part)._load_from_state_dict is not nn.Module._load_from_state_dict
        or part._load_state_dict_pre_hooks
        for part in module.modules()
    )
    if not hooked or not all(isinstance(value, torch.Tensor) for value in values.values()):
        return False
    try:
        copy.deepcopy(module).load_state_dict(dict(values), strict=True)
    except Exception:  # whatever a module's own hooks raise, it does not take them
        return False
    return True


def _load_by_hooks(module: nn.Module, values: Mapping[str, object]) -> int:
    """Load what `_takes_by_its_hooks` has tried; how many tensors there were."""
    tensors = _only_tensors(values)
    _check_numbers(tensors, {})
    module.load_state_dict(tensors, strict=True)
    return len(tensors)


def _as_published(
    expected: Mapping[str, torch.Tensor], tensors: Mapping[str, torch.Tensor]
) -> tuple[Family, dict[str, torch.Tensor], dict[str, str]]:
    """The family, the tensors under the module's names, and each one's name in the file.

    A file of which a published layout fits less than its own names do is spoken of by these.
    """
    plain = without_parallel_prefix(tensors)
    family, result = renamed(tensors)
    names = {own_name(family, plain[name]): name for name in tensors}
    fitting, unchanged = (len(expected.keys() & found) for found in (names, set(plain.values())))
    if fitting < unchanged or (fitting == 0 and family is not Family.OWN):
        result = {plain[name]: tensor for name, tensor in tensors.items()}
        return Family.OWN, result, {plain[name]: name for name in tensors}
    return family, result, names


def _take_operating_points(values: dict[str, object]) -> object | None:
    """Remove and return the operating points, which are no weights."""
    plain = without_parallel_prefix(values)
    held = [name for name in values if plain[name] == OPERATING_POINTS_KEY]
    return values.pop(held[0]) if held else None


def _only_tensors(values: Mapping[str, object]) -> dict[str, torch.Tensor]:
    tensors: dict[str, torch.Tensor] = {}
    for name, value in values.items():
        if not isinstance(value, torch.Tensor):
            raise CheckpointError(
                f"entry {name!r} is a {type(value).__name__}, not a tensor",
                remedy="save model.state_dict()",
            )
        if value.layout is not torch.strided or value.is_quantized or value.is_complex():
            raise CheckpointError(
                f"tensor {name!r} is sparse, quantised or complex",
                remedy="save dense float32 weights",
            )
        tensors[name] = value
    return tensors


def _and_others(names: Sequence[str]) -> str:
    others = len(names) - 1
    return f"tensor {names[0]!r}" + (
        f" (and {others} other{'s' if others > 1 else ''})" if others else ""
    )


def _check_names(expected: Mapping[str, torch.Tensor], held: Mapping[str, str]) -> tuple[str, ...]:
    """Return the counters that the file may lack; refuse any other difference of names.

    Args:
        held: what each tensor of the file is called here, and in the file, for errors.
    """
    absent = [name for name in expected if name not in held]
    missing = [name for name in absent if not name.endswith(_COUNTER)]
    unknown = [in_file for name, in_file in held.items() if name not in expected]
    problems = []
    if missing:
        problems.append(f"the file lacks {_and_others(missing)}")
    if unknown:
        problems.append(f"the file has {_and_others(unknown)} that the model does not know")
    if problems and len(unknown) == len(held):
        problems.insert(0, "the file is of another architecture")
    if problems:
        raise CheckpointError("; ".join(problems), remedy=_OTHER_MODEL)
    return tuple(absent)


def _fitted(name: str, tensor: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
    """Return the tensor in the number format of its place.

    Half and double precision weights are converted; float32 is what every target runs.
    """
    if tensor.shape != place.shape:
        raise CheckpointError(
            f"tensor {name!r} has shape {tuple(tensor.shape)}, "
            f"the model needs {tuple(place.shape)}",
            remedy=_OTHER_MODEL,
        )
    if any(step == 0 and size > 1 for step, size in zip(place.stride(), place.shape, strict=True)):
        raise CheckpointError(
            f"nothing can be loaded into {name!r}: it is expanded, many elements in one place",
            remedy="register it with .contiguous() in the module",
        )
    if tensor.is_floating_point() != place.is_floating_point():
        raise CheckpointError(
            f"tensor {name!r} holds {tensor.dtype} numbers, the model needs {place.dtype}",
            remedy="save the weights as they were trained",
        )
    return tensor.to(dtype=place.dtype)


def _check_numbers(tensors: Mapping[str, torch.Tensor], places: Mapping[str, torch.Tensor]) -> None:
    """Refuse NaN, and infinity where the module as it was built has another number."""
    unusable = []
    for name, tensor in tensors.items():
        wild = ~torch.isfinite(tensor)
        if wild.any():
            place = places.get(name)  # a mask of attention holds -inf from the beginning
            if place is None or bool((tensor != place)[wild].any()):
                unusable.append(name)
    if unusable:
        raise CheckpointError(
            f"{_and_others(unusable)} holds NaN or infinite numbers",
            remedy="take a checkpoint from before the training diverged",
        )
    negative = [
        name
        for name, tensor in tensors.items()
        if name.endswith(".running_var") and bool((tensor < 0).any())
    ]
    if negative:
        raise CheckpointError(
            f"{_and_others(negative)} holds negative variances",
            remedy="the file is damaged; take another copy",
        )


def _operating_points(
    points: object | None, tensors: Mapping[str, torch.Tensor]
) -> tuple[float | None, ...] | None:
    """Return one probability per output; NaN in the file means that an output has none."""
    if points is None:
        return None
    try:
        held = torch.as_tensor(points, dtype=torch.float64).flatten()
    except (TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"{OPERATING_POINTS_KEY!r} is not a list of numbers",
            remedy="save the operating points as a tensor, or leave them out",
        ) from error
    bias = tensors.get("classifier.bias")
    outputs = 0 if bias is None else bias.numel()
    if held.numel() != outputs:
        raise CheckpointError(
            f"{OPERATING_POINTS_KEY!r} has {held.numel()} values, the model {outputs} outputs",
            remedy=_OTHER_MODEL,
        )
    values: list[float] = held.tolist()
    known = [None if value != value else value for value in values]
    wrong = [value for value in known if value is not None and not 0 <= value <= 1]
    if wrong:
        raise CheckpointError(
            f"{OPERATING_POINTS_KEY!r} holds {wrong[0]:g}, which is no probability",
            remedy="operating points lie between 0 and 1",
        )
    return tuple(known)
