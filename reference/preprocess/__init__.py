"""From an image to the tensor that a network was trained on: one definition, and its doing.

The definition is data (``Preprocess``): declared in a release file, carried in a bundle, and
read by the page, whose TypeScript gives the same bits. No framework is needed here.

- `corrections`: what a reader may correct in a picture before it is prepared: turn, mirror, invert,
  crop.
- `definition`: how an image becomes a model's input, as data, and what it makes of an image.
- `levels`: gray levels of a picture, upright: the first half of preprocessing.
- `picture`: pixels as a file holds them, whatever its format: what every decoder returns.
- `pipelines`: the ways in which Python programs prepare an image, to be measured against the
  definition.
- `resample`: shrinking and enlarging images, defined so exactly that another language can repeat
  it.
"""

from __future__ import annotations

from reference.preprocess.definition import (
    AUTOENCODER,
    AUTOENCODER_STRETCH,
    CHESTXNET,
    PRESETS,
    VIEW,
    XRV,
    Fit,
    GrayRule,
    OrientationRule,
    Preprocess,
    scaled_size,
)

__all__ = [
    "AUTOENCODER",
    "AUTOENCODER_STRETCH",
    "CHESTXNET",
    "PRESETS",
    "VIEW",
    "XRV",
    "Fit",
    "GrayRule",
    "OrientationRule",
    "Preprocess",
    "scaled_size",
]
