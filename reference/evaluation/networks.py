"""Networks to be evaluated, built from their weight files alone: the tensors tell the sizes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from reference.decide.labels import LABELS, XRV_LABELS
from reference.document import Document
from reference.errors import CheckpointError, located
from reference.networks.ali import Autoencoder, autoencoder
from reference.networks.checkpoints import load_checkpoint
from reference.networks.densenet import Classifier, DenseNetShape
from reference.networks.remaps import renamed
from reference.networks.weight_files import parse, read_bytes
from reference.preprocess import AUTOENCODER, CHESTXNET, XRV, Preprocess

_LAYER = re.compile(r"features\.denseblock(\d+)\.denselayer(\d+)\.conv1\.weight")
_OTHER = "check which network this file is of"


class Network(Document):
    """Which weights a result is of."""

    name: str
    kind: Literal["classifier", "autoencoder"]
    file: str
    sha256: str
    parameters: int
    preprocess: Preprocess

    def sentence(self) -> str:
        """Say it in one line."""
        return (
            f"{self.kind} {self.name}: {self.file}, {self.parameters:,} parameters, "
            f"{self.preprocess.size} pixels, SHA-256 {self.sha256[:16]}…"
        )


@dataclass(frozen=True)
class ClassifierNetwork:
    """A classifier, how images are prepared for it, and what its outputs mean.

    Args:
        about: name, file and digest.
        module: in evaluation mode.
        findings: the names of its outputs.
    """

    about: Network
    module: Classifier
    findings: tuple[str, ...]


@dataclass(frozen=True)
class AutoencoderNetwork:
    """An autoencoder in evaluation mode; its images are prepared by ``AUTOENCODER``."""

    about: Network
    module: Autoencoder


def read_classifier(
    path: Path, name: str, preprocess: Preprocess | None = None
) -> ClassifierNetwork:
    """Build and load a DenseNet of any size.

    Args:
        path: safetensors or a PyTorch state dict, in any layout that ``load_checkpoint`` reads.
        name: what tables call it, such as its level of augmentation in training.
        preprocess: how images are prepared; without it the paper's for 3 channels, and the
            18-output model's for 1 channel.

    Raises:
        CheckpointError: the file is unreadable or of another network, its outputs have no known
            meaning, or the preprocessing has another number of channels.
    """
    path = Path(path)
    tensors = _tensors(path)
    with located(str(path)):
        shape = densenet_shape(tensors)
    made = preprocess or (CHESTXNET if shape.in_channels == CHESTXNET.channels else XRV)
    if made.channels != shape.in_channels:
        raise CheckpointError(
            f"the network takes {shape.in_channels} channels, preprocessing gives {made.channels}",
            str(path),
            "name the preprocessing that this network was trained with",
        )
    known = {len(labels): labels for labels in (LABELS, XRV_LABELS)}
    if shape.num_classes not in known:
        raise CheckpointError(
            f"the network has {shape.num_classes} outputs whose findings are not known",
            str(path),
            f"give one of {' or '.join(map(str, known))} outputs",
        )
    module = Classifier(shape).eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    loaded = load_checkpoint(module, path)
    about = _about(path, name, "classifier", module, made)
    return ClassifierNetwork(about, module, loaded.labels or known[shape.num_classes])


def read_autoencoder(path: Path, name: str) -> AutoencoderNetwork:
    """Build and load an autoencoder of any size, trained by ALI or on L2.

    Raises:
        CheckpointError: the file is unreadable or of another network.
    """
    path = Path(path)
    tensors = _tensors(path)
    try:
        width = len(tensors["encoder.main.Conv_0.weight"])
        latent = len(tensors["decoder.main.ConvT_0.weight"])
    except KeyError as error:
        raise CheckpointError(
            f"this is no autoencoder: there is no tensor {error}", str(path), _OTHER
        ) from error
    stochastic = "encoder.log_sigma.weight" in tensors
    module = autoencoder(latent, width, stochastic)
    load_checkpoint(module, path)
    return AutoencoderNetwork(_about(path, name, "autoencoder", module, AUTOENCODER), module)


def densenet_shape(tensors: Mapping[str, torch.Tensor]) -> DenseNetShape:
    """Return the sizes of the DenseNet that these tensors are of.

    Raises:
        CheckpointError: they are of another network.
    """
    depths: dict[int, int] = {}
    for match in filter(None, map(_LAYER.fullmatch, tensors)):
        block, layer = int(match[1]), int(match[2])
        depths[block] = max(depths.get(block, 0), layer)
    try:
        stem = tensors["features.conv0.weight"]
        first = "features.denseblock1.denselayer1"
        growth = len(tensors[f"{first}.conv2.weight"])
        return DenseNetShape(
            in_channels=stem.shape[1],
            num_classes=len(tensors["classifier.weight"]),
            growth=growth,
            block_config=tuple(depths[block] for block in range(1, len(depths) + 1)),
            init_features=len(stem),
            bn_size=len(tensors[f"{first}.conv1.weight"]) // growth,
        )
    except (KeyError, IndexError) as error:
        raise CheckpointError(
            f"this is no DenseNet: there is no tensor {error}", remedy=_OTHER
        ) from error


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    with located(str(path)):
        values = parse(read_bytes(path), run_its_code=False)
        found = {name: value for name, value in values.items() if isinstance(value, torch.Tensor)}
        return renamed(found)[1]


def _about(
    path: Path,
    name: str,
    kind: Literal["classifier", "autoencoder"],
    module: torch.nn.Module,
    preprocess: Preprocess,
) -> Network:
    return Network(
        name=name,
        kind=kind,
        file=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        parameters=sum(tensor.numel() for tensor in module.parameters()),
        preprocess=preprocess,
    )
