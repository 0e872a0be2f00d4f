"""Folders of a few phantoms and networks of a few thousand numbers."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

from reference.networks.ali import autoencoder
from reference.networks.densenet import Classifier, classifier
from reference.phantoms import Cohort, write_kermany, write_mura, write_nih, write_padchest

SIZE = 64


def write_sets(root: Path) -> Path:
    """Four folders of phantoms: ``nih``, ``padchest``, ``kermany`` and ``mura``."""
    write_nih(root / "nih", Cohort(1, 40, SIZE))
    write_padchest(root / "padchest", Cohort(1, 12, SIZE))
    write_kermany(root / "kermany", Cohort(1, 12, SIZE))
    write_mura(root / "mura", Cohort(1, 8, SIZE))
    return root


def narrow(channels: int = 3, outputs: int = 14, seed: int = 0) -> Classifier:
    """DenseNet-121's structure with 5 dense layers."""
    torch.manual_seed(seed)
    sizes = {"growth": 4, "block_config": [2, 1, 1, 1], "init_features": 8, "bn_size": 2}
    return classifier(channels, outputs, **sizes)  # type: ignore[arg-type]


def save(module: torch.nn.Module, path: Path) -> Path:
    save_file(module.state_dict(), path)
    return path


def write_networks(root: Path) -> Path:
    """``c.safetensors``, a classifier, and ``ali`` and ``l2``, autoencoders."""
    root.mkdir(parents=True, exist_ok=True)
    save(narrow(), root / "c.safetensors")
    for seed, name in enumerate(("ali", "l2")):
        torch.manual_seed(seed)
        save(autoencoder(6, 2), root / f"{name}.safetensors")
    return root
