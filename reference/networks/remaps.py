"""Published DenseNet checkpoints in the key layout of ``reference.networks.densenet``.

Three families of weights exist, told apart by their keys alone:

=====================  ==========================================================
``Family.XRV``         plain keys plus ``op_threshs``, one operating point per output
``Family.CHEXNET_PY3`` ``densenet121.`` before every key; ``norm.1``, ``conv.2``, …
                       in dense layers; ``classifier.0.``; findings in Table 1's order
``Family.AUTHORS``     every convolution and the head wrapped together with a dropout:
                       ``conv1.0.``, ``conv2.0.``, ``conv.0.``, ``classifier.0.0.``
=====================  ==========================================================

``module.`` before every key (left by multi-GPU training) is removed in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

import torch

from reference.decide.labels import LABELS, TABLE_1_TO_LABELS, XRV_LABELS
from reference.errors import CheckpointError

OPERATING_POINTS_KEY = "op_threshs"

_PARALLEL = "module."
_WRAPPER = "densenet121."
_STEM = "features.conv0.weight"
_DOTTED = re.compile(r"(\.denselayer\d+\.)(norm|conv)\.([12])\.")
_DROPOUT = re.compile(r"(\.denselayer\d+\.conv[12]|\.transition\d+\.conv)\.0\.")
_HEAD = re.compile(r"^classifier\.0\.(?:0\.)?")


class Family(StrEnum):
    """Whose key layout a checkpoint has."""

    OWN = "the model's own keys"
    XRV = "torchxrayvision"
    CHEXNET_PY3 = "CheXNet Py3 (Weng et al.)"
    AUTHORS = "the paper's authors"


def without_parallel_prefix(names: Iterable[str]) -> dict[str, str]:
    """Map each name to itself without ``module.``, if all of them carry it."""
    names = tuple(names)
    wrapped = bool(names) and all(name.startswith(_PARALLEL) for name in names)
    return {name: name.removeprefix(_PARALLEL) if wrapped else name for name in names}


def family_of(names: Iterable[str]) -> Family:
    """Tell the family from keys that no longer carry ``module.``.

    Anything that has no DenseNet stem is ``Family.OWN``: its keys are left as they are.
    """
    names = set(names)
    if _WRAPPER + _STEM in names:
        return Family.CHEXNET_PY3
    if _STEM not in names:
        return Family.OWN
    if any(_DOTTED.search(name) for name in names):
        return Family.CHEXNET_PY3
    if any(_DROPOUT.search(name) or _HEAD.match(name) for name in names):
        return Family.AUTHORS
    return Family.XRV if OPERATING_POINTS_KEY in names else Family.OWN


def own_name(family: Family, name: str) -> str:
    """Return the key that ``reference.networks.densenet`` uses for a key of ``family``.

    >>> own_name(Family.AUTHORS, "features.transition1.conv.0.weight")
    'features.transition1.conv.weight'
    """
    if family is Family.CHEXNET_PY3:
        name = _DOTTED.sub(r"\1\2\3.", name.removeprefix(_WRAPPER))
    if family is Family.AUTHORS:
        name = _DROPOUT.sub(r"\1.", name)
    if family in (Family.CHEXNET_PY3, Family.AUTHORS):
        name = _HEAD.sub("classifier.", name)
    return name


def renamed(tensors: Mapping[str, torch.Tensor]) -> tuple[Family, dict[str, torch.Tensor]]:
    """Return the family and the tensors under this package's keys.

    Args:
        tensors: what the file holds, under the file's keys.

    Raises:
        CheckpointError: two keys of the file mean the same tensor.
    """
    plain = without_parallel_prefix(tensors)
    family = family_of(plain.values())
    result: dict[str, torch.Tensor] = {}
    for name, tensor in tensors.items():
        target = own_name(family, plain[name])
        if target in result:
            raise CheckpointError(
                f"the file holds tensor {target!r} twice, the second time as {name!r}",
                remedy="save the state dict of one model again",
            )
        result[target] = tensor
    return family, result


def in_label_order(
    family: Family, tensors: Mapping[str, torch.Tensor]
) -> tuple[dict[str, torch.Tensor], tuple[str, ...] | None]:
    """Permute the head of a CheXNet Py3 checkpoint so that its outputs follow ``LABELS``.

    The rows of ``classifier.weight`` and ``classifier.bias`` are permuted, so the network
    itself needs no extra operation. The other families already follow ``LABELS``.

    Returns:
        The tensors, and the labels of the outputs where the family and the number of
        outputs determine them, else None.
    """
    result = dict(tensors)
    bias = result.get("classifier.bias")
    outputs = 0 if bias is None else bias.numel()
    if family is Family.CHEXNET_PY3 and outputs == len(LABELS):
        order = torch.tensor(TABLE_1_TO_LABELS)
        for name in ("classifier.weight", "classifier.bias"):
            result[name] = result[name][order]
        return result, LABELS
    if family is Family.AUTHORS and outputs == len(LABELS):
        return result, LABELS
    if family is Family.XRV and outputs == len(XRV_LABELS):
        return result, XRV_LABELS
    return result, None
