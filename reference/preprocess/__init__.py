"""From an image to the tensor that a network was trained on: one definition, and its doing.

The definition is data (``Preprocess``): declared in a release file, carried in a bundle, and
read by the page, whose TypeScript gives the same bits. No framework is needed here.
"""

from __future__ import annotations

from reference.preprocess.definition import (
    AUTOENCODER,
    CHESTXNET,
    PRESETS,
    XRV,
    Fit,
    GrayRule,
    OrientationRule,
    Preprocess,
    scaled_size,
)

__all__ = [
    "AUTOENCODER",
    "CHESTXNET",
    "PRESETS",
    "XRV",
    "Fit",
    "GrayRule",
    "OrientationRule",
    "Preprocess",
    "scaled_size",
]
