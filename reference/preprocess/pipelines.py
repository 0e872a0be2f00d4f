"""The ways in which Python programs prepare an image, to be measured against the definition.

All start from the same gray levels and keep the definition's geometry, so that only the resizer
differs; where a pipeline departs from that, its sentence says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from reference.errors import ImageError
from reference.preprocess import scaled_size
from reference.preprocess.picture import MAX_PIXELS

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Levels = npt.NDArray[np.generic]
Resize = Callable[[Float64Array, tuple[int, int]], Float64Array]

__all__ = ["PIPELINES", "Definition", "Pipeline", "Unsupported"]


class Definition(Protocol):
    """What a model's input is; `reference.preprocess.Preprocess` is one."""

    @property
    def size(self) -> int:
        """Pixels of the square input, wide and high."""

    @property
    def channels(self) -> int:
        """Equal copies of the gray image."""

    @property
    def low(self) -> float:
        """What black becomes."""

    @property
    def high(self) -> float:
        """What white becomes."""

    @property
    def fit(self) -> Literal["crop", "stretch"]:
        """Whether the short side or both sides are brought to `size`."""


@dataclass(frozen=True)
class Unsupported:
    """A pipeline cannot prepare this image here, which is a finding and no error."""

    reason: str


class _MissingLibrary(Exception):
    """A library that a pipeline needs is not installed."""


@dataclass(frozen=True)
class Pipeline:
    """One way to prepare an image.

    Args:
        name: its name on the command line and in documents.
        title: its name for readers.
        sentence: what it does, in one sentence.
        resize: brings levels in [0, 1] to a height and width.
        crops_first: cut the square out of the original instead of out of the scaled image.
    """

    name: str
    title: str
    sentence: str
    resize: Resize
    crops_first: bool = False
    side: Literal["python"] = "python"

    def prepare(self, levels: Levels, definition: Definition) -> Float32Array | Unsupported:
        """The model input that this pipeline makes of a gray image.

        Args:
            levels: (H, W); uint8 or uint16 gray levels, or floating point in [0, 1].
            definition: size, fit, channels and range.

        Returns:
            (1, channels, size, size) float32 within [low, high]; or why there is none.

        Raises:
            ImageError: `levels` is no gray image.
        """
        try:
            square = self._square(_as_floats(levels), definition)
        except _MissingLibrary as missing:
            return Unsupported(str(missing))
        if isinstance(square, Unsupported):
            return square
        low, high = definition.low, definition.high
        values = np.clip(low + square * (high - low), low, high)
        return np.repeat(values.astype(np.float32)[None, None], definition.channels, axis=1)

    def _square(self, levels: Float64Array, definition: Definition) -> Float64Array | Unsupported:
        size = definition.size
        if definition.fit == "stretch":
            return self.resize(levels, (size, size))
        if self.crops_first:
            return self.resize(_centre(levels, min(levels.shape)), (size, size))
        height, width = scaled_size(levels.shape[0], levels.shape[1], size)
        if height * width > MAX_PIXELS:
            return Unsupported(
                f"the scaled image, {width}x{height}, has more than {MAX_PIXELS:,} pixels"
            )
        return _centre(self.resize(levels, (height, width)), size)


def _centre(image: Float64Array, size: int) -> Float64Array:
    top, left = (image.shape[0] - size) // 2, (image.shape[1] - size) // 2
    return image[top : top + size, left : left + size]


def _as_floats(levels: Levels) -> Float64Array:
    if levels.ndim != 2 or not levels.size:
        raise ImageError(
            f"an array of shape {levels.shape} is no gray image", "image", "give (H, W)"
        )
    floats: Float64Array = levels.astype(np.float64)
    if levels.dtype in (np.uint8, np.uint16):
        return floats / (255.0 if levels.dtype == np.uint8 else 65535.0)
    if not (floats.min() >= 0 and floats.max() <= 1):
        raise ImageError(
            "the gray levels are not within 0 to 1", "image", "give 8 or 16 bits, or 0 to 1"
        )
    return floats


def _by_pillow(levels: Float64Array, scaled: tuple[int, int]) -> Float64Array:
    from PIL import Image

    image = Image.fromarray(np.rint(levels * 255).astype(np.uint8))
    height, width = scaled
    resized: npt.NDArray[np.uint8] = np.asarray(
        image.resize((width, height), Image.Resampling.BILINEAR)
    )
    return resized / 255.0


def _by_torch(levels: Float64Array, scaled: tuple[int, int]) -> Float64Array:
    import torch

    image = torch.from_numpy(levels.astype(np.float32))[None, None]
    resized = torch.nn.functional.interpolate(
        image, size=scaled, mode="bilinear", align_corners=False, antialias=True
    )
    result: Float64Array = resized[0, 0].double().numpy()
    return result


def _by_skimage(levels: Float64Array, scaled: tuple[int, int]) -> Float64Array:
    from skimage import transform

    resize: Callable[..., Float64Array] = transform.resize
    return resize(levels, scaled, order=1, anti_aliasing=True)


def _by_torchxrayvision(levels: Float64Array, scaled: tuple[int, int]) -> Float64Array:
    from skimage import transform

    # It scales to [-1024, 1024] first, so what it takes to surround the image, 0, is mid-gray.
    resize: Callable[..., Float64Array] = transform.resize
    resized = resize(levels * 2 - 1, scaled, mode="constant", preserve_range=True)
    return (resized + 1) / 2


def _by_opencv(levels: Float64Array, scaled: tuple[int, int]) -> Float64Array:
    try:
        import cv2
    except ImportError as error:
        raise _MissingLibrary(
            "opencv is not installed: pip install opencv-python-headless"
        ) from error
    height, width = scaled
    image = levels.astype(np.float32)
    resized: Float32Array = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return resized.astype(np.float64)


PIPELINES: Mapping[str, Pipeline] = MappingProxyType(
    {
        pipeline.name: pipeline
        for pipeline in (
            Pipeline(
                "pillow",
                "Pillow, 8 bit",
                "Pillow resizes 8-bit gray levels, bilinear with antialiasing, as the paper's "
                "training code did.",
                _by_pillow,
            ),
            Pipeline(
                "torch-antialias",
                "PyTorch interpolate, antialias",
                "torch.nn.functional.interpolate resizes float32 levels, bilinear with antialias.",
                _by_torch,
            ),
            Pipeline(
                "scikit-image",
                "scikit-image",
                "skimage.transform.resize with anti_aliasing: a Gaussian blur, then bilinear.",
                _by_skimage,
            ),
            Pipeline(
                "torchxrayvision",
                "torchxrayvision",
                "The centre is cut out first, then scikit-image resizes it surrounded by mid-gray, "
                "as XRayCenterCrop and XRayResizer do.",
                _by_torchxrayvision,
                crops_first=True,
            ),
            Pipeline(
                "opencv",
                "OpenCV INTER_AREA",
                "cv2.resize averages areas (INTER_AREA) of float32 levels.",
                _by_opencv,
            ),
        )
    }
)
"""Python's pipelines by name, in the order in which they are shown."""
