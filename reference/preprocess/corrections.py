"""What a reader may correct in a picture before it is prepared: turn, mirror, invert, crop.

Whole numbers in, whole numbers out: samples are moved, left out or taken from white, never
resampled. They are done in the order of ``CORRECTIONS``, on the upright picture.

Twin: `engine/picture/corrections.ts`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from reference.errors import ImageError
from reference.preprocess.levels import upright
from reference.preprocess.picture import Picture

Correction = Literal["crop-border", "turn-90", "turn-180", "turn-270", "mirror", "invert"]
CORRECTIONS: tuple[Correction, ...] = get_args(Correction)
"""In the order in which they are done; turns are clockwise, `mirror` swaps left and right."""

TURNS: dict[Correction, int] = {"turn-90": 1, "turn-180": 2, "turn-270": 3}

TRIED: tuple[tuple[Correction, ...], ...] = (
    *((one,) for one in CORRECTIONS),
    ("crop-border", "turn-90", "mirror", "invert"),
)
"""Which corrections a run prepares images with: each alone, and one of each sort together."""

ROUNDS = 3
"""How often the four sides are gone through: a film may have a border within a border."""

LEVELS_APART = 16
"""A pixel is of the border where it differs from it by at most a 16th of black to white."""

ODD_PIXELS = 50
"""A line is of the border where at most a 50th of its pixels are not: letters and dust."""

LEAST_PART = 4
"""Where less than a 4th of a side would be left, that is no border, and nothing is cut off."""

Box = tuple[int, int, int, int]
"""Top, left, bottom and right, the last two beyond the last pixel."""


def in_order(corrections: Collection[Correction]) -> tuple[Correction, ...]:
    """The same in the order of ``CORRECTIONS``, each once.

    Raises:
        ValueError: two turns are named.
    """
    if len(TURNS.keys() & set(corrections)) > 1:
        raise ValueError("a picture is turned once; name one turn")
    return tuple(one for one in CORRECTIONS if one in corrections)


def corrected(picture: Picture, corrections: Sequence[Correction], *, turned: bool) -> Picture:
    """The picture with the corrections done; the same object where there are none.

    Args:
        corrections: in the order of ``CORRECTIONS``.
        turned: whether the picture is first turned as its EXIF orientation says; the result is
            never to be turned again.

    Raises:
        ImageError: there is no EXIF orientation as the picture's.
    """
    if not corrections:
        return picture
    if picture.orientation not in range(1, 9):
        raise ImageError(f"there is no EXIF orientation {picture.orientation}", "image")
    samples: npt.NDArray[Any] = upright(picture) if turned else picture.samples
    aspect = 1 / picture.aspect if turned and picture.orientation >= 5 else picture.aspect
    if "crop-border" in corrections:
        top, left, bottom, right = border_box(samples, picture.white)
        samples = samples[top:bottom, left:right]
    for turn, quarters in TURNS.items():
        if turn in corrections:
            samples = np.rot90(samples, -quarters)
            aspect = 1 / aspect if quarters != 2 else aspect
    if "mirror" in corrections:
        samples = samples[:, ::-1]
    if "invert" in corrections:
        samples = np.asarray(picture.white - samples.astype(np.int64), dtype=samples.dtype)
    whole = np.ascontiguousarray(samples)
    return replace(picture, samples=whole, orientation=1, aspect=aspect)


def border_box(samples: npt.NDArray[Any], white: int) -> Box:
    """Where the film lies within a plain border: all of the picture where there is none.

    A side's level is the lower median of its outermost line (a pixel counts as the sum of its
    channels). Lines are cut off from outside while nearly all of their pixels are of that level:
    top, bottom, left and right, in turn, until nothing changes.

    Args:
        samples: (H, W, C) as a decoder returns them.
    """
    sums = samples.astype(np.int64).sum(axis=2)
    height, width = sums.shape
    span = white * samples.shape[2]
    top, left, bottom, right = 0, 0, height, width
    for _ in range(ROUNDS):
        before = (top, left, bottom, right)
        top += _plain(sums[top:bottom, left:right], span)
        bottom -= _plain(sums[top:bottom, left:right][::-1], span)
        left += _plain(sums[top:bottom, left:right].T, span)
        right -= _plain(sums[top:bottom, left:right].T[::-1], span)
        if min(bottom - top, right - left) == 0 or before == (top, left, bottom, right):
            break
    if (bottom - top) * LEAST_PART < height or (right - left) * LEAST_PART < width:
        return 0, 0, height, width
    return top, left, bottom, right


def _plain(lines: npt.NDArray[np.int64], span: int) -> int:
    """How many of the first lines are of the first one's level; 0 where there are none."""
    if lines.size == 0:
        return 0
    count = lines.shape[1]
    level = np.sort(lines[0])[(count - 1) // 2]
    for place, line in enumerate(lines):
        odd = int(np.count_nonzero(np.abs(line - level) * LEVELS_APART > span))
        if odd * ODD_PIXELS > count:
            return place
    return len(lines)
