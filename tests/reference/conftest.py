"""Miniature networks, images, and images of patients where this machine has some."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch

from reference.decoding import read_picture
from reference.networks.densenet import Classifier, classifier
from reference.preprocess.levels import gray_levels
from reference.samples.synthetic import synthetic_image

XRAYS = os.environ.get("XPORT_XRAYS")
"""A folder of real radiographs to try as well, where somebody has one."""

MakeClassifier = Callable[..., Classifier]


@pytest.fixture
def make_miniature() -> MakeClassifier:
    """Build classifiers of DenseNet-121's structure, 5 dense layers instead of 58."""

    def make(in_channels: int = 3, num_classes: int = 14) -> Classifier:
        return classifier(
            in_channels,
            num_classes,
            growth=4,
            block_config=[2, 1, 1, 1],
            init_features=8,
            bn_size=2,
        )

    return make


@pytest.fixture
def miniature(make_miniature: MakeClassifier) -> Classifier:
    """Return a 3-channel, 14-output miniature with numbers of its own in every tensor."""
    made = make_miniature()
    generator = torch.Generator().manual_seed(1)
    for name, tensor in made.state_dict().items():
        if tensor.is_floating_point():
            drawn = torch.rand(tensor.shape, generator=generator)
            tensor.copy_(drawn + 0.5 if "norm" in name else drawn - 0.5)
    return made


@pytest.fixture(scope="session")
def radiographs() -> list[npt.NDArray[np.float64]]:
    """Return at least six (H, W) images in [0, 1]: real radiographs, or synthetic chests."""
    if XRAYS:
        found = sorted(Path(XRAYS).glob("*.png"))
        assert len(found) >= 6, f"XPORT_XRAYS names {XRAYS}, which holds {len(found)} PNG images"
        return [gray_levels(read_picture(path), "mean", "exif") for path in found]
    return [synthetic_image(index, seed=5, size=256) / 255 for index in range(0, 36, 4)]
