"""What differs between a node as it should be and as it is: attributes, inputs, weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np

from xport.common.arrays import Array
from xport.divergence.document import Cause
from xport.divergence.statistics import distance

CLOSE = 1e-6
"""The relative difference up to which two weights are the same: one rounding apart, perhaps."""
SHOWN = 12
"""How many numbers of a short weight are shown."""
MOST_CHANGED = 0.5
"""The share of elements up to which a weight of another layout is taken for the same, changed."""


def attribute_causes(
    node: str, expected: Mapping[str, Any], found: Mapping[str, Any]
) -> Iterator[Cause]:
    """Attributes that only one of two nodes has, or that differ."""
    for name in sorted({*expected, *found}):
        one, other = expected.get(name), found.get(name)
        if not same(one, other):
            yield Cause(
                kind="attribute", node=node, name=name, expected=shown(one), found=shown(other)
            )


def same(one: Any, other: Any) -> bool:
    """Whether two attributes say the same; numbers may be a rounding to float32 apart."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return bool(np.array_equal(np.asarray(one), np.asarray(other)))
    if isinstance(one, float) and isinstance(other, int | float):
        return bool(np.isclose(one, other, rtol=CLOSE, atol=0, equal_nan=True))
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def shown(value: Any) -> str:
    """An attribute's value in words; `none` where there is none."""
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, np.ndarray):
        return shown(value.tolist())
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(shown, value)) + "]"
    return str(value)


def weight_cause(node: str, name: str, expected: Array, found: Array) -> Cause | None:
    """How a weight differs from the one expected; None where it is the same."""
    if expected.shape != found.shape:
        return Cause(
            kind="weight", node=node, name=name,
            expected=f"shape {list(expected.shape)}", found=f"shape {list(found.shape)}",
        )  # fmt: skip
    differing = ~_close(expected, found)
    if not differing.any():
        return None
    if expected.size <= SHOWN:
        one, other = shown(expected.tolist()), shown(found.tolist())
        return Cause(kind="weight", node=node, name=name, expected=one, found=other)
    worst = distance(found, expected)
    place = list(worst.where or ())
    return Cause(
        kind="weight", node=node, name=name,
        expected=f"{worst.expected:g} at {place}",
        found=f"{worst.found:g} there, and {int(differing.sum())} of {expected.size} elements "
        "differ",
    )  # fmt: skip


def _close(expected: Array, found: Array) -> Array:
    one, other = expected.astype(np.float64), found.astype(np.float64)
    with np.errstate(all="ignore"):
        near: Array = np.isclose(one, other, rtol=CLOSE, atol=0, equal_nan=True)
    return near


def rearranged_causes(
    node: str, expected: Mapping[str, Array], found: Mapping[str, Array]
) -> Iterator[Cause]:
    """Weights of which the tested node has a changed copy, in whatever order of axes.

    One that it has as it is, or nothing like it (it may have been folded into another), is no
    cause; one that still has its name is, however much of it changed. Args are arrays by name.
    """
    rest = dict(found)
    open_ = []
    for name, array in expected.items():
        match = next((key for key, one in rest.items() if _arranged(array, one, 0.0)), None)
        if match is None:
            open_.append(name)
        else:
            del rest[match]
    for name in open_:
        for key, one in rest.items():
            called = key.rpartition(".")[2] == name  # as exporters call what they did not fold
            order = _arranged(expected[name], one, 1.0 if called else MOST_CHANGED)
            if order is not None:
                cause = weight_cause(node, f"{name} ({key})", _squeezed(expected[name], order), one)
                if cause is not None:
                    yield cause
                del rest[key]
                break


def _squeezed(array: Array, order: Sequence[int]) -> Array:
    return np.squeeze(array).transpose(order)


def _arranged(array: Array, other: Array, changed: float) -> tuple[int, ...] | None:
    """The order of axes in which `other` is `array`, but for a share of elements; None without."""
    ours, theirs = np.squeeze(array), np.squeeze(other)
    if ours.size != theirs.size or ours.ndim != theirs.ndim or ours.ndim > 4 or not ours.size:
        return None
    if ours.dtype.kind != "f" or theirs.dtype.kind != "f":
        return None
    for order in permutations(range(ours.ndim)):
        if ours.transpose(order).shape == theirs.shape:
            share = float((~_close(ours.transpose(order), theirs)).mean())
            if share <= changed:
                return order
    return None
