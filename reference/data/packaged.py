"""Real images that are no chest X-rays, from the packages of scikit-image and scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from reference.data.dataset import Dataset, Item
from reference.data.pixels import Float64Array, read_grey

SCIKIT_IMAGE = (
    "astronaut.png",
    "brick.png",
    "camera.png",
    "cell.png",
    "chelsea.png",
    "chessboard_GRAY.png",
    "clock_motion.png",
    "coffee.png",
    "coins.png",
    "color.png",
    "grass.png",
    "gravel.png",
    "horse.png",
    "hubble_deep_field.jpg",
    "ihc.png",
    "logo.png",
    "microaneurysms.png",
    "moon.png",
    "motorcycle_left.png",
    "page.png",
    "phantom.png",
    "retina.jpg",
    "rocket.jpg",
    "text.png",
)
"""Files in scikit-image's own folder; its other images would be downloaded."""

SCIKIT_LEARN = ("china.jpg", "flower.jpg")


def packaged_photographs() -> Dataset:
    """Return the photographs, textures, drawings and micrographs of both packages, unlabelled."""
    import skimage
    import sklearn

    folders = {
        "scikit-image": Path(skimage.__file__).parent / "data",
        "scikit-learn": Path(sklearn.__file__).parent / "datasets" / "images",
    }
    names = [f"scikit-image/{name}" for name in SCIKIT_IMAGE]
    names += [f"scikit-learn/{name}" for name in SCIKIT_LEARN]
    items = tuple(Item(name, name, "", ()) for name in names)
    return Dataset("Packaged photographs", (), items, PackageImages(folders))


def packaged_digits() -> Dataset:
    """Return scikit-learn's 1,797 handwritten digits, 8 x 8 pixels; the label is the digit."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    items = tuple(
        Item(f"digit-{index:04d}", f"digit-{index:04d}", "", (float(digit),))
        for index, digit in enumerate(digits.target)
    )
    return Dataset("Packaged digits", ("digit",), items, DigitImages(digits.images))


@dataclass(frozen=True)
class PackageImages:
    """Image files of installed packages; a name begins with its package."""

    folders: dict[str, Path]

    def load(self, name: str) -> Float64Array:
        """Return the grey levels of the file."""
        package, _, file = name.partition("/")
        return read_grey(self.folders[package] / file)


@dataclass(frozen=True)
class DigitImages:
    """Digits in memory: 17 levels, white on black."""

    values: npt.NDArray[np.float64]

    def load(self, name: str) -> Float64Array:
        """Return (8, 8) grey levels."""
        levels: Float64Array = self.values[int(name.rpartition("-")[2])] / 16.0
        return levels
