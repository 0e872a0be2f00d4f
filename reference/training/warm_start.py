"""A warm start: the features of other weights, ImageNet's above all, as the authors' code did."""

from __future__ import annotations

from pathlib import Path

import torch

from reference.errors import CheckpointError, located
from reference.networks.densenet import DenseNet
from reference.networks.remaps import OPERATING_POINTS_KEY, renamed
from reference.networks.weight_files import parse, read_bytes

_STEM = "features.conv0.weight"
_HEAD = "classifier."
_COUNTER = ".num_batches_tracked"


def load_features(network: DenseNet, path: Path) -> int:
    """Give a network the features of other weights and keep its head; return how many tensors.

    Takes a state dict or safetensors of a DenseNet of the same sizes, with any head: torchvision's
    DenseNet-121 trained on ImageNet, or one of the key layouts of
    ``reference.networks.remaps``. Where the network reads one channel and the weights three, these
    are added up, which is the same for grey images.

    Raises:
        UnsafeCheckpointError: the file would have to run code to be loaded.
        CheckpointError: the file is absent or damaged, or a tensor is missing, unknown, misshapen
            or not finite; the network is untouched then.
    """
    with located(str(path)):
        return _load(network, path)


def _load(network: DenseNet, path: Path) -> int:
    values = parse(read_bytes(path), run_its_code=False)
    tensors = {
        name: value
        for name, value in values.items()
        if isinstance(value, torch.Tensor) and name != OPERATING_POINTS_KEY
    }
    _, named = renamed(tensors)
    given = {name: tensor for name, tensor in named.items() if not name.startswith(_HEAD)}
    wanted = {
        name: tensor for name, tensor in network.state_dict().items() if not name.startswith(_HEAD)
    }
    odd = sorted(name for name in set(given) ^ set(wanted) if not name.endswith(_COUNTER))
    if odd:
        raise CheckpointError(
            f"the features differ in {len(odd)} tensors, first {odd[0]!r}",
            remedy="give weights of a DenseNet of the same sizes",
        )
    fitted: dict[str, torch.Tensor] = {}
    for name, tensor in given.items():
        if name == _STEM and (tensor.shape[1], wanted[name].shape[1]) == (3, 1):
            tensor = tensor.sum(dim=1, keepdim=True)
        if name not in wanted or tensor.shape != wanted[name].shape:
            raise CheckpointError(
                f"tensor {name!r} has shape {tuple(tensor.shape)}, which the network has not",
                remedy="give weights of a DenseNet of the same sizes",
            )
        if not torch.isfinite(tensor).all():
            raise CheckpointError(f"tensor {name!r} is not finite", remedy="take another file")
        fitted[name] = tensor.to(wanted[name].dtype)
    network.load_state_dict(network.state_dict() | fitted)
    return len(fitted)
