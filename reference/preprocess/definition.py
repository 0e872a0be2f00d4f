"""How an image becomes a model's input, as data, and what it makes of an image.

The paper scales and crops instead of stretching, "to ensure that structure remains
correct" (appendix E). How pixels are interpolated is defined in ``reference.preprocess.resample``.

Twin: `engine/picture/definition.ts` and `engine/picture/preprocess.ts`.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection
from typing import Annotated, Any, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from reference.errors import ImageError
from reference.preprocess.corrections import Correction, corrected, in_order
from reference.preprocess.levels import Samples, level_of_array, level_of_picture, upright
from reference.preprocess.picture import NOTES, Note, Picture
from reference.preprocess.resample import Float64Array, Level, Resampler, resample

Fit = Literal["crop", "stretch"]
GrayRule = Literal["mean", "luma", "first"]
OrientationRule = Literal["exif", "stored"]

FLOAT32_MAX = float(np.finfo(np.float32).max)


def scaled_size(height: int, width: int, size: int, aspect: float = 1.0) -> tuple[int, int]:
    """Return the height and width at which the short side is ``size`` pixels.

    The long side is rounded down, floor((size * long) / short), in float64.

    Args:
        aspect: the height of a pixel over its width; the result is in square ones.
    """
    tall = height * aspect  # in widths of a pixel
    if tall <= width:
        return size, max(size, math.floor(size * width / tall))
    return max(size, math.floor(size * tall / width)), size


def _positive_zero(value: float) -> float:
    return value + 0.0  # -0 means the same as 0 and would be written otherwise


Bound = Annotated[
    float,
    Field(allow_inf_nan=False, ge=-FLOAT32_MAX, le=FLOAT32_MAX),
    AfterValidator(_positive_zero),
]


def _in_order(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    return tuple(note for note in NOTES if note in notes)


# Not a `Document`, which knows the disk: the definition needs numpy and pydantic alone.
class Preprocess(BaseModel):
    """How an image becomes the input of a network, (1, channels, size, size) float32.

    In this order: one gray channel by the rule `gray` (mean of red, green and blue, luma of
    ITU-R BT.601, or the first channel); turned as the file's EXIF `orientation` says, or as
    stored; scaled by `resampler` so that the short side is `size` pixels, and the centre cut out
    (`fit` "crop"; "stretch" scales both sides and does not keep the proportions); black becomes
    `low`, white `high`, and nothing lies outside; `channels` equal copies.

    Pixels that are not square, as a DICOM file may say, count by their height and width. `forbid`
    names notes (`reference.preprocess.picture.NOTES`) with which an image is refused.
    `corrections` are what a reader asked for of one image, done once it is upright and before all
    else (`reference.preprocess.corrections`); no release declares any.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    schema_version: Literal[1] = 1
    gray: GrayRule = "mean"
    orientation: OrientationRule = "exif"
    size: int = Field(ge=1, le=4096)
    fit: Fit = "crop"
    resampler: Resampler = "bilinear"
    channels: int = Field(default=1, ge=1, le=4)
    low: Bound = 0.0
    high: Bound = 1.0
    forbid: Annotated[tuple[Note, ...], Field(strict=False), AfterValidator(_in_order)] = ()
    corrections: Annotated[
        tuple[Correction, ...], Field(strict=False), AfterValidator(in_order)
    ] = ()

    @model_serializer(mode="wrap")
    def _without_default(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what is empty: definitions from before there was such a field stay as named."""
        fields: dict[str, Any] = handler(self)
        for name in ("forbid", "corrections"):
            if not getattr(self, name):
                fields.pop(name, None)
        return fields

    @model_validator(mode="after")
    def _low_below_high(self) -> Self:
        if not np.float32(self.low) < np.float32(self.high):
            raise ValueError(f"low: {self.low} is not below high, {self.high}, in float32")
        return self

    def correcting(self, corrections: Collection[Correction]) -> Self:
        """The same for an image that is corrected first.

        Raises:
            ValueError: two turns are named.
        """
        return self.model_copy(update={"corrections": in_order(corrections)})

    def document(self) -> bytes:
        """The definition as canonical JSON: keys sorted, no spaces, ASCII.

        Every field is there, but for `forbid` and `corrections` where they are empty.
        """
        fields = self.model_dump(mode="json")
        return json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()

    def digest(self) -> str:
        """SHA-256 of ``document()``, lower-case hex: the definition's name in every record."""
        return hashlib.sha256(self.document()).hexdigest()

    def apply(self, image: Picture | Samples) -> npt.NDArray[np.float32]:
        """Return (1, channels, size, size) float32 within [low, high].

        Args:
            image: what a decoder returns, or (H, W) uint8 or uint16 gray levels, or floating
                point in [0, 1], upright.

        Raises:
            ImageError: the image has no or too many pixels, is of another shape or number
                format, or holds NaN or levels outside black to white; or its decoder had to say
                of it what is forbidden; or corrections are asked for of an array.
        """
        aspect = 1.0
        if isinstance(image, Picture):
            self._require_allowed(image.notes)
            turned = self.orientation == "exif"
            image = corrected(image, self.corrections, turned=turned)
            level = level_of_picture(image, self.gray)
            samples = upright(image) if turned else image.samples
            aspect = 1 / image.aspect if turned and image.orientation >= 5 else image.aspect
        elif self.corrections:
            raise ImageError("an array is not corrected", "image", "give what a decoder returns")
        else:
            level, samples = level_of_array(image), image
        values = self.low + self._fitted(samples, level, aspect) * (self.high - self.low)
        # Weights add up to 1 only to the last bit, and some filters overshoot.
        gray = np.clip(values, self.low, self.high).astype(np.float32)
        return np.repeat(gray[None, None], self.channels, axis=1)

    def _require_allowed(self, notes: tuple[Note, ...]) -> None:
        for note in notes:
            if note in self.forbid:
                raise ImageError(
                    f"the release forbids what this image needs ({note}: {NOTES[note]})",
                    remedy="leave it out, or export it as PNG",
                )

    def _fitted(self, samples: Samples, level: Level, aspect: float) -> Float64Array:
        size = self.size
        if self.fit == "stretch":
            return resample(samples, (size, size), None, self.resampler, level)
        scaled = scaled_size(samples.shape[0], samples.shape[1], size, aspect)
        top, left = (scaled[0] - size) // 2, (scaled[1] - size) // 2
        return resample(samples, scaled, (top, left, size, size), self.resampler, level)


CHESTXNET = Preprocess(size=224, channels=3, low=0.0, high=1.0)
"""For the paper's 14-output classifier, trained on [0, 1] (3 equal channels)."""

XRV = Preprocess(size=224, channels=1, low=-1024.0, high=1024.0)
"""For the 18-output classifier of torchxrayvision, trained on [-1024, 1024]."""

AUTOENCODER = Preprocess(size=64, channels=1, low=-1.0, high=1.0)
"""For ALI and the L2 autoencoder, trained on [-1, 1]."""

AUTOENCODER_STRETCH = Preprocess(size=64, channels=1, fit="stretch", low=-1.0, high=1.0)
"""For an autoencoder of real films: the whole picture, for the same reason as ``VIEW``."""

VIEW = Preprocess(size=96, channels=1, fit="stretch", low=-1.0, high=1.0)
"""For the network that tells views apart: the whole picture, so that copies which were squashed
to a square and those which were not become the same input."""

PRESETS: dict[str, Preprocess] = {
    "chestxnet": CHESTXNET,
    "xrv": XRV,
    "autoencoder": AUTOENCODER,
    "autoencoder-stretch": AUTOENCODER_STRETCH,
    "view": VIEW,
}
"""The definitions that a release file may name."""
