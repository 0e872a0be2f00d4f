"""What a tensor is like, and how far another is from it, in numbers that a person can read."""

from __future__ import annotations

import numpy as np

from xport.common.arrays import Array
from xport.common.document import Document


class Statistics(Document):
    """A tensor's shape, dtype and values; `min`, `max` and `mean` are of its finite values.

    None of them where it has none.
    """

    shape: tuple[int, ...]
    dtype: str
    min: float | None
    max: float | None
    mean: float | None
    nan: int
    inf: int


class Distance(Document):
    """The largest absolute difference, where it is, and what both say there.

    Infinite where one side alone holds no number, or shapes differ (`where` is None then). `nan`
    counts the elements at which one side alone has NaN.
    """

    max_abs: float
    where: tuple[int, ...] | None
    expected: float | None
    found: float | None
    nan: int


def statistics(array: Array) -> Statistics:
    """The statistics of one tensor, of any dtype."""
    numbers = array.astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    some = finite.size > 0
    return Statistics(
        shape=array.shape,
        dtype=array.dtype.name,
        min=float(finite.min()) if some else None,
        max=float(finite.max()) if some else None,
        mean=float(finite.mean()) if some else None,
        nan=int(np.isnan(numbers).sum()),
        inf=int(np.isinf(numbers).sum()),
    )


def distance(found: Array, expected: Array) -> Distance:
    """How far a tensor is from the one expected, at its worst element."""
    if found.shape != expected.shape:
        return Distance(max_abs=float("inf"), where=None, expected=None, found=None, nan=0)
    if not found.size:
        return Distance(max_abs=0.0, where=None, expected=None, found=None, nan=0)
    ours, theirs = found.astype(np.float64), expected.astype(np.float64)
    with np.errstate(all="ignore"):
        gaps = np.abs(ours - theirs)
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    gaps = np.where(same, 0.0, np.nan_to_num(gaps, nan=np.inf, posinf=np.inf))
    where = np.unravel_index(int(gaps.argmax()), gaps.shape)
    return Distance(
        max_abs=float(gaps.max()),
        where=tuple(int(place) for place in where),
        expected=float(theirs[where]),
        found=float(ours[where]),
        nan=int((np.isnan(ours) != np.isnan(theirs)).sum()),
    )


def reach(array: Array) -> float:
    """The largest absolute finite value of a tensor; 0 of one that has none."""
    numbers = np.abs(array.astype(np.float64))
    finite = numbers[np.isfinite(numbers)]
    return float(finite.max()) if finite.size else 0.0
