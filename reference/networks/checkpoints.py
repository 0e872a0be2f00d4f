"""Loading weights strictly: every tensor has its place, or nothing is loaded at all."""

from __future__ import annotations

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
    renamed,
    without_parallel_prefix,
)
from reference.networks.weight_files import parse, read_bytes

_COUNTER = ".num_batches_tracked"
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
    ``module.`` before the keys, and the three published key layouts
    (``reference.networks.remaps``). The outputs of a 14-output classifier follow
    ``reference.decide.labels.LABELS`` afterwards, whatever the family: the head of a CheXNet Py3
    file is permuted.

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
    points = None if OPERATING_POINTS_KEY in expected else _take_operating_points(values)
    tensors = _only_tensors(values)
    family, tensors = renamed(tensors)
    family = Family.XRV if points is not None and family is Family.OWN else family
    absent = _check_names(expected, tensors)
    fitted = {name: _fitted(name, tensor, expected[name]) for name, tensor in tensors.items()}
    _check_numbers(fitted)
    operating_points = _operating_points(points, fitted)
    fitted, labels = in_label_order(family, fitted)
    module.load_state_dict({name: expected[name] for name in absent} | fitted)
    return CheckpointInfo(
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        family=family,
        tensors=len(fitted),
        counters_absent=absent,
        labels=labels,
        operating_points=operating_points,
    )


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


def _check_names(
    expected: Mapping[str, torch.Tensor], held: Mapping[str, torch.Tensor]
) -> tuple[str, ...]:
    """Return the counters that the file may lack; refuse any other difference of names."""
    absent = [name for name in expected if name not in held]
    missing = [name for name in absent if not name.endswith(_COUNTER)]
    unknown = [name for name in held if name not in expected]
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
    if tensor.is_floating_point() != place.is_floating_point():
        raise CheckpointError(
            f"tensor {name!r} holds {tensor.dtype} numbers, the model needs {place.dtype}",
            remedy="save the weights as they were trained",
        )
    return tensor.to(dtype=place.dtype)


def _check_numbers(tensors: Mapping[str, torch.Tensor]) -> None:
    unusable = [name for name, tensor in tensors.items() if not torch.isfinite(tensor).all()]
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
