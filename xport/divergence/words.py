"""Tensors in words, as every document of a divergence has them."""

from __future__ import annotations

from xport.divergence.statistics import Distance, Statistics


def described(one: Statistics) -> str:
    """A tensor in one line."""
    numbers = "no finite value"
    if one.min is not None and one.max is not None and one.mean is not None:
        numbers = f"min {one.min:.6g}, max {one.max:.6g}, mean {one.mean:.6g}"
    return f"{one.dtype}{list(one.shape)}: {numbers}, {one.nan} NaN, {one.inf} infinite"


def worst_line(away: Distance) -> tuple[str, ...]:
    """Where two tensors are furthest apart."""
    if away.where is None or away.expected is None or away.found is None:
        return ()
    return (f"largest at {list(away.where)}: {away.found:.9g} found, {away.expected:.9g} expected",)
